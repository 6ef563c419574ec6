"""Build an immutable snapshot file from catalog records; the same records give the same bytes."""

from __future__ import annotations

import json
import os
import struct
import tempfile
from array import array
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from catalog.errors import RecordInvalid, SnapshotExists
from catalog.numbering.count import statistics
from catalog.records.records_json import to_json
from catalog.records.status import never_approved
from catalog.snapshot.container import ContainerWriter
from catalog.snapshot.extent import Extents
from catalog.snapshot.gaps import without_serials
from catalog.snapshot.index import hash_keys, sorted_parts
from catalog.snapshot.layout import DELIVERY, README, UNIT, GroupEntry, groups_json
from catalog.snapshot.manifest import (
    FORMAT,
    FORMAT_VERSION,
    MANIFEST_NAME,
    SYNTHETIC_NOTICE,
    Counts,
    SnapshotManifest,
    manifest_bytes,
)
from catalog.snapshot.unit_order import BATCH, by_group, sort_by_key
from catalog.snapshot.unit_spool import Spool, UnitSpool
from catalog.vocabulary import DISPOSITIONS, SERIAL_BASES
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from types import TracebackType

    import numpy.typing as npt

    from catalog.types import (
        CatalogRecords,
        CoverageEntry,
        Delivery,
        Maker,
        Permit,
        PermitLine,
        Source,
    )

_BASIS: Final = {name: code for code, name in enumerate(SERIAL_BASES)}
_DISPOSITION: Final = {name: code for code, name in enumerate(DISPOSITIONS)}
_DELIVERY: Final = struct.Struct("<3I")


def build_snapshot(
    records: CatalogRecords,
    path: Path,
    *,
    sources: tuple[Source, ...],
    coverage: tuple[CoverageEntry, ...],
    synthetic: bool,
    built_at: datetime,
) -> SnapshotManifest:
    """Write the records as a new snapshot at `path`, which must not exist.

    Raises SnapshotExists, or RecordInvalid for contradictory records.
    """
    with SnapshotWriter(path, records.makers) as writer:
        for permit in sorted(records.permits, key=lambda permit: permit.permit_id):
            writer.add(permit)
        return writer.finish(
            sources=sources, coverage=coverage, synthetic=synthetic, built_at=built_at
        )


class SnapshotWriter:
    """Takes permits one by one, in order of their ids, and writes one snapshot at the end.

    Everything that grows goes to temporary files beside the snapshot, and is sorted and counted in
    batches; memory holds a few numbers for each permit. Use it as a context manager.
    """

    def __init__(self, path: Path, makers: Iterable[Maker]) -> None:
        if path.exists():
            raise SnapshotExists(
                f"{path.name} exists already, and a snapshot is never overwritten.",
                remedy="Choose another name.",
            )
        self.path = path
        self._makers = tuple(sorted(makers, key=lambda maker: maker.maker_id))
        self._groups = _Groups(self._makers)
        self._units = UnitSpool(path.parent)
        self._permits = Spool(path.parent)
        self._deliveries = Spool(path.parent)
        self._last_id = ""
        self._offsets = array("Q", [0])
        self._flags = bytearray()
        self._lines = 0
        self._extents = Extents()
        self._group_permits = array("Q")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for spool in (self._units, self._permits, self._deliveries):
            spool.close()

    def add(self, permit: Permit) -> None:
        """Add one permit with its lines, deliveries and serials.

        Raises RecordInvalid if it is out of order, a duplicate, or names an unknown maker.
        """
        if self._flags and permit.permit_id <= self._last_id:
            raise RecordInvalid(
                f"Permit {permit.permit_id!r} comes after {self._last_id!r}.",
                remedy="Give each permit one id, and add them in the order of the ids.",
            )
        row = len(self._flags)
        self._last_id = permit.permit_id
        lines = tuple(
            self._take_line(permit, row, place, line) for place, line in enumerate(permit.lines)
        )
        self._extents.add(permit)
        self._permits.append(_json_line(to_json(replace(permit, lines=lines))))
        self._offsets.append(self._permits.size)
        self._flags.append(never_approved(permit))

    def _take_line(self, permit: Permit, row: int, place: int, line: PermitLine) -> PermitLine:
        group = self._groups.of(permit, line)
        self._lines += 1
        self._group_permits.append(group << 32 | row)
        self._groups.count_open(group, row, permit, line)
        deliveries = tuple(
            self._take_delivery(group, (row, place, number), delivery)
            for number, delivery in enumerate(line.deliveries)
        )
        return replace(line, deliveries=deliveries)

    def _take_delivery(
        self, group: int, where: tuple[int, int, int], delivery: Delivery
    ) -> Delivery:
        row = self._deliveries.size // DELIVERY.itemsize
        self._deliveries.append(_DELIVERY.pack(*where))
        others = []
        for serial in delivery.serials:
            key = fold(serial.value) if serial.is_unit else ""
            if key:
                self._units.add(
                    group=group,
                    delivery=row,
                    key=key.encode(),
                    text=serial.value.encode(),
                    basis=_BASIS[serial.basis],
                    disposition=_DISPOSITION[serial.disposition],
                )
            else:
                others.append(serial)
                self._groups.unserialised[group] += serial.quantity or 0
        known = len(delivery.serials) - len(others)
        return replace(delivery, serials=tuple(others), serials_recorded=known)

    def finish(
        self,
        *,
        sources: tuple[Source, ...],
        coverage: tuple[CoverageEntry, ...],
        synthetic: bool,
        built_at: datetime,
    ) -> SnapshotManifest:
        """Sort, index and write everything; the file appears complete or not at all."""
        if built_at.tzinfo is None:
            raise ValueError("built_at needs a time zone; give a time in UTC")
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".snapshot-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                container = ContainerWriter(file)
                counts = self._write_members(container)
                manifest = SnapshotManifest(
                    format=FORMAT,
                    format_version=FORMAT_VERSION,
                    built_at=built_at,
                    synthetic=synthetic,
                    notice=SYNTHETIC_NOTICE if synthetic else "",
                    sources=sources,
                    coverage=coverage,
                    extent=self._extents.found(),
                    counts=counts,
                    members=tuple(container.members),
                )
                container.add(MANIFEST_NAME, [manifest_bytes(manifest)])
                container.close()
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o444)
            _publish(temporary, self.path)
        finally:
            temporary.unlink(missing_ok=True)
        return manifest

    def _write_members(self, container: ContainerWriter) -> Counts:
        container.add("README.txt", [README.encode()])
        container.add("makers.json", [_json_line(to_json(self._makers))])
        container.add("permits.jsonl", self._permits.chunks())
        container.add_array("permit_offsets.npy", "<u8", [np.asarray(self._offsets)])
        container.add_array("permit_flags.npy", "u1", [np.frombuffer(self._flags, np.uint8)])
        self._write_units(container)
        deliveries = self._deliveries.view(DELIVERY)
        container.add_array("deliveries.npy", DELIVERY, [deliveries])
        return Counts(
            makers=len(self._makers),
            groups=len(self._groups.shown),
            permits=len(self._flags),
            lines=self._lines,
            deliveries=len(deliveries),
            units=self._units.count,
            unserialised=sum(self._groups.unserialised),
        )

    def _write_units(self, container: ContainerWriter) -> None:
        """Write everything ordered by groups and their sorted keys."""
        rank = self._groups.rank()
        rows, bounds = by_group(self._units, rank, self.path.parent)
        permits = self._permits_of_groups(rank)
        keys, hashes, hash_rows, numbering = (Spool(self.path.parent) for _ in range(4))
        try:
            entries = []
            for place, group in enumerate(np.argsort(rank).tolist()):
                members = rows[bounds[place] : bounds[place + 1]]
                entry = self._entry(group, members, len(permits[place]), keys, hashes)
                entries.append(entry)
                numbering.append(self._numbering(group, entry, keys))
            container.add("groups.json", [_json_line(groups_json(tuple(entries)))])
            container.add("statistics.jsonl", numbering.chunks())
            container.add("keys.bin", keys.chunks())
            container.add_array("units.npy", UNIT, self._unit_parts(rows), count=len(rows))
            container.add("texts.bin", self._units.texts.chunks())
            sorted_hashes = _keeping_rows(sorted_parts(hashes.view(np.uint64)), hash_rows)
            container.add_array("hashes.npy", "<u8", sorted_hashes, count=len(rows))
            container.add_array("hash_rows.npy", "<u4", [hash_rows.view("<u4")])
        finally:
            for spool in (keys, hashes, hash_rows, numbering):
                spool.close()
        container.add_array("group_permits.npy", "<u4", permits)

    def _entry(
        self, group: int, members: npt.NDArray[np.uint32], permits: int, keys: Spool, hashes: Spool
    ) -> GroupEntry:
        """Sort one group's units by key, in place; write keys and hashes."""
        offset = keys.size
        width = self._units.width_of(members)
        lengths = np.zeros(width + 1, dtype=np.int64)
        for part in sort_by_key(self._units, members, self.path.parent, width):
            keys.append(part.view(np.uint8).data)
            hashes.append(hash_keys(part).view(np.uint8).data)
            lengths += np.bincount(np.char.str_len(part), minlength=width + 1)
        maker_id, model = self._groups.shown[group]
        return GroupEntry(
            maker_id=maker_id,
            model=model,
            unserialised=self._groups.unserialised[group],
            without_serials=self._groups.without_serials[group],
            open_permits=self._groups.open_permits[group],
            permits=permits,
            offset=offset,
            units=len(members),
            width=width,
            key_lengths=tuple((at, count) for at, count in enumerate(lengths.tolist()) if count),
        )

    def _numbering(self, group: int, entry: GroupEntry, keys: Spool) -> bytes:
        data = keys.view(np.uint8)[entry.offset :]
        found = np.asarray(data).view(f"S{entry.width}")
        pattern = self._groups.pattern(group)
        return _json_line(statistics(found, pattern=pattern).to_json())

    def _unit_parts(self, rows: npt.NDArray[np.uint32]) -> Iterator[npt.NDArray[Any]]:
        records = self._units.records()
        for start in range(0, len(rows), BATCH):
            part = records[rows[start : start + BATCH]]
            units = np.empty(len(part), dtype=UNIT)
            for name in UNIT.names or ():
                units[name] = part[name]
            yield units

    def _permits_of_groups(self, rank: npt.NDArray[np.uint32]) -> list[npt.NDArray[np.uint32]]:
        """Return each group's permit rows, ascending and unique, in group order."""
        pairs = np.asarray(self._group_permits, dtype=np.uint64)
        groups, permits = rank[(pairs >> np.uint64(32)).astype(np.int64)], pairs & 0xFFFF_FFFF
        both = np.unique(groups.astype(np.uint64) << np.uint64(32) | permits)
        starts = np.searchsorted(both >> np.uint64(32), np.arange(len(rank) + 1, dtype=np.uint64))
        rows = (both & 0xFFFF_FFFF).astype("<u4")
        return [rows[start:end] for start, end in pairwise(starts.tolist())]


def _keeping_rows(
    parts: Iterator[tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]], rows: Spool
) -> Iterator[npt.NDArray[np.uint64]]:
    """Yield the sorted hashes; store the row of each in `rows`."""
    for hashes, where in parts:
        rows.append(where.view(np.uint8).data)
        yield hashes


class _Groups:
    """Numbers the makers' models as they come; declared variants share their model's number."""

    def __init__(self, makers: tuple[Maker, ...]) -> None:
        self._known = {maker.maker_id for maker in makers}
        self._names = {
            (maker.maker_id, fold(name)): names.model
            for maker in makers
            for names in maker.models
            for name in (names.model, *names.variants)
        }
        self._patterns = {
            (maker.maker_id, fold(scheme.model)): scheme.pattern
            for maker in makers
            for scheme in maker.schemes
        }
        self._numbers: dict[tuple[str, str], int] = {}
        self.shown: list[tuple[str, str]] = []
        self.unserialised: list[int] = []
        self.without_serials: list[int] = []
        self.open_permits: list[int] = []
        self._last_open: list[int] = []

    def count_open(self, number: int, row: int, permit: Permit, line: PermitLine) -> None:
        """Count a line's units without a serial on record, and its permit if there are any.

        Applications that were never approved permit nothing.
        """
        if never_approved(permit):
            return
        gap = without_serials(line)
        self.without_serials[number] += gap.units
        if gap.any and self._last_open[number] != row:
            self._last_open[number] = row
            self.open_permits[number] += 1

    def of(self, permit: Permit, line: PermitLine) -> int:
        """Return the number of a line's maker and model; RecordInvalid for an unknown maker."""
        if line.maker_id not in self._known:
            raise RecordInvalid(
                f"Permit {permit.permit_id!r} names the unknown maker {line.maker_id!r}.",
                remedy="Add that maker to the records, or correct the maker's id.",
            )
        shown = self._names.get((line.maker_id, fold(line.model)), line.model)
        number = self._numbers.setdefault((line.maker_id, fold(shown)), len(self._numbers))
        if number == len(self.shown):
            self.shown.append((line.maker_id, shown))
            self.unserialised.append(0)
            self.without_serials.append(0)
            self.open_permits.append(0)
            self._last_open.append(-1)
        return number

    def rank(self) -> npt.NDArray[np.uint32]:
        """Return each number's rank in the order of maker id and model."""
        order = sorted(range(len(self.shown)), key=self.shown.__getitem__)
        rank = np.empty(len(order), dtype=np.uint32)
        rank[order] = np.arange(len(order), dtype=np.uint32)
        return rank

    def pattern(self, number: int) -> str:
        """Return the declared serial pattern of a group's model or maker; "" if there is none."""
        maker_id, model = self.shown[number]
        own = self._patterns.get((maker_id, fold(model)))
        return own if own is not None else self._patterns.get((maker_id, ""), "")


def _json_line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _publish(temporary: Path, path: Path) -> None:
    """Rename the finished file; the hard link fails if the name is taken."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise SnapshotExists(
            f"{path.name} was created in the meantime, and a snapshot is never overwritten.",
            remedy="Choose another name.",
        ) from None
