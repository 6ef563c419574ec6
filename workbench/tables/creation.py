"""Creates our tables while other programs may be creating the same ones."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 50
"""How often it is tried; tries are 50 ms apart."""
_PAUSE_SECONDS = 0.05
_MADE_BY_ANOTHER = ("exists", "unique", "locked")
"""Words in the errors of both databases for a table that another program has just created, or is
creating."""


def make_tables(make: Callable[[], None]) -> None:
    """Call `make`, which creates missing tables; again if another program just created them."""
    for left in reversed(range(TRIES)):
        try:
            make()
        except (OperationalError, ProgrammingError, IntegrityError) as error:
            if not left or not any(word in str(error).lower() for word in _MADE_BY_ANOTHER):
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
