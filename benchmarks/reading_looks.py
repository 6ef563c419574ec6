"""Several photos of one plate: does fusion find every serial that a single exposure found?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.reading_rules import is_found, plain, scored
from vision.fusion.fuse import fuse
from vision.serialize import field_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def look_groups(rows: Sequence[Mapping[str, str]]) -> dict[str, list[Mapping[str, str]]]:
    """Group the rows of each physical plate that was photographed more than once."""
    groups: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        if row.get("look_group"):
            groups.setdefault(row["look_group"], []).append(row)
    return {name: members for name, members in groups.items() if len(members) > 1}


def look_rows(
    rows: Sequence[Mapping[str, str]], photos: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Fuse the top serials of the exposures, group by group, with the workbench's function.

    Each row has the group, its number of exposures, the truth, and the fused value; and whether
    some exposure *found* the truth anywhere in its lines, gave it as its serial, and whether fusion
    did.
    """
    table = []
    for name, members in look_groups(rows).items():
        truths = {row["serial"] for row in members if scored(row, "serial")}
        if len(truths) != 1:
            continue
        truth = truths.pop()
        exposures = [photos[row["file"]] for row in members]
        kept = tuple(
            field_from_json(exposure["serial"]) for exposure in exposures if exposure.get("serial")
        )
        fused = fuse(kept).text if kept else ""
        table.append(
            {
                "group": name,
                "looks": len(members),
                "serial": truth,
                "fused": fused,
                "by_a_look": any(
                    is_found(truth, [t for t, _ in one["lines"]]) for one in exposures
                ),
                "fielded_by_a_look": any(plain(one.text) == plain(truth) for one in kept),
                "by_fusion": plain(fused) == plain(truth),
            }
        )
    return table


def look_metrics(table: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Count the groups, and those in which an exposure and the fusion have the serial."""
    return {
        "look_groups_scored": len(table),
        "look_groups_found_by_a_look": sum(row["by_a_look"] for row in table),
        "look_groups_fielded_by_a_look": sum(row["fielded_by_a_look"] for row in table),
        "look_groups_found_by_fusion": sum(row["by_fusion"] for row in table),
        "look_groups_lost_by_fusion": sum(
            row["by_a_look"] and not row["by_fusion"] for row in table
        ),
    }
