"""The spellings of a withheld value: the skeletons to search for, and its hashes.

A skeleton is a text without case, accents, spaces, punctuation and invisible characters, with
letters of other scripts that look Latin replaced by Latin ones (`values.text.bare`).
`@field_observer_77`, `Field Observer 77` and a handle broken over two lines have one skeleton.
There are two kinds, since a capital may look like another letter than its lower-case form: one uses
the letters as they are, the other their lower case.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from values.text import bare

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 4
"""Minimum number of letters and digits of a value that is searched: a shorter one would be found
everywhere.
"""
SHORTEST_NUMBER = 5
"""Minimum number of digits of a number that is searched in other spellings."""
LOOSE = 8
"""Letters and digits from which a value is also searched inside longer words."""
MOST_WORDS = 4
"""Maximum number of words of a name that is searched in any order; more give too many orders."""
DIGESTS = ("md5", "sha1", "sha256", "sha512")
"""The hashes by which words and files are commonly identified."""

RULES: Final = Declared(
    "redaction",
    test="tests/unit/evidence_store/bundle/test_spellings.py",
    source="docs/bundle-format.md, section 7",
    units={
        "SHORTEST": "letters and digits",
        "LOOSE": "letters and digits",
        "SHORTEST_NUMBER": "digits",
        "MOST_WORDS": "words",
        "DIGESTS": "hashes",
    },
)

_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|(?:t|telegram)\.me/)[^\s<>\"']+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@[\w.]{3,}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,:-])\+?\d[\d ()/.-]{7,}\d(?![\w:-])")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{2,4}$")
_HANDLE_HOSTS = frozenset(
    {"t.me", "telegram.me", "x.com", "twitter.com", "instagram.com", "facebook.com", "tiktok.com"}
    | {"vk.com", "ok.ru", "youtube.com", "threads.net", "mastodon.social", "bsky.app", "github.com"}
    | {"wa.me", "signal.me", "linkedin.com", "snapchat.com", "discord.gg"}
)
"""Hosts whose path begins with an account name."""
_COMMON = frozenset(
    {
        "status",
        "statuses",
        "posts",
        "photo",
        "photos",
        "video",
        "videos",
        "channel",
        "user",
        "users",
    }
    | {"profile", "message", "messages", "watch", "shorts", "reel", "reels", "story", "stories"}
    | {"group", "groups", "share", "index", "image", "images", "media", "picture", "pictures"}
)
"""Parts of addresses that do not identify their owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """One text whose skeleton is searched."""

    text: str
    form: str
    """Its relation to the value, for example `the words in another order`."""


def spellings(text: str) -> tuple[Spelling, ...]:
    """Return the spellings of a value: itself, its distinctive parts, and its words reordered."""
    found = {bare(one.text): one for one in reversed(list(_spellings(text)))}
    return tuple(one for skeleton, one in found.items() if len(skeleton) >= SHORTEST)


def is_looked_for_near(skeleton: str) -> bool:
    """Whether near hits of a skeleton are reported: not for a short number."""
    if not skeleton.isdecimal():
        return True
    return len(skeleton) >= SHORTEST_NUMBER and len(set(skeleton)) >= 3


def small(char: str) -> str:
    """Fold a character like `bare`, with the same result for upper and lower case."""
    return bare(bare(char.lower()).upper())


def exactly(text: str) -> str:
    """Fold what does not change a value: letter case, Unicode forms, kinds of spaces."""
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", shown).casefold().split())


def word_digests(text: str) -> frozenset[bytes]:
    """Return the hashes of a value and of its common spellings."""
    plain = text.strip()
    bases = {plain, plain.lstrip("@"), "@" + plain.lstrip("@")}
    bases |= {part for part, _form in parts(plain)}
    bases |= {unicodedata.normalize(form, base) for form in ("NFC", "NFD") for base in set(bases)}
    bases |= {case(base) for case in (str.lower, str.upper, str.title) for base in set(bases)}
    bases |= {base.replace(" ", "_") for base in bases} | {"".join(b.split()) for b in bases}
    return frozenset(
        hashlib.new(name, (base + end).encode(), usedforsecurity=False).digest()
        for base in bases
        if len(base) >= SHORTEST
        for end in ("", "\n")
        for name in DIGESTS
    )


def parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a value that identify it as well as the whole, with their kind.

    These are accounts, mail addresses, telephone numbers and URLs in it; of a URL its host with
    path, the account, and any part long enough to be unique.
    """
    for match in _MAIL.finditer(text):
        yield match[0], "a mail address in it"
        yield match[0].partition("@")[0], "the name in a mail address"
    for match in _HANDLE.finditer(text):
        yield match[0].rstrip("."), "an account in it"
    for match in _PHONE.finditer(text):
        if sum(char.isdigit() for char in match[0]) >= 9:
            yield match[0], "a number in it"
    for match in _URL.finditer(text):
        yield from _parts_of_address(match[0])
    if "/" not in text and _SUFFIX.search(text.strip()):
        stem = _SUFFIX.sub("", text.strip())
        if _is_telling(stem):
            yield stem, "a file's name without its ending"


def _spellings(text: str) -> Iterator[Spelling]:
    yield Spelling(text=text, form="the same letters")
    for part, form in parts(text):
        yield Spelling(text=part, form=form)
    words = [word for word in re.split(r"[\s,;]+", text) if bare(word)]
    if 2 <= len(words) <= MOST_WORDS and all(any(c.isalpha() for c in word) for word in words):
        for order in itertools.permutations(words):
            yield Spelling(text=" ".join(order), form="the words in another order")


def _parts_of_address(address: str) -> Iterator[tuple[str, str]]:
    rest = re.sub(r"^[a-z][a-z0-9+.-]*://", "", address, flags=re.IGNORECASE)
    host, _, path = rest.partition("/")
    host = _plain_host(host.rpartition("@")[2].partition(":")[0])
    path = urllib.parse.unquote(path)
    if path:
        yield f"{host}/{path}", "an address without its scheme"
    segments = [one for one in re.split(r"[/?&=#]+", path) if one]
    whose = 1 if segments[:1] and segments[0].lower() in {"s", "c", "user"} else 0
    for place, segment in enumerate(segments):
        if place == whose and host in _HANDLE_HOSTS and segment.lower() not in _COMMON:
            yield segment, "the account in an address"
        elif _is_telling(segment) or segment.startswith("@"):
            yield segment, "a part of an address"
    if path and host not in _HANDLE_HOSTS:
        yield host, "the host of an address"


def _plain_host(host: str) -> str:
    host = host.lower().removeprefix("www.")
    try:
        return host.encode("ascii").decode("idna")
    except (UnicodeError, ValueError):
        return host


def _is_telling(part: str) -> bool:
    """Whether a part of an address or a file name is unlikely to be somebody else's too."""
    letters = bare(part)
    if letters in _COMMON:
        return False
    return len(letters) >= 10 or (len(letters) >= 6 and any(char.isdigit() for char in letters))
