"""How probable a reading is under each serial: one model for text, one for pixels.

Both answer the same three questions: the probability of the reading for given serials, summed over
all units, and at most. Their numbers are comparable within one reading, never between two.
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
from catalog.likelihood.cached import CachedLikelihood
from catalog.likelihood.exposures import TRUST, BoundedExposures, Trust
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
"""Serials that explain pixels less than this, relative to their best string, are not near it."""

MOST_PLACES = 64
"""Longest serial that is compared, in characters; a longer reading is not a serial."""


class SerialModel(Protocol):
    """The likelihood of serials under one kind of evidence."""

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """What was seen place by place, most trusted first; used to propose serials."""
        ...

    @property
    def ceiling(self) -> float:
        """The largest probability that any serial could give the reading."""
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
        """Return the same, and its sum over all units of each of these sets of this length.

        For pixels the sums are computed from single changes.
        """
        ...

    def beside(self, keys: Keys, sets: ProductSets) -> Floats:
        """Return the mean of the same over the one-character neighbours of each serial, (n,).

        Other characters are as frequent there as in `sets`; for pixels an upper bound.
        """
        ...

    @property
    def blind(self) -> float:
        """The share of such readings that say nothing at all about the serial, 0-1."""
        ...

    @property
    def base(self) -> float:
        """The least value of any serial, on the scale of the other probabilities."""
        ...

    @property
    def slack(self) -> float:
        """Factor that turns the sum over units into an upper bound."""
        ...

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Return what the sum over units included for these serials, whose values are `exact`."""
        ...

    def scaled(self, factor: float) -> SerialModel:
        """Return the same reading with errors `factor` times as frequent."""
        ...


@dataclass(frozen=True, kw_only=True)
class TextModel:
    """A reading given as text: a person's, a code's, or a machine's without its lattice.

    Each profile is one text given for the serial, weighted by its probability.
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
        """The largest probability that any serial could give the reading."""
        return max(profile.ceiling for profile in self.profiles)

    @property
    def asked(self) -> int:
        """All proposed serials are scored one by one: for text that is cheap."""
        return 4096

    @property
    def blind(self) -> float:
        """0: the errors of a text are all in the error model."""
        return 0.0

    @property
    def base(self) -> float:
        """0: the error model gives every serial its own value."""
        return 0.0

    @property
    def slack(self) -> float:
        """1: the sum over all units is exact."""
        return 1.0

    def of_keys(self, keys: Keys, length: int) -> Floats:
        """Probability of the reading for each folded serial of one length, shape (n,)."""
        return self.of_keys_and_units(keys, length, ())[0]

    def of_keys_and_units(
        self, keys: Keys, length: int, sets: Sequence[ProductSets]
    ) -> tuple[Floats, Floats]:
        """Return the same, and its sum over all units of each of these sets; exact."""
        each, total = np.zeros(keys.size), np.zeros(len(sets))
        for profile in self.profiles:
            of_each, of_all = profile.of_keys_and_units(keys, length, sets)
            each += of_each
            total += of_all
        return each, total

    def beside(self, keys: Keys, sets: ProductSets) -> Floats:
        """Return the mean of the same over the one-character neighbours of each serial, (n,)."""
        return _beside(self.profiles, keys, sets)

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Return what the sum over units included for these serials: for text, the true values."""
        del keys, length
        return exact

    def scaled(self, factor: float) -> TextModel:
        """Return the same texts with errors `factor` times as frequent."""
        return TextModel.of(self.texts, self.errors.scaled(factor))


@dataclass(frozen=True, kw_only=True)
class LatticeModel:
    """A reading with a likelihood of any given string, from its pixels.

    Strings near the best one are scored one by one; sums over all units use the cost of single
    changes, place by place. A share of the weight is reserved for the case that the pixels mislead.
    """

    lattice: Likelihood
    trust: Trust
    measured: tuple[Profile, ...]
    """The cost of single changes of each best serial, relative to the best string of all."""
    text: str
    """The text read from the pixels; used where they mislead."""
    best: float
    """Log-likelihood of the best string, to which all others are relative."""
    base: float
    """The least value of any serial, relative to the best string."""
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

        Pixels are often sure of a wrong letter in the fixed part of a serial; but if no serial
        comes near what they show, none fits.
        """
        return max(NEAR_THE_BEST, *(profile.ceiling for profile in self.profiles))

    @property
    def asked(self) -> int:
        """How many serials are scored on the pixels one by one."""
        return 96

    @property
    def blind(self) -> float:
        """Half of the misleading share: there the pixels say nothing at all."""
        return self.trust.misled / 2

    @property
    def slack(self) -> float:
        """2: two changes together may cost less than one by one."""
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
        """Return the same, and its sum over all units of each set, from single changes."""
        none, total = keys[:0], np.zeros(len(sets))
        for one in self.profiles:
            total += one.of_keys_and_units(none, length, sets)[1]
        return self.of_keys(keys, length), total

    def beside(self, keys: Keys, sets: ProductSets) -> Floats:
        """Return the mean over the neighbours of each serial, from single changes, (n,)."""
        return self.slack * _beside(self.profiles, keys, sets)

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Return what the sum over units included for these serials, from single changes."""
        del exact
        return np.asarray(sum(profile.of_keys(keys, length) for profile in self.profiles))

    def scaled(self, factor: float) -> LatticeModel:
        """Return the same pixels, misleading `factor` times as often."""
        misled = min(0.5, self.trust.misled * factor)
        return replace(self, trust=replace(self.trust, misled=misled))


def serial_model(
    evidence: FieldEvidence, population: Population, *, trust: Trust = TRUST
) -> SerialModel | None:
    """Build the model of one reading; None if it says nothing about these serials.

    That is the case for a text without a readable character, and for pixels whose reading does not
    resemble the form of the serials.
    """
    texts = _texts(evidence)
    if not any(text.strip(UNREADABLE) for text, _ in texts):
        return None
    if evidence.likelihood is None or evidence.origin == "human":
        return TextModel.of(texts, MODELS[evidence.origin])
    return _lattice_model(evidence.likelihood, tuple(text for text, _ in texts), population, trust)


def folded_reading(text: str) -> str:
    """Fold a reading like a serial, but retain `?` for unreadable characters."""
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
    exposures = BoundedExposures.of(likelihood, texts[0], trust, population.size)
    cached = CachedLikelihood(asked=exposures)
    measured, best = measure(cached, (*texts, *exposures.texts), population)
    if not measured:
        return None
    return LatticeModel(
        lattice=cached,
        trust=trust,
        measured=measured,
        text=texts[0],
        best=best,
        base=float(np.exp(exposures.least - best)),
        errors=MODELS["machine"],
    )


def _beside(profiles: Sequence[Profile], keys: Keys, sets: ProductSets) -> Floats:
    total = np.zeros(keys.size)
    for profile in profiles:
        total += profile.beside(keys, sets)
    return total


def _fallback(text: str, errors: ErrorModel, share: float) -> Profile:
    """Build the profile of the text alone, scaled like the pixels: one for the text itself."""
    seen = emissions(text, errors)
    return Profile(
        seen=seen / seen.max(axis=1, keepdims=True),
        extra=errors.insertion,
        skip=errors.deletion,
        share=share,
        key=text,
    )
