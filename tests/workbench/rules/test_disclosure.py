"""What is public, by the key of a field: every field of every entry has been thought of."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

import pytest

from tests.workbench.report.conftest import make_case
from ui.screens.after_sealing import FIELDS, WORDS, may_be_released
from workbench.events import KINDS
from workbench.events.event import Event, event
from workbench.events.marks import Mark
from workbench.publication import withheld_by_rule
from workbench.report.content import content
from workbench.report.texts import ENGLISH
from workbench.rules.disclosure import (
    BY_KEY,
    CLAIMS,
    UNKNOWN,
    position_forms,
    standing,
    texts_to_look_for,
)
from workbench.types import Claims

PRIVATE = sorted(
    {
        (kind.name, path.partition(".")[0])
        for kind in KINDS.values()
        for path, mark in kind.fields.items()
        if not mark.is_open
    }
)


@pytest.mark.parametrize(("kind", "key"), PRIVATE)
def test_of_every_private_field_it_is_said_whether_it_is_public(kind: str, key: str) -> None:
    assert standing(kind, key) is not UNKNOWN


def test_no_field_is_named_that_no_entry_has() -> None:
    known = {key for _kind, key in PRIVATE} | {f"{kind}/{key}" for kind, key in PRIVATE}
    assert not BY_KEY.keys() - known


def test_a_field_that_nobody_has_thought_of_is_withheld() -> None:
    assert not standing("exhibit.taken_in", "shoe_size").is_public


def test_what_is_withheld_comes_from_the_marks_of_the_fields_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A kind of entry that is new tomorrow is withheld, and offered for release, unasked."""
    withheld = withheld_by_rule()
    assert withheld == {key for kind, key in PRIVATE if not standing(kind, key).is_public}
    assert set(may_be_released()) == withheld - FIELDS.keys()
    assert set(may_be_released()) <= set(WORDS), "in words that people know"

    @event("shoe.fitted", into={})
    class ShoeFitted(Event):
        """A shoe was fitted."""

        shoe_size: Annotated[int, Mark.PRIVATE]

    monkeypatch.setitem(KINDS, "shoe.fitted", ShoeFitted.kind)
    assert withheld_by_rule() == withheld | {"shoe_size"}
    assert may_be_released()["shoe_size"] == "shoe size"


@pytest.mark.parametrize(
    "key",
    ["source_account", "source_url", "note", "provenance", "file_name", "embedded", "obtained_at",
     "claimed_place", "claimed_date", "addressee", "papers", "answers"],
)  # fmt: skip
def test_what_may_expose_a_source_is_withheld(key: str) -> None:
    assert not standing("any", key).is_public


@pytest.mark.parametrize("key", ["reading", "regions", "text", "query", "result", "candidate"])
def test_the_work_is_public(key: str) -> None:
    assert standing("any", key).is_public


def test_claims_are_withheld_by_key_and_named_in_one_place() -> None:
    """Were a claim known by the word that a page has for it, another word would let it out."""
    assert {one.name for one in fields(Claims)} == set(CLAIMS)
    case = make_case()
    assert {name for exhibit in case.exhibits for name, _ in exhibit.claims} <= set(CLAIMS)
    words = {ENGLISH[f"claim_{name}"] for name in CLAIMS}
    laid_out = content(case, picture=lambda one: one.media)
    assert {label for one in laid_out["exhibits"] for label, _ in one["claims"]} <= words


def test_a_position_and_a_camera_are_looked_for_and_a_format_is_not() -> None:
    embedded = {
        "facts": [
            {"group": "EXIF", "name": "BodySerialNumber", "value": "CAM-998877"},
            {"group": "EXIF", "name": "Artist", "value": "A Photographer"},
            {"group": "EXIF", "name": "Model", "value": "CMX-15D"},
            {"group": "file", "name": "Size", "value": "640 × 480"},
        ],
        "latitude": 39.50333,
        "longitude": -47.02,
    }
    texts = texts_to_look_for("embedded", embedded)
    assert texts is not None
    assert {"CAM-998877", "A Photographer", "39.503"} <= set(texts)
    assert not {"CMX-15D", "640 × 480"} & set(texts)
    assert texts_to_look_for("note", "words") is None


def test_a_place_is_written_with_minutes_too() -> None:
    assert "39°30'12" in set(position_forms(39 + 30 / 60 + 12.3 / 3600))
    assert list(position_forms(39.5)) == []


def test_how_each_field_stands_and_why() -> None:
    """Row by row, as it was decided: a row that is dropped or exchanged is seen here."""
    rows: dict[tuple[bool, bool, str], set[str]] = {}
    for key, stands in BY_KEY.items():
        rows.setdefault((stands.is_public, stands.is_searched, stands.why), set()).add(key)
    assert rows == {
        (False, True, "may name a source or people close to it"): {
            "source_account", "source_url", "claimed_place", "note", "provenance", "answers",
            "released",
        },
        (False, False, "when a source says something happened, or was met"): {
            "obtained_at", "claimed_date",
        },
        (False, True, "what a file says about its origin"): {
            "file_name", "embedded", "archive.opened/sha256", "exhibit.refused/reason",
            "exhibit.refused/original", "exhibit.refused/sha256", "problems",
        },
        (False, True, "a trace request or its answer, which may be confidential"): {
            "addressee", "reply_to", "seen", "further", "answer_words", "papers",
        },
        (False, False, "parameters of a sentence; its text is searched for"): {
            "frames.missing/said",
        },
        (False, False, "the hash of a letter that is not published"): {"letter"},
        (True, False, "the work itself: what was read, asked, found and decided"): {
            "title", "name", "reason", "why", "text", "machine_text", "regions", "reading",
            "query", "result", "circumstances", "candidate", "evidence", "timecode", "seconds",
            "command", "laid", "mapping", "source", "frame.taken/said",
        },
        (True, False, "form and size of a file"): {
            "members", "fingerprint", "width", "height", "bytes",
        },
        (True, False, "identifies the bytes to whoever has them"): {
            "original", "parent_original",
        },
    }  # fmt: skip


def test_an_unknown_field_is_withheld_and_looked_for() -> None:
    unknown = standing("exhibit.taken_in", "shoe_size")
    assert (unknown.is_public, unknown.is_searched) == (False, True)


@pytest.mark.parametrize(
    "name",
    [
        "Artist", "Author", "By-line", "Byline", "ContactInfo", "Copyright", "Creator", "Credit",
        "CameraOwnerName", "PersonInImage", "Photographer", "UsageRights", "Writer",
        "UserComment", "Caption", "ImageDescription", "Headline", "Subject", "Title", "Keywords",
        "BodySerialNumber", "ImageUniqueID", "Unique ID", "DocumentID", "Document ID",
        "InstanceID", "Instance ID", "HostComputer", "City", "Country", "Location", "Place",
        "GeoPosition", "Province", "State", "GPSAltitude", "Latitude", "Longitude", "XPNickname",
    ],
)  # fmt: skip
def test_a_fact_of_who_where_or_which_camera_is_looked_for(name: str) -> None:
    fact = {"group": "EXIF", "name": name, "value": "the value"}
    assert texts_to_look_for("embedded", {"facts": [fact]}) == ("the value",)
    of_a_group = {"group": name, "name": "0", "value": "the value"}
    assert texts_to_look_for("embedded", {"facts": [of_a_group]}) == ("the value",)


@pytest.mark.parametrize("name", ["Model", "Make", "Size", "Format", "Orientation", "Software"])
def test_a_fact_that_tells_nothing_is_not_looked_for(name: str) -> None:
    fact = {"group": "file", "name": name, "value": "the value"}
    assert texts_to_look_for("embedded", {"facts": [fact]}) == ()


def test_facts_of_another_form_are_passed_over() -> None:
    assert texts_to_look_for("embedded", "no facts") == ()
    assert texts_to_look_for("embedded", {"facts": "Artist"}) == ()
    assert texts_to_look_for("embedded", {"facts": ["Artist"], "latitude": "39.5"}) == ()


def test_a_position_is_written_in_these_forms() -> None:
    assert list(position_forms(-39.50358)) == ["39.503", "39.504", "39°30'12", "39 30.21"]
    assert list(position_forms(39.51)) == []
    assert list(position_forms(39.501)) != []


def test_a_claim_stands_under_its_own_label() -> None:
    labels = [ENGLISH[f"claim_{name}"] for name in CLAIMS]
    assert labels == [
        "Source address", "Source account", "Obtained", "Claimed place", "Claimed date", "Note",
    ]  # fmt: skip
    case = make_case()
    named = [name for one in case.exhibits for name, _ in one.claims]
    laid_out = content(case, picture=lambda one: one.media)
    shown = [label for one in laid_out["exhibits"] for label, _ in one["claims"]]
    words = dict(zip(CLAIMS, labels, strict=True))
    assert shown == [words[name] for name in named] != []
