"""The chain of custody in words: one plain sentence for each entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from vision.reader import COMBINED
from workbench.trace import ANSWER_WORDS, AnswerIs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from evidence_store.types import Entry, Json

_COPIED = {
    "exact": "the identical file",
    "near": "the whole frame again",
    "hard": "cropped, turned or altered",
}

Sentence: TypeAlias = "Callable[[Mapping[str, Json], Mapping[str, Json]], str]"


def sentence(entry: Entry) -> str:
    """What an entry says, in one sentence; an unknown kind is named as it is."""
    words = _SENTENCES.get(entry.kind)
    return words(entry.body, entry.private) if words else f"Recorded {entry.kind}."


def _short(value: Json) -> str:
    return str(value)[:12]


def _count(values: Json, one: str) -> str:
    number = len(cast("list[Json]", values))
    return f"{number} {one}{'' if number == 1 else 's'}"


def _members(value: Json) -> str:
    return ", ".join("/".join(member) for member in cast("list[list[str]]", value))


def _engines(value: Json) -> str:
    names = sorted(
        {str(item["name"]) for item in cast("list[dict[str, Json]]", value)} - {COMBINED.name}
    )
    return f" with {', '.join(names)}" if names else ""


_SENTENCES: Mapping[str, Sentence] = {
    "person.enrolled": lambda body, private: (
        f"Enrolled {private['name']} as {', '.join(cast('list[str]', body['roles']))}."
    ),
    "key.begun": lambda body, _private: (
        "Began a new key, "
        + ("kept by the person." if body["key_held_by"] == "person" else "kept on the server.")
    ),
    "key.ended": lambda body, private: (
        f"Ended a key as of {body['valid_before']}. {private['reason']}"
    ),
    "person.signed_in": lambda _body, _private: "Signed in.",
    "case.created": lambda body, _private: f"Created {body['case']}.",
    "catalog.imported": lambda body, private: (
        f"Imported {private['name']} as catalog snapshot {_short(body['snapshot'])}…"
    ),
    "catalog.chosen": lambda body, _private: f"Chose catalog snapshot {_short(body['snapshot'])}…",
    "refused": lambda body, private: f"Was kept from this: {body['verb']}. {private['why']}",
    "case.opened": lambda body, private: (
        f"Opened the case “{private['title']}” under the rule "
        f"“{str(body['policy']).replace('_', ' ')}”."
    ),
    "exhibit.taken_in": lambda body, private: (
        f"Took in {body['exhibit']}: {private['file_name']}, {private['bytes']} bytes, "
        f"SHA-256 {_short(private['original'])}…"
    ),
    "exhibit.refused": lambda _body, private: (
        f"Could not take in {private['file_name']}: {private['reason']}"
    ),
    "frame.taken": lambda body, private: (
        f"Took frame {body['exhibit']} from {body['parent']} at {private['timecode']} s"
        + (f", {len(cast('list[str]', private['laid']))} frames laid" if "laid" in private else "")
        + "."
    ),
    "frames.missing": lambda body, private: (
        f"Could not take everything from {body['exhibit']}: "
        f"{' '.join(cast('list[str]', private['problems']))}"
    ),
    "copies.proposed": lambda body, _private: (
        f"Proposed {body['exhibit']} as a copy of {body['of']}, "
        f"{_COPIED.get(str(body['relation']), body['relation'])}."
        if body["relation"] != "same_object"
        else f"Proposed {body['exhibit']} and {body['of']} as two exposures of one object."
    ),
    "copies.judged": lambda body, private: (
        f"Judged the group {', '.join(cast('list[str]', body['exhibits']))} "
        f"as {body['judgement']}. {private['reason']}"
    ),
    "exhibit.read": lambda body, private: (
        f"Read {body['exhibit']}{_engines(body['engines'])}: "
        f"{_count(private['regions'], 'plate region')}."
    ),
    "plates.joined": lambda body, private: (
        f"Said that {_members(body['members'])} show one plate. {private['reason']}"
    ),
    "field.judged": lambda body, private: (
        f"Judged the {str(body['field']).replace('_', ' ')} of {body['exhibit']}/{body['region']} "
        f"as {body['judgement']}"
        + (f": {private['text']}" if private["text"] else "")
        + (" (written before the machine's reading was shown)" if body["blind"] else "")
        + (f". {private['reason']}" if private["reason"] else ".")
    ),
    "candidates.searched": lambda body, _private: (
        f"Held {body['plate']} against catalog snapshot {_short(body['snapshot'])}…"
    ),
    "candidate.judged": lambda body, private: (
        f"Judged {private['candidate'] or 'that no candidate is the unit'} for "
        f"{body['plate']} as {body['judgement']}. {private['reason']}"
    ),
    "trace.asked": lambda body, private: (
        f"Asked {private['addressee']} about {body['plate']}: trace request {body['trace']}, "
        f"sent on {body['sent_on']}."
    ),
    "trace.answered": lambda body, private: (
        f"Recorded an answer to {body['trace']}, received on {body['received_on']}: "
        f"{ANSWER_WORDS[AnswerIs(str(body['answer']))]}. {private['answer_words']}"
    ),
    "bundle.sealed": lambda body, _private: (
        f"Sealed {body['bundle']} over {body['entries']} entries."
    ),
    "bundle.signed": lambda body, _private: (
        f"Signed {body['bundle']} as {body['role']}"
        + (", on a machine of their own." if body.get("brought_by") else ".")
    ),
    "bundle.stamped": lambda body, _private: (
        f"{'Timestamped' if body['answered'] else 'Kept a request for a timestamp of'} "
        f"{body['bundle']}{' by ' + str(body['authority']) if body['authority'] else ''}."
    ),
    "bundle.published": lambda body, _private: (
        f"Made the public bundle {body['bundle']} from {body['from']}, which withholds "
        f"{body['withheld_fields']} field{'' if body['withheld_fields'] == 1 else 's'} and "
        f"{_count(body['withheld_exhibits'], 'exhibit')}."
    ),
}
