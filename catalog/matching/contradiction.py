"""Contradictions: what was read belongs to another unit, and counts against this one.

A maker, model or part number on a plate is one of four things for a unit: unread, its own, perhaps
its own (a slip, part of the name, a parent company, another script), or another's. Only the unit's
own names decide, so that no other row of a register changes the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from catalog.confusions import MODELS
from catalog.likelihood.models import TextModel, folded_reading
from catalog.records.makers import (
    SHORT_NAME,
    MakerNames,
    everyday_words,
    known_makers,
    slips,
    without_legal_forms,
    words_of,
)
from values.rule import Declared
from values.sentence import Sentence, say
from values.text import fold, plain, sound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalog.records.makers import MakerHit
    from catalog.types import FieldEvidence, Maker, Permit, PermitLine

Relation = Literal["unread", "own", "perhaps", "another"]

PERHAPS_FROM: Final = {"machine": 1e-8, "human": 1e-4, "code": 1e-4}
"""Probability, relative to a faultless reading, from which a name may be the unit's own with slips:
two wrong letters for a machine, one for a person. Assumed.
"""

SHORTEST_SLIPPED: Final = 5
"""A name of fewer letters must be spelt correctly: a slip in it turns it into another name too
often.
"""

MOST_SLIPPED: Final = 3
"""At most one letter in this many may be a slip."""

SHORTEST_PART: Final = 4
"""This many letters of a name in a row are enough for a machine's reading of part of it."""

COUNTS_AGAINST: Final = 1e-3
"""Factor against a unit if another maker, model or part number is named, and never a stronger one:
records and people get names wrong. The same as for part numbers; assumed.
"""

ON_PLATES: Final = ("integrator", "manufacturer")
"""Parties of a permit whose name may be on a plate instead of the maker's."""

RULES: Final = Declared(
    "contradiction",
    test="tests/unit/catalog/matching/test_contradiction.py",
    source="decision 0056; assumed",
    units={
        "PERHAPS_FROM": "origin of the reading: probability relative to a faultless reading",
        "SHORTEST_SLIPPED": "letters",
        "MOST_SLIPPED": "letters per slip",
        "SHORTEST_PART": "letters",
        "COUNTS_AGAINST": "factor on the weight",
        "ON_PLATES": "parties of a permit",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The relation of one plate field to a unit, with its sentence."""

    relation: Relation
    said: Sentence | None = None
    """A sentence if the relation is *perhaps* or *another*."""

    @property
    def factor(self) -> float:
        """The factor against the unit, 0.001 or 1."""
        return COUNTS_AGAINST if self.relation == "another" else 1.0


UNREAD: Final = Named(relation="unread")
OWN: Final = Named(relation="own")


def maker_named(seen: FieldEvidence | None, maker: Maker, written: Iterable[str] = ()) -> Named:
    """Return the relation of the maker's name on a plate to a unit of this maker.

    `written` are other names for it in the record.
    """
    if seen is None or not words_of(seen.text):
        return UNREAD
    own = (maker.canonical, *(alias.name for alias in maker.aliases), *written)
    texts = _texts(seen)
    met = next((hit for text in texts for hit in _names_of(maker).find(text)), None)
    if met is not None:
        return maker_met(seen, met, maker)
    if any(fold(text) == fold(name) for text in texts for name in own if fold(name)):
        return OWN
    others = [hit for text in texts[:1] for hit in _known_names().find(text)]
    related = [hit for hit in others if _one_house(hit.maker_id, maker)]
    if related:
        return Named(
            relation="perhaps",
            said=say("plate.related-maker", other=related[0].canonical, maker=maker.canonical),
        )
    if _in_another_script(seen.text):
        return _by_sound(seen.text, maker, own)
    if any(_may_be(text, name, seen.origin) for text in texts for name in own):
        return Named(
            relation="perhaps",
            said=say("plate.maybe-maker", read=seen.text, maker=maker.canonical),
        )
    known = others[0].canonical if others and others[0].canonical != seen.text else ""
    return Named(
        relation="another",
        said=say("plate.another-maker", read=seen.text, known=known, maker=maker.canonical),
    )


def _by_sound(text: str, maker: Maker, own: Iterable[str]) -> Named:
    """Return the relation of a name in another script to a maker, going by its sound."""
    heard = sound(text)
    if heard in {_heard(name) for name in own}:
        alike = say("plate.sounds-like", read=text, maker=maker.canonical)
        return Named(relation="perhaps", said=alike)
    other = _known_by_sound().get(heard)
    if other is not None and not _one_house(other.maker_id, maker):
        return Named(
            relation="another",
            said=say(
                "plate.sounds-like-another",
                read=text,
                other=other.canonical,
                maker=maker.canonical,
            ),
        )
    return Named(relation="perhaps", said=say("plate.other-script", read=text))


def _heard(name: str) -> str:
    return sound("".join(_distinctive(name)))


@lru_cache(maxsize=1)
def _known_by_sound() -> dict[str, Maker]:
    """Known makers by the sound of their names; a sound that two share is left out."""
    found: dict[str, set[str]] = {}
    makers = {maker.maker_id: maker for maker in known_makers()}
    for maker in makers.values():
        for name in (maker.canonical, *(alias.name for alias in maker.aliases)):
            found.setdefault(_heard(name), set()).add(maker.maker_id)
    return {
        heard: makers[next(iter(ids))]
        for heard, ids in found.items()
        if len(ids) == 1 and len(heard) > SHORT_NAME
    }


def maker_met(seen: FieldEvidence, hit: MakerHit, maker: Maker) -> Named:
    """Return the relation of a text to a maker one of whose names it contains.

    Other words beside a name are mostly an address; but with another maker's name, or beside a
    short name, they may make another company (*Denel Kontron*, *STM Electronics*).
    """
    if not hit.exact or not beside(seen, hit):
        return OWN
    others = [
        other.canonical
        for other in _known_names().find(seen.text)
        if other.exact
        and not _one_house(other.maker_id, maker)
        and not set(words_of(other.alias)) <= set(words_of(hit.alias))
    ]
    if others:
        return Named(
            relation="perhaps",
            said=say("plate.beside-another", other=others[0], name=hit.alias),
        )
    if len("".join(words_of(hit.alias))) <= SHORT_NAME:
        return Named(
            relation="perhaps",
            said=say("plate.maybe-another-firm", read=seen.text, maker=maker.canonical),
        )
    return OWN


def beside(seen: FieldEvidence, hit: MakerHit) -> tuple[str, ...]:
    """The words of a reading beside the name found in it, without legal forms."""
    name = words_of(hit.alias)
    return min(
        (
            tuple(word for word in without_legal_forms(words_of(text)) if word not in name)
            for text in _texts(seen)
        ),
        key=len,
    )


def _texts(seen: FieldEvidence) -> tuple[str, ...]:
    """What was read, and its alternatives."""
    return (seen.text, *(text for text, _ in seen.alternatives))


def on_behalf(seen: FieldEvidence | None, permit: Permit) -> bool:
    """Whether the name read is that of a permit's integrator or manufacturer."""
    if seen is None:
        return False
    wanted = _distinctive(seen.text)
    return bool(wanted) and any(
        party.name.readable and _distinctive(party.name.value) == wanted
        for party in permit.parties_as(*ON_PLATES)
    )


def model_named(seen: FieldEvidence | None, model: str, *, found: bool) -> Named:
    """Return the relation of the model on a plate to a unit of this model.

    `found` says that it was found to be this one, by its name or a declared variant.
    """
    if seen is None or not fold(seen.text):
        return UNREAD
    if found:
        return OWN
    read, recorded = folded_reading(seen.text), fold(model)
    part = _in_order(read, recorded) or recorded in read
    if seen.origin == "machine" and (part or _misread(read, recorded, seen.origin)):
        return Named(relation="perhaps", said=say("plate.maybe-model", read=seen.text, model=model))
    return Named(relation="another", said=say("plate.another-model", read=seen.text, model=model))


def part_number_named(seen: FieldEvidence | None, line: PermitLine) -> Named:
    """Return the relation of the part number on a plate to a unit of this permit line."""
    recorded = fold(line.part_number)
    read = folded_reading(seen.text) if seen else ""
    if seen is None or not read or not recorded:
        return UNREAD
    share = misread_share(read, recorded, seen.origin)
    if share >= COUNTS_AGAINST:
        return OWN if read == recorded else Named(relation="perhaps")
    return Named(
        relation="another",
        said=say("plate.another-part-number", read=seen.text, recorded=line.part_number),
    )


def misread_share(read: str, recorded: str, origin: str) -> float:
    """Probability of a folded reading of this record, relative to the best reading, 0-1."""
    under = TextModel.of(((read, 1.0),), MODELS[origin])
    key = np.array([recorded.encode()])
    return float(under.of_keys(key, key.dtype.itemsize)[0]) / under.ceiling


def _in_another_script(text: str) -> bool:
    """Whether most letters are not Latin, so that a name cannot be compared by letters."""
    letters = [char for char in plain(text) if char.isalpha()]
    return 2 * sum(not char.isascii() for char in letters) > len(letters)


@lru_cache(maxsize=1)
def _known_names() -> MakerNames:
    return MakerNames(known_makers())


@lru_cache(maxsize=4096)
def _names_of(maker: Maker) -> MakerNames:
    return MakerNames((maker,))


def _one_house(maker_id: str, maker: Maker) -> bool:
    other = _known_names().maker(maker_id)
    return (
        maker_id == maker.maker_id
        or maker_id in maker.parents
        or (other is not None and maker.maker_id in other.parents)
    )


def _distinctive(name: str) -> tuple[str, ...]:
    """The words of a name that identify its owner."""
    words = without_legal_forms(words_of(name))
    return tuple(word for word in words if word not in everyday_words()) or words


def _may_be(text: str, name: str, origin: str) -> bool:
    """Whether a name as read may be this one, with slips or in part."""
    read, own = "".join(_distinctive(text)), "".join(_distinctive(name))
    if origin == "machine" and len(read) >= SHORTEST_PART and read in own:
        return True
    return _misread(read, own, origin)


def _misread(read: str, own: str, origin: str) -> bool:
    if len(own) < SHORTEST_SLIPPED or abs(len(read) - len(own)) > len(own) // MOST_SLIPPED:
        return False
    return slips(read, own) is not None or misread_share(read, own, origin) >= PERHAPS_FROM[origin]


def _in_order(read: str, recorded: str) -> bool:
    """Whether all characters read occur in the record in that order: a name read in part."""
    rest = iter(recorded)
    return len(read) > 1 and all(char in rest for char in read if char != "?")
