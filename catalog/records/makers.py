"""Find makers by the names on plates, in permits and in exhibitor lists.

A maker is found if one of its names occurs in the text as whole words, after folding case, accents,
scripts and legal forms: "L-3 COMMUNICATIONS WESCAM" contains both "L3" and "Wescam". Words of six
letters and more may contain a slip, letters may be replaced by look-alikes (8AYKAR), everyday words
of the trade may be abbreviated (Israel Aircraft Ind.); such a hit is marked as not exact. An
everyday word is never treated as a misspelled maker. Several makers can be meant (joint ventures, a
company and its parent); all are returned, the more specific first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import chain
from typing import TYPE_CHECKING, Final

from catalog.records.records_json import from_json
from catalog.types import Maker, MakerAlias
from values.dates import PartialDate
from values.text import fold, plain, skeleton

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

SLIP_LENGTH: Final = 6
"""Shorter names must be spelt correctly: one letter off is another word too often."""

TWO_SLIPS_LENGTH: Final = 10
SHORTEST_LIKENESS: Final = 4
"""From this length, a word may be written in look-alikes only (5AAB); TAL is not TAI."""

SHORT_NAME: Final = 4
"""Names of up to this many letters (STM, Saab) occur in other companies' names by chance."""

CANONICAL: Final = "canonical name"
AS_IMPORTED: Final = "as imported"
"""The sources of a maker's own name, and of a name from an imported file."""

SHORTEST_ABBREVIATION: Final = 3
CACHED_NAMES: Final = 4096
MOST_WRITTEN: Final = 5
"""Spellings of a maker that are shown beside its name."""

_APART: Final = re.compile(r"[^\W_]+")
_JOINERS: Final = re.compile(r"(?<=\w)['’`´.](?=\w)")
_STAND: Final = re.compile(r"[A-Z]\d{1,3}")
"""A stand number that exhibitor lists append to the last word (WESCAMC50)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerHit:
    """A maker that a text may mean, and the name found.

    `exact` is False if letters differ. `in_time` says whether that name was in use on the given day
    (None: not known); plates lag behind legal names by years, so it never excludes.
    """

    maker_id: str
    canonical: str
    alias: str
    kind: str
    valid_from: PartialDate
    valid_to: PartialDate
    exact: bool
    in_time: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHit:
    """A model named in a text, in the spelling found; `source` says who declared it."""

    maker_id: str
    model: str
    variant: str
    exact: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """One name in searchable form: its folded words, and its owner."""

    words: tuple[str, ...]
    maker: Maker
    alias: MakerAlias


class MakerNames:
    """Finds makers and models by name among the given ones."""

    def __init__(self, makers: Iterable[Maker], models: Iterable[tuple[str, str]] = ()) -> None:
        self._makers = {maker.maker_id: maker for maker in makers}
        names = [name for maker in self._makers.values() for name in _names_of(maker)]
        self._by_first: dict[str, list[_Name]] = {}
        for name in names:
            self._by_first.setdefault(name.words[0], []).append(name)
        self._brands = {name.words[0] for name in names if len(name.words) == 1}
        self._parts_of_names = {
            word for name in names for word in name.words if len(word) >= SLIP_LENGTH
        }
        self._found = lru_cache(CACHED_NAMES)(self._find)
        self._first_words_like = lru_cache(CACHED_NAMES)(self._like_first_words)
        self._models: dict[str, dict[str, ModelHit]] = {}
        for maker_id, model in models:
            self._add_model(maker_id, model, model, "")
        for maker in self._makers.values():
            for declared in maker.models:
                self._add_model(maker.maker_id, declared.model, declared.model, declared.source)
                for variant in declared.variants:
                    self._add_model(maker.maker_id, declared.model, variant, declared.source)

    def maker(self, maker_id: str) -> Maker | None:
        """Return a maker by its id."""
        return self._makers.get(maker_id)

    def find(self, text: str, on: date | None = None) -> tuple[MakerHit, ...]:
        """Find every maker that the text may mean, the more specific first; () if none."""
        return self._found(text, on)

    def _find(self, text: str, on: date | None) -> tuple[MakerHit, ...]:
        words = tuple(self._split(without_legal_forms(words_of(text))))
        met: dict[str, tuple[_Name, bool]] = {}
        for name, exact in chain(self._met(words), self._begun_by(words)):
            known = met.get(name.maker.maker_id)
            rank = (exact, len(name.words), len("".join(name.words)))
            if known is None or rank > (
                known[1],
                len(known[0].words),
                len("".join(known[0].words)),
            ):
                met[name.maker.maker_id] = (name, exact)
        hits = [_hit(name, exact=exact, on=on) for name, exact in met.values()]
        parents = {parent for hit in hits for parent in self._makers[hit.maker_id].parents}
        return tuple(
            sorted(hits, key=lambda hit: (hit.maker_id in parents, not hit.exact, hit.maker_id))
        )

    def find_model(self, maker_id: str | None, text: str) -> tuple[ModelHit, ...]:
        """Find models by their name or a declared variant; never by similarity."""
        key = fold(text)
        makers = self._models if maker_id is None else (maker_id,)
        found = (self._models.get(maker, {}).get(key) for maker in makers)
        return tuple(hit for hit in found if hit)

    def _add_model(self, maker_id: str, model: str, variant: str, source: str) -> None:
        exact = fold(model) == fold(variant)
        hit = ModelHit(maker_id=maker_id, model=model, variant=variant, exact=exact, source=source)
        self._models.setdefault(maker_id, {}).setdefault(fold(variant), hit)

    def _met(self, words: tuple[str, ...]) -> Iterator[tuple[_Name, bool]]:
        for place, word in enumerate(words):
            for first in self._first_words_like(word):
                for name in self._by_first[first]:
                    verdict = _stands_at(name, words[place : place + len(name.words)])
                    if verdict is not None:
                        yield name, verdict

    def _begun_by(self, words: tuple[str, ...]) -> Iterator[tuple[_Name, bool]]:
        """Find current names that begin with the whole text: Rheinmetall, of Rheinmetall Waffe."""
        if words and not all(word in everyday_words() or len(word) < 3 for word in words):
            for name in self._by_first.get(words[0], ()):
                full = name.alias.source in (CANONICAL, AS_IMPORTED)
                if full and len(words) < len(name.words) and name.words[: len(words)] == words:
                    yield name, False

    def _like_first_words(self, word: str) -> tuple[str, ...]:
        if word in self._by_first:
            return (word,)
        if word in everyday_words():
            return ()
        return tuple(first for first in self._by_first if _like(word, first) is not None)

    def _split(self, words: tuple[str, ...]) -> Iterator[str]:
        """Split words that are run together (L3WESCAM) and join brands that are split (WES CAM)."""
        place = 0
        while place < len(words):
            torn = "".join(words[place : place + 2])
            if len(torn) >= SLIP_LENGTH and torn in self._brands and torn != words[place]:
                yield torn
                place += 2
                continue
            yield from self._parts(words[place]) or (words[place],)
            place += 1

    def _can_stand_alone(self, word: str) -> bool:
        long_everyday = len(word) >= SLIP_LENGTH and word in everyday_words()
        return word in self._brands or word in self._parts_of_names or long_everyday

    def _parts(self, word: str) -> tuple[str, ...] | None:
        if not word or word in everyday_words() or self._can_stand_alone(word):
            return (word,)
        for size in range(len(word) - 1, 1, -1):
            head, tail = word[:size], word[size:]
            if self._can_stand_alone(head):
                if _STAND.fullmatch(tail):
                    return (head,)
                rest = self._parts(tail) or _nearly_everyday(tail)
                if rest and len(rest[0]) > 1:
                    return (head, *rest)
        return None


def shown_maker(canonical: str, *written: str) -> str:
    """Return a maker's display name, with the names as written if they differ."""
    known = words_of(canonical)
    others = {words_of(text): text for text in reversed(written) if words_of(text) != known}
    names = sorted(others.values())
    more = f" and {len(names) - MOST_WRITTEN} more" if len(names) > MOST_WRITTEN else ""
    shown = ", ".join(f"“{name}”" for name in names[:MOST_WRITTEN])
    return f"{canonical} (written {shown}{more})" if names else canonical


def words_of(text: str) -> tuple[str, ...]:
    """Split a name into folded words; dots and apostrophes inside a word join it (A.Ş., TAI'AN)."""
    joined = _JOINERS.sub(lambda met: "" if _joins(met) else " ", plain(text))
    words = tuple(fold(word) for word in _APART.findall(joined))
    return tuple(_with_l3(word for word in words if word))


def without_legal_forms(words: tuple[str, ...]) -> tuple[str, ...]:
    """Drop every run of words that is a legal form (Ltd, A.Ş., Joint Stock Company)."""
    forms, kept, place = legal_forms(), [], 0
    while place < len(words):
        size = next((size for size in range(8, 0, -1) if words[place : place + size] in forms), 0)
        if not size:
            kept.append(words[place])
        place += max(size, 1)
    return tuple(kept) or words


def slips(seen: str, name: str) -> int | None:
    """Count the letters by which two long words differ (a swap counts one); None if too many."""
    allowed = 0 if len(name) < SLIP_LENGTH else 1 if len(name) < TWO_SLIPS_LENGTH else 2
    if seen == name:
        return 0
    if not allowed or abs(len(seen) - len(name)) > allowed or seen[0] != name[0]:
        return None
    count = _edits(seen, name)
    return count if count <= allowed else None


@cache
def legal_forms() -> frozenset[tuple[str, ...]]:
    """Word sequences that only state the kind of company (opensanctions/rigour, MIT)."""
    return frozenset(tuple(line.split()) for line in _data_lines("legal_forms.txt"))


@cache
def everyday_words() -> frozenset[str]:
    """Trade words that do not identify a company, and so are never a misspelled maker."""
    return frozenset(_data_lines("everyday_words.txt"))


@cache
def known_makers() -> tuple[Maker, ...]:
    """The built-in makers, with their names through time and the sources."""
    text = resources.files("catalog").joinpath("data/makers.json").read_text("utf-8")
    return tuple(
        from_json(Maker, item, where=f"makers.json[{n}]")
        for n, item in enumerate(json.loads(text)["makers"])
    )


def _data_lines(name: str) -> list[str]:
    text = resources.files("catalog").joinpath(f"data/{name}").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _names_of(maker: Maker) -> Iterator[_Name]:
    own = MakerAlias(name=maker.canonical, kind="legal", source=CANONICAL)
    listed = {words_of(alias.name) for alias in maker.aliases}
    for alias in maker.aliases if words_of(own.name) in listed else (own, *maker.aliases):
        words = without_legal_forms(words_of(alias.name))
        if words:
            yield _Name(words=words, maker=maker, alias=alias)


def _stands_at(name: _Name, words: tuple[str, ...]) -> bool | None:
    """Whether the words begin with the name: True exactly, False with slips, None not at all.

    A former name must be spelt correctly: a spelling one letter off is more likely another current
    company.
    """
    if len(words) < len(name.words):
        return None
    of_today = name.alias.kind not in ("former", "predecessor")
    counts = [
        _like(seen, wanted, may_slip=of_today)
        for seen, wanted in zip(words, name.words, strict=True)
    ]
    return None if None in counts else not any(counts)


def _like(seen: str, wanted: str, *, may_slip: bool = True) -> int | None:
    """Count by how much a word differs from a name's word; None if it is another word."""
    if seen == wanted:
        return 0
    abbreviates = len(seen) >= SHORTEST_ABBREVIATION and wanted.startswith(seen)
    if abbreviates and wanted in everyday_words():
        return 1
    if seen in everyday_words():
        return None
    one, other = skeleton(seen), skeleton(wanted)
    if one == other:
        return 1 if len(wanted) >= SHORTEST_LIKENESS else None
    return slips(one, other) if may_slip else None


def _hit(name: _Name, *, exact: bool, on: date | None) -> MakerHit:
    alias = name.alias
    in_time = None
    if on is not None and (alias.valid_from.known or alias.valid_to.known):
        in_time = PartialDate.on(on).is_within(alias.valid_from, alias.valid_to)
        if in_time is None and not alias.valid_to.known:
            in_time = PartialDate.on(on).is_before(alias.valid_from) is False or None
    return MakerHit(
        maker_id=name.maker.maker_id,
        canonical=name.maker.canonical,
        alias=alias.name,
        kind=alias.kind,
        valid_from=alias.valid_from,
        valid_to=alias.valid_to,
        exact=exact,
        in_time=in_time,
    )


def _nearly_everyday(word: str) -> tuple[str, ...] | None:
    near = next((known for known in everyday_words() if slips(word, known) is not None), None)
    return (near,) if near else None


def _joins(met: re.Match[str]) -> bool:
    """A dot joins initials (A.Ş.), an apostrophe any letters; "Inc.Ltd" is two words."""
    if met.group() != ".":
        return True
    text, place = met.string, met.start()
    before = re.search(r"[^\W_]+\Z", text[:place])
    after = re.match(r"[^\W_]+", text[place + 1 :])
    return bool(before and after and len(before.group()) == 1 and len(after.group()) <= 3)


def _with_l3(words: Iterator[str]) -> Iterator[str]:
    """Join a single letter with a single digit that follows it: L-3 and L 3 are L3."""
    held = ""
    for word in words:
        if held and word[0].isdigit() and not word[1:2].isdigit():
            yield held + word
            held = ""
            continue
        if held:
            yield held
        held = word if len(word) == 1 and word.isalpha() else ""
        if not held:
            yield word
    if held:
        yield held


def _edits(first: str, second: str) -> int:
    """Count insertions, deletions, changes and swaps of neighbours between two short words."""
    before: list[int] = []
    last = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        row = [i]
        for j, b in enumerate(second, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
