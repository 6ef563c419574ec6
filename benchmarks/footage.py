"""Whether the serial of a plate that passes in a clip is found, and how fast.

    python -m benchmarks.footage [--clips 10] [--from 0] [--seconds 30] [--no-minute] [--seed 1]
                                 [--json FILE]

The clips are rendered (`renderer.clip`, 1280 × 720, 25 frames a second): a plate, 15 to 25 % of the
frame wide, passes for one second; meanwhile the camera crosses a tenth to a third of the frame with
its shutter open for half of each frame, so that letters are blurred over 2.5 to 8.5 pixels.
*found_fused*: share of clips in which the serial, fused over all selected stills, is right.
*found_laid*: the same from the multi-frame stills alone. *found_best_frame*: the same from the one
single still with the most text; *found_any_frame*: from any single still. *stated*: share of clips
in which the fused serial is stated, *stated_wrong*: stated and wrong. *in_view*: share of clips
with at least one single still that shows the plate; *stills_in_view*: how many of them do.
*choose_seconds* and *read_seconds* are means per clip. Rendered clips are cached in
`.benchmark-cache`; `--from` continues where a run ended.

Last comes a one-minute clip at 1920 × 1080 (*minute_seconds*: selecting and reading its stills;
*minute_stills*: how many; *minute_megabits* per second), the same re-encoded as clips are posted
(*posted_…*), and twelve photos of plates of the same size (*photos_seconds*: reading them).
*…_choose_cpu*, *…_read_cpu* and *photos_cpu* are the same in CPU seconds on all cores: use these on
a machine that is busy with other work. All engines are loaded before.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import numpy as np
from av.video.frame import PictureType

from renderer.clip import plate_clip
from renderer.plate import PlateSpec, draw_plate, expose
from vision.frames import choose_frames
from vision.fusion.fuse import fuse
from vision.media.decode import decode_photo
from vision.ocr.engine import load_engine
from vision.plate.reader import Reader, top_field
from vision.types import Photo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vision.types import FieldReading, Frame

_KEPT: Final = Path(".benchmark-cache") / "footage"
_RENDERING: Final = 2
"""Version of the clip rendering: cached clips of another version are not used."""
_VIEW: Final = 1.0
_MINUTE: Final = 1_000
_PHOTOS: Final = 12
_POSTED_BITS: Final = 8_000_000
"""Bits per second; YouTube's advice for clips of this size, and more than messengers leave."""


def presence(frame: Frame) -> float:
    """Text score of a still in the survey; 0 for one chosen without text."""
    return float(str(dict(frame.why.parameters).get("presence", 0.0)))


def serial_in(frame: Frame, reader: Reader) -> FieldReading | None:
    """Read a still like any photo."""
    photo = decode_photo(frame.png, name=f"still at {frame.timecode} s")
    return top_field(reader.read(photo, one_of_many=True), "serial")


def fused_serial(
    frames: Sequence[Frame], readings: Mapping[int, FieldReading | None]
) -> FieldReading | None:
    """Fuse like the product: all stills of one clip are one exposure."""
    seen = tuple(reading for frame in frames if (reading := readings[frame.index]) is not None)
    return fuse(seen, exposures=("the clip",) * len(seen)) if seen else None


def _is(reading: FieldReading | None, truth: str) -> bool:
    return reading is not None and plain(reading.text) == truth


def plain(text: str) -> str:
    """Upper-case letters and digits."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def plate(number: int, seed: int) -> tuple[PlateSpec, np.random.Generator]:
    """The plate of a clip or photo, and the random generator for the rest."""
    chance = np.random.default_rng([seed, number])
    serial = f"CMX15D-{int(chance.integers(1000, 9999))}"
    spec = PlateSpec(maker="SYNTHETIC OPTICS", model="CMX-15D", serial=serial, date="09/2020")
    return spec, chance


def rendered(
    number: int, *, seconds: float, seed: int, size: tuple[int, int]
) -> tuple[Path, float]:
    """The file of a clip, rendered unless cached, and when its plate appears."""
    spec, chance = plate(number, seed)
    begins = float(chance.uniform(1.0, seconds - _VIEW - 1.0))
    fill, speed = float(chance.uniform(0.15, 0.25)), float(chance.uniform(0.3, 1.0))
    path = _KEPT / f"{_RENDERING}-{size[0]}-{seconds:g}-{seed}-{number}.mp4"
    if not path.exists():
        data = plate_clip(
            spec,
            seconds=seconds,
            seed=seed * 1000 + number,
            size=size,
            visible=(begins, begins + _VIEW),
            fill=fill,
            speed=speed,
        )
        _KEPT.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return path, begins


def one_clip(number: int, *, seconds: float, seed: int, reader: Reader) -> dict[str, float]:
    """Render, choose, read and fuse one clip."""
    path, begins = rendered(number, seconds=seconds, seed=seed, size=(1280, 720))
    truth = plain(plate(number, seed)[0].serial or "")
    began = time.perf_counter()
    frames = list(choose_frames(path))
    chosen = time.perf_counter()
    readings = {frame.index: serial_in(frame, reader) for frame in frames}
    read = time.perf_counter()
    fused = fused_serial(frames, readings)
    single = [frame for frame in frames if not frame.laid]
    best = readings[max(single, key=presence).index]
    laid = [readings[frame.index] for frame in frames if frame.laid]
    in_view = sum(begins <= one.seconds < begins + _VIEW for one in single)
    return {
        "found_fused": float(_is(fused, truth)),
        "found_best_frame": float(_is(best, truth)),
        "found_any_frame": float(any(_is(readings[frame.index], truth) for frame in single)),
        "found_laid": float(any(_is(reading, truth) for reading in laid)),
        "stated": float(fused is not None and fused.state == "stated"),
        "stated_wrong": float(
            fused is not None and fused.state == "stated" and not _is(fused, truth)
        ),
        "in_view": float(in_view > 0),
        "stills_in_view": float(in_view),
        "stills": float(len(single)),
        "laid": float(len(laid)),
        "choose_seconds": chosen - began,
        "read_seconds": read - chosen,
    }


def a_minute(seed: int, reader: Reader) -> dict[str, float]:
    """Time a long clip against photos of its size."""
    path, _ = rendered(_MINUTE, seconds=60.0, seed=seed, size=(1920, 1080))
    again = posted(path)
    # read before timing starts: it loads whatever is loaded on first use
    *photos, spare = (_photo(number, seed) for number in range(_PHOTOS + 1))
    reader.read(spare)
    found = _timed("minute", path, reader) | _timed("posted", again, reader)
    before = _clocks()
    for photo in photos:
        reader.read(photo)
    seconds, work = _since(before)
    return found | {"photos_seconds": seconds, "photos_cpu": work}


def _timed(name: str, path: Path, reader: Reader) -> dict[str, float]:
    """Time the selection and reading of the stills of a one-minute clip."""
    before = _clocks()
    frames = list(choose_frames(path))
    choosing = _since(before)
    before = _clocks()
    for frame in frames:
        serial_in(frame, reader)
    reading = _since(before)
    return {
        f"{name}_megabits": path.stat().st_size * 8e-6 / 60,
        f"{name}_stills": float(len(frames)),
        f"{name}_seconds": choosing[0] + reading[0],
        f"{name}_choose_cpu": choosing[1],
        f"{name}_read_cpu": reading[1],
    }


def posted(path: Path) -> Path:
    """The clip re-encoded as clips are posted: `_POSTED_BITS` per second, with B frames."""
    again, begun = path.with_suffix(".posted.mp4"), path.with_suffix(".begun.mp4")
    if not again.exists():
        with av.open(str(path)) as source, av.open(str(begun), "w") as target:
            given = source.streams.video[0]
            stream = target.add_stream("libx264", rate=given.average_rate)
            stream.width, stream.height, stream.pix_fmt = given.width, given.height, "yuv420p"
            stream.bit_rate, stream.options = _POSTED_BITS, {"preset": "fast", "threads": "1"}
            for frame in source.decode(given):
                frame.pict_type = PictureType.NONE  # the encoder chooses
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))
        begun.rename(again)
    return again


def _photo(number: int, seed: int) -> Photo:
    """A slightly worn plate, as large as a frame of the long clip."""
    drawn = draw_plate(plate(number, seed)[0], seed=number, wear="mild")
    photo = expose(drawn, severity="mild", seed=number, size=1920)
    return Photo(photo_id=f"{number:064x}", pixels=photo.pixels, format="PNG")


def _clocks() -> tuple[float, float]:
    """Wall-clock seconds, and CPU seconds on all cores, including child processes."""
    return time.perf_counter(), sum(os.times()[:4])


def _since(before: tuple[float, float]) -> tuple[float, float]:
    """How far both clocks advanced."""
    seconds, work = _clocks()
    return seconds - before[0], work - before[1]


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.footage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clips", type=int, default=10)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--no-minute", dest="minute", action="store_false")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    reader = Reader()
    for name in reader.names:
        load_engine(name)
    found: dict[str, float] = {"clips": float(options.clips)}
    rows = []
    for number in range(options.first, options.first + options.clips):
        rows.append(one_clip(number, seconds=options.seconds, seed=options.seed, reader=reader))
        print(f"clip {number + 1}:", {name: round(value, 2) for name, value in rows[-1].items()})
    if rows:
        found |= {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    if options.minute:
        found |= a_minute(options.seed, reader)
    for name, value in found.items():
        print(f"{name:<20}{value:>10.2f}")
    if options.json:
        machine = {"processor": platform.machine(), "cores": os.cpu_count() or 1}
        result = {"benchmark": "footage", "machine": machine, "systems": {"ours": found}}
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
