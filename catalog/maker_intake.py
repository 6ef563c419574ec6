"""Gives each maker named in an import one id: a known maker's, or a new one's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.makers import MakerNames, everyday_words, known_makers, without_legal_forms, words_of
from catalog.types import Maker, MakerAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalog.issues import IssueBook
    from catalog.makers import MakerHit


class MakerIntake:
    """Remembers the makers of one import."""

    def __init__(self) -> None:
        self._names = MakerNames(known_makers())
        self._met: dict[str, tuple[Maker, str]] = {}
        self._cages: dict[str, set[str]] = {}

    def id_of(self, text: str, issues: IssueBook) -> str:
        """Give the id of the maker that a cell names, and report if that took some guessing."""
        if text not in self._met:
            self._met[text] = self._recognise(text)
            maker, doubt = self._met[text]
            if doubt:
                issues.report(
                    "maker",
                    text,
                    f"taken to be {maker.canonical} ({doubt})",
                    "nothing, if that is right; otherwise write the name in full",
                    severity="warning",
                )
        return self._met[text][0].maker_id

    def add_cage(self, maker_id: str, cage: str) -> None:
        """Note a CAGE code that stands beside a maker."""
        self._cages.setdefault(maker_id, set()).add(cage)

    def used(self, maker_ids: Iterable[str]) -> tuple[Maker, ...]:
        """Give these makers and their parents, with the CAGE codes met, in order of their ids."""
        met = {maker.maker_id: maker for maker, _ in self._met.values()}
        used = {}
        for maker_id in set(maker_ids):
            maker = met[maker_id]
            cages = self._cages.get(maker_id, set()) | set(maker.cage)
            used[maker_id] = replace(maker, cage=tuple(sorted(cages)))
        for maker in list(used.values()):
            for parent in filter(None, map(self._names.maker, maker.parents)):
                used.setdefault(parent.maker_id, parent)
        return tuple(used[maker_id] for maker_id in sorted(used))

    def _recognise(self, text: str) -> tuple[Maker, str]:
        """Give the maker and, in words, what is doubtful about it (empty: nothing)."""
        hit = self._only_own_hit(text)
        if hit is None:
            return _new_maker(text), ""
        maker = self._names.maker(hit.maker_id) or _new_maker(text)
        named = {word for alias in maker.aliases for word in words_of(alias.name)}
        unknown = set(without_legal_forms(words_of(text))) - everyday_words() - named
        if not hit.exact:
            return maker, f"spelled like {hit.alias}"
        return maker, f"by the name {hit.alias} in it" if unknown else ""

    def _only_own_hit(self, text: str) -> MakerHit | None:
        """Give the one maker meant, parents aside; None for none and for joint ventures."""
        hits = self._names.find(text)
        makers = [self._names.maker(hit.maker_id) for hit in hits]
        parents = {parent for maker in makers if maker for parent in maker.parents}
        own = [hit for hit in hits if hit.maker_id not in parents]
        return own[0] if len(own) == 1 else None


def _new_maker(text: str) -> Maker:
    slug = "-".join(words_of(text)).lower() or "unnamed"
    alias = MakerAlias(name=text, kind="alias", source="as imported")
    return Maker(maker_id=slug, canonical=text, aliases=(alias,))
