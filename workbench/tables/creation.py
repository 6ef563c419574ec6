"""Making tables of our own where other programs may make the same ones at the same moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 50
"""How often it is tried; between two tries 50 ms pass."""
_PAUSE_SECONDS = 0.05
_MADE_BY_ANOTHER = ("exists", "unique", "locked")
"""Words of both databases for a table that another program has just made, or is making."""


def make_tables(make: Callable[[], None]) -> None:
    """Call what makes missing tables, again where another program was making them just then."""
    for left in reversed(range(TRIES)):
        try:
            make()
        except (OperationalError, ProgrammingError, IntegrityError) as error:
            if not left or not any(word in str(error).lower() for word in _MADE_BY_ANOTHER):
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
