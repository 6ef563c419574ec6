"""Weigh the possible values of a field under the readings of all engines at its place."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vision.engines.glyphs import glyphs_of
from vision.ocr.consensus import without_case
from vision.ocr.lattice import Lattice
from vision.plate.draft import EngineText, FieldDraft
from vision.shapes import RARE_LETTER, letters_and_digits, rare_letters
from vision.types import Alternative, CharOption, FieldSource, Glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.ocr.engine import Recognised
    from vision.plate.spans import FieldGuess
    from vision.types import Code

MOST_ALTERNATIVES = 6
LEAST_ALTERNATIVE = 0.005

IN_CODE = 100.0
"""Factor in favour of a readable value that a code contains: codes check themselves, but one in the
same photo may belong to another unit.
"""

LEAST_LOG = -60.0
"""An engine's veto is limited to this natural logarithm, so that another engine still counts."""

UNSEEN = 1e-3
"""Minimum probability that every engine leaves to values it did not consider."""

TEMPER = 0.5
"""Exponent on the likelihoods of engines that saw the same pixels: they share the damage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One engine's guess for a field, and what its other passes read at the same place."""

    engine: str
    guess: FieldGuess
    passes: tuple[Recognised, ...] = ()


CLEAR_RULE = 0.85
"""A field rule at least this strong leaves no doubt that the text belongs to the field."""


def belonging(strength: float) -> float:
    """How surely a text belongs to its field (0–1), from the strength of the rule."""
    return min(strength / CLEAR_RULE, 1.0)


def of_one_reader(guess: FieldGuess) -> FieldDraft:
    """Turn one engine's guess into a draft with the values that its own lattice allows."""
    draft = _draft_of(Claim(engine=guess.line.engine.name, guess=guess))
    return replace(draft, alternatives=_alternatives(lattice_of(guess), guess.text))


def _draft_of(claim: Claim) -> FieldDraft:
    """Turn one engine's claim into a draft without alternatives."""
    guess = claim.guess
    lattice = lattice_of(guess)
    sure = _confidence(lattice, guess)
    return FieldDraft(
        field=guess.field,
        text=guess.text,
        sure=sure,
        rival=0.0,
        confidence=sure * belonging(guess.strength),
        strength=guess.strength,
        source=FieldSource(
            line_id=guess.line.line_id,
            corners=guess.line.corners,
            label=guess.label,
            rule=guess.rule,
        ),
        engine_texts=(_engine_text(claim),),
        glyphs=guess.line.glyphs[guess.start : guess.end] or _blank_glyphs(guess),
        alternatives=(),
        lattice=lattice,
    )


def _engine_text(claim: Claim) -> EngineText:
    guess = claim.guess
    return EngineText(
        engine=claim.engine,
        text=guess.text,
        confidence=guess.line.confidence,
        label=guess.label,
        strength=guess.strength,
        line=guess.line.text,
        passes=tuple((one.text, one.confidence) for one in claim.passes),
    )


def lattice_of(guess: FieldGuess) -> Lattice | None:
    """Cut out the part of the line's lattice that holds the value."""
    whole = guess.line.lattice
    if not isinstance(whole, Lattice) or len(whole.path) != len(guess.line.text):
        return None
    if guess.start == 0 and guess.end == len(guess.line.text):
        return whole
    return whole.part(guess.start, guess.end)


def _blank_glyphs(guess: FieldGuess) -> tuple[Glyph, ...]:
    sure = guess.line.confidence
    return tuple(Glyph(options=(CharOption(char=char, probability=sure),)) for char in guess.text)


def _confidence(lattice: Lattice | None, guess: FieldGuess) -> float:
    if lattice is None:
        return guess.line.confidence
    return float(math.exp(lattice.log_likelihood([guess.text])[0]))


def _alternatives(lattice: Lattice | None, text: str) -> tuple[Alternative, ...]:
    """List other whole values that the pixels allow; differences in spacing do not count."""
    if lattice is None:
        return ()
    sums: dict[str, tuple[str, float]] = {}
    for other, logarithm in lattice.best(3 * MOST_ALTERNATIVES):
        key = letters_and_digits(other)
        shown, total = sums.get(key, (other.strip(), 0.0))
        sums[key] = (shown, total + math.exp(logarithm))
    sums.pop(letters_and_digits(text), None)
    ranked = sorted(sums.values(), key=lambda item: -item[1])[:MOST_ALTERNATIVES]
    return tuple(
        Alternative(text=shown, probability=min(p, 1.0))
        for shown, p in ranked
        if p >= LEAST_ALTERNATIVE
    )


def weighed(claims: Sequence[Claim], codes: Sequence[Code] = ()) -> FieldDraft:
    """Combine what several engines or passes read for one field at one place.

    Every value that any of them finds likely is weighed under the lattices of all; the best is
    returned. How far it can be relied on is decided by `vision.plate.assurance`.
    """
    lead = max(claims, key=lambda claim: claim.guess.strength * claim.guess.line.confidence)
    weights = _weigh(claims, codes)
    ranked = sorted(weights.items(), key=lambda item: -item[1])
    key, sure = ranked[0] if ranked else (letters_and_digits(lead.guess.text), 0.0)
    source = next((c for c in claims if letters_and_digits(c.guess.text) == key), lead)
    base = _draft_of(source)
    shown = _spelling(claims, key)
    return replace(
        base,
        text=shown,
        sure=sure,
        rival=ranked[1][1] if len(ranked) > 1 else 0.0,
        confidence=sure * belonging(base.strength),
        engine_texts=tuple(_engine_text(claim) for claim in claims),
        glyphs=base.glyphs if base.text == shown else _glyphs_for(base, shown),
        alternatives=tuple(
            Alternative(text=_spelling(claims, other), probability=p)
            for other, p in ranked[1 : MOST_ALTERNATIVES + 1]
            if p >= LEAST_ALTERNATIVE
        ),
    )


DIGITS_PREFERRED = ("serial", "model", "part_number", "cage")


def _weigh(claims: Sequence[Claim], codes: Sequence[Code]) -> dict[str, float]:
    """Probability (0–1) of each plain value under all claims' lattices, tempered.

    A value that a code in the photo contains and that the pixels allow is preferred.
    """
    lattices: list[Lattice] = []
    values: set[str] = set()
    plain: list[Claim] = []
    for claim in claims:
        lattice = lattice_of(claim.guess)
        values.add(letters_and_digits(claim.guess.text))
        if lattice is None:
            plain.append(claim)
            continue
        lattices.append(without_case(lattice))
        values |= {letters_and_digits(text) for text, _ in lattices[-1].best(8)}
    values.discard("")
    names = sorted(values)
    if not names:
        return {}
    seen = [lattice.log_likelihood(names) for lattice in lattices]
    seen += [np.array([_word_score(claim, name) for name in names]) for claim in plain]
    total = np.sum([np.maximum(one, LEAST_LOG) for one in seen], axis=0)
    power = 1.0 if len(seen) < 2 else 2 * TEMPER / len(seen)
    joint = np.exp((total - total.max()) * power)
    if claims[0].guess.field in DIGITS_PREFERRED:
        joint *= [RARE_LETTER ** rare_letters(name) for name in names]
    carried = {letters_and_digits(code.payload) for code in codes}
    joint *= [IN_CODE if name in carried else 1.0 for name in names]
    # The probability of all other values counts as one more rival, so the best is never surer than
    # the pixels.
    joint /= joint.sum()
    shares = [min(float(np.exp(one).sum()), 1.0 - UNSEEN) for one in seen]
    odds = math.prod((share / (1.0 - share)) ** power for share in shares)
    joint *= odds / (1.0 + odds)
    return {name: float(p) for name, p in zip(names, joint, strict=True)}


def _word_score(claim: Claim, name: str) -> float:
    sure = min(max(claim.guess.line.confidence, 0.01), 0.99)
    same = letters_and_digits(claim.guess.text) == name
    return math.log(sure) if same else math.log((1.0 - sure) / 10.0)


def _spelling(claims: Sequence[Claim], key: str) -> str:
    for claim in claims:
        if letters_and_digits(claim.guess.text) == key:
            return claim.guess.text
    return key


def _glyphs_for(base: FieldDraft, shown: str) -> tuple[Glyph, ...]:
    if isinstance(base.lattice, Lattice) and base.lattice.text == shown:
        return glyphs_of(base.lattice)
    return tuple(
        Glyph(options=(CharOption(char=char, probability=base.confidence),)) for char in shown
    )
