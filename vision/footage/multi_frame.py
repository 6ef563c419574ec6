"""Multi-frame reconstruction: combine the frames of a track and remove their motion blur.

Each frame shows the same place, shifted, blurred along its own motion and with its own noise. The
track measures the motion. The share of the frame interval during which the shutter was open is
estimated from the blur itself: a uniform streak leaves zeros in the spectrum, at distances that
only its length determines (Cannon 1976). The result is the multi-frame Wiener estimate: each
frequency is taken from those frames in which it survived. The result is derived, never evidence by
itself; it can be recomputed, byte for byte, from the clip, the time and the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.footage.track import Affine, Grey, Place, Step, View

Spectrum = npt.NDArray[np.complex64]
Plane = npt.NDArray[np.float32]

FEWEST: Final = 5
"""Minimum number of frames; fewer combined show little more than the best of them."""
MARGIN_HEIGHTS: Final = 10
"""Margin around the detected lettering, in letter heights, so that missed neighbouring lines are
included.

At least half its width, since only one line of a plate may have been detected; and no more than can
be drawn at double size, since the rows of a table may have been detected as one tall line.
"""
TWICE_BELOW: Final = 800
"""A place narrower than this many pixels is drawn at double size: sub-pixel shifts reveal detail
between the pixels of one frame.
"""
NOISE: Final = 0.02
"""Noise-to-signal power ratio assumed by the estimate, for each frame."""
NEAR: Final = 40
"""Pixels around the lettering in which its blur is measured: anything further away may move
differently, and texture shows no streaks.
"""
SHARES: Final = np.linspace(0.0, 1.0, 17)
"""Shutter-open shares of the frame interval that are tried."""
CLEAR: Final = 0.2
"""Minimum correlation of log spectrum and log blur for the blur to be removed."""
EQUAL: Final = 0.01
"""A shorter blur that fits worse by no more than this is preferred: below their first zero, short
blurs differ only in depth, which correlation cannot detect.
"""
LEAST_SMEAR: Final = 1.0
"""Pixels of the frame; a shorter blur is not removed."""
_LOW: Final = 0.03
_HIGH: Final = 0.35
"""Cycles per pixel of the frame, up to which zeros of the spectrum are searched."""
_RING: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Combined:
    """The combined picture; `smear` is the blur in pixels of the frame, 0 if none was detected."""

    picture: Grey
    numbers: tuple[int, ...]
    share: float
    smear: float


def combine(views: Sequence[View], steps: Sequence[Step], place: Place) -> Combined | None:
    """Combine a place and its surroundings from all frames of its track.

    None if the track has too few frames.
    """
    if len(steps) < FEWEST:
        return None
    box = place.grown(_around(place), views[steps[0].number].grey.shape)
    scale = 2 if box[2] - box[0] < TWICE_BELOW else 1
    speeds = _speeds(views, steps, place) * scale
    room = int(np.ceil(np.abs(speeds).max())) + 8 * scale
    crops = [_crop(views[step.number].grey, step.affine, box, scale, room) for step in steps]
    near = _near(place, box, scale, room)
    close = [crop[near] for crop in crops]
    share = _share(_spectra(close, room)[0], speeds, close[0].shape, scale)
    smear = share * float(np.mean(np.hypot(*speeds.T))) / scale
    if smear < LEAST_SMEAR:
        share = smear = 0.0
    spectra, light = _spectra(crops, room)
    drawn = _combined(spectra, speeds * share, crops[0].shape) + light
    inner = drawn[room:-room, room:-room]
    return Combined(
        picture=np.ascontiguousarray(np.clip(np.rint(inner), 0, 255), np.uint8),
        numbers=tuple(step.number for step in steps),
        share=share,
        smear=smear,
    )


def _around(place: Place) -> int:
    """Margin in pixels around a place."""
    twice = (TWICE_BELOW - 1 - place.width) // 2
    return max(place.width // 2, min(MARGIN_HEIGHTS * place.letter, twice))


def _speeds(views: Sequence[View], steps: Sequence[Step], place: Place) -> Affine:
    """Motion of the place from frame to frame at each step, in pixels of the first frame."""
    middle = np.array([place.x + place.width / 2, place.y + place.height / 2])
    spots = np.array([step.affine[:, :2] @ middle + step.affine[:, 2] for step in steps])
    times = np.array([float(views[step.number].seconds) for step in steps])
    usual = float(np.median(np.diff(times)))
    speeds = np.gradient(spots, times, axis=0) * usual
    turned = [
        np.linalg.inv(step.affine[:, :2]) @ speed for step, speed in zip(steps, speeds, strict=True)
    ]
    return np.array(turned)


def _crop(
    grey: Grey, affine: Affine, box: tuple[int, int, int, int], scale: int, room: int
) -> Plane:
    """Cut the box out of a frame as it lies in the first frame, with a margin for the taper."""
    left, top, right, bottom = box
    size = ((right - left) * scale + 2 * room, (bottom - top) * scale + 2 * room)
    # the centre of an output pixel lies between those of the frame
    off = (0.5 - room) / scale - 0.5
    drawn = np.array([[1 / scale, 0, left + off], [0, 1 / scale, top + off], [0, 0, 1]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    source, to_frame = grey.astype(np.float32), affine @ drawn
    crop = cv2.warpAffine(source, to_frame, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.float32)


def _near(
    place: Place, box: tuple[int, int, int, int], scale: int, room: int
) -> tuple[slice, slice]:
    """The position of the lettering within the cut-out, with `NEAR` and the margin."""
    across, down = (
        slice(
            max(0, start - NEAR - edge) * scale,
            min(end - edge, start + length + NEAR - edge) * scale + 2 * room,
        )
        for start, length, edge, end in (
            (place.x, place.width, box[0], box[2]),
            (place.y, place.height, box[1], box[3]),
        )
    )
    return down, across


def _spectra(crops: Sequence[Plane], room: int) -> tuple[list[Spectrum], float]:
    """The spectra of pictures minus their mean brightness, and that brightness."""
    light = float(np.mean([crop.mean() for crop in crops]))
    window = _tapered(crops[0].shape, room)
    faded = ((crop - light) * window for crop in crops)
    return [np.asarray(np.fft.rfft2(one), np.complex64) for one in faded], light


def _tapered(shape: tuple[int, ...], room: int) -> Plane:
    """1 inside, tapering to 0 over the margin: a spectrum treats a picture as periodic."""
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(room) + 0.5) / room)
    sides = [np.ones(length, np.float32) for length in shape]
    for side in sides:
        side[:room], side[-room:] = rise, rise[::-1]
    return np.asarray(np.outer(*sides), np.float32)


def _waves(shape: tuple[int, ...]) -> tuple[Plane, Plane]:
    """Horizontal and vertical frequencies of a spectrum, in cycles per pixel."""
    across, down = np.fft.rfftfreq(shape[1])[None, :], np.fft.fftfreq(shape[0])[:, None]
    return across.astype(np.float32), down.astype(np.float32)


def _combined(spectra: Sequence[Spectrum], smears: Affine, shape: tuple[int, ...]) -> Plane:
    """The picture that best explains all spectra, each with its own blur."""
    across, down = _waves(shape)
    total = np.zeros(spectra[0].shape, np.complex64)
    weight = np.full(spectra[0].shape, NOISE * len(spectra), np.float32)
    for spectrum, smear in zip(spectra, smears.astype(np.float32), strict=True):
        kept = np.sinc(across * smear[0] + down * smear[1])
        total += kept * spectrum
        weight += kept * kept
    return np.asarray(np.fft.irfft2(total / weight, s=shape), np.float32)


def _share(
    spectra: Sequence[Spectrum], speeds: Affine, shape: tuple[int, ...], scale: int
) -> float:
    """Estimate for what share of the time the shutter was open, 0–1; 0 if the spectrum is unclear.

    The mean spectrum is the picture's times the mean blur's; both are compared as logarithms, minus
    their mean over all directions at each frequency, so that only direction counts.
    """
    across, down = _waves(shape)
    radius = np.hypot(across, down) * scale
    power = np.abs(np.mean(spectra, axis=0)) ** 2
    noise = float(np.median(power[radius > 0.45])) / np.log(2)
    where = (radius > _LOW) & (radius < _HIGH)
    rings = (radius[where] / _RING).astype(int)
    seen = _uneven(np.log(power[where] + noise), rings)
    x, y = (np.broadcast_to(wave, radius.shape)[where] for wave in (across, down))
    turns = [x * speed[0] + y * speed[1] for speed in speeds.astype(np.float32)]
    alikes = []
    for share in SHARES[1:]:
        kept = np.mean([np.sinc(turn * share) for turn in turns], axis=0)
        smear = _uneven(np.log(kept**2 + NOISE), rings)
        sizes = np.linalg.norm(seen) * np.linalg.norm(smear)
        alikes.append(float((seen * smear).sum()) / max(float(sizes), 1e-9))
    if max(alikes) <= CLEAR:
        return 0.0
    longest = int(np.argmax(alikes))
    while longest + 1 < len(alikes) and alikes[longest + 1] >= max(alikes) - EQUAL:
        longest += 1
    return float(SHARES[1 + longest])


def _uneven(values: Plane, rings: npt.NDArray[np.intp]) -> Plane:
    """Values minus their mean on each frequency ring."""
    counts = np.maximum(np.bincount(rings), 1)
    return np.asarray(values - (np.bincount(rings, values) / counts)[rings], np.float32)
