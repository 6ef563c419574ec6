"""How far copies and other exposures are from the limits that separate them.

    python -m benchmarks.copy_limits FOLDER... [--seed 1] [--json FILE]

FOLDER as for `benchmarks.copies`. *Copies*: all pairs of each group (at most 40), and each photo
with seeded changes of itself. *Others*: all pairs of look-alikes and of other exposures, and of one
with crops and recompressions of the other, which are harder: a small part of a distorted map is
nearly affine. Prints for both how many are called copies, and the quantiles of the residual shift
(in ten-thousandths of the diagonal of the overlap) and of the correlation, for those pairs for
which a map was found at all.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

import vision.copies.features
from benchmarks.copies import identity
from benchmarks.copy_changes import CHANGES
from benchmarks.copy_sets import grouped, originals, read_set
from vision.copies.verdict import compare
from vision.media.decode import decode_photo
from vision.types import CopyEvidence, Photo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.copy_sets import Row

MOST_PAIRS: Final = 40
OF_ITSELF: Final = ("crop_50", "crop_30", "rotate_7", "caption", "recompress", "collage")
OF_OTHERS: Final = ("crop_50", "crop_30", "crop_30", "recompress")


def pairs(
    rows: tuple[Row, ...], photos: dict[str, Photo], seed: int
) -> Iterator[tuple[str, str, CopyEvidence]]:
    """Yield whether the pair are copies, what was compared, and the result."""
    chance = np.random.default_rng(seed)

    def changed(file: str, change: str) -> Photo:
        others = [photos[other].pixels for other in originals(rows)[:8] if other != file]
        drawn = CHANGES[change](photos[file].pixels, chance, others)
        name = identity(change, int(chance.integers(2**31)))
        return Photo(photo_id=name, pixels=drawn, format="JPEG")

    copies = grouped([row for row in rows if row.source == "manifest"])
    others = grouped([row for row in rows if row.source != "manifest"])
    for files in copies.values():
        for one, two in list(itertools.combinations(files, 2))[:MOST_PAIRS]:
            yield "copies", f"{one} {two}", compare(photos[one], photos[two])
    for file in originals(rows):
        for change in OF_ITSELF:
            yield "copies", f"{change} {file}", compare(changed(file, change), photos[file])
    for files in others.values():
        for one, two in itertools.permutations(files, 2):
            if one < two:
                yield "others", f"{one} {two}", compare(photos[one], photos[two])
            for change in OF_OTHERS:
                found = compare(changed(one, change), photos[two])
                yield "others", f"{change} {one} {two}", found


def summed(found: list[tuple[str, CopyEvidence]], *, copies: bool) -> dict[str, float]:
    """Counts and quantiles, worst first."""
    called = sum(one.relation != "none" for _, one in found)
    measured = [dict(one.distances) for _, one in found if one.outline is not None]
    shift = [1e4 * one["displacement"] / one["diagonal"] for one in measured]
    likeness = [one["likeness"] for one in measured]
    figures = {"pairs": float(len(found)), "with_a_map": float(len(measured))}
    figures["called_copies"] = float(called)
    for share in (0, 1, 5, 50):
        at = 100 - share if copies else share
        figures[f"shift_worst_{share}"] = float(np.percentile(shift, at))
        figures[f"likeness_worst_{share}"] = float(np.percentile(likeness, 100 - at))
    return figures


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.copy_limits",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, list[tuple[str, CopyEvidence]]] = {"copies": [], "others": []}
    for folder in options.folders:
        rows = read_set(folder)
        photos = {
            row.file: decode_photo((folder / row.file).read_bytes(), name=row.file) for row in rows
        }
        vision.copies.features.KEPT_FEATURES = len(photos) + 16
        for kind, name, evidence in pairs(rows, photos, options.seed):
            found[kind].append((name, evidence))
            if kind == "others" and evidence.relation != "none":
                print("called a copy:", name, evidence.why)
    figures = {kind: summed(listed, copies=kind == "copies") for kind, listed in found.items()}
    print(f"{'':<20}{'copies':>10}{'others':>10}")
    for name, value in figures["copies"].items():
        print(f"{name:<20}{value:>10.3f}{figures['others'][name]:>10.3f}")
    if options.json:
        machine = {"processor": platform.machine(), "cores": os.cpu_count() or 1}
        result = {"benchmark": "copy_limits", "machine": machine, "systems": figures}
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
