"""What the demo bundle says is what it said before, unless somebody changed it on purpose.

Where a change is meant, `python -m tests.demo_facts --keep` makes the kept facts anew, and the
change is told in a decision (docs/decisions). Sentences are kept by identifier, and are compared in
the words of today: a wording may change, a fact may not.
"""

from __future__ import annotations

import json
from typing import Any

from tests.demo_facts import KEEP, as_text, chosen, made
from values.sentence import say
from words import en


def test_the_demo_bundle_says_what_it_said() -> None:
    kept = json.loads(KEEP.read_text(encoding="utf-8"))
    now = json.loads(as_text(chosen(made(["scripted"]))))
    assert [*differences(in_words_of_today(kept), now)] == []


def in_words_of_today(value: Any) -> Any:
    """The same facts, each text that stands beside its sentences said again from these."""
    if isinstance(value, list):
        return [in_words_of_today(one) for one in value]
    if not isinstance(value, dict):
        return value
    again = {name: in_words_of_today(one) for name, one in value.items()}
    if value.keys() == {"id", "parameters", "shown"}:
        return {**again, "shown": _text(value["id"], dict(value["parameters"]))}
    said = value.get("said", [])
    for name in {one for one, _, _ in said}:
        texts = [_text(identifier, given) for one, identifier, given in said if one == name]
        again[name] = " ".join(texts) if isinstance(value[name], str) else texts
    return again


def _text(identifier: str, given: dict[str, Any]) -> str:
    plain = {name: tuple(one) if isinstance(one, list) else one for name, one in given.items()}
    return en.text(say(identifier, **plain))


def differences(before: Any, after: Any, at: str = "") -> list[str]:
    """Where two values of JSON differ, a line each."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted({*before, *after})
        return [
            line
            for name in names
            for line in differences(before.get(name), after.get(name), f"{at}/{name}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [line for place, two in pairs for line in differences(*two, f"{at}/{place}")]
    return [] if before == after else [f"{at}: {before!r} became {after!r}"]
