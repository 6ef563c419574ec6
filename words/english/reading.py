"""What is said of photos and of what was read in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from words.english.parts import inside, spelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from words.templates import Template

READERS: Final = {
    "rapidocr": "RapidOCR (PP-OCR weights, many scripts, no Cyrillic)",
    "ppocr5": "PP-OCRv5 (other weights, a second engine without torch)",
    "cyrillic": "Cyrillic engine (our own, built on RapidOCR's weights)",
    "easyocr": "EasyOCR (Latin script, an independent second engine)",
    "tesseract": "Tesseract (Persian and Arabic lines; Cyrillic lines a second time)",
    "scripted": "Scripted engine (returns what a file tells it to; for trials only)",
}
"""What each engine is called, and what it is for."""


def engine_name(name: str) -> str:
    """Return what an engine is called, such as `RapidOCR`."""
    return READERS.get(name, name).partition(" (")[0]


HOW_TO_INSTALL: Final = {
    "easyocr": "install requirements.txt, which brings EasyOCR, its weights and torch",
    "tesseract": "install the Debian packages tesseract-ocr, tesseract-ocr-rus and "
    "tesseract-ocr-fas",
}
"""How a reader is installed that does not come with requirements-core.txt."""

KINDS: Final = {
    "placeholder": "a placeholder for a value",
    "protection": "a protection rating",
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
    return f"{READERS.get(name, name)} is not installed: {missing}; {remedy}."


def _shared(*, more: int) -> str:
    shows = "1 more reading shows" if more == 1 else f"{more} more readings show"
    return f"{shows} an exposure that another reading shows; each exposure counts once."


def _look(
    *,
    number: int,
    text: str,
    at: tuple[str, ...],
    here: tuple[str, ...],
    there: tuple[str, ...],
) -> str:
    parts = ", ".join(map(_difference, at, here, there))
    return f"Exposure {number} was read as “{text}”: {parts}."


def _difference(at: str, here: str, there: str) -> str:
    if not there:
        return f"“{here}” missing (character {at})"
    if not here:
        return f"“{there}” added before character {at}"
    return f"“{there}” instead of “{here}” (character {at})"


def _identifier(*, text: str, construct: int) -> str:
    made = f"construct {construct}" if construct else "given in full"
    return f"Unique item identifier {text} ({made})."


def _long_value(*, field: str, most: int) -> str:
    return f"The {inside(field)} has more than {most} characters."


def _readers_agree(*, readers: int) -> str:
    if readers < 2:
        return "one engine only" if readers else "no engine agrees"
    return f"{spelled(readers)} independent engines agree"


def _exposures_agree(*, exposures: int) -> str:
    return (
        f"{spelled(exposures)} exposures agree"
        if exposures > 1
        else "one exposure gives it at level Read"
    )


def _place_open(*, field: str) -> str:
    return f"clear text, but is it the {inside(field)}?"


def _code_of_another_field(*, field: str) -> str:
    return f"a code gives these characters as the {inside(field)}"


def _looks_like(*, kind: str) -> str:
    return f"it looks like {KINDS.get(kind, kind)}"


LOOKS_LIKE: Final = {
    "clip": "it starts like a video clip",
    "zip": "it starts like a ZIP archive",
    "gif": "it is a GIF, which is not supported",
    "pdf": "it is a PDF",
    "web-page": "it contains a web page",
    "text": "it contains text",
    "unknown": "its first bytes match no known format",
}
"""What a file without a picture seems to be."""

_ASK_AGAIN: Final = "Get the file again from its source; the received file is stored unchanged."
_RESAVE: Final = "Save it again as a plain JPEG, PNG or MP4 and add that as a second file."
_ALLOWED: Final = (
    "at most {most:,} in total and {side:,} per side are allowed. Crop or shrink the picture and \
add the result as a second file, or raise the limit."
)


def _no_photo(*, name: str, kind: str) -> str:
    return (
        f"{name}: not a picture: {LOOKS_LIKE.get(kind, kind)}. Photos must be JPEG, PNG, WebP, "
        "TIFF, HEIC or AVIF; check what was saved."
    )


def _laid(*, frames: int, first: str, last: str, smear: float, share: float) -> str:
    taken = f"{frames} frames from {first} s to {last} s, stacked"
    freed = (
        f"; corrected for {smear:.1f} pixels of motion blur (shutter open {share:.2f} of the time)"
        if smear
        else ""
    )
    return f"{taken} where they show the same lettering{freed}."


def _broke_off(*, name: str, ended: int) -> str:
    how = f"signal {-ended}" if ended < 0 else f"exit code {ended}"
    return f"{name}: the program that opens such files stopped on it ({how}). {_ASK_AGAIN}"


def _supported(inliers: int, matches: int) -> str:
    if not matches:
        return "Compared as whole frames"
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
    lines_up = (
        f"{inliers / matches * 100:.0f} % of points line up"
        if matches
        else "compared as whole frames"
    )
    parts = ["mirrored"] if mirrored else []
    if degrees:
        parts.append(f"rotated by {degrees}°")
    if stretch:
        parts.append(f"stretched by {stretch:.2f}")
    if shows < 1:
        parts.append(f"the second photo shows {shows * 100:.0f} % of the first")
    if fills < 1:
        parts.append(f"the first photo fills {fills * 100:.0f} % of the second")
    how = ", ".join(parts) if parts else "whole frame, same position"
    return f"Same picture ({lines_up}; {how})."


def _little_texture(*, inliers: int, matches: int) -> str:
    return f"{_supported(inliers, matches)}, but too little texture overlaps to tell."


def _structure_differs(*, inliers: int, matches: int, likeness: float) -> str:
    differs = f"the structure differs (median block correlation {likeness:.2f})"
    return f"{_supported(inliers, matches)}, but {differs}."


def _shift_remains(*, inliers: int, matches: int, pixels: float) -> str:
    shift = f"a shift of {pixels:.2f} pixels remains, as between two exposures"
    return f"{_supported(inliers, matches)}, but {shift}; copying leaves none."


def _few_features(*, inliers: int, matches: int) -> str:
    few = "too few, because the structure is not quite the same"
    return f"{_supported(inliers, matches)}: {few}."


def _stands(where: str) -> str:
    return {"serial": "serial", "serial of a code": "serial in a code"}.get(where, f"{where} code")


def _both_read(value: str, here: str, there: str) -> str:
    one, other = _stands(here), _stands(there)
    where = one if one == other else f"{one} in the first, {other} in the second"
    return f"Both read {value} ({where})"


_PROPOSED: Final = "Proposed as another exposure of the same object; a person decides."


def _same_value(*, value: str, here: str, there: str) -> str:
    return f"{_both_read(value, here, there)}. {_PROPOSED}"


def _same_plate(*, value: str, here: str, there: str, features: int, alike: bool) -> str:
    looks = "look alike" if alike else "could not be matched by appearance"
    plates = f"the plates {looks} ({features} features agree)"
    return f"{_both_read(value, here, there)}; {plates}. {_PROPOSED}"


SENTENCES: Final[Mapping[str, Template]] = {
    "fusion.nothing": "There is no reading to combine: choose at least one photo of the plate.",
    "fusion.different-fields": "Readings of different fields cannot be combined: {fields}.",
    "fusion.shared": _shared,
    "fusion.stack": "The stacked exposures were read as “{text}”.",
    "fusion.look": _look,
    "reader.unknown": "There is no engine called “{name}”; choose from {known}.",
    "reader.here": _reader_here,
    "reader.missing": _reader_missing,
    "reader.none": "No OCR engine is installed; install requirements-core.txt, or one of {known}.",
    "reader.no-script": "The scripted engine cannot use the file named by {setting} ({name}): "
    "{why}.",
    "reading.elsewhere": "“{text}” was read elsewhere in the drawn region.",
    "reading.spelt-as-model": "Read as “{text}”; its beginning was changed to the spelling of the "
    "model on the same plate: engines take digits for letters more often than the reverse.",
    "reading.stopped": "Reading was stopped before all passes were done.",
    "reading.no-lettering": "The first pass found no lettering; reading the photo again runs all "
    "passes.",
    "reading.out-of-time": "Not all passes were run: the limit of {seconds:g} s per photo was "
    "reached.",
    "code.too-long": "The code has {characters:,} characters; only up to {most:,} are parsed.",
    "code.unended": "The message does not end as ISO 15434 requires (RS EOT); it was read as is.",
    "code.unknown-format": "The message has a part in format “{format}”, which is not supported.",
    "code.serial-without-cage": "The element 18S should start with a five-character CAGE code; it "
    "does not.",
    "code.no-cage": "“{text}” is given as a CAGE code but does not have the form of one.",
    "code.long-value": _long_value,
    "code.long-identifier": "The item identifier has {characters} characters; MIL-STD-130 allows "
    "50.",
    "code.strange-identifier": "The item identifier has characters that MIL-STD-130 does not "
    "allow.",
    "code.identifier": _identifier,
    "file.empty": "{name}: the file is empty (0 bytes). Get it again from its source; nothing was "
    "lost.",
    "photo.damaged": "{name}: the picture is cut off or damaged ({why}). " + _ASK_AGAIN,
    "photo.no-header": "{name}: it starts like a picture, but its header cannot be read. "
    + _ASK_AGAIN,
    "photo.slow": "{name}: decoding took longer than allowed and was stopped. Re-save the picture "
    "as a plain JPEG or PNG and add that as a second file.",
    "photo.too-large": "{name}: {size:,} bytes are more than the {most:,} allowed for a photo. "
    "Raise the limit in the settings if the photo is needed.",
    "photo.none": _no_photo,
    "photo.many-passes": "{name}: it has {passes:,} JPEG scans of one picture, more than {most:,}. "
    "Cameras do not write such files; re-save the picture as a plain JPEG.",
    "photo.no-end": "{name}: its header declares more pixels than can be decoded; " + _ALLOWED,
    "photo.too-many-pixels": "{name}: its header declares {width:,} × {height:,} pixels; "
    + _ALLOWED,
    "clip.unopened": "{name}: it cannot be opened as video; it is not a clip, or its header is "
    "damaged. Clips must be MP4, MOV, MKV, WebM or AVI; get the file again from its source.",
    "clip.no-picture": "{name}: it has no video track. Add the clip with its video.",
    "clip.unknown-codec": "{name}: its video codec is not supported here. Convert it to H.264 in "
    "MP4 and add that as a second file.",
    "clip.too-large": "{name}: {size:,} bytes are more than the {most:,} allowed for a clip. "
    "Split the clip and add the parts, or raise the limit in the settings.",
    "clip.large-frames": "{name}: frames of {width:,} × {height:,} pixels are larger than allowed. "
    "Convert the clip to at most 8K and add that as a second file.",
    "clip.no-frame-size": "{name}: its header gives no frame size; the clip is cut off or damaged. "
    + _ASK_AGAIN,
    "clip.no-frames": "{name}: the clip opens, but none of its frames can be decoded. "
    + _ASK_AGAIN,
    "clip.no-frame-there": "{name}: there is no usable frame at {seconds:.3f} s. Choose another "
    "moment of the clip.",
    "clip.place-unseen": "{name}: too few frames show that place. Choose another one.",
    "clip.no-length": "The clip does not say how long it is.",
    "clip.too-long": "The clip lasts {lasts:,.0f} s; only the first {most:,.0f} s are examined.",
    "clip.rest-not-looked-at": "Anything after {most:,.0f} s was not examined.",
    "clip.rest-not-read": "Decoding took longer than allowed; the rest of the clip was not read.",
    "clip.breaks-off": "The clip breaks off at {seconds:.1f} s: nothing after that can be read.",
    "clip.damaged-stretches": "Damaged stretches of the clip without a picture: {number}.",
    "clip.damaged-frames": "Damaged frames of the clip that were left out: {number}.",
    "clip.ends-early": "There is no picture after {reached:.1f} s, although the clip claims to "
    "last {promised:.1f} s: the file is cut off, or only its sound continues.",
    "clip.frame-gone": "The frame at {seconds:.3f} s could not be decoded a second time.",
    "clip.frame-not-added": "The frame at {timecode} s could not be added.",
    "clip.frame-unexplained": "{name}: the decoder gave no known reason for choosing this frame. "
    "Choose another moment of the clip.",
    "frame.text-in-view": "Text in view (presence {presence:.1f}, sharpness {sharpness:.1f}), "
    "scene {scene}.",
    "frame.sharpest-view": "Sharpest view of scene {scene} (sharpness {sharpness:.1f}).",
    "frame.by-hand": "Chosen by hand at {seconds:.3f} s.",
    "frame.laid": _laid,
    "embedded.no-picture": "The file's header cannot be read: it is not a picture.",
    "embedded.header-unread": "The file's header cannot be read: {why}.",
    "embedded.block-unread": "The {block} block cannot be read: {why}.",
    "embedded.xmp-too-large": "The XMP block cannot be read: it is too large ({size:,} bytes).",
    "embedded.xmp-malformed": "The XMP block cannot be read: it is not well-formed XML ({why}).",
    "embedded.credentials-unread": "The file has content credentials (C2PA), which were not "
    "read: the library that reads them is not available for this system.",
    "embedded.more": "Only the first {listed} of {of} embedded facts are listed.",
    "archive.damaged": "{name}: the ZIP archive is damaged or cut off; its directory cannot be "
    "read. Get the archive again, or add the photos without an archive.",
    "archive.many-members": "{name}: it lists {members:,} members, more than the {most:,} allowed. "
    "Split the archive and add the parts one by one.",
    "member.damaged": "{name}: its bytes are damaged, or compressed in an unsupported way.",
    "member.larger-than-declared": "{name}: it unpacks to more bytes than the archive declares.",
    "member.too-much-in-all": "{name}: the archive unpacks to more than {most:,} bytes in all.",
    "member.twice": "{name}: the archive has this name more than once, so it is unclear which is "
    "meant.",
    "member.link": "{name}: it is a symbolic link, not a file.",
    "member.special": "{name}: it is a special file, not a regular one.",
    "member.encrypted": "{name}: it is encrypted; unpack it with its password and add the photo "
    "itself.",
    "member.too-large": "{name}: it unpacks to {size:,} bytes, more than the {most:,} allowed.",
    "member.bomb": "{name}: it unpacks to {times:,} times its size, which no photo does.",
    "member.long-name": "{name}: its name has {characters:,} characters, more than the {most:,} "
    "allowed.",
    "member.broken-name": "{name}: its name is empty or broken.",
    "member.absolute-name": "{name}: its name is an absolute path.",
    "member.leads-out": "{name}: its name points outside the archive (`..`).",
    "decoder.nonsense": "{name}: the program that opens such files gave an invalid answer. "
    + _RESAVE,
    "decoder.another": "{name}: the program that opens such files answered for a different file. "
    + _RESAVE,
    "decoder.slow": "{name}: opening it took longer than the {seconds:,.0f} s allowed and was "
    "stopped. " + _RESAVE,
    "decoder.broke-off": _broke_off,
    "decoder.memory": "{name}: opening it needs more than the {gibibytes:.0f} GiB allowed. "
    + _RESAVE,
    "decoder.failed": "{name}: it is damaged in an unexpected way ({why}). " + _ASK_AGAIN,
    "copy.same-bytes": "Both files have the same SHA-256: they are the same, byte for byte.",
    "copy.same-picture": _same_picture,
    "copy.little-texture": _little_texture,
    "copy.structure-differs": _structure_differs,
    "copy.shift-remains": _shift_remains,
    "copy.few-blocks-alike": "Compared as whole frames, too few blocks are alike.",
    "copy.few-features": _few_features,
    "copy.no-map": "The two photos could not be aligned.",
    "copy.same-value": _same_value,
    "copy.same-plate": _same_plate,
}

PHRASES: Final[Mapping[str, Template]] = {
    "reason.unreadable": "too little can be seen",
    "reason.one-engine": "read by one engine only",
    "reason.one-witness": "only one independent engine read this",
    "reason.one-family": "read only by engines of one family, which count as one",
    "reason.readers-agree": _readers_agree,
    "reason.readers-differ": "the engines differ: one is sure of “{text}”",
    "reason.code-repeats": "a code on the label gives the same value",
    "reason.code-differs": "a code gives {text} instead",
    "reason.code-of-another-field": _code_of_another_field,
    "reason.code-of-article": "a code gives these characters as an article number",
    "reason.exposures-agree": _exposures_agree,
    "reason.exposures-differ": "another exposure gives “{text}” at level Read",
    "reason.one-exposure": "fewer than two exposures agree",
    "reason.pixels-open": "hard to see",
    "reason.hard-to-read": "the rest of this plate was hard to read",
    "reason.place-open": _place_open,
    "reason.another-look": "another pass read something different",
    "reason.blocks-differ": "“{text}” was read elsewhere in the drawn region",
    "reason.bare-number-sign": "only a number sign precedes it, which does not say which number "
    "it is",
    "reason.sign-in-value": "it may start with a number sign that is not part of the value",
    "reason.unsure-label": "the label “{label}” may mean something else",
    "reason.product-number": "a number sign precedes it, so it may be the serial number",
    "reason.announced-by": "the label “{label}” introduces the same characters",
    "reason.perhaps-announced-by": "it may belong to the label “{label}”",
    "reason.labelled-twice": "another label of the same field precedes “{text}”",
    "reason.two-serial-labels": "this plate has two serial-number labels",
    "reason.label-twice": "“{label}” appears twice, as if there were two plates",
    "reason.wide-gap": "a wide gap separates the lines, as between two plates",
    "reason.contradicting-line": "another line reads “{text}”",
    "reason.looks-like": _looks_like,
    "reason.unit-follows": "a unit follows it, as after a measure",
    "reason.counter": "it may be a count, such as piece 1 of 3",
    "reason.piece": "it may be part of a longer value: “{text}” was read too",
    "reason.spelt-as-model": "its beginning was changed to the spelling of the model on the same "
    "plate",
}
