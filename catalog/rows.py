"""Puts rows together into permits, lines, deliveries and serials, and reports every odd one.

One row is one serial entry of one delivery; permit, line and delivery repeat from row to row. An
empty cell in a later row of the same permit means "as before"; a different one is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from catalog.cells import (
    CellProblem,
    read_count,
    read_redactable,
    read_serials,
    read_status,
    read_status_history,
)
from catalog.issues import IssueBook, RowCells
from catalog.makers import MakerNames, everyday_words, known_makers, without_legal_forms, words_of
from catalog.mapping import (
    DELIVERY_TARGETS,
    LINE_TARGETS,
    PARTY_TARGETS,
    PERMIT_TARGETS,
    SERIAL_TARGETS,
)
from catalog.normalize import fold
from catalog.types import (
    CatalogRecords,
    Delivery,
    Maker,
    MakerAlias,
    Party,
    Permit,
    PermitLine,
    RowIssue,
    Serial,
    StatusEvent,
)
from catalog.vocabulary import (
    DISPOSITIONS,
    DOCUMENT_TYPES,
    PARTY_ROLES,
    PERMIT_TYPES,
    SERIAL_BASES,
    UNDERTAKINGS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from catalog.mapping import ColumnMapping

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_YES: Final = frozenset({"yes", "true", "1", "y", "synthetic", "x"})
_NO: Final = frozenset({"", "no", "false", "0", "n"})
_NO_UNIT: Final = frozenset({"quantity_only", "redacted"})
_GONE_BACK: Final = frozenset({"returned", "retransferred_with_consent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What an import would bring: the records of all good rows, and what is odd about the others.

    Nothing is accepted by this alone; whoever imports decides with the issues in view.
    `issues_total` counts them all, `issues` lists at most `MAX_ISSUES`.
    """

    records: CatalogRecords
    issues: tuple[RowIssue, ...]
    rows_read: int
    rows_accepted: int
    mapping: ColumnMapping
    issues_total: int = 0

    @property
    def complete(self) -> bool:
        """Whether every row was good."""
        return self.rows_read == self.rows_accepted and not self.errors

    @property
    def errors(self) -> tuple[RowIssue, ...]:
        """The issues that kept a row or the whole file out."""
        return tuple(issue for issue in self.issues if issue.severity == "error")


@dataclass(slots=True)
class _Level:
    """A permit, line or delivery under construction: its cells as first written, its parts."""

    cells: tuple[str, ...]
    row: int
    value: Any
    children: dict[Any, _Level] = field(default_factory=dict)
    serials: list[Serial] = field(default_factory=list)
    units: int = 0
    """How many of the serials stand for one unit each."""


class _RowRefusedError(Exception):
    """The row has errors, all reported already."""


class RecordBuilder:
    """Takes rows one by one and gives the records at the end."""

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
            "serial": self._present(SERIAL_TARGETS),
        }
        self._names = MakerNames(known_makers())
        self._makers: dict[str, Maker] = {}
        self._cages: dict[str, set[str]] = {}
        self._maker_ids: dict[str, str] = {}
        self._permits: dict[str, _Level] = {}
        self._seen: dict[tuple[str, str], tuple[int, str, str]] = {}
        self.rows_read = 0
        self.rows_accepted = 0

    def _present(self, targets: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(target for target in targets if target in self._place)

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Take one row of the file (the header is row 1); a bad one is reported and left out."""
        self.issues.start(row)
        self.rows_read += 1
        try:
            self._take(cells)
        except _RowRefusedError:
            return
        self.rows_accepted += 1

    def finish(self) -> LoadResult:
        """Give the records of all good rows."""
        permits = tuple(_permit(self._permits[permit_id]) for permit_id in sorted(self._permits))
        return LoadResult(
            records=CatalogRecords(makers=self._used_makers(permits), permits=permits),
            issues=tuple(self.issues.listed),
            rows_read=self.rows_read,
            rows_accepted=self.rows_accepted,
            mapping=self._mapping,
            issues_total=self.issues.total,
        )

    def _used_makers(self, permits: tuple[Permit, ...]) -> tuple[Maker, ...]:
        """Give the makers of the accepted rows and their parents, with the CAGE codes met."""
        used: dict[str, Maker] = {}
        for maker_id in {line.maker_id for permit in permits for line in permit.lines}:
            maker = self._makers[maker_id]
            cages = self._cages.get(maker_id, set()) | set(maker.cage)
            used[maker_id] = replace(maker, cage=tuple(sorted(cages)))
            for parent in filter(None, map(self._names.maker, maker.parents)):
                used.setdefault(parent.maker_id, parent)
        return tuple(used[maker_id] for maker_id in sorted(used))

    # One row

    def _take(self, cells: Sequence[str]) -> None:
        groups = {
            level: tuple(cells[self._place[target]] for target in targets)
            for level, targets in self._targets.items()
        }
        permit_id = self._key_of_permit(cells)
        permit = self._permits.get(permit_id)
        new_permit = permit is None
        if permit is None:
            permit = self._level("permit", groups, lambda get: self._read_permit(permit_id, get))
        else:
            self._same("permit", groups, permit)
        line_key = self._key(cells, "line_id", "maker", "model", "part_number")
        line = permit.children.get(line_key)
        if line is None:
            number = len(permit.children) + 1
            line_id = line_key[0] or f"{permit_id}/{number}"
            line = self._level("line", groups, lambda get: self._read_line(line_id, get))
        else:
            self._same("line", groups, line)
        delivery_key, delivery = self._find_delivery(cells, groups, line)
        serials = self._read_serials(groups["serial"], line, delivery) if delivery else ()
        self._refuse_if_odd()
        self._note_seen(serials, line)
        if new_permit:
            self._permits[permit_id] = permit
        permit.children.setdefault(line_key, line)
        if delivery:
            self._check_quantity(serials, delivery)
            line.children.setdefault(delivery_key, delivery)
            delivery.serials.extend(serials)

    def _find_delivery(
        self, cells: Sequence[str], groups: Mapping[str, tuple[str, ...]], line: _Level
    ) -> tuple[tuple[str, ...], _Level | None]:
        """Give the row's delivery, known or new; none for an item that nothing was shipped of."""
        key = self._key(cells, "delivery_id", "ship_date", "consignee", "received_date")
        if not any(groups["delivery"]) and not self._cell(cells, "serial"):
            return key, None
        delivery = line.children.get(key)
        if delivery:
            self._same("delivery", groups, delivery)
            return key, delivery
        delivery_id = key[0] or f"{line.value['line_id']}/D{len(line.children) + 1}"
        return key, self._level(
            "delivery", groups, lambda get: self._read_delivery(delivery_id, get)
        )

    def _refuse_if_odd(self) -> None:
        if self.issues.odd:
            raise _RowRefusedError

    def _key_of_permit(self, cells: Sequence[str]) -> str:
        own = self._cell(cells, "permit_id")
        number = self._cell(cells, "permit_number")
        if not own and number and read_redactable(number).readable:
            return number
        if not own:
            self.issues.report(
                "permit_id",
                number,
                "the row does not say which permit it belongs to",
                "give the permit an id of your own; a redacted number cannot tell permits apart",
            )
            raise _RowRefusedError
        return own

    def _key(self, cells: Sequence[str], own: str, *others: str) -> tuple[str, ...]:
        """Tell lines or deliveries apart by their own id, or by what they say if they have none."""
        given = self._cell(cells, own)
        return (given,) if given else ("", *(self._cell(cells, target) for target in others))

    def _cell(self, cells: Sequence[str], target: str) -> str:
        place = self._place.get(target)
        return "" if place is None else cells[place].strip()

    def _level(
        self,
        name: str,
        groups: Mapping[str, tuple[str, ...]],
        read: Callable[[RowCells], dict[str, Any]],
    ) -> _Level:
        """Read a new permit, line or delivery from its cells; every column is popped and used."""
        cells = self._cells(name, groups[name])
        value = read(cells)
        cells.audit()
        return _Level(cells=groups[name], row=self.issues.row, value=value)

    def _cells(self, level: str, cells: tuple[str, ...]) -> RowCells:
        by_target = dict(zip(self._targets[level], cells, strict=True))
        return RowCells(self.issues, by_target, self._mapping.date_order)

    def _same(self, name: str, groups: Mapping[str, tuple[str, ...]], level: _Level) -> None:
        if groups[name] == level.cells:
            return
        for target, now, before in zip(self._targets[name], groups[name], level.cells, strict=True):
            if now.strip() and now != before:
                self.issues.report(
                    target,
                    now,
                    f"the {name} says {before!r} here in row {level.row}",
                    f"write the same in every row of the {name}, or leave the later cells empty; "
                    f"if it is another {name}, give it its own id",
                )

    # The levels

    def _read_permit(self, permit_id: str, get: RowCells) -> dict[str, Any]:
        get.text("permit_id")
        permit_type = get.word("permit_type", PERMIT_TYPES, "type of permit") or "other"
        authority = get.text("status_authority")
        issuer = get.text("issuer")
        source = get.text("source")
        number = get.redactable("permit_number", get.text("permit_number_redaction"))
        synthetic = get.text("synthetic").lower()
        if synthetic not in _YES | _NO:
            get.bad(
                "synthetic", synthetic, f"{synthetic!r} is neither yes nor no", "write yes or no"
            )
        return {
            "permit_id": permit_id,
            "number": number,
            "issuer": issuer,
            "permit_type": permit_type,
            "status_history": self._read_history(get, permit_type, authority or issuer, source),
            "valid_from": get.date("valid_from"),
            "valid_to": get.date("valid_to"),
            "country_final_destination": get.text("country_final_destination"),
            "country_of_use": get.text("country_of_use"),
            "parties": tuple(_parties(get)),
            "end_use_text": get.redactable("end_use_text"),
            "undertakings": get.words("undertakings", UNDERTAKINGS, "undertaking"),
            "conditions": get.list("conditions"),
            "sources": (source,) if source else (),
            "synthetic": synthetic in _YES,
        }

    def _read_history(
        self, get: RowCells, permit_type: str, authority: str, source: str
    ) -> tuple[StatusEvent, ...]:
        order = self._mapping.date_order
        history = get.through(
            "status_history",
            lambda text: read_status_history(
                text, permit_type=permit_type, authority=authority, source=source, order=order
            ),
        )
        status = get.through("status", lambda text: read_status(text, permit_type))
        when = get.date("status_date")
        if status and not history:
            return (StatusEvent(status=status, date=when, authority=authority, source=source),)
        events: tuple[StatusEvent, ...] = history or ()
        if status and events[-1].status != status:
            get.bad(
                "status",
                status,
                f"the status is not the last one of the history ({events[-1].status})",
                "correct the history, or leave this cell empty",
            )
        return events

    def _read_line(self, line_id: str, get: RowCells) -> dict[str, Any]:
        get.text("line_id")
        maker = get.needed("maker", "name the maker as the document does")
        model = get.needed("model", "name the model as the document does")
        cage = get.text("cage").upper()
        maker_id = self._maker(maker) if maker else ""
        if cage and not re.fullmatch(r"[0-9A-HJ-NP-Z]{5}|I[0-9A-HJ-NP-Z]{4}", cage):
            get.bad("cage", cage, f"{cage!r} is no CAGE code", "five characters, no I and no O")
        elif cage and maker_id:
            self._cages.setdefault(maker_id, set()).add(cage)
        return {
            "line_id": line_id,
            "maker_id": maker_id,
            "maker_as_written": maker,
            "model": model,
            **{
                target: get.text(target)
                for target in (
                    "part_number",
                    "description",
                    "control_code",
                    "unit_value",
                    "total_value",
                    "country_of_origin",
                    "us_origin_share_pct",
                )
            },
            "quantity": get.through("quantity", read_count),
        }

    def _read_delivery(self, delivery_id: str, get: RowCells) -> dict[str, Any]:
        get.text("delivery_id")
        sha256 = get.text("document_sha256").lower()
        if sha256 and not _SHA256.fullmatch(sha256):
            get.bad(
                "document_sha256", sha256, "this is no SHA-256", "write its 64 hexadecimal digits"
            )
        shipped, received = get.date("ship_date"), get.date("received_date")
        if received.is_before(shipped):
            get.bad(
                "received_date",
                str(received),
                f"it was received before it was shipped ({shipped})",
                "check both dates",
            )
        return {
            "delivery_id": delivery_id,
            "ship_date": shipped,
            "received_date": received,
            "consignee": get.redactable("consignee"),
            "quantity": get.through("delivery_quantity", read_count),
            "document_type": get.word("document_type", DOCUMENT_TYPES, "type of document"),
            "document_sha256": sha256,
            "page": get.text("page"),
        }

    def _read_serials(
        self, cells: tuple[str, ...], line: _Level, delivery: _Level
    ) -> tuple[Serial, ...]:
        get = self._cells("serial", cells)
        basis = get.word("serial_basis", SERIAL_BASES, "basis")
        disposition = get.word("disposition", DISPOSITIONS, "disposition") or "delivered"
        text = get.text("serial")
        quantity = delivery.value["quantity"]
        if quantity is None and not text and not self.issues.odd:
            quantity = line.value["quantity"]
        try:
            return read_serials(text, basis=basis, quantity=quantity, disposition=disposition)
        except CellProblem as odd:
            get.bad("serial", text, odd.problem, odd.remedy)
            return ()

    def _note_seen(self, serials: Sequence[Serial], line: _Level) -> None:
        """Report a serial that the same maker has had before; a returned unit may come again."""
        maker_id, part = line.value["maker_id"], fold(line.value["part_number"])
        fresh = {}
        for serial in serials:
            key = (maker_id, fold(serial.value))
            if not key[1]:
                continue
            if key in fresh:
                self._report_twice(serial, self.issues.row, "this very cell")
            before = self._seen.get(key)
            if before:
                row, other_part, disposition = before
                if part and other_part and part != other_part:
                    self.issues.report(
                        "serial",
                        serial.value,
                        f"another part number of this maker has the same serial in row {row}",
                        "nothing, if the maker numbers each part number by itself",
                        severity="warning",
                    )
                elif disposition not in _GONE_BACK:
                    self._report_twice(serial, row, f"row {row}")
            fresh[key] = (self.issues.row, part, serial.disposition)
        self._refuse_if_odd()
        self._seen.update(fresh)

    def _report_twice(self, serial: Serial, row: int, where: str) -> None:
        self.issues.report(
            "serial",
            serial.value,
            f"the same serial of the same maker stands in {where}",
            "remove one of them; if the unit was delivered again after a return, write returned "
            f"as its disposition in row {row}",
        )

    def _check_quantity(self, serials: Sequence[Serial], delivery: _Level) -> None:
        quantity = delivery.value["quantity"]
        known = sum(serial.basis not in _NO_UNIT for serial in serials)
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

    def _maker(self, text: str) -> str:
        """Give the id of a maker, known or new, and say if the name was not quite its own."""
        if text in self._maker_ids:
            return self._maker_ids[text]
        hits = self._names.find(text)
        parents = {p for hit in hits for p in (self._names.maker(hit.maker_id) or _NOBODY).parents}
        own = [hit for hit in hits if hit.maker_id not in parents]
        rest = set(without_legal_forms(words_of(text))) - everyday_words()
        if len(own) == 1:
            maker = self._names.maker(own[0].maker_id) or _NOBODY
            named = {word for alias in maker.aliases for word in words_of(alias.name)}
            if not own[0].exact or rest - named:
                self.issues.report(
                    "maker",
                    text,
                    f"taken to be {maker.canonical} ({own[0].alias})",
                    "nothing, if that is right; otherwise write the name in full",
                    severity="warning",
                )
        else:
            slug = "-".join(words_of(text)).lower() or "unnamed"
            alias = MakerAlias(name=text, kind="alias", source="as imported")
            maker = self._makers.get(slug) or Maker(maker_id=slug, canonical=text, aliases=(alias,))
        self._maker_ids[text] = maker.maker_id
        self._makers.setdefault(maker.maker_id, maker)
        return maker.maker_id


_NOBODY: Final = Maker(maker_id="", canonical="")


def _parties(get: RowCells) -> list[Party]:
    parties = []
    for role in PARTY_ROLES:
        name = get.redactable(role)
        country, address = get.text(f"{role}_country"), get.text(f"{role}_address")
        if name.value or name.redaction != "not_redacted":
            parties.append(Party(role=role, name=name, address=address, country=country))
        elif country or address:
            get.bad(
                role,
                "",
                f"the {role} has a country or address but no name",
                "name the party, or write [redacted]",
            )
    return parties


def _permit(level: _Level) -> Permit:
    return Permit(
        **level.value,
        lines=tuple(
            PermitLine(
                **line.value,
                deliveries=tuple(
                    Delivery(**delivery.value, serials=tuple(delivery.serials))
                    for delivery in line.children.values()
                ),
            )
            for line in level.children.values()
        ),
    )
