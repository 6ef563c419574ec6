"""Are confidences calibrated? Reliability on rendered plates, with separate seeds.

Serials of rendered plates (see `benchmarks.rendered`) are read exposure by exposure, and fused over
three and five exposures, with and without their stack; every character, every single-exposure value
and every fused value counts once. Maps are fitted on one set of seeds and measured on another.

    python -m benchmarks.calibration [--plates 300] [--json FILE] [--figure FILE.svg]
    python -m benchmarks.calibration --fit     refits vision/fusion/calibration.json on other seeds
    python -m benchmarks.calibration --real MANIFEST --kept FILE

The last one measures the fields of real photos, from the file written by `benchmarks.reading
MANIFEST --keep FILE`: the engine's own uncalibrated confidences, with counts.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections import defaultdict
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.fusion import FIT_SEED, TEST_SEED, seen_plates
from benchmarks.reading import read_manifest
from benchmarks.reading_rules import plain, scored
from benchmarks.rendered import add_cache_option, use_cache
from vision.fusion import calibration
from vision.fusion.calibration import (
    KINDS,
    Kind,
    Reliability,
    calibrations,
    fit_isotonic,
    reliability,
)
from vision.fusion.fuse import fuse
from vision.shapes import letters_and_digits
from vision.types import FieldReading, FieldSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.rendered import SeenExposure, SeenPlate
    from renderer.plate import Severity
    from vision.ocr.lattice import Lattice

SETS: tuple[Severity, ...] = ("mild", "hard")
FUSED = (3, 5)
_NOWHERE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))

Sample = dict[Kind, list[tuple[float, bool]]]
"""Raw, uncalibrated confidence, and whether the reading was right."""


def as_reading(exposure: SeenExposure) -> FieldReading:
    """Return one exposure of a serial as the field reading passed to fusion."""
    return FieldReading(
        field="serial",
        text=exposure.text,
        confidence=exposure.confidence,
        state="offered",
        glyphs=(),
        alternatives=(),
        source=FieldSource(line_id="L1", corners=_NOWHERE, label=None, rule="rendered"),
        lattice=exposure.lattice,
    )


def sample_of(plates: Iterable[SeenPlate]) -> Sample:
    """Read every exposure alone and several together; return each confidence with its truth."""
    sample: Sample = defaultdict(list)
    for plate in plates:
        truth = letters_and_digits(plate.serial)
        readings = tuple(as_reading(exposure) for exposure in plate.exposures)
        groups: list[tuple[Kind, tuple[FieldReading, ...], Lattice | None]] = [
            ("field", (reading,), None) for reading in readings
        ]
        for count in FUSED:
            groups.append(("fused", readings[:count], None))
            stack = plate.stack(count)
            if stack is not None:
                groups.append(("stacked", readings[:count], stack.lattice))
        for kind, group, lattice in groups:
            fused = fuse(group, stack=lattice, raw=True)
            value = letters_and_digits(fused.text)
            sample[kind].append((fused.confidence, value == truth))
            right = _right_characters(value, truth)
            for glyph, hit in zip(fused.glyphs, right, strict=True):
                sample["character"].append((glyph.options[0].probability, hit))
    return sample


def _right_characters(value: str, truth: str) -> list[bool]:
    """For each character of a value, whether the truth has it there after alignment."""
    right = [False] * len(value)
    for block in SequenceMatcher(None, value, truth, autojunk=False).get_matching_blocks():
        right[block.a : block.a + block.size] = [True] * block.size
    return right


def measure(sample: Sample) -> dict[str, tuple[Reliability, Reliability]]:
    """Reliability of each kind, raw and calibrated."""
    maps = calibrations()
    found: dict[str, tuple[Reliability, Reliability]] = {}
    for kind in KINDS:
        raw = [sure for sure, _ in sample[kind]]
        right = [hit for _, hit in sample[kind]]
        mended = [maps[kind](sure) for sure in raw]
        found[kind] = (reliability(raw, right), reliability(mended, right))
    return found


def _table(found: dict[str, tuple[Reliability, Reliability]]) -> str:
    lines = []
    for kind, (raw, mended) in found.items():
        lines.append(f"{kind}: {mended.count} readings, ECE {raw.ece:.3f} raw, {mended.ece:.3f}")
        lines.append("  given   right   readings")
        lines += [f"  {sure:.3f}   {right:.3f}   {n}" for sure, right, n in mended.bins]
    return "\n".join(lines)


def draw_figure(found: dict[str, tuple[Reliability, Reliability]], file: Path) -> None:
    """Draw the reliability diagrams, raw and calibrated side by side, for each kind."""
    import matplotlib as mpl  # only the figure needs it

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "nameplate"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(found), figsize=(4 * len(found), 4), sharey=True)
    for axis, (kind, (raw, mended)) in zip(axes, found.items(), strict=True):
        axis.plot([0, 1], [0, 1], color="#999999", linewidth=1)
        for name, drawn, colour in (("raw", raw, "#c2693d"), ("calibrated", mended, "#1f5f8b")):
            points = np.array([(sure, right) for sure, right, _ in drawn.bins])
            label = f"{name}, ECE {drawn.ece:.3f}"
            axis.plot(points[:, 0], points[:, 1], "o-", color=colour, label=label, markersize=4)
        axis.set(title=f"{kind} ({mended.count})", xlabel="confidence given", xlim=(0, 1))
        axis.legend(frameon=False, fontsize=8)
    axes[0].set(ylabel="share that was right", ylim=(0, 1))
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})


def real_reliability(rows: Sequence[Mapping[str, str]], photos: Mapping[str, Any]) -> Reliability:
    """Reliability of the top serial, model and maker of every photo with a scored truth."""
    sure, right = [], []
    for row in rows:
        for field in ("serial", "model", "maker"):
            said = photos[row["file"]]["fields"].get(field) if row["file"] in photos else None
            if said and scored(row, field):
                sure.append(float(said["confidence"]))
                right.append(plain(said["text"]) == plain(row[field]))
    return reliability(sure, right, bins=5)


def _measure_real(manifest: Path, kept: Path) -> None:
    photos = json.loads(kept.read_text(encoding="utf-8"))["ours"]
    found = real_reliability(read_manifest(manifest), photos)
    print(f"{manifest.name}: {found.count} values, ECE {found.ece:.3f}")
    for sure, right, count in found.bins:
        print(f"  {sure:.3f}   {right:.3f}   {count}")


def _fit(sample: Sample, source: str) -> None:
    data: dict[str, Any] = {}
    for kind in KINDS:
        raw = [sure for sure, _ in sample[kind]]
        fitted = fit_isotonic(raw, [hit for _, hit in sample[kind]], source=source)
        data[kind] = {
            "raw": list(fitted.raw),
            "calibrated": list(fitted.calibrated),
            "count": fitted.count,
            "source": fitted.source,
        }
    kept = Path(calibration.__file__).with_name("calibration.json")
    kept.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    calibrations.cache_clear()


def main() -> None:
    """Measure, or fit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.add_argument("--plates", type=int, default=300, help="plates per severity")
    parser.add_argument("--json", type=Path, help="write the numbers here as well")
    parser.add_argument("--figure", type=Path, help="draw the reliability diagram here (SVG)")
    parser.add_argument("--fit", action="store_true", help="refit vision/fusion/calibration.json")
    parser.add_argument("--real", type=Path, metavar="MANIFEST", help="measure real photos")
    parser.add_argument("--kept", type=Path, help="what benchmarks.reading --keep wrote about them")
    add_cache_option(parser)
    chosen = parser.parse_args()
    if chosen.real:
        if not chosen.kept:
            parser.error("--real needs --kept, the file that benchmarks.reading --keep wrote")
        _measure_real(chosen.real, chosen.kept)
        return
    use_cache(chosen.cache)
    first, whole = (FIT_SEED, 150) if chosen.fit else (TEST_SEED, 300)
    count = min(chosen.plates, whole)
    plates = [p for name in SETS for p in seen_plates(name, count, first, whole=whole)]
    sample = sample_of(plates)
    if chosen.fit:
        _fit(sample, f"rendered plates, seeds from {first}, {count} of each of {', '.join(SETS)}")
    found = measure(sample)
    print(_table(found))
    if chosen.figure:
        draw_figure(found, chosen.figure)
    if chosen.json:
        metrics: dict[str, float] = {}
        for kind, (raw, mended) in found.items():
            metrics |= {f"ece_{kind}": mended.ece, f"ece_{kind}_raw": raw.ece}
            metrics[f"count_{kind}"] = mended.count
        report = {
            "benchmark": "calibration",
            "set": {"plates_a_severity": count, "severities": list(SETS), "first_seed": first},
            "machine": {"system": platform.platform(), "python": platform.python_version()},
            "systems": {"ours": metrics},
        }
        chosen.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
