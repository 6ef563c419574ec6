"""Answers that are worked out once for each open snapshot, which never changes."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from catalog.snapshot import Snapshot

T = TypeVar("T")
NONE_YET: Final = object()

MOST_KEPT = 1024
"""Answers of one question that are kept for one snapshot; past that all are worked out anew, so
that whatever is asked takes no more memory."""


def kept(question: Callable[..., T]) -> Callable[..., T]:
    """Keep the answers of a function of a snapshot and hashable values.

    An answer must not hold the snapshot, or it would never be let go.
    """
    every: WeakKeyDictionary[Snapshot, dict[tuple[Hashable, ...], Any]] = WeakKeyDictionary()

    @wraps(question)
    def ask(snapshot: Snapshot, *about: Hashable) -> T:
        known = every.get(snapshot)
        if known is None:
            known = every[snapshot] = {}
        answer = known.get(about, NONE_YET)
        if answer is NONE_YET:
            answer = question(snapshot, *about)
            if len(known) >= MOST_KEPT:
                known.clear()
            known[about] = answer
        return cast("T", answer)

    return ask
