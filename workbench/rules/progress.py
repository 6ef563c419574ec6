"""The progress of an exhibit: which of its regions people still have to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.types import ExhibitState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


def open_fields(
    fields: Sequence[tuple[str, str, float, str]], judged: Collection[str]
) -> frozenset[str]:
    """The fields of a region that were offered and that nobody has judged."""
    return frozenset(name for name, *_rest in fields if name not in judged)


def state_of(regions: Iterable[tuple[object, bool]], *, read: bool, judged: bool) -> ExhibitState:
    """The state of an exhibit; `regions` are (what is open, whether it has fields).

    An exhibit that was not read as a whole is still waiting, even if a part of it was read.
    `judged` says whether anybody judged anything on it.
    """
    if not read:
        return ExhibitState.WAITING
    regions = tuple(regions)
    if any(still for still, _offers in regions):
        return ExhibitState.READ
    if not judged and not any(offers for _still, offers in regions):
        return ExhibitState.NO_FIELD
    return ExhibitState.REVIEWED
