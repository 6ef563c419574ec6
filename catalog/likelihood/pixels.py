"""Pixel evidence place by place, around the best-fitting serial of the maker's scheme.

The best possible serial is found by hill climbing in single changes; then each single change of it
is scored. Sums over all units use these costs; the text that was read may lie outside the scheme.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import ALPHABET, OTHER, WIDTH, byte_columns
from catalog.likelihood.alignment import Profile

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.numbering.population import Population
    from catalog.types import Likelihood

    Floats = npt.NDArray[np.float64]

MOST_STEPS = 4
"""Steps of a climb to the best serial; each takes the best character of every place."""

MOST_STARTS = 100

MOST_MISSING = 2
"""A reading with more characters too many or too few says nothing about a scheme's serials."""

MOST_PEAKS = 4
"""Readings from which a climb starts; exposures that agree climb to the same serial."""

FAR_BELOW = 14.0
"""A best serial this far below the highest one (natural log) has no effect."""


def measure(
    lattice: Likelihood, texts: tuple[str, ...], population: Population
) -> tuple[tuple[Profile, ...], float]:
    """Score every single change of the best serials on the pixels.

    `texts` are folded readings to start from, most trusted first; exposures that disagree lead to
    several best serials, each with its own profile. A profile's share is its serial's probability
    relative to the best string of all, whose logarithm is returned too. No profile means that
    nothing was read that could be a serial of this scheme.
    """
    readable = tuple(dict.fromkeys(text for text in texts if text))
    starts = {text: tuple(_starts(text, population))[:MOST_STARTS] for text in readable}
    asked = tuple(dict.fromkeys((*readable, *(s for found in starts.values() for s in found))))
    known = dict(zip(asked, np.asarray(lattice.log_likelihood(asked)).tolist(), strict=True))
    peaks: dict[str, float] = {}
    for found in [found for found in starts.values() if found][:MOST_PEAKS]:
        start = max(found, key=lambda text: known[text])
        key, own = _climb(lattice, start, known[start], population)
        peaks[key] = own
    if not peaks:
        return (), 0.0
    highest = max(peaks.values())
    kept = [(key, own) for key, own in peaks.items() if own > highest - FAR_BELOW]
    parts = [
        _profile(lattice, key, own, population)
        for key, own in sorted(kept, key=lambda item: -item[1])
    ]
    best = max(*known.values(), *(top for _, _, top in parts))
    profiles = tuple(
        replace(profile, share=max(float(np.exp(own - best)), 1e-300)) for profile, own, _ in parts
    )
    return profiles, best


def _climb(lattice: Likelihood, key: str, own: float, population: Population) -> tuple[str, float]:
    """Climb to the best serial, making all changes with a gain at once."""
    for _ in range(MOST_STEPS):
        changed, places = _single_changes(key, population)
        if not changed:
            break
        costs = np.asarray(lattice.log_likelihood(tuple(changed)), dtype=np.float64)
        together = _best_of_each(key, places, costs - own)
        value = own if together == key else float(lattice.log_likelihood((together,))[0])
        single = int(costs.argmax())
        better = (together, value) if value >= costs[single] else (changed[single], costs[single])
        if better[1] <= own:
            break
        key, own = better[0], float(better[1])
    return key, own


def _profile(
    lattice: Likelihood, key: str, own: float, population: Population
) -> tuple[Profile, float, float]:
    """Measure single changes around a serial; also return its logarithm and the highest seen."""
    changed, places = _single_changes(key, population)
    fewer = _fewer(key) if len(key) - 1 in population.lengths else []
    more = _more(key, population) if len(key) + 1 in population.lengths else []
    asked = (*changed, *fewer, *more)
    logs = np.asarray(lattice.log_likelihood(asked), dtype=np.float64) if asked else np.zeros(0)
    ratio = np.exp(np.minimum(logs - own, 50.0))
    one, less, added = np.split(ratio, [len(changed), len(changed) + len(fewer)])
    raw = np.frombuffer(key.encode(), dtype=np.uint8)
    seen = np.zeros((raw.size, WIDTH))
    seen[np.arange(raw.size), byte_columns()[raw]] = 1.0
    for (place, column), value in zip(places, one, strict=True):
        seen[len(key[:place].encode()), column] = value
    profile = Profile(seen=seen, extra=_rate(less), skip=_rate(added), key=key)
    return profile, own, float(logs.max(initial=own))


def _rate(ratio: Floats) -> float:
    """Use the likeliest insertion or omission as the rate for all: an upper bound."""
    return min(max(float(ratio.max(initial=0.0)), 1e-9), 0.5)


def _starts(text: str, population: Population) -> list[str]:
    """Fit a reading to the scheme: at most two characters more or fewer, allowed ones only."""
    found = []
    for length in population.lengths:
        missing = length - len(text)
        if not text or abs(missing) > MOST_MISSING:
            continue
        forms = [text]
        for _ in range(abs(missing)):
            forms = [
                new for form in forms for new in (_fewer(form) if missing < 0 else _zero(form))
            ]
        allowed = population.allowed(length)
        found += [start for form in forms if (start := _allowed(form, allowed))]
    return found


def _allowed(text: str, allowed: npt.NDArray[np.bool_]) -> str:
    """Replace each character not allowed at its place by the first one that is."""
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
    """Make at each place the change that gains most, if any gains."""
    best = [0.0] * len(key)
    chars = list(key)
    for (place, column), gain in zip(places, gains.tolist(), strict=True):
        if gain > best[place]:
            best[place], chars[place] = gain, ALPHABET[column]
    return "".join(chars)


def _zero(text: str) -> list[str]:
    return [text[:at] + "0" + text[at:] for at in range(len(text) + 1)]


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
