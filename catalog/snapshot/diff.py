"""Compare two snapshots of the catalog: permits, units, makers, coverage."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from catalog.records.records_json import to_json
from catalog.snapshot.index import hash_keys
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from catalog.snapshot.reader import Snapshot

MIX: Final = np.uint64(0xD6E8_FEB8_6659_FD93)
"""An odd number that spreads delivery numbers over 64 bits."""

MAX_LISTED: Final = 1_000
"""Changes of each kind that are listed; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One value of a permit or maker, before and after; "" if there was none."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """A permit or maker in both snapshots, with each value that differs."""

    record_id: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """A unit that was added, removed, or moved to another delivery.

    `before` and `after` name permit, line and delivery; empty where the unit did not exist.
    """

    maker_id: str
    model: str
    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDiff:
    """The difference between two snapshots. Lists hold at most `MAX_LISTED`; counts are exact."""

    old_sha256: str
    new_sha256: str
    permits_added: tuple[str, ...]
    permits_removed: tuple[str, ...]
    permits_changed: tuple[RecordChange, ...]
    makers_added: tuple[str, ...]
    makers_removed: tuple[str, ...]
    makers_changed: tuple[RecordChange, ...]
    units: tuple[UnitChange, ...]
    coverage: tuple[FieldChange, ...]
    counts: tuple[tuple[str, int], ...]

    def count(self, kind: str) -> int:
        """How many changes of a kind (permits_added, units_moved …) there are, listed or not."""
        return dict(self.counts)[kind]

    @property
    def empty(self) -> bool:
        """Whether both snapshots have the same content, apart from their build time and sources."""
        return not any(number for _, number in self.counts)

    def sentences(self) -> tuple[Sentence, ...]:
        """Describe the changes, one sentence per kind; a single one if there are none."""
        said = tuple(
            say("diff.changed", kind=kind, number=number) for kind, number in self.counts if number
        )
        return said or (say("diff.same"),)


def diff(old: Snapshot, new: Snapshot) -> SnapshotDiff:
    """Compare two snapshots record by record; takes seconds for a million units."""
    lists: dict[str, list[Any]] = {}
    counts: Counter[str] = Counter()
    for kind, change in _all_changes(old, new):
        counts[kind] += 1
        if len(lists.setdefault(kind, [])) < MAX_LISTED:
            lists[kind].append(change)
    unit_kinds = ("units_added", "units_removed", "units_moved")
    return SnapshotDiff(
        old_sha256=old.sha256,
        new_sha256=new.sha256,
        units=tuple(change for kind in unit_kinds for change in lists.get(kind, ())),
        counts=tuple((kind, counts[kind]) for kind in KINDS),
        **{kind: tuple(lists.get(kind, ())) for kind in KINDS if kind not in unit_kinds},
    )


KINDS: Final = (
    "permits_added",
    "permits_removed",
    "permits_changed",
    "makers_added",
    "makers_removed",
    "makers_changed",
    "units_added",
    "units_removed",
    "units_moved",
    "coverage",
)
"""The kinds of changes, in the order in which they are reported."""


def _all_changes(old: Snapshot, new: Snapshot) -> Iterator[tuple[str, Any]]:
    yield from _record_changes("permits", _permits(old), _permits(new))
    yield from _record_changes("makers", _makers(old), _makers(new))
    yield from _unit_changes(old, new)
    before, after = (to_json(one.manifest.coverage) for one in (old, new))
    for change in _field_changes("", before, after):
        yield "coverage", change


# Permits and makers: both lists are sorted by id


def _permits(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    for line in snapshot.permit_lines():
        yield json.loads(line)["permit_id"], line


def _makers(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    for maker in snapshot.makers():
        yield maker.maker_id, json.dumps(to_json(maker)).encode()


def _record_changes(
    what: str, old: Iterator[tuple[str, bytes]], new: Iterator[tuple[str, bytes]]
) -> Iterator[tuple[str, Any]]:
    """Merge both sorted lists; equal lines cost one comparison of bytes."""
    before, after = next(old, None), next(new, None)
    while before or after:
        if after is None or (before and before[0] < after[0]):
            assert before  # noqa: S101 - one of the two is there
            yield f"{what}_removed", before[0]
            before = next(old, None)
        elif before is None or after[0] < before[0]:
            yield f"{what}_added", after[0]
            after = next(new, None)
        else:
            if before[1] != after[1]:
                changes = _field_changes("", json.loads(before[1]), json.loads(after[1]))
                yield f"{what}_changed", RecordChange(record_id=after[0], fields=tuple(changes))
            before, after = next(old, None), next(new, None)


def _field_changes(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{path}.{name}" if path else name
            yield from _field_changes(inner, before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            pair = (items[place] if place < len(items) else None for items in (before, after))
            yield from _field_changes(f"{path}[{place}]", *pair)
    else:
        yield FieldChange(path=path, before=_text(before), after=_text(after))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# Units


def _unit_changes(old: Snapshot, new: Snapshot) -> Iterator[tuple[str, UnitChange]]:
    """Compare the keys of each maker and model, and the deliveries of those in both."""
    numbers: dict[str, int] = {}
    names = [_DeliveryNames(one, numbers) for one in (old, new)]
    groups = [{(g.maker_id, g.model): g.group_id for g in one.groups()} for one in (old, new)]
    for maker_id, model in sorted(groups[0].keys() | groups[1].keys()):
        sides = [
            _Units(one, which.get((maker_id, model)), deliveries)
            for one, which, deliveries in zip((old, new), groups, names, strict=True)
        ]
        for kind, key, before, after in _compare(*sides):
            yield (
                kind,
                UnitChange(
                    maker_id=maker_id, model=model, key=key.decode(), before=before, after=after
                ),
            )


class _DeliveryNames:
    """The deliveries of one snapshot by permit, line and delivery, in row order.

    `numbers` assigns one number to equal names in both snapshots.
    """

    def __init__(self, snapshot: Snapshot, numbers: dict[str, int]) -> None:
        self.names = [
            f"{permit['permit_id']} / {line['line_id']} / {delivery['delivery_id']}"
            for permit in map(json.loads, snapshot.permit_lines())
            for line in permit.get("lines", ())
            for delivery in line.get("deliveries", ())
        ]
        self.numbers = np.array(
            [numbers.setdefault(name, len(numbers)) for name in self.names], dtype=np.uint64
        )


class _Units:
    """The units of one group: their keys, and the delivery of each."""

    def __init__(self, snapshot: Snapshot, group: int | None, deliveries: _DeliveryNames) -> None:
        self.keys: npt.NDArray[np.bytes_] = np.empty(0, dtype="S1")
        self._rows: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._deliveries = deliveries
        if group is not None:
            self.keys = snapshot.keys(group)
            self._rows = snapshot.delivery_rows(group)

    def name(self, place: int) -> str:
        return self._deliveries.names[int(self._rows[place])]

    def signs(self) -> npt.NDArray[np.uint64]:
        """Return a 64-bit fingerprint of each key with its delivery."""
        if not len(self.keys):
            return np.empty(0, dtype=np.uint64)
        return hash_keys(self.keys) + self._deliveries.numbers[self._rows] * MIX


def _compare(old: _Units, new: _Units) -> Iterator[tuple[str, bytes, str, str]]:
    """Pair what only one side has: the same key on both sides is a unit that moved."""
    gone = np.flatnonzero(~np.isin(old.signs(), new.signs()))
    come = np.flatnonzero(~np.isin(new.signs(), old.signs()))
    left: dict[bytes, list[int]] = {}
    for place in gone.tolist():
        left.setdefault(bytes(old.keys[place]), []).append(place)
    for place in come.tolist():
        key = bytes(new.keys[place])
        if left.get(key):
            yield "units_moved", key, old.name(left[key].pop(0)), new.name(place)
        else:
            yield "units_added", key, "", new.name(place)
    for key, places in left.items():
        for place in places:
            yield "units_removed", key, old.name(place), ""
