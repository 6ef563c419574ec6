"""Parse the payload of a machine-readable code into fields.

Grammars: ISO/IEC 15434 envelopes; ANSI MH10.8.2 data identifiers (format 06); text element
identifiers of ATA Spec 2000 (format 12); the older `DD` format of MIL-STD-130; GS1 application
identifiers; the item identifiers (UII) of MIL-STD-130N, constructs 1 and 2. A payload that fits a
grammar is well formed, but not necessarily true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from values.sentence import say
from vision.shapes import letters_and_digits

if TYPE_CHECKING:
    from values.sentence import Sentence
    from vision.types import Code, FieldName

RS, GS, EOT = "\x1e", "\x1d", "\x04"

MAX_PAYLOAD = 4000
"""Characters; longer payloads are stored but not parsed, since no plate code needs more."""

_IDENTIFIERS: dict[str, FieldName] = {
    "17V": "cage",
    "1P": "part_number",
    "30P": "part_number",
    "P": "part_number",
    "S": "serial",
    "1T": "lot",
    "30T": "lot",
    "16D": "date",
    "K": "contract",
}
"""MH10.8.2 data identifier -> field."""

_ELEMENTS: dict[str, FieldName] = {
    "CAG": "cage",
    "MFR": "cage",
    "SPL": "cage",
    "PNO": "part_number",
    "PNR": "part_number",
    "SER": "serial",
    "SEQ": "serial",
    "UCN": "serial",
    "LOT": "lot",
    "LTN": "lot",
    "BII": "lot",
    "DMF": "date",
    "NSN": "nsn",
}
"""ATA text element identifier -> field."""

_GS1: dict[str, FieldName] = {
    "21": "serial",
    "10": "lot",
    "11": "date",
    "240": "part_number",
    "241": "part_number",
    "7001": "nsn",
}
"""GS1 application identifier -> field."""

_ISSUERS = {"17V": "D", "12V": "UN", "7L": "LD", "3V": ""}
"""Enterprise identifier -> the issuing agency code that precedes it in a UII."""

_LABELLED: dict[str, FieldName] = {
    "SN": "serial",
    "SER": "serial",
    "SERNO": "serial",
    "SERIAL": "serial",
    "SERIALNO": "serial",
    "SERIALNUMBER": "serial",
    "PN": "part_number",
    "PNO": "part_number",
    "PARTNO": "part_number",
    "PARTNUMBER": "part_number",
    "MODEL": "model",
    "TYPE": "model",
    "MFR": "maker",
    "MAKER": "maker",
    "MANUFACTURER": "maker",
    "DATE": "date",
    "LOT": "lot",
    "CAGE": "cage",
    "NSN": "nsn",
}

_CAGE = re.compile(r"[0-9A-HJ-NP-Z][0-9A-HJ-NP-Z]{3}[0-9A-HJ-NP-Z]|I[0-9A-HJ-NP-Z]{4}")
_UII_CHARACTERS = re.compile(r"[A-Z0-9/-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A parsed payload: its fields, the item identifier (UII) built from them, and any oddities."""

    fields: tuple[tuple[FieldName, str], ...]
    uii: str | None = None
    construct: int | None = None
    """1: enterprise + serial; 2: enterprise + part or lot + serial; None: no UII."""
    notes: tuple[Sentence, ...] = ()


NOTHING = Payload(fields=())


def parse_payload(text: str, *, gs1: bool = False) -> Payload:
    """Parse the payload of a code; an unknown format gives no fields.

    `gs1` means that the symbology marks the code as GS1; application identifiers are then read from
    `(21)…` as well as from FNC1-separated text.
    """
    if len(text) > MAX_PAYLOAD:
        note = say("code.too-long", characters=len(text), most=MAX_PAYLOAD)
        return Payload(fields=(), notes=(note,))
    if text.startswith("[)>"):
        return _enveloped(text)
    if gs1 or re.match(r"\(\d{2,4}\)", text):
        return _gs1(text)
    return _labelled(text) or _bare_identifier(text) or NOTHING


def _enveloped(text: str) -> Payload:
    """Parse an ISO 15434 message: `[)>` RS format GS element GS … RS EOT."""
    notes: list[Sentence] = []
    if not text.endswith(RS + EOT):
        notes.append(say("code.unended"))
    fields: list[tuple[FieldName, str]] = []
    elements: list[tuple[str, str]] = []
    for part in text[3:].strip(RS + EOT).split(RS):
        form, *items = part.split(GS)
        if form not in ("05", "06", "12", "DD"):
            notes.append(say("code.unknown-format", format=form[:4]))
            continue
        if form == "05":
            fields += _gs1(GS.join(items)).fields
            continue
        split = _split_identifier if form == "06" else _split_element
        elements += [split(item) for item in items if item]
    for name, value in elements:
        fields += _fields_of(name, value, notes)
    uii, construct = _uii(elements, notes)
    return Payload(fields=_unique(fields), uii=uii, construct=construct, notes=tuple(notes))


def _split_identifier(item: str) -> tuple[str, str]:
    found = re.match(r"(\d{0,3}[A-Z])(.*)", item, re.DOTALL)
    return (found[1], found[2]) if found else ("", item)


def _split_element(item: str) -> tuple[str, str]:
    name, _, value = item.partition(" ")
    if not value and len(item) > 3:
        name, value = item[:3], item[3:].lstrip(":= ")
    return (name, value.strip())


def _fields_of(name: str, value: str, notes: list[Sentence]) -> list[tuple[FieldName, str]]:
    """Return the fields filled by one element; a construct-1 element fills two."""
    if name == "18S":
        if _CAGE.fullmatch(value[:5]) and len(value) > 5:
            return [("cage", value[:5]), ("serial", value[5:])]
        notes.append(say("code.serial-without-cage"))
        return []
    field = _IDENTIFIERS.get(name) or _ELEMENTS.get(name)
    if field is None:
        return []
    if field == "cage" and not _CAGE.fullmatch(value):
        notes.append(say("code.no-cage", text=value))
    limit = {"serial": 30, "part_number": 32}.get(field)
    if limit and len(value) > limit:
        notes.append(say("code.long-value", field=field, most=limit))
    return [(field, value)] if value else []


def _uii(elements: list[tuple[str, str]], notes: list[Sentence]) -> tuple[str | None, int | None]:
    """Build the unique item identifier from the elements, and return its construct."""
    said = dict(elements)
    uii, construct = _construct(said)
    if uii is None:
        return None, None
    if len(uii) > 50:
        notes.append(say("code.long-identifier", characters=len(uii)))
    if not _UII_CHARACTERS.fullmatch(uii):
        notes.append(say("code.strange-identifier"))
    return uii, construct


def _construct(said: dict[str, str]) -> tuple[str | None, int | None]:
    for whole in ("25S", "UID"):
        if whole in said:
            return said[whole], None
    if "18S" in said:
        return "D" + said["18S"], 1
    if "USN" in said and "CAG" not in said and "MFR" in said:
        return "D" + said["MFR"] + said["USN"], 1
    issuer = next((name for name in _ISSUERS if name in said), None)
    enterprise = _ISSUERS[issuer] + said[issuer] if issuer else None
    if enterprise is None:
        cage = said.get("CAG") or said.get("MFR")
        enterprise = "D" + cage if cage else None
    serial = said.get("S") or said.get("SEQ") or said.get("SER") or said.get("UCN")
    if enterprise is None or serial is None:
        return None, None
    names = ("1P", "1T", "PNO", "LOT", "LTN")
    original = next((said[name] for name in names if name in said), None)
    if "SER" in said or "UCN" in said or original is None:
        return enterprise + serial, 1
    return enterprise + original + serial, 2


def _gs1(text: str) -> Payload:
    """Parse GS1 element strings, in brackets or separated by FNC1 (transmitted as GS)."""
    pairs = re.findall(r"\((\d{2,4})\)([^(\x1d]*)", text)
    if not pairs:
        pairs = _unbracketed(text)
    fields: list[tuple[FieldName, str]] = []
    for identifier, value in pairs:
        field = _GS1.get(identifier)
        if field and value:
            fields.append((field, value.strip()))
    return Payload(fields=_unique(fields))


_FIXED = {"01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "17": 6, "00": 18, "7001": 13}


def _unbracketed(text: str) -> list[tuple[str, str]]:
    """Split FNC1-separated text; stops at the first unknown identifier."""
    pairs = []
    rest = text.lstrip(GS)
    names = sorted({*_GS1, *_FIXED}, key=len, reverse=True)
    while rest:
        name = next((n for n in names if rest.startswith(n)), None)
        if name is None:
            break
        body = rest[len(name) :]
        stop = body.find(GS)
        width = _FIXED.get(name, len(body) if stop < 0 else stop)
        pairs.append((name, body[:width]))
        rest = body[width:].lstrip(GS)
    return pairs


def _labelled(text: str) -> Payload | None:
    """Parse text such as `S/N: 123; P/N: 456`: known label words before `:` or `=`."""
    fields: list[tuple[FieldName, str]] = []
    for part in re.split(r"[;,\n\r|&?]+", text):
        label, mark, value = _parted(part)
        field = _LABELLED.get(re.sub(r"[^A-Z]", "", label.upper()))
        if field and mark and value.strip():
            fields.append((field, value.strip()))
    return Payload(fields=_unique(fields)) if fields else None


def _parted(part: str) -> tuple[str, str, str]:
    """Split at the first colon or equals sign."""
    found = re.search(r"[:=]", part)
    if found is None:
        return part, "", ""
    return part[: found.start()], found[0], part[found.end() :]


def _bare_identifier(text: str) -> Payload | None:
    """Parse a linear code that carries one MH10.8.2 element, such as `1P72-10015-04`."""
    found = re.fullmatch(r"(17V|18S|25S|30P|1P|1T|16D)([A-Z0-9/.-]{2,40})", text)
    if found is None:
        return None
    notes: list[Sentence] = []
    fields = _fields_of(found[1], found[2], notes)
    uii, construct = _uii([(found[1], found[2])], notes)
    return Payload(fields=_unique(fields), uii=uii, construct=construct, notes=tuple(notes))


def _unique(fields: list[tuple[FieldName, str]]) -> tuple[tuple[FieldName, str], ...]:
    return tuple(dict.fromkeys(fields))


_RETAIL = ("EAN", "UPC", "ISBN", "ITF-14", "ITF14", "DATABAR")
"""Symbologies that carry article numbers, never serials."""


def is_article_number(code: Code) -> bool:
    """Whether a code holds only a trade item number (GS1 General Specifications)."""
    payload = re.sub(r"^\(?01\)?(?=\d{14}$)", "", code.payload.strip())
    digits = letters_and_digits(payload)
    retail = re.sub(r"[^A-Z0-9]", "", code.symbology.upper()).startswith(
        tuple(re.sub(r"[^A-Z0-9]", "", name) for name in _RETAIL)
    )
    return retail or (len(digits) in (12, 13, 14) and digits.isdigit() and gtin_checks(digits))


def gtin_checks(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (GS1: modulo 10)."""
    total = sum(int(char) * (3 if at % 2 else 1) for at, char in enumerate(reversed(digits)))
    return total % 10 == 0
