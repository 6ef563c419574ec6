"""What the pixels say place by place, around the serial of the maker's scheme that fits them best.

The best serial that could exist is climbed to by single changes; then each single change of it is
asked for. Sums over all units use these costs; the text that was read may lie outside the scheme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from catalog.alignment import Profile
from catalog.confusions import ALPHABET, OTHER, WIDTH, byte_columns

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.population import Population
    from catalog.types import Likelihood

    Floats = npt.NDArray[np.float64]

MOST_STEPS = 4
"""Climbs towards the best serial; each takes the best character of every place."""

MOST_STARTS = 200


def measure(
    lattice: Likelihood, texts: tuple[str, ...], population: Population
) -> tuple[Profile, float]:
    """Ask the pixels what each single change of the best serial costs.

    `texts` are folded readings to start from, best first. Gives the profile, whose share is the
    best serial's probability relative to the best string of all, and that string's logarithm.
    """
    starts = tuple(dict.fromkeys(start for text in texts for start in _starts(text, population)))
    asked = tuple(dict.fromkeys((*(t for t in texts if t), *starts[:MOST_STARTS])))
    logs = np.asarray(lattice.log_likelihood(asked), dtype=np.float64)
    known = dict(zip(asked, logs.tolist(), strict=True))
    key = max(starts[:MOST_STARTS] or asked[:1], key=lambda text: known[text])
    own = known[key]
    for _ in range(MOST_STEPS):
        changed, places = _single_changes(key, population)
        costs = np.asarray(lattice.log_likelihood(tuple(changed)), dtype=np.float64)
        better = _best_of_each(key, places, costs - own)
        if better == key:
            break
        value = float(lattice.log_likelihood((better,))[0])
        single = int(costs.argmax())
        if costs[single] > value:
            better, value = changed[single], float(costs[single])
        if value <= own:
            break
        key, own = better, value
    return _profile(lattice, key, own, max(*known.values(), own), population)


def _profile(
    lattice: Likelihood, key: str, own: float, best: float, population: Population
) -> tuple[Profile, float]:
    changed, places = _single_changes(key, population)
    fewer = _fewer(key) if len(key) - 1 in population.lengths else []
    more = _more(key, population) if len(key) + 1 in population.lengths else []
    logs = np.asarray(lattice.log_likelihood((*changed, *fewer, *more)), dtype=np.float64)
    ratio = np.exp(np.minimum(logs - own, 50.0))
    one, less, added = np.split(ratio, [len(changed), len(changed) + len(fewer)])
    raw = np.frombuffer(key.encode(), dtype=np.uint8)
    seen = np.zeros((raw.size, WIDTH))
    seen[np.arange(raw.size), byte_columns()[raw]] = 1.0
    for (place, column), value in zip(places, one, strict=True):
        seen[len(key[:place].encode()), column] = value
    best = max(best, own, float(logs.max(initial=own)))
    return (
        Profile(
            seen=seen,
            extra=_rate(less),
            skip=_rate(added),
            share=max(float(np.exp(own - best)), 1e-300),
            key=key,
        ),
        best,
    )


def _rate(ratio: Floats) -> float:
    """Take the likeliest insertion or omission as the rate of all: a bound from above."""
    return min(max(float(ratio.max(initial=0.0)), 1e-9), 0.5)


def _starts(text: str, population: Population) -> list[str]:
    """Bring a reading into the scheme: its own length or one more or less, allowed characters."""
    found = []
    for length in population.lengths:
        if len(text) == length:
            forms = [text]
        elif len(text) == length + 1:
            forms = _fewer(text)
        elif len(text) == length - 1:
            forms = [text[:at] + "0" + text[at:] for at in range(length)]
        else:
            continue
        allowed = population.allowed(length)
        found += [start for form in forms if (start := _allowed(form, allowed))]
    return found


def _allowed(text: str, allowed: npt.NDArray[np.bool_]) -> str:
    """Replace each character that cannot stand at its place by the first one that can."""
    if len(text.encode()) != len(allowed):
        return ""
    columns = byte_columns()[np.frombuffer(text.encode(), dtype=np.uint8)]
    chars = []
    for char, column, row in zip(text, columns.tolist(), allowed, strict=False):
        options = np.flatnonzero(row[:OTHER])
        if row[column]:
            chars.append(char)
        elif options.size:
            chars.append(ALPHABET[int(options[0])])
        else:
            return ""
    return "".join(chars)


def _best_of_each(key: str, places: list[tuple[int, int]], gains: Floats) -> str:
    """Take at each place the change that gains most, if it gains anything."""
    best = [0.0] * len(key)
    chars = list(key)
    for (place, column), gain in zip(places, gains.tolist(), strict=True):
        if gain > best[place]:
            best[place], chars[place] = gain, ALPHABET[column]
    return "".join(chars)


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
