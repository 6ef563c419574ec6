"""What is said of photos and of what was read in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from words.english.parts import inside, spelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from words.templates import Template

READERS: Final = {
    "rapidocr": "RapidOCR (PP-OCR weights, many scripts, no Cyrillic)",
    "ppocr5": "PP-OCRv5 (other weights, a second reader without torch)",
    "cyrillic": "Cyrillic reader (our own, behind RapidOCR's weights)",
    "easyocr": "EasyOCR (Latin script, an independent second reader)",
    "tesseract": "Tesseract (Persian and Arabic lines; Cyrillic ones again)",
    "scripted": "Scripted reader (says what a file tells it to say; for trials only)",
}
"""What each reader is called, and what it is for."""

HOW_TO_INSTALL: Final = {
    "easyocr": "install requirements.txt, which brings EasyOCR, its weights and torch",
    "tesseract": "install the Debian packages tesseract-ocr, tesseract-ocr-rus and "
    "tesseract-ocr-fas",
}
"""How a reader is installed that does not come with requirements-core.txt."""

KINDS: Final = {
    "placeholder": "a word in the place of a value",
    "protection": "a degree of protection",
    "count": "a page, sheet or piece count",
    "measure": "a measure",
    "date": "a date",
}
"""What a text may be that identifies nothing."""


def _reader_here(*, name: str) -> str:
    return f"{READERS.get(name, name)}."


def _reader_missing(*, name: str, packages: tuple[str, ...], programs: tuple[str, ...]) -> str:
    parts = (*packages, *(f"the program {program}" for program in programs))
    is_or_are = "is" if len(parts) == 1 else "are"
    remedy = HOW_TO_INSTALL.get(name, "install requirements-core.txt")
    missing = f"{', '.join(parts)} {is_or_are} missing"
    return f"{READERS.get(name, name)} is not here: {missing}; {remedy}."


def _shared(*, more: int) -> str:
    shows = "1 more reading shows" if more == 1 else f"{more} more readings show"
    return f"{shows} an exposure that another one shows: an exposure counts as one look."


def _look(
    *,
    number: int,
    text: str,
    at: tuple[str, ...],
    here: tuple[str, ...],
    there: tuple[str, ...],
) -> str:
    parts = ", ".join(map(_difference, at, here, there))
    return f"Look {number} read “{text}”: {parts}."


def _difference(at: str, here: str, there: str) -> str:
    if not there:
        return f"nothing where “{here}” stands (character {at})"
    if not here:
        return f"“{there}” added before character {at}"
    return f"“{there}” for “{here}” (character {at})"


def _identifier(*, text: str, construct: int) -> str:
    made = f"construct {construct}" if construct else "given whole"
    return f"Unique item identifier {text} ({made})."


def _long_value(*, field: str, most: int) -> str:
    return f"The {inside(field)} has more than {most} characters."


def _readers_agree(*, readers: int) -> str:
    return f"{spelled(readers)} independent readers agree"


def _exposures_agree(*, exposures: int) -> str:
    return f"{spelled(exposures)} exposures gave it" if exposures > 1 else "one exposure states it"


def _place_open(*, field: str) -> str:
    return f"clear to read, but it may not be the {inside(field)}"


def _code_of_another_field(*, field: str) -> str:
    return f"a code gives the same characters as the {inside(field)}"


def _looks_like(*, kind: str) -> str:
    return f"it looks like {KINDS.get(kind, kind)}"


def _supported(inliers: int, matches: int) -> str:
    if not matches:
        return "Laid frame upon frame"
    return f"{inliers:,} of {matches:,} matched points line up"


def _same_picture(
    *,
    inliers: int,
    matches: int,
    mirrored: bool,
    degrees: int,
    stretch: float,
    shows: float,
    fills: float,
) -> str:
    lines_up = f"{inliers / matches:.0%} of points line up" if matches else "frame upon frame"
    parts = ["mirrored"] if mirrored else []
    if degrees:
        parts.append(f"turned by {degrees}°")
    if stretch:
        parts.append(f"stretched by {stretch:.2f}")
    if shows < 1:
        parts.append(f"the second photo shows {shows:.0%} of the first")
    if fills < 1:
        parts.append(f"the first photo fills {fills:.0%} of the second")
    how = ", ".join(parts) if parts else "whole frame, same position"
    return f"Same picture ({lines_up}; {how})."


def _little_texture(*, inliers: int, matches: int) -> str:
    return f"{_supported(inliers, matches)}, but too little texture overlaps to tell."


def _structure_differs(*, inliers: int, matches: int, likeness: float) -> str:
    differs = f"the structure differs (median block correlation {likeness:.2f})"
    return f"{_supported(inliers, matches)}, but {differs}."


def _shift_remains(*, inliers: int, matches: int, pixels: float) -> str:
    shift = f"a shift of {pixels:.2f} pixels remains that no copying leaves"
    return f"{_supported(inliers, matches)}, but {shift}, as between two exposures."


def _few_features(*, inliers: int, matches: int) -> str:
    few = "too few for a structure that is not quite the same"
    return f"{_supported(inliers, matches)}, but they are {few}."


def _stands(where: str) -> str:
    return {"serial": "serial", "serial of a code": "serial in a code"}.get(where, f"{where} code")


def _both_read(value: str, here: str, there: str) -> str:
    one, other = _stands(here), _stands(there)
    where = one if one == other else f"{one} in the first, {other} in the second"
    return f"Both read {value} ({where})"


_PROPOSED: Final = "Proposed as another exposure of one object; a person decides."


def _same_value(*, value: str, here: str, there: str) -> str:
    return f"{_both_read(value, here, there)}. {_PROPOSED}"


def _same_plate(*, value: str, here: str, there: str, features: int, alike: bool) -> str:
    looks = "look alike" if alike else "could not be matched by their looks"
    plates = f"the plates {looks} ({features} features agree)"
    return f"{_both_read(value, here, there)}; {plates}. {_PROPOSED}"


SENTENCES: Final[Mapping[str, Template]] = {
    "fusion.nothing": "There is no reading to fuse: choose at least one photo of the plate.",
    "fusion.different-fields": "Readings of different fields cannot be fused: {fields}.",
    "fusion.shared": _shared,
    "fusion.stack": "Laid over each other, the looks read “{text}”.",
    "fusion.look": _look,
    "reader.unknown": "There is no reader called “{name}”; choose from {known}.",
    "reader.here": _reader_here,
    "reader.missing": _reader_missing,
    "reader.none": "No reader is installed here; install requirements-core.txt, or one of {known}.",
    "reader.no-script": "The scripted reader cannot use the file that {setting} names ({name}): "
    "{why}.",
    "reading.elsewhere": "Elsewhere in the drawn region “{text}” was read.",
    "reading.spelt-as-model": "Read “{text}”; its beginning is spelt as the model on the same "
    "plate: readers take digits for letters more often than letters for digits.",
    "reading.stopped": "The reading was stopped before every pass was made.",
    "reading.no-lettering": "The first pass showed no lettering; reading it again makes every "
    "pass.",
    "reading.out-of-time": "Not every pass was made: the {seconds:g} s for one photo ran out.",
    "code.too-long": "The code holds {characters:,} characters; only up to {most:,} are parsed.",
    "code.unended": "The message does not end as ISO 15434 asks (RS EOT); it was read as it is.",
    "code.unknown-format": "The message has a part in format “{format}”, which is not read here.",
    "code.serial-without-cage": "The element 18S should open with a five-character CAGE code; it "
    "does not.",
    "code.no-cage": "“{text}” stands for a CAGE code, but is not formed like one.",
    "code.long-value": _long_value,
    "code.long-identifier": "The item identifier has {characters} characters; MIL-STD-130 allows "
    "50.",
    "code.strange-identifier": "The item identifier has characters that MIL-STD-130 does not "
    "allow.",
    "code.identifier": _identifier,
    "copy.same-bytes": "Both files have the same SHA-256: they are the same, byte for byte.",
    "copy.same-picture": _same_picture,
    "copy.little-texture": _little_texture,
    "copy.structure-differs": _structure_differs,
    "copy.shift-remains": _shift_remains,
    "copy.few-blocks-alike": "Laid frame upon frame, too few blocks are alike.",
    "copy.few-features": _few_features,
    "copy.no-map": "The two photos cannot be laid over each other.",
    "copy.same-value": _same_value,
    "copy.same-plate": _same_plate,
}

PHRASES: Final[Mapping[str, Template]] = {
    "reason.unreadable": "too little can be seen",
    "reason.one-engine": "read by one engine only",
    "reason.one-witness": "only one independent reader read it so",
    "reason.one-family": "only readers of one family read it, which count as one",
    "reason.readers-agree": _readers_agree,
    "reason.readers-differ": "the readers differ: one surely reads “{text}”",
    "reason.code-repeats": "a code on the label says the same",
    "reason.code-differs": "a code gives {text} for it",
    "reason.code-of-another-field": _code_of_another_field,
    "reason.code-of-article": "a code gives the same characters as an article number",
    "reason.exposures-agree": _exposures_agree,
    "reason.exposures-differ": "another exposure states “{text}”",
    "reason.one-exposure": "fewer than two exposures gave it",
    "reason.pixels-open": "hard to see",
    "reason.hard-to-read": "the rest of this plate was hard to read",
    "reason.place-open": _place_open,
    "reason.another-look": "another pass read something different",
    "reason.blocks-differ": "elsewhere in the drawn region “{text}” was read",
    "reason.bare-number-sign": "only a number sign stands before it, which does not say which "
    "number it is",
    "reason.sign-in-value": "it may begin with a number sign that is no part of it",
    "reason.unsure-label": "“{label}” may announce something else",
    "reason.product-number": "a number sign stands before it: it may be the serial number",
    "reason.announced-by": "“{label}” announces the same characters",
    "reason.perhaps-announced-by": "it may be announced by “{label}”",
    "reason.labelled-twice": "another label of the same field stands before “{text}”",
    "reason.two-serial-labels": "two labels of a serial number stand on this plate",
    "reason.label-twice": "“{label}” stands here twice, as on two plates",
    "reason.wide-gap": "a wide gap parts the lines, as between two plates",
    "reason.contradicting-line": "another line reads “{text}”",
    "reason.looks-like": _looks_like,
    "reason.unit-follows": "a unit follows it, as behind a measure",
    "reason.counter": "it may be a count, such as the first of several pieces",
    "reason.piece": "it may be a piece of a longer value, since “{text}” is there too",
    "reason.spelt-as-model": "its beginning is spelt as the model on the same plate",
}
