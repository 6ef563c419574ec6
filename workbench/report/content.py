"""The case as nested plain values, every text already inert, from which both editions are set."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from words.english.parts import field as field_word
from words.english.parts import level
from workbench.report.fields import by_importance
from workbench.report.inert import visible
from workbench.report.numbers import bits, moment, percent, ratio
from workbench.report.texts import ENGLISH, NOT_PROVED_ENGLISH
from workbench.report.types import (
    Picture,
    ReportCandidate,
    ReportCase,
    ReportExhibit,
    ReportField,
    ReportPlate,
    ReportSearch,
    ReportTrace,
)
from workbench.report.waterfall import bars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Plain = dict[str, Any]
"""JSON-like: dict, list, str, int, float, bool, None."""
MOST_NAMED = 12
"""Up to this many exhibits are named one by one in a sentence."""


def content(
    case: ReportCase,
    *,
    picture: Callable[[Picture], str],
    text: Callable[[str], str] = visible,
    texts: Mapping[str, str] = ENGLISH,
    not_proved: tuple[str, ...] = NOT_PROVED_ENGLISH,
) -> Plain:
    """The case as nested plain values.

    `picture` stores a picture where the edition can find it and returns how to refer to it; `text`
    makes a text inert (and, for the PDF, printable with its fonts).
    """
    plain: Plain = nested(case, picture, text)
    plain["t"] = dict(texts)
    plain["not_proved"] = list(not_proved)
    plain["policy_sentence"] = texts[f"policy_{case.policy}"]
    plain["solo"] = case.policy == "solo"
    plain["answers"] = _answers(case, text, texts)
    plain["answer_line"] = _none_or_withheld(
        "answer", plain["answers"], case.withheld_decisions, texts
    )
    plain["search_line"] = _none_or_withheld(
        "searches", case.searches, case.withheld_searches, texts
    )
    letters = texts["letters_public" if case.withheld else "letters"]
    plain["traces_lede"] = f"{texts['traces_lede']} {letters}"
    plain["trace_line"] = (
        texts["traces_withheld"].format(count=case.withheld_traces) if case.withheld_traces else ""
    )
    originals = texts["originals_public" if case.withheld else "originals"]
    plain["exhibits_lede"] = f"{texts['exhibits_lede']} {originals}"
    plain["open_ends"] = _open_ends(case, text, texts)
    plain["signers"] = _signers(case, text)
    plain["fieldless"] = [text(plate.plate_id) for plate in case.plates if not plate.fields]
    plain["plates"] = [plate for plate in plain["plates"] if plate["fields"]]
    for exhibit in plain["exhibits"]:
        exhibit["claims"] = [
            [texts.get(f"claim_{name}", name), value] for name, value in exhibit["claims"]
        ]
        exhibit["notes"].extend(exhibit.pop("file_notes"))
        for region in exhibit["regions"]:
            region["fields"].sort(key=lambda field: by_importance(field["field"]))
    for plate in plain["plates"]:
        plate["fields"] = [[field_word(name), *rest] for name, *rest in plate["fields"]]
    for search in plain["searches"]:
        for feature in (one for each in search["candidates"] for one in each["features"]):
            feature["feature"] = field_word(feature["feature"].replace(" ", "_"))
        search["asked"] = [[field_word(name), value] for name, value in search["asked"]]
    return plain


def _none_or_withheld(
    key: str, shown: Sequence[object], withheld: int, texts: Mapping[str, str]
) -> str:
    """Say that there is nothing of a kind, or how much of it a public edition leaves out."""
    if withheld:
        return texts[f"{key}_withheld"].format(count=withheld)
    return "" if shown else texts[f"{key}_none"]


def _signers(case: ReportCase, text: Callable[[str], str]) -> list[Plain]:
    """Whose signatures the bundle requires, with names and keys as far as they are disclosed."""
    people = {person.person_id: person for person in case.people}
    return [
        {
            "role": text(role),
            "person": text(person),
            "name": text(people[person].name if person in people else ""),
            "fingerprint": text(people[person].fingerprint if person in people else ""),
            "held_by": people[person].held_by if person in people else "",
        }
        for role, person in case.signers
    ]


def nested(value: object, picture: Callable[[Picture], str], text: Callable[[str], str]) -> Any:
    """A value as nested plain values: texts through `text`, pictures through `picture`."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else 0.0
    if isinstance(value, str):
        return text(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, tuple | list):
        return [nested(item, picture, text) for item in value]
    if isinstance(value, dict):
        return {name: nested(item, picture, text) for name, item in value.items()}
    if isinstance(value, Picture):
        return {"src": picture(value), "width": value.width, "height": value.height}
    if is_dataclass(value):
        plain = {
            item.name: nested(getattr(value, item.name), picture, text) for item in fields(value)
        }
        return plain | _extra(value, text)
    raise TypeError(f"a report cannot hold {type(value).__name__}")


def _extra(value: object, text: Callable[[str], str]) -> Plain:
    """Values that a layout would otherwise have to compute itself."""
    if isinstance(value, ReportField):
        return {
            "label": text(field_word(value.field)),
            "doubtful": value.state != "stated" or value.field == "serial",
            "strength": text(
                f"{level(value.state)}: {value.why}" if value.why else level(value.state)
            ),
            "pixels_percent": percent(value.pixels) if value.text else "",
            "cells": [
                {
                    "char": text(options[0][0]) if options else "·",
                    "doubt": _doubt(options[0][1] if options else 0.0),
                    "share": percent(options[0][1]) if options else "",
                    "others": [
                        f"{text(char)} {percent(share)}"
                        for char, share in options[1:3]
                        if share >= 0.01
                    ],
                }
                for options in value.glyphs
            ],
            "other_values": [f"{text(word)} ({percent(p)})" for word, p in value.alternatives],
        }
    if isinstance(value, ReportExhibit):
        size = f"{value.bytes:,} bytes" if value.bytes else ""
        return {"about": text(" · ".join(filter(None, (value.file_name, value.media, size))))}
    if isinstance(value, ReportCandidate):
        placed = bars([feature.weight_bits for feature in value.features])
        return {
            "ratio": ratio(value.likelihood_ratio),
            "weighed": value.likelihood_ratio is not None,
            "after": ratio(value.after_search) if value.after_search is not None else "",
            "bars": [
                {
                    "left": round(bar.left, 5),
                    "width": round(bar.right - bar.left, 5),
                    "zero": round(bar.zero, 5),
                    "bits": bits(weight),
                    "for": weight >= 0,
                }
                for bar, weight in zip(
                    placed,
                    [*(f.weight_bits for f in value.features), placed[-1].total_bits],
                    strict=True,
                )
            ],
        }
    return {}


def _answers(case: ReportCase, text: Callable[[str], str], texts: Mapping[str, str]) -> list[Plain]:
    """What was decided, search by search; each candidate once, with every judgement of it."""
    plates = {plate.plate_id: plate for plate in case.plates}
    return [
        _answer(search, key, plates.get(search.plate_id), case.traces, text, texts)
        for search in case.searches
        for key in dict.fromkeys(decision.candidate for decision in search.decisions)
    ]


def _answer(
    search: ReportSearch,
    key: str,
    plate: ReportPlate | None,
    traces: Sequence[ReportTrace],
    text: Callable[[str], str],
    texts: Mapping[str, str],
) -> Plain:
    candidate = next((one for one in search.candidates if one.key == key), None)
    return {
        "plate": text(search.plate_id),
        "title": text(candidate.title if candidate else key),
        "verdict": text(candidate.verdict) if candidate else "",
        "ratio": ratio(candidate.likelihood_ratio) if candidate else "",
        "band": text(candidate.band) if candidate else "",
        "synthetic": search.synthetic_catalog,
        # The qualifications of this unit's number, including error rates, are given with it.
        "explanation": text((candidate and candidate.explanation) or search.explanation),
        "coverage": text(search.coverage),
        "asked": [[text(field_word(name)), text(value)] for name, value in search.asked],
        "traces": [
            text(
                texts["traced"].format(
                    trace=trace.trace_id,
                    addressee=trace.addressee,
                    sent_on=trace.sent_on,
                    standing=trace.standing,
                )
            )
            for trace in traces
            if trace.plate_id == search.plate_id
        ],
        "cautions": [text(words) for words in _cautions(plate, search, texts)],
        "judgements": [
            {
                "judgement": decision.judgement,
                "by": text(decision.by),
                "at": moment(decision.at),
                "reason": text(decision.reason),
                "stands": decision.stands,
                "replaced": decision.replaced,
            }
            for decision in search.decisions
            if decision.candidate == key
        ],
    }


def _open_ends(case: ReportCase, text: Callable[[str], str], texts: Mapping[str, str]) -> list[str]:
    """Name the exhibits that nobody has judged in full, and those without a plate or not read."""
    photos = [one for one in case.exhibits if one.media != "clip" and not one.reading_withheld]
    unjudged = [
        one.exhibit_id
        for one in photos
        if any(not _judged(field) for region in one.regions for field in region.fields)
    ]
    empty = [one.exhibit_id for one in photos if not one.regions]
    return [
        text(texts[key].format(exhibits=_listed(names)))
        for key, names in (("open_unjudged", unjudged), ("open_empty", empty))
        if names
    ]


def _judged(field: ReportField) -> bool:
    return any(review.counts for review in field.reviews)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _cautions(
    plate: ReportPlate | None, search: ReportSearch, texts: Mapping[str, str]
) -> list[str]:
    """Say where a field rests only on a person's word against the machine's, or on no person's.

    It says so where another person answered differently. If a person was unsure, the query used
    only the machine's reading.
    """
    asked = {name for name, _value in search.asked}
    said = []
    for name, machine, person, judgement in plate.fields if plate else ():
        if machine and person and machine != person:
            words = texts["contradiction"]
            said.append(words.format(field=field_word(name), person=person, machine=machine))
        elif judgement == "unsure" and not person and name in asked:
            said.append(texts["person_unsure"].format(field=field_word(name)))
    said += [f"{texts['dissent']} {one}" for one in (plate.dissent if plate else ())]
    return said


def _doubt(probability: float) -> str:
    if probability >= 0.95:
        return "sure"
    return "doubt" if probability >= 0.5 else "lost"
