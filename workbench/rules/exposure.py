"""What counts as one look: which exhibits show one and the same exposure.

A picture that comes twice is no second witness. Exhibits are of one exposure where their bytes are
equal, where they are a clip and its stills (frames laid over each other are such a still), and
where one was proposed as a copy of another. Exposures are what these ties join, however long the
chain: a repost of a repost is no new evidence.

Doubt goes against weight. A proposal of the program ties until a person says that the pictures are
two; bytes that are equal (SHA-256) and the stills of one clip stay tied whatever anybody says. A
second exposure of the same object is a relation of its own and ties nothing.

Weight, fusion, captures, reports and the two-person rule ask here, and nobody counts by another
rule (docs/decisions/0045-one-exposure.md).
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
"""How identifiers of groups of copies begin; groups of one object begin with another word."""


class Tie(StrEnum):
    """Why two exhibits are of one exposure."""

    SAME_BYTES = "same_bytes"
    """Their SHA-256 is the same. Nobody can split them."""
    CLIP = "clip"
    """One is a still of the other, a clip. Nobody can split them."""
    CONFIRMED = "confirmed"
    """A person confirmed that they are copies."""
    PROPOSED = "proposed"
    """The program proposed it, and no person has settled it."""


RULES: Final = Declared(
    "exposure",
    test="tests/workbench/rules/test_exposure.py",
    source="decision 0045",
    units={"SAME_OBJECT": "relation"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An exhibit, as far as this rule needs to know it."""

    exhibit_id: str
    sha256: str
    clip: str | None = None
    """The exhibit that it is a still of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The program found two exhibits alike."""

    one: str
    other: str
    relation: str
    """`exact`, `near` or another word for copies, or `same_object`, which ties nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A person said of some exhibits whether they are copies; of two judgements the later counts.

    A confirmed group is tied, a rejected one is split; one that is left unsure is tied as far as
    it was proposed.
    """

    sequence: int
    """Place in the log."""
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
    """One exposure: the exhibits that show it, in their order, and what ties them."""

    exhibits: tuple[str, ...]
    ties: tuple[Tied, ...]

    @property
    def name(self) -> str:
        """Its first exhibit, by which it is named."""
        return self.exhibits[0]


def exposures(
    exhibits: Iterable[Shown], proposed: Iterable[Proposed], judged: Iterable[Judged]
) -> tuple[Exposure, ...]:
    """Give the exposures of these exhibits, in the order of their first exhibits."""
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
    """Give for each exhibit the name of the exposure that it shows."""
    return {
        exhibit_id: exposure.name
        for exposure in exposures(exhibits, proposed, judged)
        for exhibit_id in exposure.exhibits
    }


def settled_exposure_of(exhibits: Iterable[Shown], judged: Iterable[Judged]) -> dict[str, str]:
    """Give the same, by what is settled alone: bytes, clips, and what people confirmed."""
    return exposure_of(exhibits, (), judged)


def repeated(
    exhibits: Iterable[Shown], proposed: Iterable[Proposed], exposure: Mapping[str, str]
) -> dict[str, str]:
    """Give for each exhibit that repeats another one which one it was found to repeat.

    That is the first with its bytes, else the first that it was proposed to be a copy of, as long
    as both show one exposure; `exposure` is that of `exposure_of`.
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
    """Why no judgement can make these exhibits more than one exposure, or None."""
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
    """Sort exhibits by their number: EX-9999 comes before EX-10000."""
    return len(exhibit_id), exhibit_id


def joined(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Give what pairs connect: each group in order, the groups by their first member."""
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
    """The ties of bytes and clips."""
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
    """The ties that people confirmed, and those proposals that nobody has settled."""
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
    """What people said of copies, the latest first."""

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
        """The latest judgement that is about both exhibits."""
        return next((said for said in self._of.get(one, ()) if other in said.exhibits), None)

    def pairs(self, judgement: Judged) -> Iterable[tuple[str, str]]:
        """Of a confirmed group, the pairs that no later judgement is about."""
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
