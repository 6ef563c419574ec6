"""The workbench: its services, in the order in which a photo passes through them.

people → cases → intake → reading → copies → review → catalogs → matching → tracing → exports
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from evidence_store.errors import KeyExists, KeyMissing
from evidence_store.keys.keys import KeyFolder
from evidence_store.ledger.identity import check_place
from evidence_store.ledger.ledger import Ledger
from evidence_store.location import ORIGIN_FILE
from workbench.cases.cases import Cases
from workbench.cases.exhibits import Exhibits
from workbench.cases.find import Finder
from workbench.cases.images import Images
from workbench.copies.copies import Copies
from workbench.demo import Demo
from workbench.export.export import Exports
from workbench.intake.intake import Intake
from workbench.matching.catalogs import Catalogs
from workbench.matching.matching import Matching
from workbench.people.people import People
from workbench.publication.publication import Publication
from workbench.queue.runner import LocalRunner
from workbench.reading.reading import ReadingRoom
from workbench.review.review import ReviewRoom
from workbench.review.shown import Shown
from workbench.state import StateLoader
from workbench.stores.named_blobs import NamedBlobs
from workbench.stores.projection import BATCH, Projection
from workbench.stores.stores import STORE_LOG, Stores, utc_now
from workbench.tracing.tracing import Tracing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from evidence_store.checkpoint import NoteSigner
    from workbench.queue.runner import Runner
    from workbench.settings import Settings
    from workbench.stores.projection import Step


class Workbench:
    """All services over one store; safe to share between threads."""

    def __init__(self, stores: Stores, runner: Runner | None = None) -> None:
        """`runner` runs background work; by default, this program itself does."""
        self.stores = stores
        self.states = StateLoader(stores.ledger, stores.blobs)
        self.images = images = Images(stores.blobs, stores.settings.store / "cache")
        self.people = People(stores)
        self.cases = Cases(stores, self.people)
        self.shown = Shown(stores)
        self.review = ReviewRoom(stores, self.people, self.cases, self.shown)
        self.copies = Copies(stores, self.people, self.cases, images, self.review)
        self.exhibits = Exhibits(stores, self.people, self.cases, images)
        self.intake = Intake(stores, self.cases, self.exhibits, self.copies, images)
        self.reading = ReadingRoom(
            stores, self.people, self.cases, self.copies, runner or LocalRunner()
        )
        self.finder = Finder(stores, self.cases)
        self.catalogs = Catalogs(stores, self.people)
        self.matching = Matching(
            stores, self.people, self.cases, self.review, self.catalogs, self.reading
        )
        self.tracing = Tracing(stores, self.people, self.cases, self.review, self.states, images)
        self.exports = Exports(stores, self.people, self.cases, self.states, images)
        self.publication = Publication(stores, self.people, self.exports, self.states, images)
        self.demo = Demo(self.cases, self.catalogs, self.intake)

    @classmethod
    def open(cls, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Workbench:
        """Open the store; create it if there is none.

        Raises the store's errors if the folder or the database cannot be used, or if they do not
        belong to one store; nothing is written before that is known.
        """
        check_place(settings.location)
        settings.store.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = KeyFolder(settings.store / "keys", clock=clock)
        origin = _origin(settings.store)
        ledger = Ledger(
            settings.database_url,
            clock=clock,
            origin=origin,
            signer=_checkpoint_key(keys, origin),
        )
        projection = Projection(settings.database_url, ledger)
        return cls(
            Stores(
                settings=settings,
                blobs=NamedBlobs(settings.bucket or settings.store / "blobs", projection),
                ledger=ledger,
                keys=keys,
                projection=projection,
                clock=clock,
                origin=origin,
            )
        )

    @property
    def is_behind(self) -> bool:
        """Whether so many entries are not folded yet that users should be told.

        Also true after an upgrade, while tables are rebuilt.
        """
        return self.stores.projection.waiting() > BATCH

    def clock_remark(self, case_id: str | None = None) -> str:
        """Say that this machine's clock is behind the last entry; empty if it is not.

        It checks the log of the store and the case's own.
        """
        ledger = self.stores.ledger
        own = ledger.clock_remark(case_id) if case_id is not None else ""
        return own or ledger.clock_remark(STORE_LOG)

    def set_aside(self) -> tuple[str, ...]:
        """A sentence for each log entry that cannot be used; screens leave these entries out."""
        return tuple(one.sentence() for one in self.stores.projection.set_aside())

    def catch_up(self, on_step: Step) -> None:
        """Bring the tables behind the screens up to date with every log."""
        self.stores.projection.catch_up_all(on_step)

    def close(self) -> None:
        """Finish background work and close the store."""
        self.reading.close()
        self.copies.close()
        self.catalogs.close()
        self.stores.projection.close()
        self.stores.ledger.close()


def _origin(store: Path) -> str:
    """The name of this store in its checkpoints: drawn once, then stored."""
    path = store / ORIGIN_FILE
    if not path.exists():
        part = path.with_suffix(f".{secrets.token_hex(4)}")
        part.write_text(f"store-{secrets.token_hex(8)}.nameplate\n", encoding="ascii")
        try:
            path.hardlink_to(part)
        except FileExistsError:
            pass  # another process drew it first
        finally:
            part.unlink()
    return path.read_text(encoding="ascii").strip()


def _checkpoint_key(keys: KeyFolder, origin: str) -> NoteSigner:
    """The key that signs checkpoints: the store's own, created with it."""
    try:
        keys.public(origin)
    except KeyMissing:
        with suppress(KeyExists):  # another process made it first
            keys.create(origin)
    return keys.note_signer(origin)
