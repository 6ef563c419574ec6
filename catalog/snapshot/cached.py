"""Answers that are worked out once for each open snapshot, which never changes."""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from catalog.snapshot.reader import Snapshot

T = TypeVar("T")

MOST_KEPT = 1024
"""Answers of one question that are kept for one snapshot; past that all are worked out anew, so
that whatever is asked takes no more memory."""


def kept(question: Callable[..., T]) -> Callable[..., T]:
    """Keep the answers of a function of a snapshot and hashable values.

    An answer must not hold the snapshot, or it would never be let go.
    """
    every: WeakKeyDictionary[Snapshot, dict[tuple[Hashable, ...], T]] = WeakKeyDictionary()

    @wraps(question)
    def ask(snapshot: Snapshot, *about: Hashable) -> T:
        known = every.setdefault(snapshot, {})
        with suppress(KeyError):
            return known[about]
        answer = question(snapshot, *about)
        if len(known) >= MOST_KEPT:
            known.clear()
        known[about] = answer
        return answer

    return ask
