"""Assign each maker named in an import an id: a known maker's only if the name is unambiguous.

An import never guesses. A cell names a known maker if it is, apart from legal forms, one of that
maker's names, or contains one beside words that do not identify another company: *Elbit Systems*,
*Thales UK*. Any other word makes it another company (*Baykar Shipping*), and so does a letter
(*Safra*), a name of up to four letters beside anything else (*STM Electronics*), and a joint
venture. Those become separate makers under their own names, and the import reports the similar
known name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from catalog.records.makers import (
    AS_IMPORTED,
    SHORT_NAME,
    MakerNames,
    everyday_words,
    known_makers,
    without_legal_forms,
    words_of,
)
from catalog.records.places import read_place
from catalog.types import Maker, MakerAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalog.importing.issues import IssueBook
    from catalog.records.makers import MakerHit
    from catalog.types import PermitLine

_CONNECTORS: Final = "AND OF THE FOR BY IN VE DE DU DES ET ED UND FUR Y E DI DEL DELLA I SAN TIC CO"
_ANOTHER_TRADE: Final = (
    "ACADEMY AIRPORT ASSOCIATION CABIN CARGO CONSTRUCTION ENERGY EXHIBITION IMAGING LOGISTICS "
    "MATERIALS MEDICAL METAL MINISTRY NUCLEAR POWER SHIPBUILDING SHIPYARD STOCK TELECOM TRADE "
    "TRADING TRANSPORT TRUST UNIVERSITY"
)

CONNECTORS: Final = frozenset(_CONNECTORS.split())
"""Small words and abbreviations between the words of a company's name."""

ANOTHER_TRADE: Final = frozenset(_ANOTHER_TRADE.split())
"""Everyday words that turn a known name into another company (*Elbit Imaging*)."""

LEAST_COUNTRY: Final = 4
"""Minimum number of letters of a word to be recognised as a country; shorter ones are too often
something else.
"""


class MakerResolver:
    """The makers of one import, and each name as it was written."""

    def __init__(self) -> None:
        self._known = known_makers()
        self._names = MakerNames(self._known)
        self._ids = {maker.maker_id for maker in self._known}
        self._whole = {
            (without_legal_forms(words_of(name.name)), maker.maker_id)
            for maker in self._known
            for name in _names_of(maker)
        }
        self._met: dict[str, tuple[Maker, str]] = {}
        self._cages: dict[str, set[str]] = {}

    def id_of(self, text: str, issues: IssueBook) -> str:
        """Return the id of the maker that a cell names; a similar known name is reported."""
        if text not in self._met:
            self._met[text] = self._recognise(text)
            near = self._met[text][1]
            if near:
                issues.report(
                    "maker",
                    text,
                    f"stored as a separate maker, although {near}",
                    "nothing if it is another firm; otherwise write that name instead",
                    severity="warning",
                )
        return self._met[text][0].maker_id

    def add_cage(self, maker_id: str, cage: str) -> None:
        """Record a CAGE code given for a maker."""
        self._cages.setdefault(maker_id, set()).add(cage)

    def used(self, lines: Iterable[PermitLine]) -> tuple[Maker, ...]:
        """Return the makers of these lines and their parents, sorted by id.

        Each has the CAGE codes found and every name used for it in the lines.
        """
        written: dict[str, set[str]] = {}
        for line in lines:
            written.setdefault(line.maker_id, set()).add(line.maker_as_written)
        makers = {maker.maker_id: maker for maker, _ in self._met.values()}
        used = {}
        for maker_id in written:
            maker = makers[maker_id]
            cages = self._cages.get(maker_id, set()) | set(maker.cage)
            used[maker_id] = replace(
                maker,
                canonical=maker.canonical if maker_id in self._ids else min(written[maker_id]),
                aliases=(*maker.aliases, *_as_written(maker, written[maker_id])),
                cage=tuple(sorted(cages)),
            )
        for maker in list(used.values()):
            for parent in filter(None, map(self._names.maker, maker.parents)):
                used.setdefault(parent.maker_id, parent)
        return tuple(used[maker_id] for maker_id in sorted(used))

    def _recognise(self, text: str) -> tuple[Maker, str]:
        """Return the maker, and a remark on a similar known name that is not this maker."""
        words = without_legal_forms(words_of(text))
        whole = [maker_id for name, maker_id in self._whole if name == words]
        if len(whole) == 1:
            return self._maker(whole[0]), ""
        hits = self._names.find(text)
        parents = {parent for hit in hits for parent in self._maker(hit.maker_id).parents}
        own = [hit for hit in hits if hit.maker_id not in parents]
        if len(own) == 1 and self._says_nothing_else(own[0], words):
            return self._maker(own[0].maker_id), ""
        return self._new_maker(text), "; ".join(_near(hit) for hit in own)

    def _says_nothing_else(self, hit: MakerHit, words: tuple[str, ...]) -> bool:
        """Whether the other words in a cell do not point to another company."""
        if not hit.exact:
            return False
        maker = self._maker(hit.maker_id)
        family = (maker, *filter(None, map(self._names.maker, maker.parents)))
        named = {word for one in family for name in _names_of(one) for word in words_of(name.name)}
        others = set(words) - named
        short = len("".join(words_of(hit.alias))) <= SHORT_NAME
        return not others or (not short and all(map(_says_nothing, others)))

    def _maker(self, maker_id: str) -> Maker:
        maker = self._names.maker(maker_id)
        assert maker  # noqa: S101 - it comes from the known names
        return maker

    def _new_maker(self, text: str) -> Maker:
        slug = "-".join(words_of(text)).lower() or "unnamed"
        return Maker(maker_id=slug, canonical=text)


def _as_written(maker: Maker, texts: Iterable[str]) -> tuple[MakerAlias, ...]:
    """Return the names under which a file lists a maker."""
    return tuple(
        MakerAlias(name=text, kind="alias", source=AS_IMPORTED)
        for text in sorted(texts)
        if text != maker.canonical or not maker.aliases
    )


def _names_of(maker: Maker) -> tuple[MakerAlias, ...]:
    return (MakerAlias(name=maker.canonical, kind="legal"), *maker.aliases)


def _says_nothing(word: str) -> bool:
    """Whether a word does not identify a company: a trade word, a country, a connector."""
    if word in CONNECTORS or word in ("UK", "USA", "UAE"):
        return True
    if word in everyday_words():
        return word not in ANOTHER_TRADE
    return len(word) >= LEAST_COUNTRY and read_place(word.title()).certain is not None


def _near(hit: MakerHit) -> str:
    near = "the name" if hit.exact else "something like the name"
    whose = "" if hit.alias == hit.canonical else f" of {hit.canonical}"
    return f"it contains {near} {hit.alias}{whose}"
