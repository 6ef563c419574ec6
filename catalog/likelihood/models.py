"""How probable what was read is under each serial: one model for text, one for pixels.

Both answer the same three questions: how probable the reading is for given serials, summed over
all units, and at most. Their numbers are on one scale within one reading, never between two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from catalog.confusions import (
    MODELS,
    UNREADABLE,
    ErrorModel,
    emissions,
)
from catalog.likelihood.alignment import Profile
from catalog.likelihood.cached import Remembered
from catalog.likelihood.exposures import TRUST, BelievedLooks, Trust
from catalog.likelihood.pixels import measure
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from catalog.numbering.population import Population, ProductSets
    from catalog.types import FieldEvidence, Likelihood

    Floats = npt.NDArray[np.float64]
    Keys = npt.NDArray[np.bytes_]

NEAR_THE_BEST = 1e-4
"""Serials that explain pixels less than this, beside their best string, are not near it."""

MOST_PLACES = 64
"""Characters of a serial that are compared; a longer reading is no serial."""


class SerialModel(Protocol):
    """What is known of one serial from one kind of evidence."""

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """What was seen place by place, most trusted first; serves to propose serials."""
        ...

    @property
    def ceiling(self) -> float:
        """The largest probability that any serial at all could give the reading."""
        ...

    @property
    def asked(self) -> int:
        """How many serials of one length are worth scoring one by one."""
        ...

    def of_keys(self, keys: Keys, length: int) -> Floats:
        """Probability of the reading for each folded serial of one length, shape (n,)."""
        ...

    def of_keys_and_units(
        self, keys: Keys, length: int, sets: Sequence[ProductSets]
    ) -> tuple[Floats, Floats]:
        """Give the same, and its sum over all units of each of these sets of this length.

        For pixels the sums are counted from single changes.
        """
        ...

    def beside(self, keys: Keys, sets: ProductSets) -> Floats:
        """Give the mean of the same over what stands one character beside each serial, (n,).

        Other characters are as frequent there as in `sets`; bounded from above for pixels.
        """
        ...

    @property
    def blind(self) -> float:
        """The share of such readings that say nothing at all about the serial, 0-1."""
        ...

    @property
    def base(self) -> float:
        """What every serial is given at least, on the scale of the other probabilities."""
        ...

    @property
    def slack(self) -> float:
        """By how much the sum over units is multiplied to be a bound from above."""
        ...

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Give what the sum over units counted for these serials, `exact` being what they are."""
        ...

    def scaled(self, factor: float) -> SerialModel:
        """Give the same reading, were its reader to err `factor` times as often."""
        ...


@dataclass(frozen=True, kw_only=True)
class TextModel:
    """A reading that comes as text: a person's, a code's, or a machine's without its lattice.

    Each profile is one text that was given for the serial, weighed by how probable its reader held
    it to be.
    """

    texts: tuple[tuple[str, float], ...]
    errors: ErrorModel
    profiles: tuple[Profile, ...]

    @classmethod
    def of(cls, texts: tuple[tuple[str, float], ...], errors: ErrorModel) -> TextModel:
        """Build the model of folded texts with their shares (`?` marks an unreadable place)."""
        profiles = tuple(
            Profile(
                seen=emissions(text, errors),
                extra=errors.insertion,
                skip=errors.deletion,
                share=share,
                key=text,
            )
            for text, share in texts
        )
        return cls(texts=texts, errors=errors, profiles=profiles)

    @cached_property
    def ceiling(self) -> float:
        """The largest probability that any serial at all could give the reading."""
        return max(profile.ceiling for profile in self.profiles)

    @property
    def asked(self) -> int:
        """All that are proposed are scored one by one: for text that costs little."""
        return 4096

    @property
    def blind(self) -> float:
        """None: how a reader of text errs is all in the error model."""
        return 0.0

    @property
    def base(self) -> float:
        """Nothing: the error model gives every serial its own."""
        return 0.0

    @property
    def slack(self) -> float:
        """No slack: the sum over all units is exact."""
        return 1.0

    def of_keys(self, keys: Keys, length: int) -> Floats:
        """Probability of the reading for each folded serial of one length, shape (n,)."""
        return self.of_keys_and_units(keys, length, ())[0]

    def of_keys_and_units(
        self, keys: Keys, length: int, sets: Sequence[ProductSets]
    ) -> tuple[Floats, Floats]:
        """Give the same, and its sum over all units of each of these sets; exact."""
        each, total = np.zeros(keys.size), np.zeros(len(sets))
        for profile in self.profiles:
            of_each, of_all = profile.of_keys_and_units(keys, length, sets)
            each += of_each
            total += of_all
        return each, total

    def beside(self, keys: Keys, sets: ProductSets) -> Floats:
        """Give the mean of the same over what stands one character beside each serial, (n,)."""
        return _beside(self.profiles, keys, sets)

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Give what the sum over units counted for these serials: for text, what they are."""
        del keys, length
        return exact

    def scaled(self, factor: float) -> TextModel:
        """Give the same texts from a reader who errs `factor` times as often."""
        return TextModel.of(self.texts, self.errors.scaled(factor))


@dataclass(frozen=True, kw_only=True)
class LatticeModel:
    """A reading that comes with its pixels' likelihood of any given string.

    Strings near the best one are asked for one by one; sums over all units use what single changes
    cost, place by place. A share of the weight is kept for the case that the pixels misled.
    """

    lattice: Likelihood
    trust: Trust
    measured: tuple[Profile, ...]
    """What single changes of each best serial cost, relative to the best string of all."""
    text: str
    """What the pixels were read as; falls in where they mislead."""
    best: float
    """Log-likelihood of the best string; every other is taken relative to it."""
    base: float
    """What every serial is given at least, relative to the best string."""
    errors: ErrorModel

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """The measured changes of each best serial, then the text alone."""
        sound = 1.0 - self.trust.misled / 2
        fallback = _fallback(self.text, self.errors, self.trust.misled / 2)
        return (*(replace(one, share=one.share * sound) for one in self.measured), fallback)

    @cached_property
    def ceiling(self) -> float:
        """The probability under the best serial that could exist, or a small share of the best.

        Pixels are often sure of a wrong letter in the fixed part of a serial; but where no serial
        comes near what they show, none fits.
        """
        return max(NEAR_THE_BEST, *(profile.ceiling for profile in self.profiles))

    @property
    def asked(self) -> int:
        """How many serials are put to the pixels one by one."""
        return 96

    @property
    def blind(self) -> float:
        """Half of the share that misleads: there the pixels say nothing at all."""
        return self.trust.misled / 2

    @property
    def slack(self) -> float:
        """Twice: two changes together may cost less than one by one."""
        return 2.0

    def of_keys(self, keys: Keys, length: int) -> Floats:
        """Probability of the reading for each folded serial, relative to the best string."""
        if not keys.size:
            return np.zeros(0)
        texts = tuple(key.decode("utf-8", "replace") for key in keys.tolist())
        logs = self.lattice.log_likelihood(texts) - self.best
        pixels = np.exp(np.minimum(logs, 700.0))
        fallback = self.profiles[-1].of_keys(keys, length)
        return np.asarray((1.0 - self.trust.misled / 2) * pixels + fallback)

    def of_keys_and_units(
        self, keys: Keys, length: int, sets: Sequence[ProductSets]
    ) -> tuple[Floats, Floats]:
        """Give the same, and its sum over all units of each set, counted from single changes."""
        none, total = keys[:0], np.zeros(len(sets))
        for one in self.profiles:
            total += one.of_keys_and_units(none, length, sets)[1]
        return self.of_keys(keys, length), total

    def beside(self, keys: Keys, sets: ProductSets) -> Floats:
        """Give the mean over what stands beside each serial, counted from single changes, (n,)."""
        return self.slack * _beside(self.profiles, keys, sets)

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Give what the sum over units counted for these serials, from single changes."""
        del exact
        return np.asarray(sum(profile.of_keys(keys, length) for profile in self.profiles))

    def scaled(self, factor: float) -> LatticeModel:
        """Give the same pixels, misleading `factor` times as often."""
        misled = min(0.5, self.trust.misled * factor)
        return replace(self, trust=replace(self.trust, misled=misled))


def serial_model(
    evidence: FieldEvidence, population: Population, *, trust: Trust = TRUST
) -> SerialModel | None:
    """Build the model of one reading, or None if it says nothing about these serials.

    That is so for a text without a readable character, and for pixels in which nothing was read
    that comes near the form of the serials.
    """
    texts = _texts(evidence)
    if not any(text.strip(UNREADABLE) for text, _ in texts):
        return None
    if evidence.likelihood is None or evidence.origin == "human":
        return TextModel.of(texts, MODELS[evidence.origin])
    return _lattice_model(evidence.likelihood, tuple(text for text, _ in texts), population, trust)


def folded_reading(text: str) -> str:
    """Fold a reading as serials are folded, keeping `?` where a character could not be read."""
    return UNREADABLE.join(fold(part) for part in text.split(UNREADABLE))[:MOST_PLACES]


def _texts(evidence: FieldEvidence) -> tuple[tuple[str, float], ...]:
    """Every text given for the field with its share; shares sum to one."""
    given = {folded_reading(evidence.text): 0.0}
    for text, share in evidence.alternatives:
        key = folded_reading(text)
        given[key] = given.get(key, 0.0) + max(share, 0.0)
    first = next(iter(given))
    given[first] += max(0.0, 1.0 - sum(given.values()))
    total = sum(given.values())
    return tuple((text, share / total) for text, share in given.items() if text and share > 0)


def _lattice_model(
    likelihood: Likelihood, texts: tuple[str, ...], population: Population, trust: Trust
) -> LatticeModel | None:
    texts = tuple(text.replace(UNREADABLE, "") for text in texts)
    looks = BelievedLooks.of(likelihood, texts[0], trust, population.size)
    remembered = Remembered(asked=looks)
    measured, best = measure(remembered, (*texts, *looks.texts), population)
    if not measured:
        return None
    return LatticeModel(
        lattice=remembered,
        trust=trust,
        measured=measured,
        text=texts[0],
        best=best,
        base=float(np.exp(looks.least - best)),
        errors=MODELS["machine"],
    )


def _beside(profiles: Sequence[Profile], keys: Keys, sets: ProductSets) -> Floats:
    total = np.zeros(keys.size)
    for profile in profiles:
        total += profile.beside(keys, sets)
    return total


def _fallback(text: str, errors: ErrorModel, share: float) -> Profile:
    """Take the text alone, on the same scale as the pixels: one for the text itself."""
    seen = emissions(text, errors)
    return Profile(
        seen=seen / seen.max(axis=1, keepdims=True),
        extra=errors.insertion,
        skip=errors.deletion,
        share=share,
        key=text,
    )
