"""The case as plain nested values, every text already inert, for both editions to lay out."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench.report.inert import visible
from workbench.report.numbers import bits, moment, percent, ratio
from workbench.report.texts import ENGLISH, NOT_PROVED_ENGLISH
from workbench.report.types import Picture, ReportCandidate, ReportCase, ReportField
from workbench.report.waterfall import bars

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Plain = dict[str, Any]
"""JSON-like: dict, list, str, int, float, bool, None."""

_FIELD_WORDS = {
    "maker": "Maker",
    "model": "Model",
    "serial": "Serial number",
    "part_number": "Part number",
    "date": "Date",
    "nsn": "NSN",
    "cage": "CAGE code",
    "contract": "Contract",
    "lot": "Lot",
    "weight": "Weight",
    "voltage": "Voltage",
}


def content(
    case: ReportCase,
    *,
    picture: Callable[[Picture], str],
    text: Callable[[str], str] = visible,
    texts: Mapping[str, str] = ENGLISH,
    not_proved: tuple[str, ...] = NOT_PROVED_ENGLISH,
) -> Plain:
    """The case as nested plain values.

    `picture` puts a picture where the edition can find it and returns how to refer to it;
    `text` makes a text harmless (and, for the PDF, printable with its fonts).
    """
    plain: Plain = _plain(case, picture, text)
    plain["t"] = dict(texts)
    plain["not_proved"] = list(not_proved)
    plain["policy_sentence"] = texts[f"policy_{case.policy}"]
    plain["solo"] = case.policy == "solo"
    plain["answers"] = _answers(case, text)
    for exhibit in plain["exhibits"]:
        for region in exhibit["regions"]:
            region["fields"].sort(key=lambda field: _importance(field["field"]))
    for plate in plain["plates"]:
        plate["fields"] = [[field_word(name), *rest] for name, *rest in plate["fields"]]
    for search in plain["searches"]:
        search["asked"] = [[field_word(name), value] for name, value in search["asked"]]
    return plain


def _plain(value: object, picture: Callable[[Picture], str], text: Callable[[str], str]) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else 0.0
    if isinstance(value, str):
        return text(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, tuple | list):
        return [_plain(item, picture, text) for item in value]
    if isinstance(value, Picture):
        return {"src": picture(value), "width": value.width, "height": value.height}
    if is_dataclass(value):
        plain = {
            item.name: _plain(getattr(value, item.name), picture, text) for item in fields(value)
        }
        return plain | _extra(value, text)
    raise TypeError(f"a report cannot hold {type(value).__name__}")


def _extra(value: object, text: Callable[[str], str]) -> Plain:
    """What a layout would otherwise have to work out for itself."""
    if isinstance(value, ReportField):
        return {
            "label": text(field_word(value.field)),
            "percent": percent(value.confidence),
            "cells": [
                {
                    "char": text(options[0][0]) if options else "·",
                    "doubt": _doubt(options[0][1] if options else 0.0),
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


def _answers(case: ReportCase, text: Callable[[str], str]) -> list[Plain]:
    answers = []
    for search in case.searches:
        titles = {candidate.key: candidate for candidate in search.candidates}
        for decision in search.decisions:
            candidate = titles.get(decision.candidate)
            answers.append(
                {
                    "plate": text(search.plate_id),
                    "judgement": decision.judgement,
                    "title": text(candidate.title if candidate else decision.candidate),
                    "verdict": text(candidate.verdict) if candidate else "",
                    "ratio": ratio(candidate.likelihood_ratio) if candidate else "",
                    "band": text(candidate.band) if candidate else "",
                    "by": text(decision.by),
                    "at": moment(decision.at),
                    "reason": text(decision.reason),
                    "stands": decision.stands,
                    "synthetic": search.synthetic_catalog,
                }
            )
    return answers


def _doubt(probability: float) -> str:
    if probability >= 0.95:
        return "sure"
    return "doubt" if probability >= 0.5 else "lost"


def _importance(name: str) -> int:
    order = tuple(_FIELD_WORDS)
    return order.index(name) if name in order else len(order)


def field_word(name: str) -> str:
    """The word for a field of a plate."""
    return _FIELD_WORDS.get(name, name.replace("_", " ").capitalize())
