"""Several exposures of one physical plate give one reading.

A recogniser's scores are posteriors: how probable a string is given one look, under whatever
strings it was trained on. Multiplying them over looks would count that preference, and the
plate's damage, once for each look. So every look's probabilities are tempered, what the
recogniser prefers anyway is divided out, and the sum over looks is discounted for what looks at
one plate share. The numbers are fitted on rendered plates (`benchmarks.fusion --fit`) whose wear
is drawn once and whose exposure is drawn anew; they stand in `fusion.json` beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np

from vision.calibration import Kind, calibrated
from vision.errors import VisionError
from vision.evidence import FusedLikelihood, Tempering, lattice_from_glyphs, usual_tempering
from vision.lattice import Lattice
from vision.shapes import letters_and_digits
from vision.types import Alternative, CharOption, FieldReading, Glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vision.types import ReadingState

__all__ = ["FusedLikelihood", "Tempering", "fuse", "fused_likelihood"]

MOST_ALTERNATIVES = 6
LEAST_ALTERNATIVE = 0.005
GLYPH_OPTIONS = 5

STATED, READABLE = 0.95, 0.15
"""At or above `STATED` (calibrated) a fused value may be stated; below `READABLE` no claim is
made. A value is never stated unless two exposures gave it by themselves, or one stated it."""

LEAST_STRENGTH = 0.5
"""Nothing is stated on a field rule weaker than this."""

_ROUNDS = 6
_STARTS = 3
"""How often, and from how many of the best values so far, neighbours are weighed."""

Maps = Callable[[float, Kind], float]


def _as_it_is(probability: float, kind: Kind) -> float:
    del kind
    return probability


class NothingToFuse(VisionError):
    """No reading was given, or readings of different fields."""


def fused_likelihood(
    readings: Sequence[FieldReading],
    *,
    tempering: Tempering | None = None,
    stack: Lattice | None = None,
) -> FusedLikelihood:
    """Give what all looks together say about any string; each reading counts as one look."""
    looks = tuple(
        item.lattice if isinstance(item.lattice, Lattice) else lattice_from_glyphs(item)
        for item in readings
    )
    return FusedLikelihood.of(looks, tempering or usual_tempering(), stack=stack)


def fuse(
    readings: tuple[FieldReading, ...],
    *,
    exposures: tuple[str, ...] | None = None,
    stack: Lattice | None = None,
    tempering: Tempering | None = None,
    raw: bool = False,
) -> FieldReading:
    """Fuse readings of one field of one physical plate into one reading.

    Args:
        readings: one for each photo, all of the same field. One alone is tempered too.
        exposures: for each reading, a name of the exposure it comes from; readings of one
            exposure (reposts) count once, by the surest of them. All different by default.
        stack: what was read in the same looks laid over each other (`vision.stacking`).
        tempering: the fitted numbers; those kept with the program by default.
        raw: leave the confidences as they come, uncalibrated (to fit the calibration).

    A person's transcription has no place here: it replaces the machine's reading in a query.
    """
    if not readings:
        raise NothingToFuse("There is no reading to fuse: choose at least one photo of the plate.")
    if len({item.field for item in readings}) > 1:
        names = ", ".join(sorted({item.field for item in readings}))
        raise NothingToFuse(f"Readings of different fields cannot be fused: {names}.")
    looks, notes = _one_for_each_exposure(readings, exposures)
    certain = _from_codes(looks)
    if certain is not None:
        return certain
    likelihood = fused_likelihood(looks, tempering=tempering, stack=stack)
    texts = [letters_and_digits(item.text) for item in looks]
    values = _explored(likelihood, texts)
    if not values:
        best = max(looks, key=lambda item: item.confidence)
        return replace(best, state="unreadable", lattice=likelihood)
    if stack is not None:
        notes = (*notes, f"Laid over each other, the looks read “{stack.text.strip()}”.")
    maps: Maps = _as_it_is if raw else calibrated
    return _reading(looks, likelihood, values, notes, maps)


def _one_for_each_exposure(
    readings: tuple[FieldReading, ...], exposures: tuple[str, ...] | None
) -> tuple[tuple[FieldReading, ...], tuple[str, ...]]:
    """Keep the surest reading of each exposure, and say how many reposts were left out."""
    if exposures is None:
        return readings, ()
    if len(exposures) != len(readings):
        raise NothingToFuse(
            f"{len(readings)} readings came with {len(exposures)} exposures: give one for each."
        )
    kept: dict[str, FieldReading] = {}
    for name, item in zip(exposures, readings, strict=True):
        if name not in kept or item.confidence > kept[name].confidence:
            kept[name] = item
    left_out = len(readings) - len(kept)
    if not left_out:
        return readings, ()
    were = "1 repost of an exposure was" if left_out == 1 else f"{left_out} reposts were"
    return tuple(kept.values()), (f"{were} not counted: an exposure counts once.",)


def _from_codes(looks: tuple[FieldReading, ...]) -> FieldReading | None:
    """Give a code's value where codes agree: its own check digits say more than any pixels."""
    codes = [item for item in looks if item.source.rule.startswith("code")]
    if not codes or len({letters_and_digits(item.text) for item in codes}) > 1:
        return None
    return max(codes, key=lambda item: item.confidence)


def _explored(likelihood: FusedLikelihood, texts: Sequence[str]) -> dict[str, float]:
    """Climb from every look's best strings to the likeliest value; give all that were weighed.

    Values are letters and digits only; numbers are natural logarithms.
    """
    seen: dict[str, float] = {}
    starts = [text for text in dict.fromkeys((*texts, *likelihood.suggestions())) if text]
    _weigh(likelihood, starts, seen)
    for _ in range(_ROUNDS):
        if not seen:
            break
        before = max(seen.values())
        tops = sorted(seen, key=lambda text: -seen[text])[:_STARTS]
        _weigh(likelihood, [near for top in tops for near in _near(top, likelihood)], seen)
        if max(seen.values()) <= before:
            break
    return seen


def _weigh(likelihood: FusedLikelihood, texts: Sequence[str], seen: dict[str, float]) -> None:
    fresh = tuple(text for text in dict.fromkeys(texts) if text and text not in seen)
    if fresh:
        for text, value in zip(fresh, likelihood.log_likelihood(fresh), strict=True):
            if math.isfinite(value):
                seen[text] = float(value)


def _near(text: str, likelihood: FusedLikelihood) -> list[str]:
    """All values one substitution, insertion or deletion away, over what any look saw."""
    near = [text[:at] + text[at + 1 :] for at in range(len(text))]
    for char in likelihood.characters:
        near += [text[:at] + char + text[at + 1 :] for at in range(len(text))]
        near += [text[:at] + char + text[at:] for at in range(len(text) + 1)]
    return near


def _reading(
    looks: tuple[FieldReading, ...],
    likelihood: FusedLikelihood,
    values: dict[str, float],
    notes: tuple[str, ...],
    maps: Maps,
) -> FieldReading:
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    logs = np.array([value for _, value in ranked])
    shares = np.exp(logs - logs[0])
    shares /= shares.sum()
    key = ranked[0][0]
    sure = maps(float(shares[0]), _kind(looks, likelihood))
    own = [item for item in looks if letters_and_digits(item.text) == key]
    source = max(own or looks, key=lambda item: item.confidence)
    alternatives = tuple(
        Alternative(text=_spelled(text, looks), probability=_scaled(share, shares[0], sure))
        for (text, _), share in zip(ranked[1:], shares[1:], strict=True)
        if share >= LEAST_ALTERNATIVE
    )
    return replace(
        source,
        text=_spelled(key, looks),
        confidence=sure,
        state=_state(looks, own, sure),
        glyphs=_glyphs(key, values, maps),
        alternatives=alternatives[:MOST_ALTERNATIVES],
        notes=(*notes, *_differences(looks, key)),
        lattice=likelihood,
    )


def _kind(looks: Sequence[FieldReading], likelihood: FusedLikelihood) -> Kind:
    if likelihood.stack is not None:
        return "stacked"
    return "field" if len(looks) == 1 else "fused"


def _scaled(share: float, first: float, sure: float) -> float:
    """Share what calibration left for the alternatives in the proportions that they had."""
    rest = 1.0 - float(first)
    return float(share) * (1.0 - sure) / rest if rest > 0 else 0.0


def _state(
    looks: tuple[FieldReading, ...], own: Sequence[FieldReading], sure: float
) -> ReadingState:
    if sure < READABLE:
        return "unreadable"
    borne = len(own) >= 2 or any(item.state == "stated" for item in own)
    strong = max((item.strength for item in own), default=0.0) >= LEAST_STRENGTH
    # A look that states something else is a contradiction that a person has to see.
    against = any(item.state == "stated" and item not in own for item in looks)
    return "stated" if sure >= STATED and borne and strong and not against else "offered"


def _glyphs(key: str, values: dict[str, float], maps: Maps) -> tuple[Glyph, ...]:
    """Alternatives of each character: the values that differ from the best in that one alone."""
    glyphs = []
    for at, char in enumerate(key):
        head, tail = key[:at], key[at + 1 :]
        options = {char: values[key]} | {
            text[at]: value
            for text, value in values.items()
            if len(text) == len(key) and text.startswith(head) and text.endswith(tail)
        }
        glyphs.append(_glyph(options, maps))
    return tuple(glyphs)


def _glyph(options: dict[str, float], maps: Maps) -> Glyph:
    names = sorted(options, key=lambda name: (-options[name], name))
    weights: npt.NDArray[np.float64] = np.exp(
        np.array([options[name] for name in names]) - options[names[0]]
    )
    shares = weights / weights.sum()
    kept = [
        CharOption(char=name, probability=maps(float(p), "character") if n == 0 else float(p))
        for n, (name, p) in enumerate(zip(names[:GLYPH_OPTIONS], shares, strict=False))
        if n == 0 or p >= 1e-3
    ]
    return Glyph(options=tuple(kept))


def _spelled(key: str, looks: Sequence[FieldReading]) -> str:
    """Give a plain value the separators that the looks show, where their lengths fit."""
    best, shown = -1.0, key
    for item in looks:
        plain = letters_and_digits(item.text)
        if len(plain) != len(key):
            continue
        same = sum(a == b for a, b in zip(plain, key, strict=True)) + item.confidence / 2
        if same > best:
            best, shown = same, _dressed(key, item.text)
    return shown


def _dressed(key: str, pattern: str) -> str:
    """Put the characters of `key` where the pattern has letters and digits."""
    chars = iter(key)
    slots = [char for char in pattern if letters_and_digits(char)]
    if len(slots) != len(key):
        return key
    return "".join(next(chars) if letters_and_digits(char) else char for char in pattern).strip()


def _differences(looks: Sequence[FieldReading], key: str) -> tuple[str, ...]:
    """Say where single looks read something else, character by character."""
    if len(looks) < 2:
        return ()
    notes = []
    for number, item in enumerate(looks, start=1):
        plain = letters_and_digits(item.text)
        if plain == key:
            continue
        matcher = SequenceMatcher(None, key, plain, autojunk=False)
        parts = [
            _difference(key[a:b], plain[c:d], a)
            for kind, a, b, c, d in matcher.get_opcodes()
            if kind != "equal"
        ]
        notes.append(f"Look {number} read “{item.text}”: {', '.join(parts)}.")
    return tuple(notes)


def _difference(here: str, there: str, at: int) -> str:
    if not there:
        return f"nothing where “{here}” stands (character {at + 1})"
    if not here:
        return f"“{there}” added before character {at + 1}"
    return f"“{there}” for “{here}” (character {at + 1})"
