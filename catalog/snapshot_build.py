"""Writes catalog records into one immutable snapshot file; the same records make the same bytes."""

from __future__ import annotations

import json
import os
import tempfile
from array import array
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from catalog.container import ContainerWriter
from catalog.errors import RecordInvalid, SnapshotExists
from catalog.index import MAX_KEY_BYTES, build_index, hash_keys
from catalog.manifest import (
    FORMAT,
    FORMAT_VERSION,
    MANIFEST_NAME,
    SYNTHETIC_NOTICE,
    Counts,
    SnapshotManifest,
    manifest_bytes,
)
from catalog.normalize import fold
from catalog.records_json import to_json
from catalog.schemes import statistics
from catalog.status import never_approved
from catalog.vocabulary import DISPOSITIONS, SERIAL_BASES

if TYPE_CHECKING:
    from collections.abc import Iterable
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
        Serial,
        Source,
    )

UNIT: Final = np.dtype(
    [
        ("delivery", "<u4"),
        ("text", "<u4"),
        ("text_size", "u1"),
        ("basis", "u1"),
        ("disposition", "u1"),
    ]
)
"""One unit: its delivery's row, where its serial as written stands in texts.bin, and codes."""

DELIVERY: Final = np.dtype([("permit", "<u4"), ("line", "<u4"), ("delivery", "<u4")])
"""One delivery: the row of its permit, and the places of line and delivery in that permit."""

UNIT_BASES: Final = ("single", "range", "list", "not_on_permit_from_delivery_record")

README: Final = """\
A snapshot of a catalog of permitted exports. This is a ZIP archive without compression.
manifest.json   what it holds, from which sources, what it covers, SHA-256 of every member
makers.json     makers with their names through time, CAGE codes, models, serial schemes
permits.jsonl   one permit or application a line, in order of permit_id, without unit serials
groups.json     one entry per maker and model: where its keys stand in keys.bin, its permits
statistics.jsonl  one line a group: how its serials are numbered
keys.bin        the folded serials of each group, sorted, at a fixed width, padded with zeros
units.npy       one row a unit, in the order of keys.bin: delivery row, serial text, codes
texts.bin       the serials as they were written, UTF-8
deliveries.npy  one row a delivery: permit row, line, place of the delivery in the line
hashes.npy hash_rows.npy   for look-ups: sorted hashes of all keys and their unit rows
permit_offsets.npy permit_flags.npy group_permits.npy   where permits start; 1 = never approved
"""


class SnapshotWriter:
    """Takes permits one by one, in order of their ids, and writes one snapshot at the end.

    Permits themselves go to a temporary file at once; only packed columns stay in memory, about
    60 bytes a unit. Use it as a context manager.
    """

    def __init__(self, path: Path, makers: Iterable[Maker]) -> None:
        if path.exists():
            raise SnapshotExists(
                f"{path.name} exists already, and a snapshot is never overwritten.",
                remedy="Choose another name.",
            )
        self.path = path
        self._makers = tuple(sorted(makers, key=lambda maker: maker.maker_id))
        self._models = {
            (maker.maker_id, fold(name)): names.model
            for maker in self._makers
            for names in maker.models
            for name in (names.model, *names.variants)
        }
        self._patterns = {
            (maker.maker_id, fold(scheme.model)): scheme.pattern
            for maker in self._makers
            for scheme in maker.schemes
        }
        self._known_makers = {maker.maker_id for maker in self._makers}
        self._groups: dict[tuple[str, str], int] = {}
        self._models_shown: list[tuple[str, str]] = []
        self._unserialised: list[int] = []
        self._permits = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed in __exit__
        self._last_id = ""
        self._offsets = array("Q", [0])
        self._flags = bytearray()
        self._lines = 0
        self._group_permits = array("Q")
        self._deliveries = array("I")
        self._keys, self._key_sizes = bytearray(), bytearray()
        self._texts, self._text_sizes = bytearray(), bytearray()
        self._unit_group, self._unit_delivery = array("I"), array("I")
        self._bases, self._dispositions = bytearray(), bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._permits.close()

    def add(self, permit: Permit) -> None:
        """Take one permit with its lines, deliveries and serials.

        Raises RecordInvalid if it comes out of order, twice, or names an unknown maker.
        """
        if self._offsets[-1] and permit.permit_id <= self._last_id:
            raise RecordInvalid(
                f"Permit {permit.permit_id!r} comes after {self._last_id!r}.",
                remedy="Give each permit one id, and add them in the order of the ids.",
            )
        row = len(self._offsets) - 1
        self._last_id = permit.permit_id
        lines = tuple(
            self._take_line(permit, row, place, line) for place, line in enumerate(permit.lines)
        )
        text = json.dumps(
            to_json(replace(permit, lines=lines)), ensure_ascii=False, separators=(",", ":")
        )
        self._offsets.append(self._offsets[-1] + self._permits.write(text.encode() + b"\n"))
        self._flags.append(never_approved(permit))

    def _take_line(self, permit: Permit, row: int, place: int, line: PermitLine) -> PermitLine:
        group = self._group(permit, line)
        self._lines += 1
        self._group_permits.append(group << 32 | row)
        return replace(
            line,
            deliveries=tuple(
                self._take_delivery(group, (row, place, number), delivery)
                for number, delivery in enumerate(line.deliveries)
            ),
        )

    def _take_delivery(
        self, group: int, where: tuple[int, int, int], delivery: Delivery
    ) -> Delivery:
        row = len(self._deliveries) // 3
        self._deliveries.extend(where)
        others, units = [], 0
        for serial in delivery.serials:
            key = fold(serial.value) if serial.basis in UNIT_BASES else ""
            if key:
                self._take_unit(group, row, serial, key)
                units += 1
            else:
                others.append(serial)
                self._unserialised[group] += serial.quantity or 0
        return replace(delivery, serials=tuple(others), serials_recorded=units)

    def _take_unit(self, group: int, delivery: int, serial: Serial, key: str) -> None:
        key_bytes, text = key.encode(), serial.value.encode()
        if len(key_bytes) > MAX_KEY_BYTES or len(text) > 255:
            raise RecordInvalid(
                f"The serial {serial.value[:40]!r}… is longer than any serial.",
                remedy=f"A serial has at most {MAX_KEY_BYTES} letters and digits; correct it.",
            )
        self._keys += key_bytes
        self._key_sizes.append(len(key_bytes))
        self._texts += text
        self._text_sizes.append(len(text))
        self._unit_group.append(group)
        self._unit_delivery.append(delivery)
        self._bases.append(SERIAL_BASES.index(serial.basis))
        self._dispositions.append(DISPOSITIONS.index(serial.disposition))

    def _group(self, permit: Permit, line: PermitLine) -> int:
        if line.maker_id not in self._known_makers:
            raise RecordInvalid(
                f"Permit {permit.permit_id!r} names the unknown maker {line.maker_id!r}.",
                remedy="Add that maker to the records, or correct the maker's id.",
            )
        key = (line.maker_id, fold(line.model))
        shown = self._models.get(key, line.model)
        key = (line.maker_id, fold(shown))
        group = self._groups.setdefault(key, len(self._groups))
        if group == len(self._models_shown):
            self._models_shown.append((line.maker_id, shown))
            self._unserialised.append(0)
        return group

    def finish(
        self,
        *,
        sources: tuple[Source, ...],
        coverage: tuple[CoverageEntry, ...],
        synthetic: bool,
        built_at: datetime,
    ) -> SnapshotManifest:
        """Sort, index and write everything; the file appears whole or not at all."""
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
        self._permits.seek(0)
        container.add("permits.jsonl", iter(lambda: self._permits.read(1 << 20), b""))
        container.add_array("permit_offsets.npy", "<u8", [np.asarray(self._offsets)])
        container.add_array("permit_flags.npy", "u1", [_bytes(self._flags)])
        order = sorted(range(len(self._models_shown)), key=self._models_shown.__getitem__)
        self._write_units(container, order)
        deliveries = np.asarray(self._deliveries, dtype="<u4").view(DELIVERY)
        container.add_array("deliveries.npy", DELIVERY, [deliveries])
        return Counts(
            makers=len(self._makers),
            groups=len(order),
            permits=len(self._offsets) - 1,
            lines=self._lines,
            deliveries=len(deliveries),
            units=len(self._unit_group),
            unserialised=sum(self._unserialised),
        )

    def _write_units(self, container: ContainerWriter, order: list[int]) -> None:
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        key_sizes, text_sizes = _bytes(self._key_sizes), _bytes(self._text_sizes)
        key_starts = np.cumsum(key_sizes, dtype=np.int64) - key_sizes
        text_starts = np.cumsum(text_sizes, dtype=np.int64) - text_sizes
        groups = rank[np.asarray(self._unit_group, dtype=np.int64)]
        by_group = np.argsort(groups, kind="stable")
        bounds = np.searchsorted(groups[by_group], np.arange(len(order) + 1))
        permits = self._permits_of_groups(rank)
        letters = _bytes(self._keys)
        entries, blocks, rows, hashes, numbering = [], [], [], [], []
        offset = 0
        for place, group in enumerate(order):
            members = by_group[bounds[place] : bounds[place + 1]]
            keys = _pack(letters, key_starts[members], key_sizes[members])
            sorting = np.argsort(keys, kind="stable")
            keys = keys[sorting]
            maker_id, model = self._models_shown[group]
            sizes, counts = np.unique(key_sizes[members], return_counts=True)
            entries.append(
                {
                    "maker_id": maker_id,
                    "model": model,
                    "units": len(members),
                    "unserialised": self._unserialised[group],
                    "offset": offset,
                    "width": keys.dtype.itemsize,
                    "key_lengths": [
                        list(pair) for pair in zip(sizes.tolist(), counts.tolist(), strict=True)
                    ],
                    "permits": len(permits[place]),
                }
            )
            offset += keys.nbytes
            blocks.append(keys)
            rows.append(members[sorting])
            hashes.append(hash_keys(keys))
            pattern = self._patterns.get(
                (maker_id, fold(model)), self._patterns.get((maker_id, ""))
            )
            numbering.append(_json_line(statistics(keys, pattern=pattern or "").to_json()))
        container.add("groups.json", [_json_line(entries)])
        container.add("statistics.jsonl", numbering)
        container.add("keys.bin", (block.view(np.uint8).data for block in blocks if len(block)))
        del blocks
        units = self._units(np.concatenate([*rows, np.empty(0, np.int64)]), text_starts, text_sizes)
        container.add_array("units.npy", UNIT, [units])
        container.add("texts.bin", [memoryview(self._texts)])
        index = build_index(np.concatenate([*hashes, np.empty(0, np.uint64)]))
        container.add_array("hashes.npy", "<u8", [index.hashes])
        container.add_array("hash_rows.npy", "<u4", [index.rows])
        container.add_array("group_permits.npy", "<u4", permits or [np.empty(0, "<u4")])

    def _units(
        self,
        rows: npt.NDArray[np.int64],
        text_starts: npt.NDArray[np.int64],
        text_sizes: npt.NDArray[np.uint8],
    ) -> npt.NDArray[Any]:
        units = np.empty(len(rows), dtype=UNIT)
        units["delivery"] = np.asarray(self._unit_delivery)[rows]
        units["text"], units["text_size"] = text_starts[rows], text_sizes[rows]
        units["basis"] = _bytes(self._bases)[rows]
        units["disposition"] = _bytes(self._dispositions)[rows]
        return units

    def _permits_of_groups(self, rank: npt.NDArray[np.int64]) -> list[npt.NDArray[np.uint32]]:
        """Give each group's permit rows, ascending, each once."""
        pairs = np.asarray(self._group_permits, dtype=np.uint64)
        groups, permits = rank[(pairs >> np.uint64(32)).astype(np.int64)], pairs & 0xFFFF_FFFF
        both = np.unique(groups.astype(np.uint64) << np.uint64(32) | permits)
        starts = np.searchsorted(both >> np.uint64(32), np.arange(len(rank) + 1, dtype=np.uint64))
        rows = (both & 0xFFFF_FFFF).astype("<u4")
        return [rows[start:end] for start, end in pairwise(starts.tolist())]


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

    Raises SnapshotExists, or RecordInvalid for records that contradict themselves.
    """
    with SnapshotWriter(path, records.makers) as writer:
        for permit in sorted(records.permits, key=lambda permit: permit.permit_id):
            writer.add(permit)
        return writer.finish(
            sources=sources, coverage=coverage, synthetic=synthetic, built_at=built_at
        )


def _pack(
    letters: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.uint8]
) -> npt.NDArray[np.bytes_]:
    """Copy keys of different sizes out of one run of bytes into a fixed-width array."""
    width = int(sizes.max(initial=1))
    packed = np.zeros((len(starts), width), dtype=np.uint8)
    for place in range(width):
        inside = np.flatnonzero(sizes > place)
        packed[inside, place] = letters[starts[inside] + place]
    return packed.reshape(-1).view(f"S{width}")


def _bytes(data: bytearray) -> npt.NDArray[np.uint8]:
    return np.frombuffer(data, dtype=np.uint8)


def _json_line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _publish(temporary: Path, path: Path) -> None:
    """Give the finished file its name; a hard link fails where the name is taken."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise SnapshotExists(
            f"{path.name} appeared meanwhile, and a snapshot is never overwritten.",
            remedy="Choose another name.",
        ) from None
