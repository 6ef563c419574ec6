"""What counts as one exposure: which exhibits show the same one.

A repeated picture is not a second witness. Exhibits are of one exposure if their bytes are equal,
if they are a clip and its stills (multi-frame stills included), and if one was proposed as a copy
of another. Exposures are the connected groups of these ties, however long the chain: a repost of a
repost is not new evidence.

Doubt reduces weight. A proposal of the program ties two pictures until a person says that they are
different exposures; equal bytes (SHA-256) and the stills of one clip stay tied whatever anybody
says. A second exposure of the same object is a separate relation and ties nothing.

Weight, fusion, captures, reports and the two-person rule all use this module, and nothing counts by
another rule (docs/decisions/0045-one-exposure.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from workbench.types import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SAME_OBJECT = "same_object"
"""The relation between two exposures of one object."""

OF_COPIES = "copy:"
"""Prefix of the identifiers of copy groups; groups of one object have another prefix."""


class Tie(StrEnum):
    """Why two exhibits are of one exposure."""

    SAME_BYTES = "same_bytes"
    """Their SHA-256 is the same. Nobody can split them."""
    CLIP = "clip"
    """One is a still of the other, a clip. Nobody can split them."""
    CONFIRMED = "confirmed"
    """A person confirmed that they are copies."""
    PROPOSED = "proposed"
    """The program proposed it, and no person has decided."""


RULES: Final = Declared(
    "exposure",
    test="tests/unit/workbench/rules/test_exposure.py",
    source="decision 0045",
    units={"SAME_OBJECT": "relation"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The parts of an exhibit that this rule needs."""

    exhibit_id: str
    sha256: str
    clip: str | None = None
    """The clip that it is a still of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The program found two exhibits alike."""

    one: str
    other: str
    relation: str
    """`exact`, `near` or another word for copies, or `same_object`, which ties nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A person judged whether exhibits are copies; the later of two judgements counts.

    A confirmed group is tied, a rejected one is split; one left unsure is tied as far as it was
    proposed.
    """

    sequence: int
    """Position in the log."""
    group: str
    exhibits: tuple[str, ...]
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """Two exhibits of one exposure, and why."""

    one: str
    other: str
    tie: Tie


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One exposure: the exhibits that show it, in order, and what ties them."""

    exhibits: tuple[str, ...]
    ties: tuple[Tied, ...]

    @property
    def name(self) -> str:
        """The first exhibit, which names it."""
        return self.exhibits[0]


def exposures(
    exhibits: Iterable[Shown], proposed: Iterable[Proposed], judged: Iterable[Judged]
) -> tuple[Exposure, ...]:
    """Return the exposures of these exhibits, in the order of their first exhibits."""
    shown = {exhibit.exhibit_id: exhibit for exhibit in exhibits}
    ties = [
        tied
        for tied in (*_fixed(shown.values()), *_by_people_and_program(proposed, judged))
        if tied.one in shown and tied.other in shown
    ]
    members = joined(shown, ((tied.one, tied.other) for tied in ties))
    of = {exhibit_id: group for group in members for exhibit_id in group}
    tied_in: dict[tuple[str, ...], list[Tied]] = {group: [] for group in members}
    for tied in sorted(ties, key=lambda tied: (in_order(tied.one), in_order(tied.other), tied.tie)):
        tied_in[of[tied.one]].append(tied)
    return tuple(
        Exposure(exhibits=group, ties=tuple(dict.fromkeys(tied_in[group]))) for group in members
    )


def exposure_of(
    exhibits: Iterable[Shown], proposed: Iterable[Proposed], judged: Iterable[Judged]
) -> dict[str, str]:
    """Return for each exhibit the name of its exposure."""
    return {
        exhibit_id: exposure.name
        for exposure in exposures(exhibits, proposed, judged)
        for exhibit_id in exposure.exhibits
    }


def settled_exposure_of(exhibits: Iterable[Shown], judged: Iterable[Judged]) -> dict[str, str]:
    """Return the same from settled ties only: bytes, clips, and what people confirmed."""
    return exposure_of(exhibits, (), judged)


def repeated(
    exhibits: Iterable[Shown], proposed: Iterable[Proposed], exposure: Mapping[str, str]
) -> dict[str, str]:
    """Return for each exhibit that repeats another one which one it was found to repeat.

    That is the first with the same bytes, otherwise the first of which it was proposed as a copy,
    as long as both are of one exposure; `exposure` is the result of `exposure_of`.
    """
    alike: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for exhibit in sorted(exhibits, key=lambda exhibit: in_order(exhibit.exhibit_id)):
        same = first.setdefault(exhibit.sha256, exhibit.exhibit_id)
        if same != exhibit.exhibit_id:
            alike[exhibit.exhibit_id] = [same]
    for pair in proposed:
        if pair.relation != SAME_OBJECT:
            alike.setdefault(pair.one, []).append(pair.other)
    found = {
        exhibit_id: next((name for name in names if exposure.get(name) == own), None)
        for exhibit_id, names in alike.items()
        if (own := exposure.get(exhibit_id)) is not None
    }
    return {exhibit_id: name for exhibit_id, name in found.items() if name is not None}


def cannot_be_split(exhibits: Sequence[Shown]) -> str | None:
    """Return why no judgement can split these exhibits into several exposures, or None."""
    if len(exposures(exhibits, (), ())) > 1:
        return None
    names = ", ".join(sorted((exhibit.exhibit_id for exhibit in exhibits), key=in_order))
    if len({exhibit.sha256 for exhibit in exhibits}) == 1:
        return (
            f"{names} are the same file, byte for byte (SHA-256), and remain one exposure; "
            "confirm the group, or leave it as it is."
        )
    return (
        f"{names} are one clip and its stills, or files with the same bytes as these, and remain "
        "one exposure; confirm the group, or leave it as it is."
    )


def in_order(exhibit_id: str) -> tuple[int, str]:
    """Sort key for exhibits, by number: EX-9999 comes before EX-10000."""
    return len(exhibit_id), exhibit_id


def joined(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return connected groups: each group in order, the groups by their first member."""
    root = {name: name for name in names}

    def find(name: str) -> str:
        root.setdefault(name, name)
        while root[name] != name:
            root[name] = name = root[root[name]]
        return name

    for one, other in pairs:
        first, second = sorted((find(one), find(other)), key=in_order)
        root[second] = first
    groups: dict[str, list[str]] = {}
    for name in sorted(root, key=in_order):
        groups.setdefault(find(name), []).append(name)
    return [tuple(group) for group in groups.values()]


def _fixed(exhibits: Iterable[Shown]) -> Iterator[Tied]:
    """The ties from bytes and clips."""
    first: dict[str, str] = {}
    for exhibit in sorted(exhibits, key=lambda exhibit: in_order(exhibit.exhibit_id)):
        earlier = first.setdefault(exhibit.sha256, exhibit.exhibit_id)
        if earlier != exhibit.exhibit_id:
            yield Tied(one=earlier, other=exhibit.exhibit_id, tie=Tie.SAME_BYTES)
        if exhibit.clip is not None:
            yield Tied(one=exhibit.clip, other=exhibit.exhibit_id, tie=Tie.CLIP)


def _by_people_and_program(
    proposed: Iterable[Proposed], judged: Iterable[Judged]
) -> Iterator[Tied]:
    """The ties confirmed by people, and the proposals that nobody has settled."""
    said = _Said(judged)
    for judgement in said.confirmed:
        for one, other in said.pairs(judgement):
            yield Tied(one=one, other=other, tie=Tie.CONFIRMED)
    for pair in proposed:
        if pair.relation == SAME_OBJECT:
            continue
        last = said.last(pair.one, pair.other)
        if last is None or last.judgement is Judgement.UNSURE:
            yield Tied(one=pair.one, other=pair.other, tie=Tie.PROPOSED)


class _Said:
    """People's judgements of copies, latest first."""

    def __init__(self, judged: Iterable[Judged]) -> None:
        of_copies = [one for one in judged if one.group.startswith(OF_COPIES)]
        self._latest = sorted(of_copies, key=lambda one: -one.sequence)
        self._of: dict[str, list[Judged]] = {}
        for judgement in self._latest:
            for exhibit_id in dict.fromkeys(judgement.exhibits):
                self._of.setdefault(exhibit_id, []).append(judgement)

    @property
    def confirmed(self) -> list[Judged]:
        return [one for one in self._latest if one.judgement is Judgement.CONFIRMED]

    def last(self, one: str, other: str) -> Judged | None:
        """The latest judgement about both exhibits."""
        return next((said for said in self._of.get(one, ()) if other in said.exhibits), None)

    def pairs(self, judgement: Judged) -> Iterable[tuple[str, str]]:
        """The pairs of a confirmed group that no later judgement is about."""
        mine = set(judgement.exhibits)
        if all(
            len(mine.intersection(other.exhibits)) < 2
            for other in self._latest
            if other.sequence > judgement.sequence
        ):
            return pairwise(judgement.exhibits)  # enough to tie them all
        return (
            (one, other)
            for one, other in combinations(judgement.exhibits, 2)
            if self.last(one, other) is judgement
        )
