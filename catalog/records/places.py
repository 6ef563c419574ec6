"""Countries as written in registers, and their comparison: equal, different, or undecided.

Names come from ISO 3166-1 and 3166-3 (pycountry), from Unicode's CLDR in the languages of
`place_names.LANGUAGES` (Babel), and from tables of our own. A name is matched as a whole, ignoring
case, accents and articles; never by similarity or by a part, so *Nigeria* is not *Niger*. Two or
three capital letters are read as a code; `is` and `no` are words. A name that may mean two
countries (*Korea*) is marked so, and nothing rests on it; a text that is not a country name is
never "different".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

import pycountry
from babel import Locale

from catalog.records.place_names import (
    AFTER,
    ALIASES,
    AMBIGUOUS,
    BELONGS_TO,
    CODES,
    GONE,
    LANGUAGES,
    RENAMED,
    SPLIT,
)
from values.dates import UNKNOWN, PartialDate
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Answer = Literal["equal", "different", "cannot be told"]

_DOTTED: Final = re.compile(r"(?<![^\W\d_])([^\W\d_])\.\s?(?=[^\W\d_](?:\.|$|\s|,|\)))")
_TAIL: Final = re.compile(r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*")
_DASHED: Final = re.compile(r"(.*\S)\s*[-–:/,]\s*([A-Z]{2,3})|([A-Z]{2,3})\s*[-–:/,]\s*(\S.*)")
_LETTERS: Final = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ə": "e"}
    | {"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ـ": "", "\u200c": " ", "ґ": "г"}
    | dict.fromkeys("'’‘ʼ`´ʹ", "")
)
"""Letters that exist on one keyboard and are written differently on another; applied to names and
cells alike. These are spellings, not shapes: `values.text` lists letters that look alike.
"""

_WORDS: Final = {
    "rep": "republic",
    "repub": "republic",
    "dem": "democratic",
    "fed": "federal",
    "st": "saint",
    "ste": "sainte",
    "is": "islands",
    "isl": "islands",
    "and": "&",
}
"""Words that registers abbreviate."""

_ARTICLES: Final = ("la ", "le ", "les ", "el ", "il ", "de ", "die ", "o ", "a ")
_REPUBLIC: Final = re.compile(
    r"(?:islamic |federal |arab |socialist |united |cooperative |co operative )?"
    r"(?:republic|kingdom|sultanate|principality|emirate) of (.+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A cell as a place: the codes of the states that it may mean, none if it names no country."""

    text: str
    codes: tuple[str, ...]

    @property
    def certain(self) -> str | None:
        """The code of the one state meant, or None."""
        return self.codes[0] if len(self.codes) == 1 else None

    @property
    def doubt(self) -> Sentence | None:
        """Why it is uncertain which state is meant; None if it is certain."""
        if not self.text:
            return say("not-comparable.no-country")
        if not self.codes:
            return say("not-comparable.unknown-country", place=self.text)
        if len(self.codes) > 1:
            return say("not-comparable.several-states", place=self.text, states=self.states)
        return None

    @property
    def states(self) -> tuple[str, ...]:
        """The states that it may mean, each by its code and its name."""
        return tuple(f"{_short(code)} ({name_of(code)})" for code in self.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Whether two places are one state, and why if undecided."""

    answer: Answer
    reason: Sentence | None = None


@lru_cache(maxsize=65_536)
def read_place(text: str) -> Place:
    """Parse a cell that names a country, by name, code or both (*Türkiye (TR)*)."""
    text = " ".join(text.split())
    return Place(text=text, codes=tuple(sorted(_codes_of(text), key=_in_order)))


def compare_places(one: str, other: str, *, when: PartialDate = UNKNOWN) -> Comparison:
    """Compare the states named by two cells; `when` is the day of the record that names the first.

    *Different* requires that both states are certain and unrelated: not a territory and its state,
    not a former state and one of its successors, and not two that were one at the time.
    """
    first, second = read_place(one), read_place(other)
    for place in (first, second):
        doubt = place.doubt
        if doubt is not None:
            return Comparison(answer="cannot be told", reason=doubt)
    a, b = first.codes[0], second.codes[0]
    if a == b:
        return Comparison(answer="equal")
    reason = _kinship(a, b, when) or _kinship(b, a, when)
    if reason:
        return Comparison(answer="cannot be told", reason=reason)
    return Comparison(answer="different")


def compare_with_any(
    several: Iterable[str], other: str, *, when: PartialDate = UNKNOWN
) -> Comparison:
    """Compare several cells with another one.

    Equal if one of them is, different if all of them are, otherwise undecided.
    """
    answers = [compare_places(one, other, when=when) for one in several]
    if not answers:
        return Comparison(answer="cannot be told", reason=say("not-comparable.no-country"))
    for wanted in ("equal", "cannot be told"):
        for comparison in answers:
            if comparison.answer == wanted:
                return comparison
    return answers[0]


@cache
def name_of(code: str) -> str:
    """Return the English name of a state by its code."""
    if code in GONE:
        return GONE[code].partition(",")[0]
    return str(_locale("en").territories.get(code, code))


def _kinship(one: str, other: str, when: PartialDate) -> Sentence | None:
    """Return why the first state may still be the second; None if it may not."""
    after, others = _territory(one), _territory(other)
    if one in AFTER and after & others:
        return say("not-comparable.successor", gone=name_of(one), state=name_of(other))
    if one in BELONGS_TO.get(other, "").split():
        return say("not-comparable.part-of", part=name_of(one), state=name_of(other))
    above = {state for state, parts in BELONGS_TO.items() if {one, other} <= set(parts.split())}
    if above:
        both = (name_of(one), name_of(other))
        return say("not-comparable.both-parts", parts=both, state=name_of(above.pop()))
    year = SPLIT.get((one, other))
    if year and when.is_after(PartialDate.parse(str(year))) is not True:
        return say("not-comparable.split", part=name_of(other), state=name_of(one), year=year)
    return None


def _territory(code: str) -> set[str]:
    return {code, *AFTER.get(code, "").split()}


def _codes_of(text: str) -> frozenset[str]:
    if text in _codes():
        return _codes()[text]
    head, comma, tail = text.partition(",")
    found = _named(fold_place(text)) or (_named(fold_place(f"{tail} {head}")) if comma else None)
    if found:
        return found
    parts = _TAIL.fullmatch(text) or _DASHED.fullmatch(text)
    if parts:
        one, other = (part for part in parts.groups() if part is not None)
        outer, inner = _codes_of(one), _codes_of(other)
        if outer and inner:
            return outer & inner
    return frozenset()


def _named(folded: str) -> frozenset[str]:
    """Look a folded name up; *Republic of X* is X if the catalog knows no other of that name."""
    without = [folded.removeprefix(word) for word in _ARTICLES if folded.startswith(word)]
    for names in (_english(), _all_languages()):  # the others take a second to load
        for spelled in (folded, *without):
            if found := names.get(_key(spelled)):
                return found
    bare = _REPUBLIC.fullmatch(folded)
    found = _named(bare[1]) if bare else frozenset()
    return found if len(found) == 1 and not found & _TWO_REPUBLICS else frozenset()


_TWO_REPUBLICS: Final = frozenset({"KR", "KP", "CG", "CD", "CN", "TW", "YE", "VN", "DE", "SD"})
"""States distinguished only by the form of state; such names must be known in full."""


def fold_place(text: str) -> str:
    """Fold the name of a country: case, accents, dots of abbreviations and spaces do not matter."""
    text = _DOTTED.sub(r"\1", text)
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(c for c in apart if not unicodedata.combining(c)).translate(_LETTERS)
    kept = "".join(c if c == "&" or unicodedata.category(c)[0] in "LNM" else " " for c in bare)
    return " ".join(_WORDS.get(word, word) for word in kept.split() if word != "the")


@cache
def _codes() -> dict[str, frozenset[str]]:
    """Return codes in capital letters: alpha-2, alpha-3, those of ISO 3166-3, and `CODES`."""
    found: dict[str, set[str]] = {}
    for gone in pycountry.historic_countries:
        state = RENAMED.get(gone.alpha_4, gone.alpha_4)
        if state in GONE or gone.alpha_4 in RENAMED:
            for code in (gone.alpha_2, gone.alpha_3, gone.alpha_4):
                found.setdefault(code, set()).add(state)
    for country in pycountry.countries:
        for code in (country.alpha_2, country.alpha_3):
            found[code] = {country.alpha_2}  # a reassigned code means the current state
    found |= {"XK": {"XK"}, "XKX": {"XK"}} | {code: {state} for code, state in CODES.items()}
    return {code: frozenset(states) for code, states in found.items()}


@cache
def _english() -> dict[str, frozenset[str]]:
    """Return the English names of the standards, and our own names in any language.

    A name of two states returns both; a name in our own tables takes precedence.
    """
    found = _by_name(chain(_iso_names(), _cldr_names("en")))
    own: dict[str, set[str]] = {}
    for code, names in (*GONE.items(), *ALIASES.items()):
        for name in _spelled(names):
            own.setdefault(_key(fold_place(name)), set()).add(code)
    for codes, names in AMBIGUOUS.items():
        for name in _spelled(names):
            own[_key(fold_place(name))] = set(codes)
    return found | {name: frozenset(codes) for name, codes in own.items()}


@cache
def _all_languages() -> dict[str, frozenset[str]]:
    """Return the names in all languages; none means another state in another language."""
    found = _by_name(chain.from_iterable(map(_cldr_names, LANGUAGES.split())))
    return found | _english()


def _by_name(names: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, code in set(names):
        found.setdefault(_key(fold_place(name)), set()).add(code)
    return {name: frozenset(codes) for name, codes in found.items() if name}


def _iso_names() -> Iterator[tuple[str, str]]:
    """Yield the names of ISO 3166-1 and 3166-3; *Iran, Islamic Republic of* in both orders."""
    for gone in pycountry.historic_countries:
        state = RENAMED.get(gone.alpha_4, gone.alpha_4)
        if state in GONE or gone.alpha_4 in RENAMED:
            yield from ((name, state) for name in _both_orders(gone.name))
    for country in pycountry.countries:
        for member in ("name", "official_name", "common_name"):
            name = getattr(country, member, None)
            if name:
                yield from ((spelled, country.alpha_2) for spelled in _both_orders(name))


def _key(folded: str) -> str:
    return folded.replace(" ", "")


def _both_orders(name: str) -> Iterator[str]:
    yield name
    head, comma, tail = name.partition(", ")
    if comma:
        yield f"{tail} {head}"


def _cldr_names(language: str) -> Iterator[tuple[str, str]]:
    known = {country.alpha_2 for country in pycountry.countries} | {"XK"}
    for code, name in _locale(language).territories.items():
        if code in known:
            yield str(name), code


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def _spelled(names: str) -> Iterator[str]:
    return (name.strip() for name in names.split(","))


def _short(code: str) -> str:
    return code if len(code) == 2 else "no longer a state"


def _in_order(code: str) -> tuple[int, str]:
    """Sort key: current states before former ones."""
    return len(code), code
