"""Photo sets with known copies and other exposures, read from their lists."""

from __future__ import annotations

import csv
import itertools
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PLAIN: Final = re.compile(
    r"original|resize \d+%|shrink-a-.*|thumbnail|thumbs copy|copy in another repo"
)
"""Relations of plain resizing, thumbnails and identical files; any other makes a group hard."""
SOURCES: Final = ("manifest", "hard_negatives", "distractors", "dev")
"""Lists that a folder may contain: groups of copies; look-alikes and other exposures; others; and
plates with their text.
"""
Pair = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One photo of the set: its file, its group, its relation, and its list."""

    file: str
    group: str
    relation: str
    source: str


def read_set(folder: Path) -> tuple[Row, ...]:
    """Read the lists of a folder. Raises SystemExit if there are none."""
    rows: list[Row] = []
    for source in SOURCES:
        path = folder / f"{source}.csv"
        if path.exists():
            with path.open(newline="", encoding="utf-8") as lines:
                rows += [_row(row, source) for row in csv.DictReader(lines)]
    if not rows:
        raise SystemExit(f"{folder}: none of {', '.join(SOURCES)} (.csv) is here")
    return tuple(rows)


def _row(row: Mapping[str, str], source: str) -> Row:
    """A row; plates of one look group or item are exposures of one object."""
    if source != "dev":
        group, relation = row["group"], row["relation"]
    else:
        group, relation = row.get("look_group") or row.get("item_group") or "", "reshoot"
    return Row(file=row["file"], group=group, relation=relation, source=source)


def grouped(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Group -> its files; photos in no group are left out."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.group:
            groups[row.group].append(row.file)
    return groups


def true_pairs(rows: Sequence[Row]) -> dict[str, set[Pair]]:
    """Group -> its pairs of copies."""
    return _pairs([row for row in rows if row.source == "manifest"])


def object_pairs(rows: Sequence[Row]) -> dict[str, set[Pair]]:
    """Group -> its pairs of other exposures of one object."""
    return _pairs([row for row in rows if row.relation == "reshoot"])


def _pairs(rows: Sequence[Row]) -> dict[str, set[Pair]]:
    found = {
        name: {frozenset(two) for two in itertools.combinations(files, 2)}
        for name, files in grouped(rows).items()
    }
    return {name: pairs for name, pairs in found.items() if pairs}


def hard_groups(rows: Sequence[Row]) -> set[str]:
    """Groups with more than resized and identical files."""
    return {
        row.group for row in rows if row.source == "manifest" and not PLAIN.fullmatch(row.relation)
    }


def originals(rows: Sequence[Row]) -> tuple[str, ...]:
    """One photo of each group of copies, and every other photo."""
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.group if row.source == "manifest" else row.file, row.file)
    return tuple(sorted(first.values()))
