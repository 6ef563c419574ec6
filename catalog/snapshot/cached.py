"""Cache results for each open snapshot, which never changes."""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from catalog.snapshot.reader import Snapshot

T = TypeVar("T")

MOST_CACHED = 1024
"""Maximum number of cached results of one function for one snapshot; beyond it the cache is
cleared, so that memory is bounded.
"""


def cached(question: Callable[..., T]) -> Callable[..., T]:
    """Cache the results of a function of a snapshot and hashable values.

    A result must not refer to the snapshot, or it would never be released.
    """
    every: WeakKeyDictionary[Snapshot, dict[tuple[Hashable, ...], T]] = WeakKeyDictionary()

    @wraps(question)
    def ask(snapshot: Snapshot, *about: Hashable) -> T:
        known = every.setdefault(snapshot, {})
        with suppress(KeyError):
            return known[about]
        answer = question(snapshot, *about)
        if len(known) >= MOST_CACHED:
            known.clear()
        known[about] = answer
        return answer

    return ask
