"""Build a permit, an item, a shipment and its serials from the cells of a row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from catalog.grammar import check_cage
from catalog.importing.cells import (
    CellProblem,
    read_count,
    read_status,
    read_status_history,
)
from catalog.importing.serial_cell import read_serial_cell, remark_on
from catalog.records.placeholders import stands_for_nothing
from catalog.records.places import read_place
from catalog.types import (
    Delivery,
    Party,
    Permit,
    PermitLine,
    Redactable,
    Serial,
    StatusEvent,
)
from catalog.vocabulary import (
    DISPOSITIONS,
    DOCUMENT_TYPES,
    IN_FORCE,
    PARTY_ROLES,
    PERMIT_TYPES,
    SERIAL_BASES,
    UNDERTAKINGS,
)
from values.dates import UNKNOWN

if TYPE_CHECKING:
    from catalog.importing.issues import RowCells
    from catalog.importing.maker_identity import MakerResolver
    from catalog.importing.serial_cell import SerialCells

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_YES: Final = frozenset({"yes", "true", "1", "y", "synthetic", "x"})
_NO: Final = frozenset({"", "no", "false", "0", "n"})


def read_permit(permit_id: str, get: RowCells) -> Permit:
    """Build a row's permit; its lines come from all rows."""
    get.text("permit_id")
    permit_type = get.word("permit_type", PERMIT_TYPES, "type of permit") or "other"
    authority = get.text("status_authority")
    issuer = get.text("issuer")
    source = get.text("source")
    number = get.redactable("permit_number", get.text("permit_number_redaction"))
    if stands_for_nothing(number.value):
        number = Redactable(value="", redaction="not_collected")
    synthetic = get.text("synthetic").lower()
    if synthetic not in _YES | _NO:
        get.bad("synthetic", synthetic, f"{synthetic!r} is neither yes nor no", "write yes or no")
    return Permit(
        permit_id=permit_id,
        number=number,
        issuer=issuer,
        permit_type=permit_type,
        status_history=_read_history(get, permit_type, authority or issuer, source),
        valid_from=get.date("valid_from"),
        valid_to=get.date("valid_to"),
        country_final_destination=_country(get, "country_final_destination"),
        country_of_use=_country(get, "country_of_use"),
        parties=tuple(_parties(get)),
        end_use_text=get.redactable("end_use_text"),
        undertakings=get.words("undertakings", UNDERTAKINGS, "undertaking"),
        conditions=get.list("conditions"),
        sources=(source,) if source else (),
        synthetic=synthetic in _YES,
    )


def _read_history(
    get: RowCells, permit_type: str, authority: str, source: str
) -> tuple[StatusEvent, ...]:
    history = get.through(
        "status_history",
        lambda text: read_status_history(
            text, permit_type=permit_type, authority=authority, source=source, order=get.order
        ),
    )
    status = get.through("status", lambda text: read_status(text, permit_type))
    when = get.date("status_date")
    if status in IN_FORCE and not history and not when.known:
        get.warn_once(
            "status",
            status,
            f"the permit is {status.replace('_', ' ')}, but it is not said since when, here and "
            "perhaps in later rows; it cannot be determined whether it was in force on a ship date",
            "write the day of the decision into a column status_date, or map the one that holds it",
        )
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


def read_line(line_id: str, get: RowCells, makers: MakerResolver) -> PermitLine:
    """Build a row's permit item; its deliveries come from all rows."""
    get.text("line_id")
    maker = get.named("maker", "name the maker as the document does")
    model = get.named("model", "name the model as the document does")
    cage = get.text("cage").upper()
    maker_id = makers.id_of(maker, get.issues) if maker else ""
    if cage and not check_cage(cage).passes:
        get.bad("cage", cage, f"{cage!r} is not a CAGE code", check_cage(cage).problem)
    elif cage and maker_id:
        makers.add_cage(maker_id, cage)
    return PermitLine(
        line_id=line_id,
        maker_id=maker_id,
        maker_as_written=maker,
        model=model,
        part_number=get.or_nothing("part_number"),
        description=get.text("description"),
        control_code=get.text("control_code"),
        unit_value=get.text("unit_value"),
        total_value=get.text("total_value"),
        country_of_origin=get.text("country_of_origin"),
        us_origin_share_pct=get.text("us_origin_share_pct"),
        quantity=get.through("quantity", read_count),
    )


def read_delivery(delivery_id: str, get: RowCells) -> Delivery:
    """Build a row's shipment; its serials come from all rows."""
    get.text("delivery_id")
    sha256 = get.text("document_sha256").lower()
    if sha256 and not _SHA256.fullmatch(sha256):
        get.bad(
            "document_sha256", sha256, "this is not a SHA-256", "write its 64 hexadecimal digits"
        )
    shipped, received = get.date("ship_date"), get.date("received_date")
    if received.is_before(shipped):
        get.bad(
            "received_date",
            str(received),
            f"it was received before it was shipped ({shipped})",
            "check both dates",
        )
        received = UNKNOWN  # The row is rejected anyway; a contradictory delivery is impossible
    return Delivery(
        delivery_id=delivery_id,
        ship_date=shipped,
        received_date=received,
        consignee=_party_name(get, "consignee"),
        quantity=get.through("delivery_quantity", read_count),
        document_type=get.word("document_type", DOCUMENT_TYPES, "type of document"),
        document_sha256=sha256,
        page=get.text("page"),
    )


def read_serial_entry(get: RowCells, meaning: SerialCells = "ask") -> tuple[Serial, ...]:
    """Build a row's serials; the number of units in a gap is not known here."""
    basis = get.word("serial_basis", SERIAL_BASES, "basis")
    disposition = get.word("disposition", DISPOSITIONS, "disposition") or "delivered"
    text = get.text("serial")
    try:
        parts = read_serial_cell(text, basis=basis, meaning=meaning)
        said = "" if basis == "redacted" else remark_on(text)
    except CellProblem as odd:
        get.bad("serial", text, odd.problem, odd.remedy)
        return ()
    if said:
        get.warn_once(
            "serial",
            text,
            f"{said}, here and in later rows",
            "nothing if that is correct; otherwise write the serials",
        )
    return tuple(part.serial(disposition) for part in parts)


def _party_name(get: RowCells, target: str) -> Redactable:
    """Parse a name; a placeholder for an unknown name is not a party to compare with."""
    name = get.redactable(target)
    if stands_for_nothing(name.value):
        return Redactable(value="", redaction="not_collected")
    return name


def _country(get: RowCells, target: str) -> str:
    """Return a country as written; one that may be two states is reported."""
    text = get.text(target)
    place = read_place(text)
    if len(place.codes) > 1:
        get.warn(
            target,
            text,
            f"“{text}” may be {' or '.join(place.states)}; no finding will be based on it",
            f"write {' or '.join(place.codes)}, or the name in full, if the document says which",
        )
    return text


def _parties(get: RowCells) -> list[Party]:
    parties = []
    for role in PARTY_ROLES:
        name = _party_name(get, role)
        country, address = _country(get, f"{role}_country"), get.text(f"{role}_address")
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
