"""Choose the private fields of a log to withhold, and find what they would reveal elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from evidence_store.bundle.errors import RedactionRefused
from evidence_store.bundle.hashing import BLOCK, open_plain
from evidence_store.bundle.layout import CONTENT_NAMED, PAYLOAD
from evidence_store.bundle.leaks import Scanner, Secret, digests, text_forms
from evidence_store.bundle.spellings import LOOSE, SHORTEST
from evidence_store.canonical import canonical_json, leaf_bytes
from values.text import bare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from evidence_store.bundle.description import Description, FileAccount
    from evidence_store.bundle.redaction_plan import FieldChoice, RedactionPlan
    from evidence_store.bundle.sealed_log import SealedLog
    from evidence_store.types import Entry, Json

Field = tuple[int, str]
_LONGEST_WORD = 12
"""Longest of the program's own words for states and kinds, in letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What is not disclosed, what must not occur anywhere, and what disclosed fields contain."""

    fields: frozenset[Field]
    secrets: tuple[Secret, ...]
    disclosed_texts: dict[int, frozenset[str]]
    """By sequence: every text in the entry's body and its disclosed fields."""
    open_texts: frozenset[str] = frozenset()
    """Every whole value of an open field, such as the name of an exhibit."""


def choose_fields(
    log: SealedLog, description: Description, plan: RedactionPlan, top: Path
) -> HeldBack:
    """Determine from a plan which fields to withhold.

    These are the fields that the plan names, all fields of entries about a withheld exhibit alone,
    and every other field that contains a value withheld so far. Raises `RedactionRefused` if the
    plan names something that does not exist, or if the open part of an entry, which nobody can
    change, contains a value to be withheld.
    """
    exhibits = frozenset(choice.exhibit for choice in plan.exhibits)
    _refuse_unknown(log, description, plan, exhibits)
    chosen = _Chosen(log, description, plan, exhibits, top)
    secrets = _not_open(log, description, chosen.secrets)
    scanner = Scanner(secrets)
    fields = set(chosen.fields)
    texts: dict[int, frozenset[str]] = {}
    opened: set[str] = set()
    for entry in log.entries(description.log.name):
        for name, value in entry.private.items():
            if scanner.contains(canonical_json([name, value]).decode("utf-8")):
                fields.add((entry.sequence, name))
        left = [v for name, v in entry.private.items() if (entry.sequence, name) not in fields]
        texts[entry.sequence] = frozenset(_texts([dict(entry.body), left]))
        opened.update(_texts(dict(entry.body)))
    return HeldBack(
        fields=frozenset(fields),
        secrets=secrets,
        disclosed_texts=texts,
        open_texts=frozenset(opened),
    )


class _Chosen:
    """The fields and values that a plan withholds directly, before other occurrences are sought."""

    def __init__(
        self,
        log: SealedLog,
        description: Description,
        plan: RedactionPlan,
        exhibits: frozenset[str],
        top: Path,
    ) -> None:
        self._plan = plan
        self._exhibits = exhibits
        self._known = frozenset(name for file in description.files for name in file.about)
        self.fields: set[Field] = set()
        # Text -> what it is, and whether it must never occur in the open part.
        self._secrets = dict.fromkeys(plan.values, ("value of the plan", True))
        self._named: set[str] = set(plan.values)
        elsewhere: set[str] = set()
        theirs: dict[str, tuple[str, bool]] = {}
        choices = FieldChoices(plan.fields)
        for entry in log.entries(description.log.name):
            only_theirs = self._is_only_about_withheld(entry)
            for name, value in entry.private.items():
                label = f"{name} of entry {entry.sequence}"
                chosen = choices.fitting(entry, name)
                if chosen:
                    self.fields.add((entry.sequence, name))
                    for text, strict in _texts_of(chosen, value):
                        _, before = self._secrets.get(text, ("", False))
                        self._secrets[text] = (label, strict or before)
                    if any(choice.strict for choice in chosen):
                        self._named.update(text_forms(value))
                elif only_theirs:
                    self.fields.add((entry.sequence, name))
                    told = (
                        text for text in text_forms(value) if not _is_vocabulary(name, value, text)
                    )
                    theirs.update(dict.fromkeys(told, (label, False)))
                else:
                    elsewhere.update(text_forms(value))
        # What entries about other exhibits say as well (a serial in two photos) is not a secret of
        # the withheld one.
        self._secrets.update({t: what for t, what in theirs.items() if t not in elsewhere})
        for text, label in _hashes(description, exhibits, top):
            self._secrets[text] = (label, True)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All values that must not occur anywhere."""
        harmless = {text.casefold() for text in self._plan.harmless}
        return tuple(
            Secret(
                label=label,
                text=text,
                strict=strict,
                # A short word that nobody asked to withhold may be an ordinary word.
                certain=strict or text in self._named or len(bare(text)) >= LOOSE,
            )
            for text, (label, strict) in sorted(self._secrets.items())
            if len(text) >= SHORTEST and text.casefold() not in harmless
        )

    def _is_only_about_withheld(self, entry: Entry) -> bool:
        about = {name for name in self._known | self._exhibits if _mentions(entry, name)}
        return bool(about) and about <= self._exhibits


def _is_vocabulary(name: str, value: Json, text: str) -> bool:
    """Whether a text is one of the program's own words inside a reading or a result (`offered`).

    Embedded facts never count as such words.
    """
    if isinstance(value, str) or name == "embedded":
        return False
    return len(text) <= _LONGEST_WORD and text.isascii() and text.isalpha() and text.islower()


class FieldChoices:
    """Choices of fields, indexed by field name."""

    def __init__(self, choices: Iterable[FieldChoice]) -> None:
        self._by_place: dict[tuple[str, int | None], list[FieldChoice]] = {}
        for choice in choices:
            self._by_place.setdefault((choice.name, choice.sequence), []).append(choice)

    def fitting(self, entry: Entry, name: str) -> list[FieldChoice]:
        """Return the choices that apply to a field of an entry."""
        near = (
            *self._by_place.get((name, entry.sequence), ()),
            *self._by_place.get((name, None), ()),
        )
        return [one for one in near if one.exhibit is None or _mentions(entry, one.exhibit)]


def _texts_of(chosen: list[FieldChoice], value: Json) -> Iterator[tuple[str, bool]]:
    """Yield texts of a withheld value that must not occur, and whether the open part counts."""
    for choice in chosen:
        texts = text_forms(value) if choice.texts is None else choice.texts
        for text in texts:
            yield text, choice.strict and isinstance(value, str)


def _mentions(entry: Entry, exhibit: str) -> bool:
    return any(text == exhibit for text in _texts(dict(entry.body)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, str):
        yield value


def _hashes(
    description: Description, exhibits: frozenset[str], top: Path
) -> Iterator[tuple[str, str]]:
    """Yield the hashes of the withheld exhibits' own bytes, which would identify them."""
    for file in description.files:
        if file.about and exhibits.issuperset(file.about):
            yield file.sha256, f"SHA-256 of a file about {file.about[0]}"
            if _is_picture(file):
                for digest in digests(partial(_blocks, top / file.path)):
                    yield digest, f"hash of a picture of {file.about[0]}"


def _is_picture(file: FileAccount) -> bool:
    folder, name = file.path.split("/")[:2]
    return folder == PAYLOAD and name in CONTENT_NAMED


def _blocks(path: Path) -> Iterator[bytes]:
    with open_plain(path) as stream:
        while block := stream.read(BLOCK):
            yield block


def _refuse_unknown(
    log: SealedLog, description: Description, plan: RedactionPlan, exhibits: frozenset[str]
) -> None:
    known = {name for file in description.files for name in file.about}
    strangers = sorted(exhibits - known)
    if strangers:
        raise RedactionRefused(f"No file of the bundle is about {', '.join(strangers)}.")
    waiting = set(plan.fields)
    choices = FieldChoices(plan.fields)
    for entry in log.entries(description.log.name):
        for name in entry.private:
            waiting.difference_update(choices.fitting(entry, name))
    if waiting:
        names = ", ".join(sorted(choice.name for choice in waiting))
        raise RedactionRefused(
            f"The log has no private field that fits the plan's {names}.",
            remedy="See data/ledger/disclosures.jsonl for the names of fields.",
        )


def _not_open(
    log: SealedLog, description: Description, secrets: tuple[Secret, ...]
) -> tuple[Secret, ...]:
    """Drop what the open part of an entry contains anyway; refuse if that is not allowed."""
    as_named = {replace(secret, certain=True): secret for secret in secrets}
    scanner = Scanner(as_named)
    opened: set[Secret] = set()
    for entry in log.entries(description.log.name):
        found = {as_named[secret] for secret in scanner.found_in(leaf_bytes(entry))}
        strict = sorted(secret.label for secret in found if secret.strict)
        if strict:
            raise RedactionRefused(
                f"The open part of entry {entry.sequence} contains the {strict[0]}. It is part of "
                "the Merkle tree and cannot be withheld.",
                remedy="Mark the value as harmless, or do not publish this log.",
                leaks=tuple(f"Entry {entry.sequence} contains the {label}." for label in strict),
            )
        opened |= found
    return tuple(secret for secret in secrets if secret not in opened)
