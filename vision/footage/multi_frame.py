"""Lay the frames of a track over each other and take back the smear of its movement.

Each frame is the same place, shifted, smeared along its own movement and covered with its own
grain. The movement is measured by the track; for how much of the time between two frames the
shutter stood open is read off the smear itself: a streak of even light leaves zeros in the
spectrum, at distances that only its length decides (Cannon 1976). The picture that explains all
frames at once is the multi-frame Wiener estimate: each frequency is taken from those frames in
which it survived. The result is derived, never evidence by itself; it is made again, byte for
byte, from the clip, the time and the place.
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
"""Frames; fewer laid over each other show little more than the best of them."""
AROUND: Final = 10
"""So many letter heights around the lettering found are drawn: lines next to it are missed.

Half its width at least, since what was found may be one rule of a plate; and no more than can be
drawn at twice its size, since the rows of a table may have been found as one tall line.
"""
TWICE_BELOW: Final = 800
"""A place narrower than so many pixels is drawn at twice its size: shifts show what lies between
the pixels of one frame."""
NOISE: Final = 0.02
"""Power of the noise beside that of the picture, as the estimate takes it, for each frame."""
NEAR: Final = 40
"""Pixels around the lettering within which its smear is looked at: what is further off may move
otherwise, and texture shows no streaks."""
SHARES: Final = np.linspace(0.0, 1.0, 17)
"""Shares of the time between two frames that a shutter may have stood open."""
CLEAR: Final = 0.2
"""Correlation of the logarithms of spectrum and smear, from which a smear is taken back."""
EQUAL: Final = 0.01
"""A smear that fits worse than the next shorter one by no more than this is as good: below their
first zero short ones differ in depth only, which a correlation does not see."""
LEAST_SMEAR: Final = 1.0
"""Pixels of the frame; a shorter smear is left."""
_LOW: Final = 0.03
_HIGH: Final = 0.35
"""Cycles a pixel of the frame between which zeros of the spectrum are looked for."""
_RING: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """A picture made of a track's frames; `smear` in pixels of the frame, 0 where none was seen."""

    picture: Grey
    numbers: tuple[int, ...]
    share: float
    smear: float


def lay(views: Sequence[View], steps: Sequence[Step], place: Place) -> Laid | None:
    """Draw a place, and what is around it, from all frames of its track.

    None where the track has too few frames.
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
    drawn = _together(spectra, speeds * share, crops[0].shape) + light
    inner = drawn[room:-room, room:-room]
    return Laid(
        picture=np.ascontiguousarray(np.clip(np.rint(inner), 0, 255), np.uint8),
        numbers=tuple(step.number for step in steps),
        share=share,
        smear=smear,
    )


def _around(place: Place) -> int:
    """How many pixels around a place are drawn."""
    twice = (TWICE_BELOW - 1 - place.width) // 2
    return max(place.width // 2, min(AROUND * place.letter, twice))


def _speeds(views: Sequence[View], steps: Sequence[Step], place: Place) -> Affine:
    """How far the place moves from frame to frame at each step, in pixels of the first frame."""
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
    """Cut the box out of a frame as it lies in the first one, with room around for the fading."""
    left, top, right, bottom = box
    size = ((right - left) * scale + 2 * room, (bottom - top) * scale + 2 * room)
    # the middle of a drawn pixel lies between those of the frame
    off = (0.5 - room) / scale - 0.5
    drawn = np.array([[1 / scale, 0, left + off], [0, 1 / scale, top + off], [0, 0, 1]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    source, to_frame = grey.astype(np.float32), affine @ drawn
    crop = cv2.warpAffine(source, to_frame, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.float32)


def _near(
    place: Place, box: tuple[int, int, int, int], scale: int, room: int
) -> tuple[slice, slice]:
    """Where in what was cut out the lettering is, with `NEAR` and the room around."""
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
    """The spectra of pictures less their mean light, and that light."""
    light = float(np.mean([crop.mean() for crop in crops]))
    window = _faded(crops[0].shape, room)
    faded = ((crop - light) * window for crop in crops)
    return [np.asarray(np.fft.rfft2(one), np.complex64) for one in faded], light


def _faded(shape: tuple[int, ...], room: int) -> Plane:
    """1 inside, falling to 0 over the room around: a spectrum takes a picture to be endless."""
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(room) + 0.5) / room)
    sides = [np.ones(length, np.float32) for length in shape]
    for side in sides:
        side[:room], side[-room:] = rise, rise[::-1]
    return np.asarray(np.outer(*sides), np.float32)


def _waves(shape: tuple[int, ...]) -> tuple[Plane, Plane]:
    """Frequencies of a spectrum across and down, in cycles a pixel."""
    across, down = np.fft.rfftfreq(shape[1])[None, :], np.fft.fftfreq(shape[0])[:, None]
    return across.astype(np.float32), down.astype(np.float32)


def _together(spectra: Sequence[Spectrum], smears: Affine, shape: tuple[int, ...]) -> Plane:
    """The picture that best explains all spectra, each smeared in its own way."""
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
    """For which share of the time the shutter stood open, 0–1; 0 where the spectrum does not say.

    The mean spectrum is the picture's times the mean smear's; both are compared in logarithms,
    less their mean over all directions at each frequency, so that only direction counts.
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
    """What is left of values less their mean on each ring of frequencies."""
    counts = np.maximum(np.bincount(rings), 1)
    return np.asarray(values - (np.bincount(rings, values) / counts)[rings], np.float32)
