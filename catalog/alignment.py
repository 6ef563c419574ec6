"""How probable a reading is for one serial, or summed over whole sets of serials at once.

What was seen is a row of places; each place says how probable it is under every true character. A
reader may also leave a character out or read one that is not there. The probability of a reading
for a serial is the sum over all ways to lay the two beside each other; since that sum goes through
places one by one, it can be taken over a *set* of serials just as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import OTHER, WIDTH, encode

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.population import ProductSets

    Floats = npt.NDArray[np.float64]

LEFT_OUT_IN_A_ROW = 2
"""Characters in a row that a reader may leave out; a third is too improbable to matter."""

OTHER_LETTER = 1e-3
"""Probability that one letter outside the alphabet is given as another; a stated assumption."""


def alignment_mass(match: Floats, skip: Floats, extra: float) -> Floats:
    """Sum over all alignments of what was seen with each row of true characters, shape (n,).

    `match[n, j, i]`: probability of place i of the reading under true place j (for a set: summed
    over its characters); `skip[n, j]`: true place j left out; `extra`: a place read that is not
    there.
    """
    rows, true_places, seen_places = match.shape
    mass = np.zeros((rows, true_places + 1))
    mass[:, 0] = 1.0
    mass = _left_out(mass, skip)
    for place in range(seen_places):
        step = mass * extra
        step[:, 1:] += mass[:, :-1] * match[:, :, place]
        mass = _left_out(step, skip)
    return mass[:, -1]


def _left_out(mass: Floats, skip: Floats) -> Floats:
    added = mass[:, :-1] * skip
    mass[:, 1:] += added
    for _ in range(LEFT_OUT_IN_A_ROW - 1):
        added = added[:, :-1] * skip[:, -added.shape[1] + 1 :]
        mass[:, -added.shape[1] :] += added
    return mass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What was seen, place by place.

    `seen` has shape (places, 37): the probability (or a number proportional to it) of what was
    seen at a place under each true character. `extra` and `skip` are the probabilities of a place
    that is not there and of a character left out; `share` weighs this profile among others.
    """

    seen: Floats
    extra: float
    skip: float
    share: float = 1.0
    key: str = ""
    """The folded string that fits best, for characters outside the alphabet."""

    @property
    def ceiling(self) -> float:
        """The largest probability that any serial at all could give the reading."""
        return float(self.share * np.prod(self.seen.max(axis=1)))

    def of_sets(self, sets: ProductSets) -> Floats:
        """Probability of the reading summed over each product set, shape (sets,)."""
        match = sets.weights @ self.seen.T
        skip = self.skip * sets.weights.sum(axis=2)
        mass: Floats = self.share * alignment_mass(match, skip, self.extra)
        return mass

    def of_keys(self, keys: npt.NDArray[np.bytes_], length: int) -> Floats:
        """Probability of the reading for each folded serial of this length, shape (n,)."""
        if not keys.size:
            return np.zeros(0)
        columns = encode(keys)[:, :length]
        match = self.seen.T[columns]
        if (columns == OTHER).any():
            match = match * self._same_letter(keys, columns)[:, :, None]
        mass = alignment_mass(match, np.full((keys.size, length), self.skip), self.extra)
        return np.asarray(self.share * mass)

    def _same_letter(self, keys: npt.NDArray[np.bytes_], columns: npt.NDArray[np.intp]) -> Floats:
        """Tell letters outside the alphabet apart: they share a column, but И is not П."""
        places = columns.shape[1]
        raw = np.ascontiguousarray(keys).view(np.uint8).reshape(keys.size, -1)[:, :places]
        different = (columns == OTHER) & (raw != _foreign(self, places)[None, :])
        return np.where(different, OTHER_LETTER, 1.0)


def likeliest(
    profile: Profile, allowed: npt.NDArray[np.bool_], *, most: int, floor: float
) -> tuple[npt.NDArray[np.bytes_], Floats]:
    """Find the serials of the reading's own length that explain it best, best first.

    `allowed` (places, 37) limits the characters. Stops at `most` serials, or where one is less
    than `floor` times as probable as the best. Gives the serials and their probabilities, place
    by place, shape (n,).
    """
    seen = np.where(allowed, profile.seen, 0.0)
    seen[:, OTHER] = np.where(_foreign(profile, len(seen)) > 0, seen[:, OTHER], 0.0)
    best = seen.max(axis=1)
    if not best.size or not best.all():
        return np.zeros(0, dtype="S1"), np.zeros(0)
    costs, codes = np.zeros(1), np.zeros((1, 0), dtype=np.int8)
    most_cost = -np.log(floor)
    for row in seen / best[:, None]:
        options = np.flatnonzero(row > floor)
        total = (costs[:, None] - np.log(row[options])[None, :]).ravel()
        keep = np.flatnonzero(total <= most_cost)
        if keep.size > most:
            keep = keep[np.argpartition(total[keep], most - 1)[:most]]
        codes = np.concatenate(
            [codes[keep // options.size], options[keep % options.size, None].astype(np.int8)],
            axis=1,
        )
        costs = total[keep]
    order = np.argsort(costs, kind="stable")
    top = profile.share * float(np.prod(best))
    return _spell(codes[order], profile), top * np.exp(-costs[order])


def one_edit_away(
    profile: Profile, allowed: npt.NDArray[np.bool_], length: int
) -> npt.NDArray[np.bytes_]:
    """Spell the serials that differ from the best-fitting string by one character more or fewer."""
    key = profile.key
    if length == len(key) - 1:
        found = {key[:at] + key[at + 1 :] for at in range(len(key))}
    elif length == len(key) + 1:
        letters = [_letters(row) for row in allowed]
        found = {key[:at] + char + key[at:] for at in range(length) for char in letters[at]}
    else:
        return np.zeros(0, dtype="S1")
    return np.array(sorted(text.encode() for text in found), dtype=f"S{max(length, 1)}")


def _letters(row: npt.NDArray[np.bool_]) -> str:
    return "".join(chr(byte) for byte in _BYTES[np.flatnonzero(row[:OTHER])])


_BYTES = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ\x00", dtype=np.uint8)
assert len(_BYTES) == WIDTH  # noqa: S101 - a table that must fit the alphabet


def _foreign(profile: Profile, places: int) -> npt.NDArray[np.uint8]:
    """Bytes of the reading that stand outside the alphabet, 0 elsewhere."""
    raw = np.zeros(places, dtype=np.uint8)
    mine = np.frombuffer(profile.key.encode()[:places], dtype=np.uint8)
    raw[: mine.size] = np.where(mine >= 128, mine, 0)
    return raw


def _spell(codes: npt.NDArray[np.int8], profile: Profile) -> npt.NDArray[np.bytes_]:
    if not codes.size:
        return np.zeros(0, dtype="S1")
    raw = _BYTES[codes]
    raw = np.where(raw == 0, _foreign(profile, codes.shape[1])[None, :], raw)
    return np.ascontiguousarray(raw).view(f"S{codes.shape[1]}").ravel()
