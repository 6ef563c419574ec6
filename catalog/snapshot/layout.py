"""The layout of a snapshot file: its members, and the columns of its arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

import numpy as np
from pydantic import Field, JsonValue

from catalog.codec import Codec

UNIT: Final = np.dtype(
    [
        ("delivery", "<u4"),
        ("text", "<u4"),
        ("text_size", "u1"),
        ("basis", "u1"),
        ("disposition", "u1"),
    ]
)
"""One unit: the row of its delivery, the offset of its serial as written in texts.bin, and codes.
"""

DELIVERY: Final = np.dtype([("permit", "<u4"), ("line", "<u4"), ("delivery", "<u4")])
"""One delivery: the row of its permit, and the indices of line and delivery in that permit."""

_Count: TypeAlias = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEntry:
    """One maker and model in groups.json: its counts, and the location of its keys in keys.bin."""

    maker_id: str
    model: str
    unserialised: _Count
    without_serials: _Count = 0
    open_permits: _Count = 0
    permits: _Count
    offset: _Count
    """Byte offset of its keys."""
    units: _Count
    width: Annotated[int, Field(gt=0)]
    """Bytes of each key."""
    key_lengths: tuple[tuple[int, _Count], ...]
    """Number of keys of each length."""

    def fits(self, size: int) -> bool:
        """Whether its keys lie within keys.bin, which has `size` bytes."""
        counted = sum(count for _, count in self.key_lengths)
        return counted == self.units and self.offset + self.units * self.width <= size


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    groups: tuple[GroupEntry, ...]


_GROUPS: Final = Codec(_Groups, what="The list of groups", remedy="Import the catalog again.")


def read_groups(data: bytes) -> tuple[GroupEntry, ...]:
    """Parse the groups from groups.json. Raises RecordInvalid."""
    return _GROUPS.read_bytes(b'{"groups":' + data + b"}").groups


def groups_json(groups: tuple[GroupEntry, ...]) -> JsonValue:
    """Return the groups as stored in groups.json."""
    return _GROUPS.write(_Groups(groups=groups))["groups"]


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
