"""Leases: which program reads which photo now, so that several over one store share the work.

A lease is not evidence and not in the ledger: it only keeps two programs from reading the same
photo at once. It expires by itself, so that another program reads the photo of one that was killed.
A photo that was read twice has two readings in its log, and the later one stands.
"""

from __future__ import annotations

import secrets
import time
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Column,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from workbench.tables.creation import make_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

_metadata = MetaData()
_lease = Table(
    "reading_lease",
    _metadata,
    Column("case_id", String(40), primary_key=True),
    Column("exhibit_id", String(20), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", BigInteger, nullable=False),
)


class Leases:
    """The leases of one program on the exhibits of a store."""

    def __init__(
        self, engine: Engine, *, seconds: float, now: Callable[[], float] = time.time
    ) -> None:
        """`seconds` is how long a lease lasts: longer than any photo takes to read."""
        self._engine = engine
        self._seconds = seconds
        self._now = now
        self._holder = secrets.token_hex(16)
        make_tables(partial(_metadata.create_all, engine))

    def take(self, case_id: str, exhibit_id: str) -> bool:
        """Reserve an exhibit for reading; False if another program has it."""
        now = int(self._now())
        until = int(now + self._seconds) + 1
        here = (_lease.c.case_id == case_id) & (_lease.c.exhibit_id == exhibit_id)
        with self._engine.begin() as connection:
            lapsed = connection.execute(
                update(_lease)
                .where(here, _lease.c.until < now)
                .values(holder=self._holder, until=until)
            ).rowcount
        if lapsed:
            return True
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(_lease).values(
                        case_id=case_id, exhibit_id=exhibit_id, holder=self._holder, until=until
                    )
                )
        except IntegrityError:
            return False
        return True

    def give_back(self, case_id: str, exhibit_id: str) -> None:
        """Release an exhibit."""
        with self._engine.begin() as connection:
            connection.execute(
                delete(_lease).where(
                    _lease.c.case_id == case_id,
                    _lease.c.exhibit_id == exhibit_id,
                    _lease.c.holder == self._holder,
                )
            )

    def held(self, case_id: str) -> frozenset[str]:
        """The exhibits of a case that some program is reading now."""
        with self._engine.connect() as connection:
            return frozenset(
                connection.execute(
                    select(_lease.c.exhibit_id).where(
                        _lease.c.case_id == case_id, _lease.c.until >= int(self._now())
                    )
                ).scalars()
            )
