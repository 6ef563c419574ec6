"""Parse a serial cell: single serials, a number of units, or an issue. One rule for all imports.

A cell is one serial only if it looks like one. Lists and ranges are expanded if their meaning is
certain; labels (*S/N*) are removed; placeholders (*N/A*, *see annex*) count as units with unknown
serials. Anything ambiguous is a `CellProblem` with a remedy: it names the column `serial_basis`, in
which a person says what the cell is, and the mapping's `serial_cells`, which says it for the whole
file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, Literal

from catalog.importing.cells import CellProblem, read_redactable
from catalog.records.placeholders import placeholder, stated_count
from catalog.snapshot.index import MAX_KEY_BYTES
from catalog.types import Serial
from values.rule import Declared
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.types import Redaction, SerialBasis

SerialCells = Literal["ask", "one", "range"]
"""How to treat a cell that may be one serial or a range (1234-1240): report, one serial, a range.
"""

MAX_RANGE: Final = 10_000
"""Maximum number of units in one range; a longer one is a slip or belongs in a list."""

MAX_SERIAL: Final = 64
"""Longest serial in characters; MIL-STD-130 allows 30, a VIN has 17."""

LEAST_DIGITS: Final = 3
"""Minimum number of digits at both ends of a range such as 831-835; 12-15 may as well be one
serial.
"""

SHORT_STEP: Final = 10
"""A shortened end (0831-35, 1234/5) is treated as part of one serial if it is at least this far
away.
"""

RULES: Final = Declared(
    "serial-cell",
    test="tests/unit/catalog/importing/test_serial_cell.py",
    source="decision 0052; assumed",
    units={
        "MAX_RANGE": "units",
        "MAX_SERIAL": "characters",
        "LEAST_DIGITS": "digits",
        "SHORT_STEP": "numbers",
    },
)

SAY_SO = (
    "write the serials separated by semicolons, or say in the column serial_basis what this is "
    "(single, list, range); for the whole file the mapping's serial_cells says it (one, range)"
)
"""Remedy for an ambiguous cell."""

_UNIT_WORDS: Final = ("", "single", "not_on_permit_from_delivery_record")
_ROUNDED: Final = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE | re.ASCII)
_DECIMAL: Final = re.compile(r"\d+[.,]\d+", re.ASCII)
_FLOAT: Final = re.compile(r"\d+[.,]0+", re.ASCII)
_SIMPLE: Final = re.compile(r"[A-Za-z]*[-/]?[0-9][A-Za-z0-9/-]*", re.ASCII)
_TWO_NUMBERS: Final = re.compile(r"\d[A-Za-z]*[-/][A-Za-z]*\d")
_TAIL: Final = re.compile(r"(.*?)(\d+)", re.DOTALL)
_MONTHS: Final = "jan|feb|mar|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez"
_DATE: Final = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?"
    r"|\d{1,2}([./-])\d{1,2}\4(\d{2}|\d{4})"
    rf"|\d{{1,2}}/\d{{1,2}}|\d{{1,2}}:\d{{2}}(:\d{{2}})?|\d{{1,2}}-({_MONTHS})(-\d{{2,4}})?"
    rf"|({_MONTHS})-\d{{2}}|({_MONTHS})[a-z]*\.?\s\d{{4}}",
    re.IGNORECASE | re.ASCII,
)
_LABEL: Final = re.compile(
    r"(?:(?:serial|ser\.?|series|manufacturing|factory)\s*(?:no|nr|nos|nrs|num|number|numbers|#)?s?"
    r"|s\s*/\s*n(?:o|os|r|s)?s?|s\.\s*n\.?|sn|snr|no|nos|nr|nrs|num|numbers?|n\s*[°º]|ном(?:ер)?"
    r"|seriennummern?|serien-?\s?nr|ser\.?-?\s?nr|fabrik-?nr|werk-?nr|werknummer|fertigungs-?nr"
    r"|num[ée]ros?\s+de\s+s[ée]rie|n[°º]\s*(?:de\s+)?s[ée]rie|matricule|n[úu]mero\s+de\s+s[eé]rie"
    r"|n\.?[°º]?\s*di\s+serie|matricola|seri\s*no|seri\s*numaras[ıi]|serienummers?"
    r"|зав(?:одской)?\.?\s*(?:№|ном(?:ер)?\.?)?|сер(?:ийный)?\.?\s*(?:№|ном(?:ер)?\.?)"
    r"|s[ée]riov[ée]\s+č(?:íslo)?|nr\s+seryjny|numer\s+seryjny|شماره\s+سریال|رقم\s+تسلسلي|编号|序列号)"
    r"(?:\s*[.:#=]+\s*|\s+|(?<=/n)(?=\d))|(?:№|nº|n°|#)\s*",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(
    r"\s+(?:and|und|et|och|og|en|e|y|i|и|та|і|й|ve|oraz|و|和|及)\s+|\s*&\s*|\s+\+\s+", re.IGNORECASE
)
_SURE_LIST: Final = re.compile(r"[;\n|、；]")
_SPAN_WORD: Final = (
    r"\.\.+|…|÷|〜|~|\bto\b|\bthru\b|\bthrough\b|\buntil\b|\btill\b|\bup\s+to\b|\bbis\b|\bà\b|\bau\b"
    r"|\bal\b|\bfino\s+a\b|\bhasta\b|\baté\b|\btot\b|\bt/m\b|\bпо\b|\bдо\b|\bdo\b|\baž\b|\btil\b"
    r"|\bتا\b|\bإلى\b|至|到"
)
_BETWEEN: Final = re.compile(
    rf"\s*(?:(?P<word>{_SPAN_WORD})|(?P<dash>[–—−-])|(?P<slash>/))\s*", re.IGNORECASE
)
_FROM: Final = re.compile(
    r"(?:from|von|vom|de|du|del|dal|da|van|с|со|з|від|от|od|fra|از|من|从)\s+(?=\S*\d)",
    re.IGNORECASE,
)
_INCLUSIVE: Final = re.compile(
    r"\s*,?\s*\(?\b(?:inclusive|incl|both incl|включительно|einschließlich|einschl|inclus)\b"
    r"\.?\)?\s*$",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(
    r".*[(\[{:=].*|.*\d\S*\s(?:.*\s)?[^\W\d_]{3,}(?:\W.*)?|[^\W\d_A-ZА-Я]{3,}\W*\s\s*\S*\d.*",
    re.DOTALL,
)
"""Brackets, colons, words of three letters after a number, and small words before one."""

_WORDS_BESIDE: Final = re.compile(
    r"(?:.*\s)?(?:or|oder|ou|или|або|veya|lub|of|von|из|ca\.?|circa|approx\.?|about|ok\.?|env\.?|"
    r"max\.?|min\.?|etc\.?|прибл\.?)\s+\S*\d.*|.*\d\S*\s+(?:or|etc|ff)\b.*|.*\d[*†‡^]+|[~≈±<>≤≥]\s*\d.*"
    r"|.*\d\s*(?:[–—~…]|\s-)|[–—…-]\s+\d.*",
    re.IGNORECASE | re.DOTALL,
)
"""Small words beside a number (*ca.*, *or*, *of*), footnotes, and dashes with nothing after them.
"""

_MANY: Final = re.compile(
    r"[1-9]\d{0,2}\s*[x×х]|[x×х]\s*[1-9]\d{0,2}|[1-9]\d{0,3}-off", re.IGNORECASE
)
"""*x5*, *5x*, *10-off*: a quantity as likely as a serial."""

_SIDE_BY_SIDE: Final = re.compile(
    r".*\d\s+/\s*\S*\d.*|.*\d\S*\s*/\s+\S*\d.*|[^\W\d_]+\d{3,}/[^\W\d_]+\d{3,}", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One serial to be stored, or a number of units without serials (`value` empty)."""

    value: str
    basis: SerialBasis
    quantity: int | None = 1
    redaction: Redaction = "not_redacted"

    def serial(self, disposition: str) -> Serial:
        """Convert it to a record."""
        return Serial(
            value=self.value,
            basis=self.basis,
            redaction=self.redaction,
            quantity=self.quantity,
            disposition=disposition,
        )


_FORMULA_SIGNS: Final = ("=", "@")
"""First characters of a spreadsheet formula."""


def read_serial_cell(
    text: str, *, basis: str = "", meaning: SerialCells = "ask"
) -> tuple[Part, ...]:
    """Parse a serial cell: serials in the order written, or units without serials.

    `basis` is what a person says about this cell (a word of SERIAL_BASES, or empty), `meaning` what
    the mapping says about cells that may be one serial or a range. Raises CellProblem.
    """
    text = text.strip()
    if is_plain_serial(text) and basis in _UNIT_WORDS:
        return (Part(value=text, basis=basis or "single"),)  # type: ignore[arg-type]
    shown = read_redactable(text)
    if text.startswith(_FORMULA_SIGNS):
        _refuse_if_doubtful(text)  # before a comma in it makes it a list
    bare = _unlabelled(text)
    if basis == "redacted" or shown.redaction != "not_redacted":
        kind: Redaction = shown.redaction if shown.redaction != "not_redacted" else "withheld"
        return (Part(value=shown.value, basis="redacted", redaction=kind, quantity=None),)
    if not text or _stands_for_none(text) or _stands_for_none(bare) or basis == "quantity_only":
        return (_without_serial(text if _stands_for_none(text) else bare, basis),)
    values = list(islice(_values(bare, basis, meaning), MAX_RANGE + 1))
    if len(values) > MAX_RANGE:
        raise CellProblem(
            f"{text[:40]!r} stands for more than {MAX_RANGE} units",
            "check its ranges; put the units into several rows if it is intended",
        )
    declared = basis in ("single", "list", "range") or meaning == "one"
    _refuse_mixed(text, [value for value, _ in values], declared=declared)
    several = len(values) > 1 or basis == "list"
    return tuple(
        _part(value, basis, "range" if ranged else "list" if several else "single")
        for value, ranged in values
    )


def is_plain_serial(text: str) -> bool:
    """Whether a text can only be a serial: not a list, range or placeholder."""
    return (
        len(text) <= MAX_SERIAL
        and _SIMPLE.fullmatch(text) is not None
        and not _TWO_NUMBERS.search(text)
        and not (text[-1].isalpha() and text[0].isdigit())
        and not placeholder(text)
        and not _DATE.fullmatch(text)
        and not _MANY.fullmatch(text)
        and not _LABEL.match(text)
    )


def serial_problem(value: str) -> tuple[str, str] | None:
    """Return why a text cannot be a single serial, and what to write instead; None if it can."""
    if len(value) > MAX_SERIAL:
        return (
            f"{value[:20]!r}… has {len(value)} characters, a serial has at most {MAX_SERIAL}",
            "write one serial in a cell, or several with semicolons between them",
        )
    if value.startswith(_FORMULA_SIGNS):
        return (
            f"{value[:40]!r}: a formula is not a serial",
            "export the values, not the formulas",
        )
    if _ROUNDED.fullmatch(value):
        return (
            f"{value!r} is a number that a spreadsheet has rounded; its last digits are lost",
            "format the column as text where the numbers are still whole, and export it again",
        )
    if _stands_for_none(value):
        return (
            f"{value!r} is not a serial",
            "leave the cell empty and give quantity_only as its basis, or write the serial",
        )
    if "?" in value:
        return (
            f"{value[:40]!r} contains a ?; a serial with an unknown character is not that serial",
            "write it in full, or █ for what is unknown: then it neither matches nor excludes",
        )
    key = fold(value)
    if not key:
        return (
            f"{value!r} has no letter and no digit",
            "write the serial, [redacted], or leave the cell empty",
        )
    if not key.isascii() and len(key.encode()) > MAX_KEY_BYTES:
        return (
            f"{value[:20]!r}… is longer than any serial when written out",
            "check the characters of the serial",
        )
    return None


def remark_on(text: str) -> str:
    """Return a remark on an accepted cell; "" if there is none."""
    kind = placeholder(text) or placeholder(_unlabelled(text))
    if kind == "zeros":
        return "it has only zeros, as if no serial was typed in; it is stored as a serial"
    said = _NO_SERIAL.get(kind)
    return f"it {said}; its units are counted without a serial" if said else ""


def _stands_for_none(text: str) -> bool:
    return placeholder(text) not in ("", "zeros")


_NO_SERIAL: Final = {
    "unknown": "says that no serial is known",
    "elsewhere": "says that the serials are elsewhere",
    "several": "says that there are several, but not which",
    "as above": "says that it is the same as above",
    "error": "is a spreadsheet error",
    "count": "is a number of units",
}


def _part(value: str, basis: str, taken: SerialBasis) -> Part:
    problem = serial_problem(value)
    if problem:
        raise CellProblem(*problem)
    if basis == "not_on_permit_from_delivery_record":
        taken = "not_on_permit_from_delivery_record"
    return Part(value=value, basis=taken)


def _without_serial(text: str, basis: str) -> Part:
    """Count units with no serial in the cell; reject one that was lost or is elsewhere."""
    kind = placeholder(text)
    if text and basis == "quantity_only" and not kind:
        raise CellProblem(
            f"{text!r} is given where only a quantity is declared as known",
            "remove the serial, or correct the basis",
        )
    if text and basis in ("single", "list", "range", "not_on_permit_from_delivery_record"):
        raise CellProblem(
            f"{text!r} {_NO_SERIAL[kind]}, but the cell is called {basis}",
            "write the serial, or call the cell quantity_only",
        )
    if kind == "error":
        raise CellProblem(
            f"{text!r} is a spreadsheet error; the original content is lost",
            "correct the formula, or export the values again from an intact source",
        )
    if kind == "as above":
        raise CellProblem(
            f"{text!r} says that it is the same as above, but two units do not share one serial",
            "write the serial itself, or leave the cell empty if it is not known",
        )
    count = stated_count(text) if kind == "count" else None
    return Part(value="", basis="quantity_only", redaction="not_collected", quantity=count)


def _values(text: str, basis: str, meaning: SerialCells) -> Iterator[tuple[str, bool]]:
    """Yield each serial of a cell, and whether it lies inside a range."""
    if basis == "single" or (meaning == "one" and basis not in ("list", "range")):
        _refuse_lists(text)
        yield text, False
        return
    if basis == "range":
        yield from ((value, True) for value in _range(text))
        return
    for part in _list_parts(text):
        whole = _unlabelled(part)
        inside = None if basis == "list" else _span(whole, meaning)
        if inside is None:
            _refuse_if_doubtful(whole)
            yield whole, False
        else:
            yield from inside


def _unlabelled(text: str) -> str:
    """Remove labels from a serial (S/N 0870, Serial No.: 0870) unless nothing would remain."""
    met = _LABEL.match(text)
    while met and text[met.end() :].strip(" .:#-"):
        text = text[met.end() :].lstrip(" .:#")
        met = _LABEL.match(text)
    if met:
        raise CellProblem(f"{text!r} is a label without a serial", "write the serial")
    return text


def _refuse_lists(text: str) -> None:
    parts = [part.strip() for part in _SURE_LIST.split(text) if part.strip()]
    if len(parts) > 1:
        raise CellProblem(
            f"{text!r} has {len(parts)} serials but is called single",
            "write one serial, or call it list",
        )


def _list_parts(text: str) -> list[str]:
    """Split a cell at unambiguous separators. Raises CellProblem if there is doubt."""
    parts: list[str] = []
    for sure in _SURE_LIST.split(text):
        joined = [part.strip() for part in _JOINED.split(sure)]
        loose = [part.strip() for piece in joined for part in piece.split(",")]
        pieces = [part for part in loose if part]
        if len(pieces) > 1:
            _refuse_loose_list(sure.strip(), pieces, comma="," in sure)
        parts += pieces
    if not parts:
        raise CellProblem(
            f"{text!r} has no letter and no digit",
            "write the serial, [redacted], or leave the cell empty",
        )
    return parts


def _refuse_loose_list(text: str, pieces: list[str], *, comma: bool) -> None:
    """Reject a comma that may be part of a number, and parts that do not look like serials."""
    if comma and _THOUSANDS.fullmatch(text):
        raise CellProblem(f"{text!r} may be one number or a list of serials", SAY_SO)
    if odd := next((part for part in pieces if not any(map(str.isdigit, part))), None):
        raise CellProblem(f"{odd!r} in {text[:40]!r} does not look like a serial", SAY_SO)
    numbers = [part for part in pieces if part.isdigit()]
    if any(len(later) < len(first) for first, later in pairwise(numbers)):
        raise CellProblem(f"{text[:40]!r} may be a list whose later serials are shortened", SAY_SO)


_THOUSANDS: Final = re.compile(r"\d{1,3}(,\d{3})+|\d+,\d{1,2}", re.ASCII)


def _refuse_mixed(text: str, values: list[str], *, declared: bool) -> None:
    for value in values if len(values) > 1 else ():
        wordy = not declared and not any(map(str.isdigit, value))
        if wordy or _stands_for_none(value):
            raise CellProblem(
                f"{value!r} in {text[:40]!r} is not a serial",
                "write the serials, and put units without one in a separate row",
            )
    if not declared and len(values) == 1 and not any(map(str.isdigit, values[0])):
        raise CellProblem(
            f"{text[:40]!r} has no digit; it may be words in place of a serial",
            "leave the cell empty if there is no serial; if it is one, say single in the column "
            "serial_basis",
        )


def _refuse_if_doubtful(text: str) -> None:
    """Reject serials mangled by a spreadsheet, with notes beside them, or side by side."""
    if problem := serial_problem(text):
        raise CellProblem(*problem)
    if _DATE.fullmatch(text):
        raise CellProblem(
            f"{text!r} looks like a date or a time; a spreadsheet may have made it from a serial",
            "format the column as text and type the serial again; if it is the serial, say single "
            "in the column serial_basis",
        )
    if _FLOAT.fullmatch(text) or _DECIMAL.fullmatch(text):
        raise CellProblem(
            f"{text!r} is a number with decimals; a spreadsheet may have made it from a serial",
            "write the serial as text; if the point belongs to it, say single in the column "
            "serial_basis",
        )
    if _NOTE.fullmatch(text) or _WORDS_BESIDE.fullmatch(text) or _has_a_word(text):
        raise CellProblem(
            f"{text[:40]!r} has words besides the serial",
            "write the serial alone, and what became of the unit into the column disposition",
        )
    if _MANY.fullmatch(text):
        raise CellProblem(
            f"{text!r} may be a number of units or a serial",
            "write the number into the column of quantities and leave this cell empty; if it is "
            "the serial, say single in the column serial_basis",
        )
    if _SIDE_BY_SIDE.fullmatch(text) or _twice_alike(text):
        raise CellProblem(f"{text[:40]!r} may be one serial or several", SAY_SO)
    words = text.split()
    alike = {(len(word), any(map(str.isdigit, word))) for word in words}
    if len(words) > 1 and len(alike) == 1 and len(words[0]) > LEAST_DIGITS and alike.pop()[1]:
        raise CellProblem(f"{text[:40]!r} may be one serial with spaces or several", SAY_SO)


def _has_a_word(text: str) -> bool:
    """Whether one of several words is a small one or a placeholder (*N/A 2*)."""
    words = text.split()
    return len(words) > 1 and any(
        (word.islower() and not any(map(str.isdigit, word)))
        or (
            placeholder(word) in ("unknown", "elsewhere", "several", "as above", "error")
            and (len(word) >= LEAST_WORD or not word.isalnum())
        )
        for word in words
    )


LEAST_WORD: Final = 3
"""Minimum number of letters of a word for it not to be the prefix of a serial (*NA 123* may be a
serial).
"""


def _twice_alike(text: str) -> bool:
    """Whether a dash separates two numbers of the same format (001/2019-010/2019, 0830-0829).

    They may be the ends of a range, or two serials. Plain numbers must share their first digit.
    """
    for dash in re.finditer(r"\s*[-–—]\s*", text):
        one, other = text[: dash.start()], text[dash.end() :]
        if re.sub(r"\d", "9", one) != re.sub(r"\d", "9", other) or len(one) < LEAST_DIGITS:
            continue
        if one[0] == other[0] and any(map(str.isdigit, one)):
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Both ends of a possible range: prefix, digits, and the separator."""

    text: str
    prefix: str
    start: str
    end: str
    prefix_twice: bool
    mark: Literal["word", "dash", "slash"]
    hyphen: bool

    @property
    def whole(self) -> bool:
        """Whether both numbers have the same number of digits."""
        return len(self.start) == len(self.end)

    def serials(self) -> list[str]:
        """Expand the range. Raises CellProblem if it does not count up or is too long."""
        width, start, end = len(self.start), int(self.start), int(self.end)
        if len(self.end) < width:  # after a word it is refused below
            end = int(self.start[: width - len(self.end)] + self.end)
        grown = len(self.end) > width and (self.mark != "word" or self.start.startswith("0"))
        if end <= start or grown or (len(self.end) < width and self.mark == "word"):
            raise CellProblem(
                f"{self.text!r} does not count up in numbers of equal length",
                "write the smaller serial first and both in full",
            )
        if end - start >= MAX_RANGE:
            raise CellProblem(
                f"{self.text!r} stands for {end - start + 1} units, more than {MAX_RANGE}",
                "check both ends; split the range if it is intended",
            )
        return [f"{self.prefix}{number:0{width}d}" for number in range(start, end + 1)]


def _all_ends(text: str) -> tuple[_Ends, ...]:
    """Parse a text as a range in every way that gives one prefix and a number at both ends.

    If the ends are joined by a word (*to*), there is only one way.
    """
    text = _INCLUSIVE.sub("", text)
    met = list(_BETWEEN.finditer(text))
    words = [one for one in met if _is_word(one)]
    found = (_ends(text, one) for one in words or met)
    return tuple(ends for ends in found if ends)


def _ends(text: str, between: re.Match[str]) -> _Ends | None:
    left, right = text[: between.start()], text[between.end() :]
    first, last = (
        _TAIL.fullmatch(_unlabelled(_FROM.sub("", side.strip()))) for side in (left, right)
    )
    if first is None or last is None or fold(last[1]) not in ("", fold(first[1])):
        return None
    return _Ends(
        text=text,
        prefix=first[1],
        start=first[2],
        end=last[2],
        prefix_twice=bool(fold(last[1])),
        mark="word" if _is_word(between) else "slash" if between["slash"] else "dash",
        hyphen=between["dash"] == "-",
    )


def _range(text: str) -> list[str]:
    """Expand a declared range. Raises CellProblem."""
    ways = _all_ends(text)
    if not ways:
        raise CellProblem(
            f"{text!r} is not a range with one prefix and a number that counts up",
            "write it as A-001 to A-009, or list the serials with semicolons",
        )
    return _surest(ways).serials()


def _surest(ways: tuple[_Ends, ...]) -> _Ends:
    """Choose the parse in which both ends have the prefix, else the one with the last numbers."""
    return next((ends for ends in ways if ends.prefix_twice), ways[-1])


def _span(text: str, meaning: SerialCells) -> list[tuple[str, bool]] | None:
    """Parse a part as a range, or as two serials with a slash; None if it is one serial.

    Raises CellProblem if it is ambiguous, or if it is meant as a range but does not count up.
    """
    said = [one for one in _BETWEEN.finditer(text) if _is_word(one) and _has_digits(text, one)]
    ways = _all_ends(text)
    if said or (meaning == "range" and ways):
        return [(value, True) for value in _range(text)]
    if not ways:
        return None
    ends = _surest(ways)
    try:
        values = ends.serials()
    except CellProblem:
        if ends.mark == "dash" and not ends.hyphen:
            raise
        return None
    alike = ends.prefix_twice or not ends.prefix
    if ends.mark == "slash" and ends.whole and alike and len(values) == 2:
        return [(value, False) for value in values]  # a list of two, or a range: the same units
    long = len(ends.start) >= LEAST_DIGITS and ends.start[0] == ends.end[0]
    if (not ends.whole and len(values) > SHORT_STEP) or (not alike and not (ends.whole and long)):
        return None
    if ends.mark == "dash" and ends.whole and alike and (ends.prefix_twice or long):
        return [(value, True) for value in values]
    raise CellProblem(f"{text!r} may be one serial or a range of {len(values)}", SAY_SO)


def _is_word(between: re.Match[str]) -> bool:
    """Whether the separator can only join the ends of a range: a word, dots, a long spaced dash."""
    dash = between["dash"] in ("–", "—", "−") and between[0] == f" {between['dash']} "
    return bool(between["word"]) or dash


def _has_digits(text: str, between: re.Match[str]) -> bool:
    """Whether there are numbers on both sides of a word that may join the ends of a range."""
    sides = text[: between.start()], text[between.end() :]
    return all(any(map(str.isdigit, side)) for side in sides)
