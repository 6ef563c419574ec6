"""Load catalogs from JSON: records in the catalog's own form, or a list of flat rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from catalog.errors import ImportRefused, RecordInvalid
from catalog.importing.cells import MOST_DIGITS
from catalog.importing.mapping import ColumnMapping
from catalog.importing.rows import LoadResult
from catalog.importing.serial_cell import serial_problem
from catalog.records.left_out import Tally
from catalog.records.makers import known_makers
from catalog.records.records_json import from_json
from catalog.types import CatalogRecords, Maker, Permit, RowIssue
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def is_json(data: bytes) -> bool:
    """Whether this is meant as JSON, from its first character."""
    return data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_json(data: bytes, *, name: str) -> Any:
    """Parse JSON strictly: no duplicate names in an object, no NaN. Raises ImportRefused."""
    try:
        return _parse(data)
    except UnicodeDecodeError as problem:
        where = f"byte {problem.start}"
    except UnicodeEncodeError:
        where = "it contains half of a character, a lone surrogate"
    except RecursionError:
        where = "too deeply nested"
    except ValueError as problem:
        where = str(problem)
    raise ImportRefused(
        f"{name} is not valid JSON ({where}).", remedy="Correct it there, or export it again."
    )


def _parse(data: bytes) -> Any:
    value = json.loads(
        data.decode("utf-8-sig"), object_pairs_hook=_no_name_twice, parse_constant=_no_constant
    )
    if b"\\ud" in data.lower():
        json.dumps(value, ensure_ascii=False).encode()  # fails on a lone surrogate
    return value


def load_records(value: dict[str, Any], *, name: str) -> LoadResult:
    """Load records in the catalog's own form: {"makers": […], "permits": […]}.

    Each maker or permit is one row; a bad one is reported with the path to the fault.
    """
    unknown = sorted(value.keys() - {"makers", "permits"})
    lists = [value.get("makers", []), value.get("permits", [])]
    if unknown or not all(isinstance(part, list) for part in lists) or not any(lists):
        raise ImportRefused(
            f"{name} does not contain a list of permits"
            + (f" but {', '.join(unknown)[:100]}." if unknown else "."),
            remedy='Write {"makers": […], "permits": […]}, or a list of flat rows.',
        )
    taking = _Taking()
    makers = [taking.maker(place, item) for place, item in enumerate(lists[0], 1)]
    permits = [taking.permit(place, item) for place, item in enumerate(lists[1], 1)]
    good = tuple(permit for permit in permits if permit)
    return LoadResult(
        records=CatalogRecords(
            makers=taking.used(good),
            permits=tuple(sorted(good, key=lambda permit: permit.permit_id)),
        ),
        issues=tuple(taking.issues),
        rows_read=len(makers) + len(permits),
        rows_accepted=sum(1 for item in (*makers, *permits) if item),
        mapping=ColumnMapping(columns=()),
        issues_total=len(taking.issues),
        left_out=taking.left_out.reasons(),
    )


def flat_rows(value: Sequence[Any], *, name: str) -> Iterator[list[str]]:
    """Convert a list of flat objects to a header and rows of texts."""
    header: dict[str, None] = {}
    for place, item in enumerate(value, 1):
        if not isinstance(item, dict) or any(isinstance(v, dict | list) for v in item.values()):
            raise ImportRefused(
                f"{name}: item {place} of the list is not a flat object.",
                remedy='Write each row as {"maker": "…", "model": "…", "serial": "…"}.',
            )
        header |= dict.fromkeys(item)
    yield list(header)
    for item in value:
        yield [_text(item.get(column)) for column in header]


class _Taking:
    """Accepts makers and permits one by one and checks what must be unique."""

    def __init__(self) -> None:
        self.issues: list[RowIssue] = []
        self.left_out = Tally()
        self._makers = {maker.maker_id: maker for maker in known_makers()}
        self._permits: dict[str, int] = {}
        self._seen: dict[tuple[str, str, str, str], str] = {}

    def maker(self, place: int, item: Any) -> Maker | None:
        """Accept one maker; it replaces a built-in maker with that id."""
        try:
            maker = from_json(Maker, item, where=f"makers[{place}]")
        except RecordInvalid as problem:
            self._report(place, "makers", problem.message, problem.remedy)
            return None
        self._makers[maker.maker_id] = maker
        return maker

    def permit(self, place: int, item: Any) -> Permit | None:
        """Accept one permit with everything under it, or report all that is wrong."""
        before = len(self.issues)
        try:
            permit = from_json(Permit, item, where=f"permits[{place}]")
        except RecordInvalid as problem:
            self._report(place, "permits", problem.message, problem.remedy)
            return None
        first = self._permits.get(permit.permit_id)
        if first is not None:
            self._report(
                place,
                "permits.permit_id",
                f"permit {permit.permit_id!r} is already at place {first}",
                "Give each permit one id, and all its lines in one object.",
            )
        for line in permit.lines:
            if line.maker_id not in self._makers:
                self._report(
                    place,
                    "permits.lines.maker_id",
                    f"the maker {line.maker_id!r} is not in the list of makers",
                    "Add the maker, or correct the id.",
                )
        seen = dict(self._serials(place, permit))
        if len(self.issues) > before:
            return None
        self._permits[permit.permit_id] = place
        self._seen |= seen
        return permit

    def used(self, permits: tuple[Permit, ...]) -> tuple[Maker, ...]:
        """Return the makers of these permits and their parents."""
        ids = {line.maker_id for permit in permits for line in permit.lines}
        ids |= {parent for maker_id in ids for parent in self._makers[maker_id].parents}
        return tuple(self._makers[maker_id] for maker_id in sorted(ids & self._makers.keys()))

    def _serials(
        self, place: int, permit: Permit
    ) -> Iterator[tuple[tuple[str, str, str, str], str]]:
        fresh = set()
        for line in permit.lines:
            for delivery in line.deliveries:
                for serial in delivery.serials:
                    number = fold(line.part_number)
                    key = (line.maker_id, fold(line.model), number, fold(serial.value))
                    if not serial.is_unit:
                        continue
                    problem = serial_problem(serial.value)
                    if problem:
                        where = "permits.lines.deliveries.serials"
                        self._report(place, where, *problem, value=serial.value)
                        continue
                    if serial.has_gone_back:
                        continue
                    if key in fresh or key in self._seen:
                        where = self._seen.get(key, permit.permit_id)
                        self._report(
                            place,
                            "permits.lines.deliveries.serials",
                            f"the same serial of the same maker and model is in permit {where!r}",
                            "Remove one, or give returned as the earlier unit's disposition; leave "
                            "it out if several units share it (a date code, a lot).",
                            value=serial.value,
                        )
                    fresh.add(key)
                    yield key, permit.permit_id

    def _report(
        self, place: int, column: str, problem: str, remedy: str, *, value: str = ""
    ) -> None:
        self.left_out.add(place, column, problem)
        self.issues.append(
            RowIssue(row=place, column=column, value=value, problem=problem, remedy=remedy)
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 10**MOST_DIGITS
    return str(int(value)) if whole else str(value)


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the name {name!r} occurs twice in one object")
        found[name] = value
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not a number")
