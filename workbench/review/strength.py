"""The level of a field in words (Read, Check or Unreadable) and the reasons for it.

`vision.plate.assurance` decides level and reasons when a photo is read, and both are stored with
the reading; here they become words, and nothing is decided again. The number is how surely the
pixels show these characters. The number and the level differ: a value may be easy to see and still
be only *Check*, for instance because no second engine saw it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vision.plate.assurance import VETO_NAMES
from vision.plate.weighing import belonging
from words import en
from words.english.parts import inside, level, spelled
from words.english.reading import engine_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vision.types import (
        FieldName,
        FieldReading,
        PhotoReading,
        ReadingState,
        Reason,
        Stance,
        Witness,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """The level of a field, why it is not another, and how sure the pixels are (0–1)."""

    state: ReadingState
    why: str
    pixels: float
    witnesses: str = ""
    """A sentence on who read it: the independent engines that agree, differ or read nothing."""

    @property
    def word(self) -> str:
        """The level and its reason, such as `Check: read by one engine only`."""
        return f"{level(self.state)}: {self.why}"


def strength_of(field: FieldReading) -> Strength:
    """The level of a field, and why."""
    reasons = [_in_words(why, field) for why in field.reasons]
    return Strength(
        state=field.state,
        why=reasons[0] if reasons else "the reading gives no reason",
        pixels=pixels_of(field),
        witnesses=witnesses_in_words(field.witnesses),
    )


def strength_in(reading: PhotoReading, region_id: str, name: FieldName) -> Strength | None:
    """The level of the field with this name in a region; None if the region has no such field."""
    for combined in reading.combined:
        for field in combined.fields:
            if (combined.region_id, field.field) == (region_id, name):
                return strength_of(field)
    return None


def pixels_of(field: FieldReading) -> float:
    """How surely the pixels show these characters (0–1), whatever field they belong to."""
    share = belonging(field.strength)
    return min(field.confidence / share, 1.0) if share else field.confidence


def witnesses_in_words(witnesses: Sequence[Witness]) -> str:
    """Who read a field, and what each read; empty if nothing is known about that.

    Engines of one family are named together, since they count as one.
    """
    if not witnesses:
        return ""
    by = {
        stance: _listed(_named(one) for one in witnesses if one.stance == stance)
        for stance in ("agrees", *_OTHERWISE)
    }
    agree = sum(one.stance == "agrees" for one in witnesses)
    count = "No independent engine" if not agree else f"{spelled(agree).capitalize()} independent"
    count += "" if not agree else " engine" if agree == 1 else " engines"
    so = f" ({by['agrees']})" if agree else ""
    rest = [f"{by[stance]} {words}" for stance, words in _OTHERWISE.items() if by[stance]]
    return "; ".join([f"{count} read this{so}", *rest]) + "."


_OTHERWISE: Final[dict[Stance, str]] = {
    "divided": "read both this and something else",
    "differs": "read something else",
    "silent": "read nothing here",
}


def _named(witness: Witness) -> str:
    """A witness, named by its engines that read something, with their text where it differs."""
    names = " with ".join(map(engine_name, witness.engines)) or engine_name(witness.name)
    if witness.stance not in ("differs", "divided"):
        return names
    return f"{names} ({', '.join(f'“{text}”' for text in witness.texts)})"


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)


def notes_of(field: FieldReading) -> tuple[str, ...]:
    """Remarks on a field besides its value: its notes, and what keeps it from *stated*.

    Readings in the earlier format have the latter among their notes.
    """
    said = [en.text(note) for note in field.notes]
    if field.state == "offered":
        vetoes = (why for why in field.reasons if why.rule in VETO_NAMES - _NOTED_APART)
        said += [f"Needs checking: {en.text(why.sentence)}." for why in vetoes]
    return tuple(dict.fromkeys(said))


_NOTED_APART: Final = {"blocks-differ"}
"""Each value elsewhere in a drawn region has a note of its own."""


def _in_words(why: Reason, field: FieldReading) -> str:
    """A reason in words; reasons about the field or its witnesses are worded from the facts."""
    if not isinstance(why.sentence, str):
        return en.text(why.sentence)
    if why.rule == "place-open":
        return f"clear text, but is it the {inside(field.field)}?"
    if why.rule == "readers-agree":
        agree = sum(one.stance == "agrees" for one in field.witnesses)
        if agree < 2:
            return "one engine only" if agree else "no engine agrees"
        return f"{spelled(agree)} independent engines agree"
    return why.sentence
