"""Fuse several exposures of one physical plate into one reading.

A recogniser's scores are posteriors: the probability of a string given one exposure, under the
distribution of strings it was trained on. Multiplying them over exposures would count that prior,
and the plate's damage, once for each. So the probabilities of each exposure are tempered, the
recogniser's prior is divided out, and the sum over exposures is discounted for what exposures of
one plate share. The numbers are fitted on rendered plates (`benchmarks.fusion --fit`) whose wear is
drawn once and whose exposures are drawn independently; they are in `fusion.json` beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np

from values.sentence import say
from vision.errors import VisionError
from vision.fusion.calibration import Kind, calibrated
from vision.fusion.evidence import FusedLikelihood, Tempering, lattice_from_glyphs, usual_tempering
from vision.ocr.lattice import Lattice
from vision.plate.assurance import Exposures, assure
from vision.shapes import letters_and_digits
from vision.types import Alternative, CharOption, FieldReading, Glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from values.sentence import Sentence

__all__ = ["FusedLikelihood", "Tempering", "fuse", "fused_likelihood"]

MOST_ALTERNATIVES = 6
LEAST_ALTERNATIVE = 0.005
GLYPH_OPTIONS = 5

_ROUNDS = 6
_STARTS = 3
"""How often neighbours are weighed, and from how many of the best values so far."""

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
    weights: Sequence[float] | None = None,
    stack: Lattice | None = None,
) -> FusedLikelihood:
    """Return the joint likelihood of any string given all readings; each counts as one exposure.

    `weights` override this: how many exposures each reading counts for.
    """
    lattices = tuple(
        item.lattice if isinstance(item.lattice, Lattice) else lattice_from_glyphs(item)
        for item in readings
    )
    return FusedLikelihood.of(
        lattices, tempering or usual_tempering(), weights=weights, stack=stack
    )


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
        readings: one for each photo, all of the same field. A single one is tempered too.
        exposures: for each reading, a name for its exposure; all different by default. Readings of
            one exposure (reposts, stills of one clip) share the weight of one, each by how sure it
            is, so that none adds weight and none is left out.
        stack: the reading of the same exposures aligned and combined (`vision.plate.stacking`).
        tempering: the fitted numbers; by default those that ship with the program.
        raw: leave the confidences uncalibrated (to fit the calibration).

    Do not pass a person's transcription: it replaces the machine's reading in a query.
    """
    if not readings:
        raise NothingToFuse(say("fusion.nothing"))
    fields = {item.field for item in readings}
    if len(fields) > 1:
        raise NothingToFuse(say("fusion.different-fields", fields=tuple(sorted(fields))))
    exposures = _checked(readings, exposures)
    notes = _shared_note(len(readings) - len(set(exposures)))
    certain = _from_codes(readings)
    if certain is not None:
        return certain
    weights = shared_weights(exposures, [item.confidence for item in readings])
    likelihood = fused_likelihood(readings, tempering=tempering, weights=weights, stack=stack)
    texts = [letters_and_digits(item.text) for item in readings]
    values = _explored(likelihood, texts)
    if not values:
        best = max(readings, key=lambda item: item.confidence)
        key = letters_and_digits(best.text)
        given = assure(Exposures(readings=readings, key=key, sure=0.0, exposures=0))
        return given.of(replace(best, lattice=likelihood))
    if stack is not None:
        notes = (*notes, say("fusion.stack", text=stack.text.strip()))
    maps: Maps = _as_it_is if raw else calibrated
    return _reading(readings, exposures, likelihood, values, notes, maps)


def shared_weights(exposures: Sequence[str], sure: Sequence[float]) -> tuple[float, ...]:
    """How many exposures each reading counts for, 0-1; readings of one exposure share one.

    Each share depends on how sure the reading is (`sure`, 0-1), so that blurred stills do not drown
    a clear one. So the evidence of one exposure on any two strings lies between that of its
    exhibits taken separately: another repost adds nothing.
    """
    together: dict[str, float] = {}
    count: dict[str, int] = {}
    for name, each in zip(exposures, sure, strict=True):
        together[name] = together.get(name, 0.0) + each
        count[name] = count.get(name, 0) + 1
    return tuple(
        each / together[name] if together[name] > 0 else 1.0 / count[name]
        for name, each in zip(exposures, sure, strict=True)
    )


def _checked(
    readings: tuple[FieldReading, ...], exposures: tuple[str, ...] | None
) -> tuple[str, ...]:
    """Return the name of the exposure for each reading."""
    if exposures is None:
        return tuple(str(number) for number in range(len(readings)))
    if len(exposures) != len(readings):
        raise NothingToFuse(
            f"{len(readings)} readings came with {len(exposures)} exposures: give one for each."
        )
    return exposures


def _shared_note(more: int) -> tuple[Sentence, ...]:
    """Report how many readings there are beyond one for each exposure."""
    if not more:
        return ()
    return (say("fusion.shared", more=more),)


def _from_codes(readings: tuple[FieldReading, ...]) -> FieldReading | None:
    """Return a code's value if codes agree: check digits are better evidence than pixels."""
    codes = [item for item in readings if item.source.rule.startswith("code")]
    if not codes or len({letters_and_digits(item.text) for item in codes}) > 1:
        return None
    return max(codes, key=lambda item: item.confidence)


def _explored(likelihood: FusedLikelihood, texts: Sequence[str]) -> dict[str, float]:
    """Search from the best strings of each exposure to the likeliest value; return all weighed.

    Values are letters and digits only; scores are natural logarithms.
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
    """All values one substitution, insertion or deletion away, over the characters seen."""
    near = [text[:at] + text[at + 1 :] for at in range(len(text))]
    for char in likelihood.characters:
        near += [text[:at] + char + text[at + 1 :] for at in range(len(text))]
        near += [text[:at] + char + text[at:] for at in range(len(text) + 1)]
    return near


def _reading(
    readings: tuple[FieldReading, ...],
    exposures: tuple[str, ...],
    likelihood: FusedLikelihood,
    values: dict[str, float],
    notes: tuple[Sentence, ...],
    maps: Maps,
) -> FieldReading:
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    logs = np.array([value for _, value in ranked])
    shares = np.exp(logs - logs[0])
    shares /= shares.sum()
    key = ranked[0][0]
    sure = maps(float(shares[0]), _kind(likelihood))
    own = [item for item in readings if letters_and_digits(item.text) == key]
    borne_by = {
        exposure
        for item, exposure in zip(readings, exposures, strict=True)
        if letters_and_digits(item.text) == key
    }
    source = max(own or readings, key=lambda item: item.confidence)
    given = assure(Exposures(readings=readings, key=key, sure=sure, exposures=len(borne_by)))
    alternatives = tuple(
        Alternative(text=_spelled(text, readings), probability=_scaled(share, shares[0], sure))
        for (text, _), share in zip(ranked[1:], shares[1:], strict=True)
        if share >= LEAST_ALTERNATIVE
    )
    fused = replace(
        source,
        text=_spelled(key, readings),
        confidence=sure,
        glyphs=_glyphs(key, values, maps),
        alternatives=alternatives[:MOST_ALTERNATIVES],
        notes=(*notes, *_differences(readings, key)),
        lattice=likelihood,
    )
    return given.of(fused)


def _kind(likelihood: FusedLikelihood) -> Kind:
    if likelihood.stack is not None:
        return "stacked"
    return "field" if likelihood.exposures == 1 else "fused"


def _scaled(share: float, first: float, sure: float) -> float:
    """Distribute what calibration left for the alternatives in their original proportions."""
    rest = 1.0 - float(first)
    return float(share) * (1.0 - sure) / rest if rest > 0 else 0.0


def _glyphs(key: str, values: dict[str, float], maps: Maps) -> tuple[Glyph, ...]:
    """Alternatives of each character: values that differ from the best in that position only."""
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


def _spelled(key: str, readings: Sequence[FieldReading]) -> str:
    """Insert the separators seen in the exposures into a plain value, if lengths fit."""
    best, shown = -1.0, key
    for item in readings:
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


def _differences(readings: Sequence[FieldReading], key: str) -> tuple[Sentence, ...]:
    """Report where single exposures read something else, character by character."""
    if len(readings) < 2:
        return ()
    notes = []
    for number, item in enumerate(readings, start=1):
        plain = letters_and_digits(item.text)
        if plain == key:
            continue
        matcher = SequenceMatcher(None, key, plain, autojunk=False)
        parts = [one for one in matcher.get_opcodes() if one[0] != "equal"]
        notes.append(
            say(
                "fusion.look",
                number=number,
                text=item.text,
                at=tuple(str(start + 1) for _, start, _, _, _ in parts),
                here=tuple(key[start:end] for _, start, end, _, _ in parts),
                there=tuple(plain[start:end] for _, _, _, start, end in parts),
            )
        )
    return tuple(notes)
