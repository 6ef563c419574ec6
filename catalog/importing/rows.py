"""Assemble rows into permits, lines, deliveries and serials, and report every bad one.

One row is one serial entry of one delivery; permit, line and delivery repeat from row to row. In a
later row of the same permit, an empty cell adds nothing, and a cell that differs only in case or
spacing is the same; any other difference is an error. The order of the rows changes no record.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from catalog.importing.cells import MOST_DIGITS, NumberText, read_redactable
from catalog.importing.issues import IssueBook, RowCells
from catalog.importing.maker_identity import MakerResolver
from catalog.importing.mapping import (
    DELIVERY_TARGETS,
    LINE_TARGETS,
    PARTY_TARGETS,
    PERMIT_TARGETS,
    SERIAL_TARGETS,
)
from catalog.importing.row_records import read_delivery, read_line, read_permit, read_serial_entry
from catalog.importing.serial_cell import is_plain_serial
from catalog.records.placeholders import stands_for_nothing
from catalog.types import (
    CatalogRecords,
    Delivery,
    LeftOut,
    Permit,
    PermitLine,
    RowIssue,
    Serial,
)
from catalog.vocabulary import PARTY_ROLES
from values.text import fold, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from catalog.importing.mapping import ColumnMapping

    Groups = Mapping[str, tuple[str, ...]]
    """The cells of a row, by level: permit, line, delivery, serial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What an import would add: the records of all valid rows, and the issues of the others.

    This alone accepts nothing; the person who imports decides with the issues in view.
    `issues_total` counts them all, `issues` lists at most `MAX_ISSUES`.
    """

    records: CatalogRecords
    issues: tuple[RowIssue, ...]
    rows_read: int
    rows_accepted: int
    mapping: ColumnMapping
    issues_total: int = 0
    left_out: tuple[LeftOut, ...] = ()
    """Which columns excluded rows, and how many."""

    @property
    def complete(self) -> bool:
        """Whether every row was valid."""
        return self.rows_read == self.rows_accepted and not self.errors

    @property
    def errors(self) -> tuple[RowIssue, ...]:
        """The issues that excluded a row or the whole file."""
        return tuple(issue for issue in self.issues if issue.severity == "error")


@dataclass(frozen=True, slots=True)
class _Head:
    """Identifies a permit, line or delivery: key, cells and row as first written."""

    key: tuple[str, ...]
    cells: tuple[str, ...]
    row: int


@dataclass(slots=True)
class _Level:
    """A permit, line or delivery under construction.

    `forms` holds, by column, other ways in which later rows write the same (another case, an empty
    cell filled in); which row comes first does not matter.
    """

    head: _Head
    forms: dict[int, set[str]] = field(default_factory=dict, init=False)


@dataclass(slots=True)
class _DeliveryLevel(_Level):
    value: Delivery
    serials: list[Serial] = field(default_factory=list)
    units: int = 0
    """How many of the serials represent one unit each."""


@dataclass(slots=True)
class _LineLevel(_Level):
    value: PermitLine
    deliveries: dict[tuple[str, ...], _DeliveryLevel] = field(default_factory=dict)


@dataclass(slots=True)
class _PermitLevel(_Level):
    value: Permit
    lines: dict[tuple[str, ...], _LineLevel] = field(default_factory=dict)


_Levels: TypeAlias = tuple[_PermitLevel, _LineLevel, _DeliveryLevel | None]
_L = TypeVar("_L", bound=_Level)
_R = TypeVar("_R", Permit, PermitLine, Delivery)


class _RowRefusedError(Exception):
    """The row has errors, all reported already."""


class RecordBuilder:
    """Accepts rows one by one and returns the records at the end."""

    def __init__(self, mapping: ColumnMapping, header: Sequence[str]) -> None:
        self._mapping = mapping
        places = {name: place for place, name in reversed(list(enumerate(header)))}
        self._place = {
            column.target: places[column.header]
            for column in mapping.columns
            if column.header in places
        }
        self.issues = IssueBook({target: header[at] for target, at in self._place.items()})
        self._targets = {
            "permit": self._present({**PERMIT_TARGETS, **PARTY_TARGETS}),
            "line": self._present(LINE_TARGETS),
            "delivery": self._present(DELIVERY_TARGETS),
            "serial": self._present(SERIAL_TARGETS),  # the serial itself comes first
        }
        self._pick = {
            level: _picker([self._place[target] for target in targets])
            for level, targets in self._targets.items()
        }
        self._makers = MakerResolver()
        self._last: tuple[Groups, _Levels] | None = None
        self._plain: dict[tuple[str, ...], Serial] = {}
        self._permits: dict[tuple[str, ...], _PermitLevel] = {}
        self._seen: dict[tuple[str, str, str], tuple[int, str, bool]] = {}
        self._models: dict[tuple[str, str], str] = {}
        self._forms: list[tuple[_Level, int, str]] = []
        """Other ways in which the current row writes known values, stored if the row is valid."""
        self._numbers_noted = False
        self.rows_read = 0
        self.rows_accepted = 0

    def _present(self, targets: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(target for target in targets if target in self._place)

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Add one row of the file (the header is row 1); an invalid one is reported and skipped."""
        self.issues.start(row)
        self.rows_read += 1
        try:
            self._take(cells)
        except _RowRefusedError:
            return
        self.rows_accepted += 1

    def finish(self) -> LoadResult:
        """Return the records of all valid rows."""
        permits = tuple(
            sorted(map(self._permit, self._permits.values()), key=lambda one: one.permit_id)
        )
        return LoadResult(
            records=CatalogRecords(
                makers=self._makers.used(line for p in permits for line in p.lines),
                permits=permits,
            ),
            issues=tuple(self.issues.listed),
            rows_read=self.rows_read,
            rows_accepted=self.rows_accepted,
            mapping=self._mapping,
            issues_total=self.issues.total,
            left_out=self.issues.left_out.reasons(),
        )

    # One row

    def _take(self, cells: Sequence[str]) -> None:
        self._forms.clear()
        groups = {level: pick(cells) for level, pick in self._pick.items()}
        permit, line, delivery = self._levels_of(cells, groups)
        serials: tuple[Serial, ...] = ()
        if delivery:
            serials = self._serials(groups["serial"])
            self._refuse_too_many(serials, line, delivery)
            self._refuse_if_odd()
            self._note_seen(serials, line)
        self._refuse_if_odd()
        self._permits.setdefault(permit.head.key, permit)
        permit.lines.setdefault(line.head.key, line)
        if delivery:
            self._check_quantity(serials, delivery)
            line.deliveries.setdefault(delivery.head.key, delivery)
            delivery.serials.extend(serials)
        for level, place, text in self._forms:
            level.forms.setdefault(place, {level.head.cells[place]}).add(text)
        self._last = (groups, (permit, line, delivery))

    def _serials(self, cells: tuple[str, ...]) -> tuple[Serial, ...]:
        """Parse the serial cells; a plain serial beside known cells takes a fast path."""
        if cells and isinstance(cells[0], NumberText):
            self._note_number(cells[0])
        text, others = cells[0].strip() if cells else "", cells[1:]
        known = self._plain.get(others)
        if known and is_plain_serial(text):
            return (replace(known, value=text),)
        serials = read_serial_entry(self._cells("serial", cells), self._mapping.serial_cells)
        if len(serials) == 1 and is_plain_serial(text) and not self.issues.odd:
            self._plain[others] = serials[0]
        return serials

    def _note_number(self, serial: NumberText) -> None:
        """Report serials stored as numbers by a spreadsheet: the first, and any too long."""
        if len(serial) > MOST_DIGITS:
            self.issues.report(
                "serial",
                serial,
                f"the cell is a number, of which a spreadsheet keeps {MOST_DIGITS} digits; the "
                "others are lost",
                "format the column as text, type the serial again, and save",
            )
        elif not self._numbers_noted:
            self._numbers_noted = True
            self.issues.report(
                "serial",
                serial,
                "the cell is a number, not text: leading zeros would be lost, here "
                "and in later rows",
                "compare some serials with their documents; format the column as text if zeros are "
                "missing",
                severity="warning",
            )

    def _levels_of(self, cells: Sequence[str], groups: Groups) -> _Levels:
        """Find or create the row's permit, item and shipment; repeated values cost nothing."""
        if self._last:
            before, levels = self._last
            same = all(groups[name] == before[name] for name in ("permit", "line", "delivery"))
            if same and levels[2]:
                return levels
        permit_id = self._key_of_permit(cells)
        key: tuple[str, ...] = (_folded(permit_id),)
        permit = self._level(
            "permit", key, self._permits, groups, partial(read_permit, permit_id), _PermitLevel
        )
        key = self._key(cells, "line_id", "maker", "model", "part_number")
        line_id = key[0] or f"{permit_id}/{len(permit.lines) + 1}"
        read = partial(read_line, line_id, makers=self._makers)
        line = self._level("line", key, permit.lines, groups, read, _LineLevel)
        if not any(groups["delivery"]) and not self._cell(cells, "serial"):
            return permit, line, None  # an item with no shipment data
        key = self._key(cells, "delivery_id", "ship_date", "consignee", "received_date")
        delivery_id = key[0] or f"{line_id}/D{len(line.deliveries) + 1}"
        delivery = self._level(
            "delivery",
            key,
            line.deliveries,
            groups,
            partial(read_delivery, delivery_id),
            _DeliveryLevel,
        )
        return permit, line, delivery

    def _refuse_if_odd(self) -> None:
        if self.issues.odd:
            raise _RowRefusedError

    def _key_of_permit(self, cells: Sequence[str]) -> str:
        own = self._cell(cells, "permit_id")
        number = self._cell(cells, "permit_number")
        named = read_redactable(number).readable and not stands_for_nothing(number)
        if not own and named:
            return number
        if not own:
            self.issues.report(
                "permit_id",
                number,
                "the row does not say which permit it belongs to",
                "repeat its number in every row; where that is redacted and cannot tell permits "
                "apart, give the permit an id of your own",
            )
            raise _RowRefusedError
        return own

    def _key(self, cells: Sequence[str], own: str, *others: str) -> tuple[str, ...]:
        """Identify a line or delivery by its own id, or by its content if it has none."""
        given = _folded(self._cell(cells, own))
        return (given,) if given else ("", *(_folded(self._cell(cells, name)) for name in others))

    def _cell(self, cells: Sequence[str], target: str) -> str:
        place = self._place.get(target)
        return "" if place is None else cells[place].strip()

    def _level(
        self,
        name: str,
        key: tuple[str, ...],
        known: Mapping[tuple[str, ...], _L],
        groups: Groups,
        read: Callable[[RowCells], _R],
        make: Callable[[_Head, _R], _L],
    ) -> _L:
        """Return the known permit, item or shipment, or build a new one; uses every cell."""
        level = known.get(key)
        if level:
            self._same(name, groups, level, read)
            return level
        cells = self._cells(name, groups[name])
        value = read(cells)
        cells.audit()
        return make(_Head(key, groups[name], self.issues.row), value)

    def _cells(self, level: str, cells: tuple[str, ...]) -> RowCells:
        by_target = dict(zip(self._targets[level], cells, strict=True))
        return RowCells(self.issues, by_target, self._mapping.date_order)

    def _same(
        self,
        name: str,
        groups: Groups,
        level: _Level,
        read: Callable[[RowCells], object],
    ) -> None:
        """Compare a later row with the known permit, item or shipment.

        A difference in case, spacing or form of accents does not count, and an empty cell adds
        nothing; a cell that fills an empty one is parsed here. Anything else is an error.
        """
        if groups[name] == level.head.cells:
            return
        filled = False
        for place, (target, now, before) in enumerate(
            zip(self._targets[name], groups[name], level.head.cells, strict=True)
        ):
            if now == before or _says_nothing(target, now):
                continue
            known = sorted(level.forms.get(place, ())) or [before]
            before = next((form for form in known if not _says_nothing(target, form)), "")
            filled = filled or not before
            if not before or _folded(now) == _folded(before):
                self._forms.append((level, place, now))
            else:
                self.issues.report(
                    target,
                    now,
                    f"the {name} says {before!r} here in row {level.head.row}",
                    f"write the same in every row of the {name}, or leave the later cells empty; "
                    f"if it is another {name}, give it its own id",
                )
        if filled:
            read(self._cells(name, groups[name]))

    def _note_seen(self, serials: Sequence[Serial], line: _LineLevel) -> None:
        """Report a serial that the same model already has; a returned unit may occur again.

        The same serial on two models of one maker is two units: makers number each model
        separately.
        """
        maker_id, part = line.value.maker_id, fold(line.value.part_number)
        model = fold(line.value.model)
        fresh = {}
        for serial in serials:
            key = (maker_id, model, fold(serial.value))
            if not key[2]:
                continue
            if key in fresh:
                self._report_twice(serial, self.issues.row, "this cell")
            other = self._models.setdefault((maker_id, key[2]), model)
            if other != model:
                self.issues.warn_once(
                    "serial",
                    serial.value,
                    line.value.maker_as_written,
                    "another model of this maker has the same serial, here and perhaps in later "
                    "rows; each is a unit of its own",
                    "nothing if the maker numbers each model separately",
                )
            before = self._seen.get(key)
            if before:
                row, other_part, has_gone_back = before
                if part and other_part and part != other_part:
                    self.issues.report(
                        "serial",
                        serial.value,
                        f"another part number of this maker has the same serial in row {row}",
                        "nothing if the maker numbers each part number separately",
                        severity="warning",
                    )
                elif not (has_gone_back or serial.has_gone_back):
                    self._report_twice(serial, row, f"row {row}")
            fresh[key] = (self.issues.row, part, serial.has_gone_back)
        self._refuse_if_odd()
        self._seen.update(fresh)

    def _refuse_too_many(
        self, serials: Sequence[Serial], line: _LineLevel, delivery: _DeliveryLevel
    ) -> None:
        """Report a cell that represents more units than its shipment or item has."""
        units = sum(serial.quantity or 0 for serial in serials)
        for stated, what, target in (
            (delivery.value.quantity, "shipment", "delivery_quantity"),
            (line.value.quantity, "item", "quantity"),
        ):
            if units > 1 and stated is not None and units > stated:
                self.issues.report(
                    "serial",
                    "",
                    f"the cell stands for {units} units, and the {what} has {stated}",
                    f"correct the cell or the {self.issues.header_of.get(target, target)}",
                )
                return

    def _report_twice(self, serial: Serial, row: int, where: str) -> None:
        self.issues.report(
            "serial",
            serial.value,
            f"the same serial of the same maker and model is in {where}",
            "remove one of them; if the unit was delivered again after a return, write returned "
            f"as its disposition in row {row}; if several units share it (a date code, a lot), "
            "leave it empty: it tells no unit from another",
        )

    def _check_quantity(self, serials: Sequence[Serial], delivery: _DeliveryLevel) -> None:
        quantity = delivery.value.quantity
        known = sum(serial.is_unit for serial in serials)
        delivery.units += known
        total = delivery.units
        if quantity is not None and total > quantity >= total - known:
            self.issues.report(
                "delivery_quantity",
                str(quantity),
                f"the delivery now has more serials than its {quantity} units",
                "check the quantity and the serials of the delivery",
                severity="warning",
            )

    # Records

    def _permit(self, level: _PermitLevel) -> Permit:
        own = self._settled("permit", level, level.value, read_permit)
        permit_id = self._form("permit", level, "permit_id") or own.number.value
        read = partial(read_line, makers=self._makers)
        lines = [
            (self._settled("line", line, line.value, read), line) for line in level.lines.values()
        ]
        return replace(
            own,
            permit_id=permit_id,
            lines=tuple(
                self._line(f"{permit_id}/{number}", value, line)
                for number, (value, line) in enumerate(sorted(lines, key=_by_key), 1)
            ),
        )

    def _line(self, numbered: str, value: PermitLine, level: _LineLevel) -> PermitLine:
        line_id = self._form("line", level, "line_id") or numbered
        deliveries = [
            (self._settled("delivery", delivery, delivery.value, read_delivery), delivery)
            for delivery in level.deliveries.values()
        ]
        return replace(
            value,
            line_id=line_id,
            deliveries=tuple(
                replace(
                    said,
                    delivery_id=self._form("delivery", delivery, "delivery_id")
                    or f"{line_id}/D{number}",
                    serials=_shared_out(delivery),
                )
                for number, (said, delivery) in enumerate(sorted(deliveries, key=_by_key), 1)
            ),
        )

    def _settled(
        self, name: str, level: _Level, value: _R, read: Callable[[str, RowCells], _R]
    ) -> _R:
        """Return a level as given by all rows together, whatever their order.

        Rows that are valid one by one but contradict each other are reported.
        """
        if not level.forms:
            return value
        cells = tuple(
            _best_form(level.forms[place], target) if place in level.forms else text
            for place, (target, text) in enumerate(
                zip(self._targets[name], level.head.cells, strict=True)
            )
        )
        by_target = dict(zip(self._targets[name], cells, strict=True))
        together = IssueBook({})
        settled = read("", RowCells(together, by_target, self._mapping.date_order))
        for odd in together.listed:
            if odd.severity == "error":
                self.issues.report(
                    odd.column,
                    odd.value,
                    odd.problem,
                    odd.remedy,
                    row=level.head.row,
                    severity="warning",
                )
        return settled

    def _form(self, name: str, level: _Level, target: str) -> str:
        """Return the stored form of a level's cell."""
        if target not in self._targets[name]:
            return ""
        place = self._targets[name].index(target)
        return _best_form(level.forms.get(place, {level.head.cells[place]}), target).strip()


def _by_key(part: tuple[object, _Level]) -> tuple[tuple[bool, str], ...]:
    """Sort key for items and shipments: by their identifiers, those without one last."""
    return tuple((not said, said) for said in part[1].head.key)


@lru_cache(maxsize=65_536)
def _folded(text: str) -> str:
    """Fold a cell for comparison: drop case, spaces, forms of accents and invisible characters."""
    if text.isascii():
        return " ".join(text.lower().split())
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(plain(seen.casefold()).split())


def _says_nothing(target: str, text: str) -> bool:
    """Whether a cell is empty, or a placeholder for a party (unknown, N/A)."""
    return not text.strip() or (target in PARTIES and stands_for_nothing(text))


PARTIES: Final = frozenset((*PARTY_ROLES, "consignee"))
"""The columns that name a party."""


def _best_form(forms: Iterable[str], target: str) -> str:
    """Choose among spellings of the same value: tidy ones and mixed case first, never empty."""

    def rank(text: str) -> tuple[bool, bool, bool, str]:
        tidy = " ".join(text.split()) == text and unicodedata.is_normalized("NFC", text)
        return (_says_nothing(target, text), not tidy, text.isupper() or text.islower(), text)

    return min(forms, key=rank)


def _natural(
    serial: Serial,
) -> tuple[bool, tuple[tuple[int, str], ...], str, str, int, str]:
    """Natural sort key for serials: 998 before 1000; entries without a serial as they are."""
    parts = re.split(r"(\d+)", serial.value)
    counted = tuple((int(part), part) if part.isdecimal() else (-1, part) for part in parts)
    return (
        not serial.value,
        counted,
        serial.basis,
        serial.disposition,
        serial.quantity or 0,
        serial.redaction,
    )


def _picker(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return a function that picks these cells from a row, always as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)


def _shared_out(delivery: _DeliveryLevel) -> tuple[Serial, ...]:
    """Divide a delivery's unaccounted units among its entries without a serial."""
    serials = sorted(delivery.serials, key=_natural)
    without = sum(not serial.is_unit for serial in serials)
    shipped = delivery.value.quantity
    if not without or shipped is None:
        return tuple(serials)
    left = shipped - delivery.units
    each = left if without == 1 else 1 if without == left else None
    return tuple(
        serial if serial.is_unit else replace(serial, quantity=each if left > 0 else None)
        for serial in serials
    )
