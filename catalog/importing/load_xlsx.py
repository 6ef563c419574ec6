"""Read the rows of a spreadsheet without executing anything in it.

Formulas are returned as text, macros and links to other files are ignored, and a file that would
unpack to more than the limits is refused before it is unpacked.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final, Self

import openpyxl

from catalog.errors import ImportRefused
from catalog.importing.cells import NumberText
from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MEMBERS: Final = 2_000
"""Maximum number of parts of a workbook; a file with more is not taken for an office workbook."""
MAX_UNPACKED: Final = 1024 * 1024 * 1024
"""Maximum total size of all parts, unpacked."""
MAX_RATIO: Final = 200
"""Maximum compression ratio of a part: a higher one is treated as a bomb; real sheets stay below
50.
"""

RULES: Final = Declared(
    "workbook",
    test="tests/unit/catalog/importing/test_load_xlsx.py",
    source="assumed",
    units={
        "MAX_MEMBERS": "parts",
        "MAX_UNPACKED": "bytes",
        "MAX_RATIO": "times",
    },
)

INERT: Final = {
    "vbaproject.bin": "macros",
    "externallinks/": "links to other files",
    "embeddings/": "embedded objects",
    "activex/": "ActiveX controls",
    "connections.xml": "data connections",
}


def is_xlsx(data: bytes) -> bool:
    """Whether this is an XLSX spreadsheet, from its content."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def inert_parts(data: bytes) -> tuple[str, ...]:
    """List what the file contains besides cells; all of it is ignored."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name.lower() for name in archive.namelist()]
    return tuple(
        words for part, words in INERT.items() if any(f"xl/{part}" in name for name in names)
    )


def sheet_names(data: bytes, *, name: str) -> tuple[str, ...]:
    """Return the names of the file's sheets. Raises ImportRefused as `xlsx_rows` does."""
    _check_size(data, name)
    with _Book(data, name) as book:
        return tuple(book.book.sheetnames)


def xlsx_rows(data: bytes, *, name: str, sheet: str | None = None) -> Iterator[list[str]]:
    """Yield the rows of one sheet (by default the first) as texts.

    Numbers and dates become texts that `cells` can parse; a number in a serial's column may have
    lost digits already, which the import reports. Raises ImportRefused.
    """
    _check_size(data, name)
    with _Book(data, name) as book:
        names = book.book.sheetnames
        if not names:
            raise ImportRefused(
                f"{name} has no sheet of cells.", remedy="Save the table again as XLSX."
            )
        if sheet is not None and sheet not in names:
            raise ImportRefused(
                f"{name} has no sheet named {sheet!r}.",
                remedy=f"Choose one of: {', '.join(names)}.",
            )
        worksheet = book.book[sheet or names[0]]
        if not hasattr(worksheet, "reset_dimensions"):
            raise ImportRefused(
                f"{sheet or names[0]!r} of {name} is a chart, not a sheet of cells.",
                remedy="Choose the sheet with the table.",
            )
        worksheet.reset_dimensions()
        rows = worksheet.iter_rows()
        width = 0
        while (row := book.careful(lambda: next(rows, None))) is not None:
            cells = [cell_text(cell.value, getattr(cell, "number_format", "")) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            width = width or len(cells)
            yield cells + [""] * (width - len(cells))


def cell_text(value: Any, number_format: str = "") -> str:
    """Convert a cell's value to the text that a person would have typed.

    A number displayed with leading zeros (format 0000) gets them back.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and number_format and set(number_format) == {"0"}:
        return f"{value:0{len(number_format)}d}"
    return NumberText(value) if isinstance(value, int | float) else str(value)


class _Book:
    """A workbook opened read-only; errors from its XML become sentences."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self.book: Any = self.careful(
            lambda: openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, keep_vba=False, data_only=False, keep_links=False
            )
        )

    def careful(self, call: Any) -> Any:
        """Call a library function; hostile XML can make it raise almost anything."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # warnings about parts that are ignored
                return call()
        except MemoryError:
            raise
        except Exception as problem:
            raise ImportRefused(
                f"{self._name} is damaged or not a readable spreadsheet "
                f"({type(problem).__name__}: {str(problem).partition(chr(10))[0][:200]}).",
                remedy="Open it in a spreadsheet program and save it again as XLSX, or as CSV "
                "UTF-8.",
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()


def _check_size(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as problem:
        raise ImportRefused(
            f"{name} is a damaged spreadsheet ({problem}).", remedy="Save it again as XLSX."
        ) from None
    unpacked = sum(info.file_size for info in infos)
    bomb = next(
        (
            info
            for info in infos
            if info.file_size > 1 << 20 and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        ),
        None,
    )
    if len(infos) > MAX_MEMBERS or unpacked > MAX_UNPACKED or bomb:
        raise ImportRefused(
            f"{name} would unpack to {unpacked} bytes in {len(infos)} parts"
            + (f", {bomb.filename} to {bomb.file_size} from {bomb.compress_size}" if bomb else "")
            + "; that is not an ordinary spreadsheet.",
            remedy="Export the table as CSV UTF-8 and import that.",
        )
