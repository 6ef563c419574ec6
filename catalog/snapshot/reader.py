"""Read one snapshot: an immutable, hashed file, memory-mapped and never changed."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from catalog.errors import CatalogError, RecordInvalid, SnapshotDamaged, SnapshotUnreadable
from catalog.likelihood.descent import SortedKeys
from catalog.numbering.schemes import GroupStatistics
from catalog.records.makers import MakerHit, MakerNames, ModelHit
from catalog.records.records_json import from_json
from catalog.snapshot.build import build_snapshot
from catalog.snapshot.container import MappedContainer
from catalog.snapshot.index import MAX_KEY_BYTES, HashIndex, Places, as_keys
from catalog.snapshot.layout import DELIVERY, UNIT, GroupEntry, read_groups
from catalog.snapshot.manifest import MANIFEST_NAME, SnapshotManifest, read_manifest
from catalog.snapshot.verify import faults_of
from catalog.types import CoverageEntry, Maker, Permit, Serial, Unit, UnitGroup
from catalog.vocabulary import DISPOSITIONS, SERIAL_BASES
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from types import TracebackType

    import numpy.typing as npt

__all__ = ["Snapshot", "build_snapshot", "open_snapshot"]

CACHED_PERMITS = 256


def open_snapshot(path: Path | str) -> Snapshot:
    """Map a snapshot for reading; checks its form, not its content (see `Snapshot.verify`).

    Raises SnapshotUnreadable if it is not a snapshot of a known version.
    """
    return Snapshot(Path(path))


class Snapshot:
    """One state of the catalog. Use as a context manager or call `close`.

    Can be shared between threads: only caches ever change.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._container = MappedContainer(path)
        except OSError as problem:
            raise SnapshotUnreadable(
                f"{path.name} cannot be opened ({problem.strerror or problem}).",
                remedy="Check that the file is there and may be read.",
            ) from None
        self.path = path
        try:
            data = bytes(self._container.bytes_of(MANIFEST_NAME))
            self.manifest: SnapshotManifest = read_manifest(data, path)
        except BaseException:
            self._container.close()
            raise
        self._permit = lru_cache(CACHED_PERMITS)(self._read_permit)
        self._sorted_keys: dict[int, SortedKeys] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._container.close()

    @cached_property
    def sha256(self) -> str:
        """The snapshot's identity: the SHA-256 of the whole file, in hex, computed on first use."""
        return self._container.sha256()

    def verify(self) -> None:
        """Rehash every member and compare it with the manifest.

        Raises SnapshotDamaged with every fault found.
        """
        faults = faults_of(self._container, self.manifest)
        if faults:
            raise SnapshotDamaged(
                f"The snapshot {self.path.name} differs from its manifest.",
                remedy="Do not use it; get the original again or import the catalog again.",
                faults=faults,
            )

    # Makers and models

    def makers(self) -> tuple[Maker, ...]:
        """All makers, sorted by id."""
        return self._makers

    def maker(self, maker_id: str) -> Maker | None:
        """One maker by its id."""
        return self._names.maker(maker_id)

    def find_maker(self, text: str, on: date | None = None) -> tuple[MakerHit, ...]:
        """Find the makers that a name on a plate or a page may mean (see `makers.MakerNames`)."""
        return self._names.find(text, on)

    def find_model(self, maker_id: str | None, text: str) -> tuple[ModelHit, ...]:
        """Find the models named in a text, exactly or by a declared variant.

        Models come from the makers' declarations and from the permits' lines; None searches those
        of every maker.
        """
        return self._names.find_model(maker_id, text)

    # Groups, keys and units

    def groups(self) -> tuple[UnitGroup, ...]:
        """All groups, sorted by maker id and model; a group's id is its index here."""
        return self._groups

    def group(self, maker_id: str, model: str) -> UnitGroup | None:
        """One maker's model by its name or a declared variant of it."""
        place = self._group_places.get((maker_id, fold(model)))
        if place is None:
            hits = self.find_model(maker_id, model)
            place = self._group_places.get((maker_id, fold(hits[0].model))) if hits else None
        return None if place is None else self._groups[place]

    def keys(self, group_id: int) -> npt.NDArray[np.bytes_]:
        """All folded serials of a group (`values.text.fold`, UTF-8), sorted, mapped, dtype S."""
        entry = self._entries[group_id]
        width, count = entry.width, entry.units
        data = self._container.bytes_of("keys.bin")
        return np.frombuffer(data, dtype=f"S{width}", count=count, offset=entry.offset)

    def sorted_keys(self, group_id: int) -> SortedKeys:
        """The same with data derived from them, cached while the snapshot is open."""
        if group_id not in self._sorted_keys:
            self._sorted_keys[group_id] = SortedKeys(keys=self.keys(group_id))
        return self._sorted_keys[group_id]

    def lookup(self, group_id: int, strings: Sequence[str]) -> Places:
        """Find many folded serials at once among a group's keys, exactly."""
        return self.index.find(as_keys(strings), self.keys(group_id), start=self._starts[group_id])

    def delivery_rows(self, group_id: int) -> npt.NDArray[np.int64]:
        """The row of each unit's delivery, in key order of the group (rows: as written)."""
        first = self._starts[group_id]
        rows = self._units["delivery"][first : first + self._entries[group_id].units]
        return np.asarray(rows, dtype=np.int64)

    def statistics(self, group_id: int) -> GroupStatistics | None:
        """How the group's serials are numbered; None if stored in another format."""
        try:
            return GroupStatistics.from_json(self._statistics[group_id])
        except IndexError:
            raise self._unreadable(f"statistics.jsonl has no group {group_id}") from None
        except RecordInvalid:
            return None

    def units(self, group_id: int, positions: Sequence[int]) -> tuple[Unit, ...]:
        """Return the units at these indices of the group's keys, with everything above them."""
        keys = self.keys(group_id)
        return tuple(self._unit(group_id, int(position), keys) for position in positions)

    def records_for(self, group_id: int, position: int) -> Unit:
        """Return one unit with its permit, line and delivery."""
        return self.units(group_id, (position,))[0]

    def find_units(self, serial: str) -> tuple[Unit, ...]:
        """Find every unit of any maker and model with exactly this serial when folded."""
        return tuple(self.records_for(*place) for place, _ in self.find_places(serial))

    def find_places(self, serial: str) -> Iterator[tuple[tuple[int, int], bool]]:
        """Find the location of every unit with exactly this serial: group and index in it.

        Also returns whether its permit was never approved.
        """
        key = fold(serial).encode()
        for row in self.index.rows_of(key) if 0 < len(key) <= MAX_KEY_BYTES else ():
            group, (place,) = self._place_of_row(row)
            try:
                there = self.keys(group)[place] == key
                permit = self._deliveries[self._units[row]["delivery"]].tolist()[0]
                refused = bool(self._permit_flags[permit])
            except IndexError as problem:
                raise self._unreadable(f"unit {place} of group {group} ({problem})") from None
            if there:
                yield (group, place), refused

    # Permits

    def permits(self) -> Iterator[Permit]:
        """All permits and applications, sorted by id, without unit serials."""
        return (self._permit(row) for row in range(len(self._permit_offsets) - 1))

    def permit_lines(self) -> Iterator[bytes]:
        """All permits as the JSON lines stored in the file, sorted by id."""
        data = self._container.bytes_of("permits.jsonl")
        for start, end in pairwise(self._permit_offsets.tolist()):
            yield bytes(data[start:end])

    def permit(self, permit_id: str) -> Permit | None:
        """One permit by its id."""
        low, high = 0, len(self._permit_offsets) - 1
        while low < high:
            middle = (low + high) // 2
            found = self._permit(middle)
            if found.permit_id == permit_id:
                return found
            low, high = (middle + 1, high) if found.permit_id < permit_id else (low, middle)
        return None

    def permits_for(
        self, *, maker_id: str, model: str, never_approved: bool | None = None
    ) -> tuple[Permit, ...]:
        """All permits with a line for this maker and model.

        `never_approved` restricts them to those that no status ever allowed (True), or the others
        (False).
        """
        group = self.group(maker_id, model)
        if group is None:
            return ()
        rows = self._permit_rows(group.group_id)
        if never_approved is not None:
            rows = rows[self._permit_flags[rows] == int(never_approved)]
        return tuple(self._permit(int(row)) for row in rows)

    def permits_of(self, group_id: int) -> int:
        """Count the permits with a line for a group, except applications never approved."""
        return int(np.count_nonzero(self._permit_flags[self._permit_rows(group_id)] == 0))

    def _permit_rows(self, group_id: int) -> npt.NDArray[np.uint32]:
        first = self._first_permits[group_id]
        return self._group_permits[first : first + self._entries[group_id].permits]

    def coverage_of(self, maker_id: str) -> tuple[CoverageEntry, ...]:
        """The declared coverage for a maker; includes entries for every maker."""
        return tuple(entry for entry in self.manifest.coverage if entry.maker_id in ("", maker_id))

    # Members, each mapped or read on first use

    @cached_property
    def index(self) -> HashIndex:
        """The hash index over all groups; unit rows are numbered across groups in order."""
        return HashIndex(
            hashes=self._container.array("hashes.npy", "<u8"),
            rows=self._container.array("hash_rows.npy", "<u4"),
        )

    @cached_property
    def _makers(self) -> tuple[Maker, ...]:
        value = self._json("makers.json")
        return tuple(from_json(Maker, item, where=f"makers[{n}]") for n, item in enumerate(value))

    @cached_property
    def _names(self) -> MakerNames:
        lines = tuple((entry.maker_id, entry.model) for entry in self._entries)
        return MakerNames(self._makers, models=lines)

    @cached_property
    def _entries(self) -> tuple[GroupEntry, ...]:
        """The groups as stored in the file, checked so that no number points outside it."""
        try:
            entries = read_groups(bytes(self._container.bytes_of("groups.json")))
        except RecordInvalid as problem:
            raise self._unreadable(f"groups.json ({problem.message})") from None
        keys = len(self._container.bytes_of("keys.bin"))
        fits = all(one.fits(keys) for one in entries)
        total, permits = sum(one.units for one in entries), sum(one.permits for one in entries)
        if not fits or (total, permits) != (len(self._units), len(self._group_permits)):
            raise self._unreadable("groups.json does not fit the other members")
        return entries

    @cached_property
    def _groups(self) -> tuple[UnitGroup, ...]:
        return tuple(
            UnitGroup(
                group_id=place,
                maker_id=entry.maker_id,
                model=entry.model,
                units=entry.units,
                key_lengths=entry.key_lengths,
                unserialised=entry.unserialised,
                without_serials=entry.without_serials,
                open_permits=entry.open_permits,
            )
            for place, entry in enumerate(self._entries)
        )

    @cached_property
    def _group_places(self) -> dict[tuple[str, str], int]:
        return {(group.maker_id, fold(group.model)): group.group_id for group in self._groups}

    @cached_property
    def _starts(self) -> list[int]:
        return _running_total(entry.units for entry in self._entries)

    @cached_property
    def _first_permits(self) -> list[int]:
        return _running_total(entry.permits for entry in self._entries)

    @cached_property
    def _statistics(self) -> list[bytes]:
        return bytes(self._container.bytes_of("statistics.jsonl")).splitlines()

    @cached_property
    def _units(self) -> npt.NDArray[Any]:
        return self._container.array("units.npy", UNIT)

    @cached_property
    def _deliveries(self) -> npt.NDArray[Any]:
        return self._container.array("deliveries.npy", DELIVERY)

    @cached_property
    def _permit_offsets(self) -> npt.NDArray[np.uint64]:
        return self._container.array("permit_offsets.npy", "<u8")

    @cached_property
    def _permit_flags(self) -> npt.NDArray[np.uint8]:
        return self._container.array("permit_flags.npy", "u1")

    @cached_property
    def _group_permits(self) -> npt.NDArray[np.uint32]:
        return self._container.array("group_permits.npy", "<u4")

    def _json(self, name: str) -> Any:
        try:
            return json.loads(bytes(self._container.bytes_of(name)))
        except (ValueError, RecursionError) as problem:
            raise self._unreadable(f"{name} is not JSON ({problem})") from None

    def _read_permit(self, row: int) -> Permit:
        try:
            start, end = (int(place) for place in self._permit_offsets[row : row + 2])
            text = json.loads(bytes(self._container.bytes_of("permits.jsonl")[start:end]))
            return from_json(Permit, text, where=f"permit {row}")
        except (ValueError, RecursionError, CatalogError) as problem:
            raise self._unreadable(f"permit {row} cannot be read ({problem})") from None

    def _unit(self, group_id: int, position: int, keys: npt.NDArray[np.bytes_]) -> Unit:
        try:
            row = self._units[self._starts[group_id] + position]
            start, size = int(row["text"]), int(row["text_size"])
            text = bytes(self._container.bytes_of("texts.bin")[start : start + size])
            key = keys[position].decode()
            permit_row, line_place, place = self._deliveries[row["delivery"]].tolist()
            permit = self._permit(permit_row)
            line = permit.lines[line_place]
            delivery = line.deliveries[place]
            serial = Serial(
                value=text.decode(),
                basis=SERIAL_BASES[row["basis"]],
                disposition=DISPOSITIONS[row["disposition"]],
            )
        except (IndexError, UnicodeDecodeError, RecordInvalid) as problem:
            raise self._unreadable(f"unit {position} of group {group_id} ({problem})") from None
        return Unit(
            group_id=group_id,
            position=position,
            key=key,
            permit=permit,
            line=line,
            delivery=delivery,
            serial=serial,
        )

    def _place_of_row(self, row: int) -> tuple[int, tuple[int]]:
        group = int(np.searchsorted(self._starts, row, side="right")) - 1
        return group, (row - self._starts[group],)

    def _unreadable(self, problem: str) -> SnapshotUnreadable:
        return SnapshotUnreadable(
            f"The snapshot {self.path.name} is damaged: {problem}.",
            remedy="Verify it, and get the original again or import the catalog again.",
        )


def _running_total(sizes: Iterable[int]) -> list[int]:
    starts, total = [], 0
    for size in sizes:
        starts.append(total)
        total += size
    return starts
