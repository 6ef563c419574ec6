"""Reads a permit, an item, a shipment and its serials from the cells of a row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from catalog.cells import (
    CellProblem,
    read_count,
    read_serials,
    read_status,
    read_status_history,
)
from catalog.grammar import check_cage
from catalog.types import Party, Serial, StatusEvent
from catalog.vocabulary import (
    DISPOSITIONS,
    DOCUMENT_TYPES,
    PARTY_ROLES,
    PERMIT_TYPES,
    SERIAL_BASES,
    UNDERTAKINGS,
)

if TYPE_CHECKING:
    from catalog.issues import RowCells
    from catalog.maker_intake import MakerIntake

_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_YES: Final = frozenset({"yes", "true", "1", "y", "synthetic", "x"})
_NO: Final = frozenset({"", "no", "false", "0", "n"})


def read_permit(permit_id: str, get: RowCells) -> dict[str, Any]:
    """Read what a row says of its permit."""
    get.text("permit_id")
    permit_type = get.word("permit_type", PERMIT_TYPES, "type of permit") or "other"
    authority = get.text("status_authority")
    issuer = get.text("issuer")
    source = get.text("source")
    number = get.redactable("permit_number", get.text("permit_number_redaction"))
    synthetic = get.text("synthetic").lower()
    if synthetic not in _YES | _NO:
        get.bad("synthetic", synthetic, f"{synthetic!r} is neither yes nor no", "write yes or no")
    return {
        "permit_id": permit_id,
        "number": number,
        "issuer": issuer,
        "permit_type": permit_type,
        "status_history": _read_history(get, permit_type, authority or issuer, source),
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


def read_line(line_id: str, get: RowCells, makers: MakerIntake) -> dict[str, Any]:
    """Read what a row says of an item of the permit."""
    get.text("line_id")
    maker = get.needed("maker", "name the maker as the document does")
    model = get.needed("model", "name the model as the document does")
    cage = get.text("cage").upper()
    maker_id = makers.id_of(maker, get.issues) if maker else ""
    if cage and not check_cage(cage).passes:
        get.bad("cage", cage, f"{cage!r} is no CAGE code", check_cage(cage).problem)
    elif cage and maker_id:
        makers.add_cage(maker_id, cage)
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


def read_delivery(delivery_id: str, get: RowCells) -> dict[str, Any]:
    """Read what a row says of a shipment."""
    get.text("delivery_id")
    sha256 = get.text("document_sha256").lower()
    if sha256 and not _SHA256.fullmatch(sha256):
        get.bad("document_sha256", sha256, "this is no SHA-256", "write its 64 hexadecimal digits")
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


def read_serial_entry(get: RowCells) -> tuple[Serial, ...]:
    """Read what a row says of serials; how many units stand behind a gap is not known here."""
    basis = get.word("serial_basis", SERIAL_BASES, "basis")
    disposition = get.word("disposition", DISPOSITIONS, "disposition") or "delivered"
    text = get.text("serial")
    try:
        return read_serials(text, basis=basis, quantity=None, disposition=disposition)
    except CellProblem as odd:
        get.bad("serial", text, odd.problem, odd.remedy)
        return ()


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
