"""The form of values of each field: reject the impossible and prefer the usual.

These are grammars of form. A value that fits one is well formed, but not therefore certain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vision.types import FieldName

_UNIT = re.compile(
    r"^[~≈<>±]?\d+([.,/ x-]\d+)*\s*(v|vac|vdc|a|ma|ah|mah|w|kw|hz|khz|mhz|ghz|kg|g|lb|lbs|mm|cm|m|"
    r"in|rpm|hp|ohm|kv|va|kva|mf|mfd|uf|pf|dc|ac|°c|c|psi|bar|mpa|volts?|watts?|amps?|%|l|m3|h)\b\.?$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"^((19|20)\d\d[-./ ]\d{1,2}([-./ ]\d{1,2})?|\d{1,2}[-./ ]\d{1,2}[-./ ](19|20)?\d\d|"
    r"\d{1,2}[-./ ](19|20)\d\d|(19|20)\d\d|\d{1,2}[- ]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|"
    r"nov|dec)[a-z]*[- .]*(19|20)?\d\d|"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- .]*(19|20)?\d\d)"
    r"\s*(г\.?|года?|年)?$",
    re.IGNORECASE,
)
_NSN = re.compile(r"(?<!\d)(\d{4})[-– .]?(\d{2})[-– .]?(\d{3})[-– .]?(\d{4})(?!\d)")
_NSN_DASHED = re.compile(r"(?<!\d)\d{4}[-–]\d{2}[-–]\d{3}[-–]\d{4}(?!\d)")
_CAGE = re.compile(r"^[0-9A-HJ-NP-Z][A-HJ-NP-Z0-9]{3}[0-9A-HJ-NP-Z]$")
_VIN = re.compile(r"(?<![A-Z0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])")
_CONTAINER = re.compile(r"(?<![A-Z])([A-Z]{3}[UJZ])\s?(\d{6})\s?(\d)(?!\d)")
_LEGAL_FORM = re.compile(
    r"(^|[\s.,])(ltd|limited|inc|incorporated|corp|corporation|company|co|plc|gmbh|ag|kg|ab|oy|as|a/s|"
    r"s\.?a|s\.?p\.?a|s\.?r\.?l|b\.?v|n\.?v|llc|llp|a\.?ş|san|tic|ооо|оао|зао|пао|ао|з-д|завод|нпо|"
    r"industries|systems|electronics|technologies|aerospace|avionics|instruments|laboratories)"
    r"(?=[\s.,)]|$)|有限公司|公司$",
    re.IGNORECASE,
)


_NO_NAME = re.compile(
    r"^(made\b|product of|assembled|designed|warning|caution|danger|attention|notice|achtung|"
    r"do not|keep|on$|off$|test|power|reset|input|output|fuse|ground|earth|passed|qc|inspect|"
    r"patent|http|www|fabriqu|сделано|изготовлено в|внимание|осторожно|dikkat|中国制造)",
    re.IGNORECASE,
)


def may_name(text: str) -> bool:
    """Whether a text may be a name: not a warning, a country of make or a switch position."""
    return not _NO_NAME.match(text.strip())


def letters_and_digits(text: str) -> str:
    """Keep letters and digits only, upper case."""
    return "".join(char for char in text.upper() if char.isalnum())


RARE_LETTER = 0.02
"""Prior ratio of the letters O and I to the digits 0 and 1 next to a digit of an identifier. By
judgement: standards for identifiers advise against these letters (MIL-STD-130) or exclude them (ISO
3779, CTA-2063-A, CAGE codes), while the recogniser was trained on prose.
"""


def rare_letters(text: str) -> int:
    """Count letters O and I next to a digit."""
    return sum(
        char in "OI" and (text[at - 1 : at].isdigit() or text[at + 1 : at + 2].isdigit())
        for at, char in enumerate(text)
    )


def looks_like_date(text: str) -> bool:
    """Whether the whole text is a date or a year."""
    return bool(_DATE.match(text.strip()))


def looks_like_measure(text: str) -> bool:
    """Whether the whole text is a number with a unit, or several."""
    value = text.strip()
    return bool(_UNIT.match(value) or _MEASURE.match(value) or _BARE_RANGE.match(value))


_PLAIN = r"\d+(?:[.,]\d+)?"
_NUMBER = r"[<>≤≥±+~≈=∓−-]{0,2}\s?\d+(?:[.,]\d+)*"
_RANGE = rf"{_NUMBER}(?:\s?(?:\.{{2,3}}|…|÷|/|x|×|to|до|bis|-|–|—|~)\s?{_NUMBER}){{0,3}}"
_LONG_UNITS = (
    r"vac|vdc|v\s?ac|v\s?dc|vdd|vcc|mah|ah|ma|µa|ua|kv|mv|kva|va|kw|mw|gw|kwh|wh|hz|khz|mhz|ghz|kg|lbs?|oz|"
    r"mm|cm|km|nm|ft|rpm|r\.?p\.?m|r/min|min-1|hp|ohms?|kohm|mf|mfd|uf|µf|pf|nf|psi|psig|bar|mbar|k?pa|mpa|volts?|"
    r"watts?|amps?|hrs?|hours?|sec|ms|min|dbm?|dbi|°\s?[cfcсk]|º\s?[cfc]|℃|℉|deg\s?[cf]|mm2|mm²|m2|m²|m3|m³|"
    r"l/min|kn|ph|phase|pcs|kbps|mbps|gbps|baud|lux|cd|lm|вт|квт|гц|кгц|мгц|ггц|кг|мм|см|ква|ма|кв|па|кпа|мпа|"
    r"об/мин|°с|伏|安|瓦|千瓦|赫兹|公斤|千克|克|毫米|ولت|آمپر|کیلوگرم|%|ω|Ω"
)
_SHORT_UNITS = r"v|a|w|g|m|c|f|h|l|k|n|s|j|в|а|с|м|ч|л|г|φ|ø|~|°|\""
_MEASURE = re.compile(
    rf"^(?:(?:dc|ac|max|min|nom|~|⎓)\.?\s?)?{_RANGE}\s?(?:{_LONG_UNITS}|(?:{_SHORT_UNITS})(?:\s?(?:dc|ac|max|~|⎓))?)"
    rf"(?:\s?[,;/x×@~]?\s?{_RANGE}\s?(?:{_LONG_UNITS}|{_SHORT_UNITS})(?:\s?(?:dc|ac|max|~|⎓))?)*\.?$",
    re.IGNORECASE,
)
_LONG_MEASURE = re.compile(
    rf"(?:\d|\s)(?:{_LONG_UNITS})(?:\W|$)|\d[.,]\d|\.\.|…|[±÷]", re.IGNORECASE
)
_SEPARATOR = r"(?:\.{2,3}|…|÷|/|to|до|bis|\s|~|–|—)"
_BARE_RANGE = re.compile(
    rf"^(?:[+−-]\s?{_PLAIN}\s?{_SEPARATOR}\s?[+−-]?\s?{_PLAIN}|{_PLAIN}\s?{_SEPARATOR}\s?[+−-]\s?{_PLAIN})"
    r"\s?(?:°|º)?[cfс]?$",
    re.IGNORECASE,
)
_UNIT_NEXT = re.compile(rf"\s*(?:{_LONG_UNITS})(?![^\W_])", re.IGNORECASE)
_ONLY_NUMBER = re.compile(rf"^{_RANGE}$", re.IGNORECASE)
_PROTECTION = re.compile(
    r"^(?:IP\s?[0-6X][0-9X]K?[A-DHMSW]{0,3}(?:\s?/\s?(?:IP)?\s?[0-9X]{2}K?)?|IK\s?(?:0\d|10)|NEMA\s?\d{1,2}[A-Z]{0,2})$",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"^(?:(?:page|sheet|sht|card|part|pcs?|seite|blatt|лист|стр|sayfa|feuille|第|صفحه)\.?\s*)?\d{1,4}\s*"
    r"(?:of|von|из|de|sur|off|/\s*共)\s*\d{1,4}$|"
    r"^(?:page|sheet|sht|seite|blatt|лист|стр|sayfa|feuille|qty|quantity)\.?\s*\d{1,4}(?:\s*/\s*\d{1,4})?$|^第\s*\d+\s*页.*$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"^(?:n\s*[/.]?\s*a\.?|none|nil|null|unknown|unspecified|not\s+(?:applicable|known|available|marked|given).*|"
    r"t\.?b\.?[acd]\.?|various|varies|blank|void|as\s+(?:appropriate|applicable|required|marked|shown|stated|"
    r"specified|ordered|needed|per\b.*)|if\s+(?:applicable|any|known)|see\s.*|refer\s.*|per\s+(?:drawing|order|"
    r"contract).*|to\s+be\s.*|(?:enter|insert|fill|write|mark|stamp)\s+.*|siehe\s.*|voir\s.*|см\.?\s.*|"
    r"нет|без\s+номера|б/?н|отсутствует|неизвестно|yok|bilinmiyor|néant|inconnu|aucun|ohne|unbekannt|keine|"
    r"无|不详|未知|ندارد|نامشخص|x{3,}|[-–—_*.?/\s]+|0{4,})$",
    re.IGNORECASE,
)


def kind_of_statement(text: str) -> str | None:
    """Classify a text that is surely not an identifier; None if it may be one.

    `placeholder` (a word in the place of a value), `protection`, `count` or `measure`. A number
    followed by one letter (`0836 A`) may be either: `looks_like_measure` says so.
    """
    value = text.strip(" .:;,")
    if _PLACEHOLDER.match(text.strip()):
        return "placeholder"
    if _PROTECTION.match(value):
        return "protection"
    if _COUNT.match(value):
        return "count"
    if _BARE_RANGE.match(value) or (_MEASURE.match(value) and _LONG_MEASURE.search(value)):
        return "measure"
    return None


def has_legal_form(text: str) -> bool:
    """Whether a name contains a company's legal form or a usual word for one."""
    return bool(_LEGAL_FORM.search(text))


def is_number(text: str) -> bool:
    """Whether a text is a number or a range of numbers, and nothing else."""
    return bool(_ONLY_NUMBER.match(text.strip()))


def unit_follows(text: str, end: int) -> bool:
    """Whether a unit of at least two letters directly follows a number in a line.

    Not if it is followed by a full stop or colon and a number: then it is a label (`VAC. 230`).
    """
    found = _UNIT_NEXT.match(text, end)
    return bool(found) and not re.match(r"\s*[.:]\s*\d", text[found.end() :])  # type: ignore[union-attr]


def up_to_legal_form(text: str) -> str | None:
    """Return the text up to the end of the first legal form in it; None if it has none."""
    found = _LEGAL_FORM.search(text)
    return text[: found.end()] if found else None


def is_legal_form(text: str) -> bool:
    """Whether a text is only a legal form, such as the end of a broken name."""
    rest = _LEGAL_FORM.sub(" ", text)
    return sum(char.isalnum() for char in rest) < 2


def find_nsn(text: str, *, dashed: bool = True) -> tuple[int, int] | None:
    """Find a NATO stock number, 4-2-3-4 digits (STANAG 3151); returns text offsets."""
    match = (_NSN_DASHED if dashed else _NSN).search(text)
    return match.span() if match else None


def find_vin(text: str) -> tuple[int, int] | None:
    """Find a vehicle identification number: 17 characters without I, O, Q (ISO 3779)."""
    for match in _VIN.finditer(text.upper()):
        value = match.group()
        if sum(char.isdigit() for char in value) >= 5 and any(char.isalpha() for char in value):
            return match.span()
    return None


def find_container(text: str) -> tuple[int, int] | None:
    """Find a freight container number with a correct check digit (ISO 6346)."""
    for match in _CONTAINER.finditer(text.upper()):
        code = match.group(1) + match.group(2)
        if container_check_digit(code) == int(match.group(3)):
            return match.span()
    return None


def container_check_digit(code: str) -> int:
    """Check digit of ten characters of a container number (ISO 6346, annex A)."""
    values = [*range(10), *[n for n in range(10, 39) if n % 11]]
    symbols = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(values[symbols.index(char)] << at for at, char in enumerate(code))
    return int(total % 11 % 10)


def plausible(field: FieldName, text: str) -> float:
    """Score how well a text fits a field's form: 0 (impossible) to 1 (exactly as expected)."""
    value = text.strip()
    plain = letters_and_digits(value)
    if not plain or len(plain) > 60:
        return 0.0
    return _JUDGES[field](value, plain)


def _digits(plain: str) -> int:
    return sum(char.isdigit() for char in plain)


def _serial(value: str, plain: str) -> float:
    if not 2 <= len(plain) <= 32 or not any(char.isdigit() for char in plain):
        return 0.0
    if kind_of_statement(value):
        return 0.0
    if looks_like_measure(value):
        return 0.1
    if looks_like_date(value):
        return 0.35
    if any(len(word) > 4 and word.isalpha() for word in value.split()):
        return 0.3
    return 1.0 if _digits(plain) * 3 >= len(plain) else 0.7


def _model(value: str, plain: str) -> float:
    if kind_of_statement(value):
        return 0.0
    if len(plain) > 40 or looks_like_date(value):
        return 0.2
    if looks_like_measure(value):
        return 0.2
    return 1.0 if any(char.isdigit() for char in plain) else 0.6


def _maker(value: str, plain: str) -> float:
    letters = sum(char.isalpha() for char in plain)
    if kind_of_statement(value):
        return 0.0
    if letters < 2 or letters * 2 < len(plain):
        return 0.0
    return 1.0 if has_legal_form(value) else 0.7


def _part_number(value: str, plain: str) -> float:
    if kind_of_statement(value):
        return 0.0
    if len(plain) < 3 or not any(char.isdigit() for char in plain):
        return 0.0
    return 0.3 if looks_like_measure(value) else 1.0


def _date(value: str, plain: str) -> float:
    if looks_like_date(value):
        return 1.0
    return 0.4 if 2 <= _digits(plain) <= 8 and len(plain) <= 12 else 0.0


def _nsn(value: str, plain: str) -> float:
    if find_nsn(value, dashed=False):
        return 1.0
    return 0.3 if _digits(plain) in (9, 12, 13, 14) else 0.0


def _cage(value: str, plain: str) -> float:
    return 1.0 if len(plain) == 5 and _CAGE.match(value.upper().strip()) else 0.0


def _numbered(_: str, plain: str) -> float:
    return 0.8 if any(char.isdigit() for char in plain) else 0.0


_JUDGES = {
    "serial": _serial,
    "model": _model,
    "maker": _maker,
    "part_number": _part_number,
    "date": _date,
    "nsn": _nsn,
    "cage": _cage,
    "contract": _numbered,
    "lot": _numbered,
    "weight": _numbered,
    "voltage": _numbered,
}
