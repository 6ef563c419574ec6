"""Whether the serial of a plate that passes in a clip is found, and how fast.

    python -m benchmarks.footage [--clips 10] [--seconds 30] [--seed 1] [--json FILE]

The clips are rendered (`renderer.clip`): a plate, a fifth of the frame wide, passes with motion
blur for one second. *found_fused*: share of clips in which the serial, fused over all chosen
stills, is right. *found_best_frame*: the same from the one still with the most text alone.
*in_view*: share of clips of which at least one still shows the plate. *choose_seconds* and
*read_seconds* are means a clip.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from renderer.clip import plate_clip
from renderer.plate import PlateSpec
from vision.decode import decode_photo
from vision.frames import choose_frames
from vision.fusion import fuse
from vision.reader import Reader, top_field

if TYPE_CHECKING:
    from vision.types import FieldReading, Frame

_VIEW: Final = 1.0
_PRESENCE: Final = re.compile(r"presence ([\d.]+)")


def presence(frame: Frame) -> float:
    """How much text the survey saw in a still; 0 for one chosen without."""
    found = _PRESENCE.search(frame.why)
    return float(found[1]) if found else 0.0


def serial_in(frame: Frame, reader: Reader) -> FieldReading | None:
    """Read a still like any photo."""
    photo = decode_photo(frame.png, name=f"still at {frame.timecode} s")
    return top_field(reader.read(photo), "serial")


def plain(text: str) -> str:
    """Upper-case letters and digits."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def one_clip(number: int, *, seconds: float, seed: int, reader: Reader) -> dict[str, float]:
    """Render, choose, read and fuse one clip."""
    chance = np.random.default_rng([seed, number])
    serial = f"CMX15D-{int(chance.integers(1000, 9999))}"
    spec = PlateSpec(maker="SYNTHETIC OPTICS", model="CMX-15D", serial=serial, date="09/2020")
    begins = float(chance.uniform(1.0, seconds - _VIEW - 1.0))
    data = plate_clip(
        spec,
        seconds=seconds,
        seed=seed * 1000 + number,
        visible=(begins, begins + _VIEW),
        fill=0.2,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(data)
        began = time.perf_counter()
        frames = list(choose_frames(path))
        chosen = time.perf_counter()
    readings = {frame.index: serial_in(frame, reader) for frame in frames}
    read = time.perf_counter()
    looks = tuple(reading for reading in readings.values() if reading is not None)
    fused = plain(fuse(looks).text) if looks else ""
    best = readings[max(frames, key=presence).index]
    truth = plain(serial)
    return {
        "found_fused": float(fused == truth),
        "found_best_frame": float(best is not None and plain(best.text) == truth),
        "in_view": float(any(begins <= one.seconds < begins + _VIEW for one in frames)),
        "stills": float(len(frames)),
        "choose_seconds": chosen - began,
        "read_seconds": read - chosen,
    }


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.footage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clips", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    reader = Reader(engines=("rapidocr",))
    rows = []
    for number in range(options.clips):
        rows.append(one_clip(number, seconds=options.seconds, seed=options.seed, reader=reader))
        print(f"clip {number + 1}:", {name: round(value, 2) for name, value in rows[-1].items()})
    found = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    found["clips"] = float(len(rows))
    for name, value in found.items():
        print(f"{name:<20}{value:>10.2f}")
    if options.json:
        machine = {"processor": platform.machine(), "cores": os.cpu_count() or 1}
        result = {"benchmark": "footage", "machine": machine, "systems": {"ours": found}}
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
