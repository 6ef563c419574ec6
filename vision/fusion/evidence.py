"""How likely any string is given several exposures: tempered, prior removed, discounted.

The exposures may be joined by their *stack*: the reading of all of them aligned and combined.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import TypeAdapter

from vision.ocr.lattice import BLANK, UNITS, Lattice, Step
from vision.ocr.prefixes import forward_shared
from vision.shapes import letters_and_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from vision.types import FieldReading

    Floats = npt.NDArray[np.float64]

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Characters of values on plates; other scripts are added where an exposure or a query has them."""

SUGGESTIONS = 6

LEAST_SEEN = 0.003

_MISREAD: dict[str, tuple[tuple[str, float], ...]] = {
    "B": (("8", 0.20),),
    "S": (("5", 0.25),),
    "O": (("0", 0.35),),
    "0": (("O", 0.20),),
    "5": (("S", 0.03),),
    "8": (("B", 0.02), ("3", 0.02)),
    "1": (("I", 0.08), ("7", 0.02)),
    "I": (("1", 0.20), ("L", 0.05)),
    "Z": (("2", 0.15),),
    "2": (("Z", 0.03),),
    "G": (("6", 0.10),),
    "6": (("G", 0.03), ("8", 0.02)),
    "Q": (("0", 0.15), ("O", 0.10)),
    "D": (("0", 0.05), ("O", 0.05)),
}
"""What a character may really be, where only the text is known. Directed: a B is often an 8, an 8
seldom a B. Shares follow measurements of Tesseract on rendered fonts, rounded. This table holds
frequencies; which characters look alike at all is in `values.text`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempering:
    """How a recogniser's probabilities are turned into evidence. Fitted; see `fusion.json`."""

    temperature: float
    """Each step's probabilities are raised to 1 / temperature: above 1, less sure."""
    floor: float
    """Share of each step that is spread evenly over all characters: an exposure may mislead."""
    prior_share: float
    """Exponent with which the recogniser's prior over characters is divided out; 0: not at all.

    Above 1 where the prior was measured on readings most of whose pixels left no room for it.
    """
    prior: tuple[tuple[str, float], ...]
    """Natural logarithm of that prior by character: 0 on average, positive for favourites."""
    discounts: tuple[float, ...]
    """Factors on the sum over 1, 2, 3 … exposures; the last applies to more exposures."""
    stack_weight: float
    """The number of exposures that the stack counts for."""
    stacked_discounts: tuple[float, ...]
    """The same as `discounts` where there is a stack."""
    version: str
    source: str

    def __post_init__(self) -> None:
        """Reject numbers that turn no probability into a likelihood."""
        if self.temperature <= 0 or not 0 <= self.floor < 1 or self.stack_weight < 0:
            raise ValueError("a tempering needs a temperature above 0, a floor in 0–1, a weight")
        if not self.discounts or not self.stacked_discounts:
            raise ValueError("a tempering needs discounts")

    def discount(self, exposures: int, *, stacked: bool = False) -> float:
        """The factor on the sum over that many exposures, and their stack if there is one."""
        fitted = self.stacked_discounts if stacked else self.discounts
        return fitted[min(exposures, len(fitted)) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """The file of fitted numbers, as written by `benchmarks.fusion --fit`."""

    version: str
    source: str
    loss: float
    temperature: float
    floor: float
    prior_share: float
    prior: dict[str, float]
    discounts: tuple[float, ...]
    stack_weight: float
    stacked_discounts: tuple[float, ...]


_FITTED: Final = TypeAdapter(_Fitted)


@cache
def usual_tempering() -> Tempering:
    """Return the fitted numbers that ship with the program."""
    data = Path(__file__).with_name("fusion.json").read_bytes()
    fitted = _FITTED.validate_json(data, strict=True, extra="forbid")
    return Tempering(
        temperature=fitted.temperature,
        floor=fitted.floor,
        prior_share=fitted.prior_share,
        prior=tuple(sorted(fitted.prior.items())),
        discounts=fitted.discounts,
        stack_weight=fitted.stack_weight,
        stacked_discounts=fitted.stacked_discounts,
        version=fitted.version,
        source=fitted.source,
    )


@dataclass(frozen=True, kw_only=True)
class FusedLikelihood:
    """The joint likelihood of any string given all exposures of one plate.

    Satisfies `StringLikelihood`. Case and separators do not matter: strings are compared by their
    letters and digits. The logarithms are already tempered and discounted; do not temper them
    again.
    """

    by_exposure: tuple[Lattice, ...]
    tempering: Tempering
    weights: tuple[float, ...]
    """How many exposures each one counts for: 1, or its share of its exposure."""
    stack: Lattice | None = None
    """The reading of all exposures aligned and combined."""

    def __post_init__(self) -> None:
        """Reject weights that are not one per exposure."""
        if len(self.weights) != len(self.by_exposure) or any(weight < 0 for weight in self.weights):
            raise ValueError("each exposure needs a weight of 0 or more")

    @classmethod
    def of(
        cls,
        by_exposure: Sequence[Lattice],
        tempering: Tempering,
        *,
        weights: Sequence[float] | None = None,
        stack: Lattice | None = None,
    ) -> FusedLikelihood:
        """Fold symbols to plain letters and digits; each exposure counts once by default."""
        return cls(
            by_exposure=tuple(_plain(lattice) for lattice in by_exposure),
            tempering=tempering,
            weights=(1.0,) * len(by_exposure) if weights is None else tuple(weights),
            stack=None if stack is None else _plain(stack),
        )

    @property
    def exposures(self) -> int:
        """The number of exposures that all of them count for together."""
        return max(1, round(sum(self.weights)))

    @property
    def views(self) -> tuple[Lattice, ...]:
        """Every lattice, including the stack if there is one."""
        return self.by_exposure if self.stack is None else (*self.by_exposure, self.stack)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every character retained in any lattice, blank first."""
        return (BLANK, *self.characters)

    @cached_property
    def characters(self) -> tuple[str, ...]:
        """Every plain character to which some step gave at least `LEAST_SEEN`."""
        found = set()
        for lattice in self.views:
            for step in lattice.steps:
                kept, _ = step.probabilities()
                found |= {s for s, p in zip(step.symbols, kept, strict=True) if p >= LEAST_SEEN}
        return tuple(sorted(found - {BLANK}))

    def folded(self, mapping: Mapping[str, str]) -> FusedLikelihood:
        """Merge symbols as `Lattice.folded` does, in every lattice."""
        by_exposure = tuple(lattice.folded(mapping) for lattice in self.by_exposure)
        stack = None if self.stack is None else self.stack.folded(mapping)
        return replace(self, by_exposure=by_exposure, stack=stack)

    def log_likelihood(self, strings: Sequence[str]) -> Floats:
        """Natural logarithm, up to a constant, of the joint probability under each string.

        Shape (n,); only differences between strings are meaningful. Minus infinity if a string has
        no letter or digit, or more than a lattice has time steps.
        """
        plain = [letters_and_digits(string) for string in strings]
        unique = list(dict.fromkeys(plain))
        total = np.zeros(len(unique))
        for lattice, weight in zip(self.by_exposure, self.weights, strict=True):
            total += weight * self.of_lattice(lattice, unique)
        if self.stack is not None:
            total += self.tempering.stack_weight * self.of_lattice(self.stack, unique)
        total *= self.tempering.discount(self.exposures, stacked=self.stack is not None)
        total[[not text for text in unique]] = -np.inf
        place = {text: at for at, text in enumerate(unique)}
        return np.asarray(total[[place[text] for text in plain]])

    def of_lattice(self, lattice: Lattice, strings: Sequence[str]) -> Floats:
        """Tempered log likelihood of each plain string under one exposure, prior divided out."""
        table, column = self._table(lattice, strings)
        found = forward_shared(table, strings, column)
        share = self.tempering.prior_share
        if share:
            prior = dict(self.tempering.prior)
            liked = np.array([sum(prior.get(char, 0.0) for char in text) for text in strings])
            found = found - share * liked
        return found

    def _table(self, lattice: Lattice, strings: Sequence[str]) -> tuple[Floats, dict[str, int]]:
        """Tempered probabilities, time × (blank, plain characters), rows summing to one."""
        wanted = {*ALPHABET, *self.characters, *"".join(strings)}
        raw, place = lattice.matrix(tuple(wanted))
        names = (BLANK, *sorted(wanted))
        table = raw[:, [place[name] for name in names]]
        table = table ** (1.0 / self.tempering.temperature)
        table /= table.sum(axis=1, keepdims=True)
        table = (1.0 - self.tempering.floor) * table + self.tempering.floor / len(names)
        return table, {name: at for at, name in enumerate(names)}

    def suggestions(self) -> tuple[str, ...]:
        """The likeliest values of each exposure, as plain letters and digits."""
        return tuple(
            dict.fromkeys(
                letters_and_digits(text)
                for lattice in self.views
                for text, _ in lattice.best(SUGGESTIONS)
            )
        )


def _plain(lattice: Lattice) -> Lattice:
    """Fold the symbols of a lattice: upper case, separators to blank."""
    mapping = {}
    for symbol in lattice.symbols:
        plain = letters_and_digits(symbol)
        if len(plain) <= 1 and plain != symbol:
            mapping[symbol] = plain
    return lattice.folded(mapping) if mapping else lattice


def lattice_from_glyphs(reading: FieldReading) -> Lattice:
    """Build a lattice for a reading that has none: its characters, with their likely misreadings.

    Each character gets one step, with a blank step between two, so that equal neighbours stay
    apart. Where a glyph has only one option, its usual misreadings are added.
    """
    steps = [_step({BLANK: 0.97}, 0.03)]
    for glyph in reading.glyphs or ():
        options = {o.char: o.probability for o in glyph.options if letters_and_digits(o.char)}
        if not options:
            continue
        if len(options) == 1:
            options = _with_misreadings(*next(iter(options.items())))
        missed = 0.02
        total = sum(options.values())
        room = min(0.98 - missed, total)
        shares = {char: p / total * room for char, p in options.items()}
        steps.append(_step({**shares, BLANK: missed}, 1.0 - missed - room))
        steps.append(_step({BLANK: 0.97}, 0.03))
    return Lattice(steps=tuple(steps), alphabet_size=len(ALPHABET) + 1)


def _with_misreadings(char: str, sure: float) -> dict[str, float]:
    others = _MISREAD.get(char.upper(), ())
    sure = min(max(sure, 0.05), 0.99)
    doubt = 1.0 - sum(share for _, share in others)
    return {char: sure * doubt} | {other: sure * share for other, share in others}


def _step(shares: Mapping[str, float], rest: float) -> Step:
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return Step(
        symbols=tuple(symbol for symbol, _ in ranked),
        levels=tuple(round(-UNITS * float(np.log(max(p, 1e-6)))) for _, p in ranked),
        rest=round(-UNITS * float(np.log(rest))) if rest > 1e-9 else -1,
    )
