"""How probable what was read is under each serial: one model for text, one for pixels.

Both answer the same three questions: how probable the reading is for given serials, summed over
sets of serials, and at most. Their numbers are on one scale within one reading, never between two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from catalog.alignment import Profile
from catalog.confusions import (
    ALPHABET,
    MODELS,
    OTHER,
    UNREADABLE,
    WIDTH,
    ErrorModel,
    byte_columns,
    emissions,
)
from catalog.looks import TRUST, BelievedLooks, Trust
from catalog.normalize import fold

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.population import Population, ProductSets
    from catalog.types import FieldEvidence, Likelihood

    Floats = npt.NDArray[np.float64]
    Keys = npt.NDArray[np.bytes_]

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

    def of_sets(self, sets: ProductSets) -> Floats:
        """Sum the same over each product set, shape (sets,); for pixels, from single changes."""
        ...

    @property
    def blind(self) -> float:
        """The share of such readings that say nothing at all about the serial, 0-1."""
        ...

    @property
    def slack(self) -> float:
        """By how much what `of_sets` counts is multiplied to be a bound from above."""
        ...

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Give what `of_sets` counted for these serials, whose exact probabilities are known."""
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
        """How many serials are worth scoring one by one: text differs little place by place."""
        return 24

    @property
    def blind(self) -> float:
        """None: how a reader of text errs is all in the error model."""
        return 0.0

    @property
    def slack(self) -> float:
        """No slack: the sum over all units is exact."""
        return 1.0

    def of_keys(self, keys: Keys, length: int) -> Floats:
        """Probability of the reading for each folded serial of one length, shape (n,)."""
        total = np.zeros(keys.size)
        for profile in self.profiles:
            total += profile.of_keys(keys, length)
        return total

    def of_sets(self, sets: ProductSets) -> Floats:
        """Probability of the reading summed over each product set, shape (sets,); exact."""
        total = np.zeros(len(sets.units))
        for profile in self.profiles:
            total += profile.of_sets(sets)
        return total

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Give what `of_sets` counted for these serials: for text, their exact probabilities."""
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
    measured: Profile
    """What single changes cost, relative to the best string; its share is apart from `misled`."""
    best: float
    """Log-likelihood of the best string; every other is taken relative to it."""
    errors: ErrorModel

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """The measured changes, then the text alone."""
        sound = 1.0 - self.trust.misled / 2
        return (
            replace(self.measured, share=self.measured.share * sound),
            _fallback(self.measured.key, self.errors, self.trust.misled / 2),
        )

    @cached_property
    def ceiling(self) -> float:
        """The largest probability that any serial at all could give the reading."""
        return sum(profile.ceiling for profile in self.profiles)

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
        fallback = self.profiles[1].of_keys(keys, length)
        return np.asarray((1.0 - self.trust.misled / 2) * pixels + fallback)

    def of_sets(self, sets: ProductSets) -> Floats:
        """Probability of the reading summed over each product set, from single changes."""
        measured, fallback = self.profiles
        return measured.of_sets(sets) + fallback.of_sets(sets)

    def counted(self, keys: Keys, length: int, exact: Floats) -> Floats:
        """Give what `of_sets` counted for these serials, from single changes."""
        del exact
        measured, fallback = self.profiles
        return measured.of_keys(keys, length) + fallback.of_keys(keys, length)

    def scaled(self, factor: float) -> LatticeModel:
        """Give the same pixels, misleading `factor` times as often."""
        misled = min(0.5, self.trust.misled * factor)
        return replace(self, trust=replace(self.trust, misled=misled))


def serial_model(
    evidence: FieldEvidence, population: Population, *, trust: Trust = TRUST
) -> SerialModel | None:
    """Build the model of one reading, or None if it holds no character at all."""
    texts = _texts(evidence)
    if not any(text.strip(UNREADABLE) for text, _ in texts):
        return None
    if evidence.likelihood is None or evidence.origin == "human":
        return TextModel.of(texts, MODELS[evidence.origin])
    return _lattice_model(evidence.likelihood, texts[0][0], population, trust)


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
    likelihood: Likelihood, text: str, population: Population, trust: Trust
) -> LatticeModel:
    text = text.replace(UNREADABLE, "")
    looks = BelievedLooks.of(likelihood, text, trust)
    measured, best = _measure(looks, text, population)
    return LatticeModel(
        lattice=looks, trust=trust, measured=measured, best=best, errors=MODELS["machine"]
    )


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


def _measure(lattice: Likelihood, text: str, population: Population) -> tuple[Profile, float]:
    """Ask the pixels what each single change of the text costs, and what the best string is."""
    changed, places = _single_changes(text, population)
    fewer = _fewer(text) if len(text) - 1 in population.lengths else []
    more = _more(text, population) if len(text) + 1 in population.lengths else []
    logs = np.asarray(lattice.log_likelihood((text, *changed, *fewer, *more)), dtype=np.float64)
    best = float(logs.max())
    ratio = np.exp(logs - best)
    own, one, less = np.split(ratio, [1, 1 + len(changed), 1 + len(changed) + len(fewer)])[:3]
    extra = ratio[ratio.size - len(more) :]
    base = max(float(own[0]), 1e-30)
    raw = np.frombuffer(text.encode(), dtype=np.uint8)
    seen = np.zeros((raw.size, WIDTH))
    seen[np.arange(raw.size), byte_columns()[raw]] = 1.0
    for (place, column), value in zip(places, one, strict=True):
        seen[len(text[:place].encode()), column] = value / base
    return (
        Profile(
            seen=seen,
            extra=_rate(less, base),
            skip=_rate(extra, base),
            share=base,
            key=text,
        ),
        best,
    )


def _rate(ratio: Floats, base: float) -> float:
    """Take the dearest-looking insertion or deletion as the rate of all: a bound from above."""
    return min(max(float(ratio.max(initial=0.0)) / base, 1e-9), 0.5)


def _fewer(text: str) -> list[str]:
    return [text[:at] + text[at + 1 :] for at in range(len(text))]


def _more(text: str, population: Population) -> list[str]:
    allowed = population.allowed(len(text) + 1)
    return [
        text[:at] + ALPHABET[column] + text[at:]
        for at in range(len(text) + 1)
        for column in np.flatnonzero(allowed[at, :OTHER]).tolist()
    ]


def _single_changes(text: str, population: Population) -> tuple[list[str], list[tuple[int, int]]]:
    allowed = population.allowed(len(text))
    places = [
        (place, column)
        for place, char in enumerate(text)
        for column in np.flatnonzero(allowed[place, :OTHER]).tolist()
        if ALPHABET[column] != char
    ]
    return [text[:at] + ALPHABET[column] + text[at + 1 :] for at, column in places], places
