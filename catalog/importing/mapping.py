"""Map the columns of a file to their meaning: guessed with reasons, confirmed by the user."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalog.codec import Codec
from catalog.errors import RecordInvalid
from catalog.importing.cells import DateOrder  # noqa: TC001 (the codec reads them)
from catalog.importing.serial_cell import SerialCells  # noqa: TC001
from catalog.vocabulary import PARTY_ROLES
from values.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.codec import Written

PERMIT_TARGETS: Final = {
    "permit_id": "the name of the permit inside the catalog; the permit number if omitted",
    "permit_number": "the number as printed; may be [redacted]",
    "permit_number_redaction": "how the number was redacted",
    "issuer": "the authority that issues permits",
    "permit_type": "which kind of permit, for instance CA_individual",
    "status_history": "approved 2020-05-12; suspended 2020-10-05 …, oldest first",
    "status": "one status, if there is no history",
    "status_date": "the day of that status",
    "status_authority": "who decided it",
    "valid_from": "first day of validity",
    "valid_to": "last day of validity",
    "country_final_destination": "the final destination of the goods",
    "country_of_use": "where they are to be used",
    "end_use_text": "the end use as declared",
    "undertakings": "undertakings of the end user, separated by semicolons",
    "conditions": "conditions of the permit, separated by semicolons",
    "source": "the document that says so",
    "synthetic": "yes for invented records",
}
LINE_TARGETS: Final = {
    "line_id": "the item of the permit",
    "maker": "who made the units, as written",
    "cage": "the maker's CAGE or NCAGE code",
    "model": "the model, as written",
    "part_number": "the part number",
    "description": "what the item is",
    "control_code": "the control-list entry",
    "quantity": "units permitted on this line",
    "unit_value": "value of one unit, as printed",
    "total_value": "value of the line, as printed",
    "country_of_origin": "where the units were made",
    "us_origin_share_pct": "share of US origin, in percent",
}
DELIVERY_TARGETS: Final = {
    "delivery_id": "the shipment",
    "ship_date": "the day it was shipped",
    "received_date": "the day it arrived",
    "consignee": "who received it",
    "delivery_quantity": "units in this shipment",
    "document_type": "which document records it",
    "document_sha256": "SHA-256 of that document",
    "page": "the page",
}
SERIAL_TARGETS: Final = {
    "serial": "a serial, several separated by semicolons, A-001 to A-009, or [redacted]",
    "serial_basis": "single, list, range, quantity_only …",
    "disposition": "what became of the unit",
}
PARTY_TARGETS: Final = {
    **{role: f"the {role.replace('_', ' ')}" for role in PARTY_ROLES},
    **{f"{role}_country": f"country of the {role.replace('_', ' ')}" for role in PARTY_ROLES},
    **{f"{role}_address": f"address of the {role.replace('_', ' ')}" for role in PARTY_ROLES},
}
TARGETS: Final = {
    **PERMIT_TARGETS,
    **PARTY_TARGETS,
    **LINE_TARGETS,
    **DELIVERY_TARGETS,
    **SERIAL_TARGETS,
}
"""Everything that a column can contain, with a description for the screen."""

REQUIRED: Final = (
    ("permit_id", "permit_number"),
    ("maker",),
    ("model",),
    ("serial", "quantity", "delivery_quantity"),
)
"""At least one target of each group must be mapped."""

SYNONYMS: Final = {
    "permit_number": "permit no|permit|licence|license|licence number|license number|licence no"
    "|export permit|ep number|licence ref|case number|siel|dsp 5|authorisation number",
    "permit_type": "licence type|license type|type of licence",
    "issuer": "authority|issuing authority|issued by|licensing authority",
    "status_history": "history|statuses",
    "status_date": "decision date|date of status",
    "valid_from": "issue date|issued|date of issue|start date",
    "valid_to": "expiry|expiry date|expires|end date|valid until",
    "country_final_destination": "destination|destination country|country of destination|country",
    "end_use_text": "end use|end use statement|purpose",
    "maker": "manufacturer|make|mfr|mfg|producer|made by|oem|brand|hersteller|fabricant|uretici",
    "cage": "cage code|ncage|mfr cage",
    "model": "model number|model no|type|product|item model|modell",
    "part_number": "part no|p n|pn|part|part nr|pno",
    "serial": "serial number|serial no|s n|sn|ser no|serial nr|serials|serial numbers|seriennummer",
    "quantity": "qty|quantity permitted|permitted quantity|units",
    "delivery_quantity": "qty shipped|shipped quantity|quantity delivered|quantity shipped",
    "control_code": "eccn|usml|ml|ecl|control list|rating|control list entry",
    "ship_date": "shipped|date shipped|shipping date|shipment date|delivery date|delivered",
    "received_date": "received|date received",
    "consignee": "shipped to|ship to|recipient|delivered to",
    "end_user": "enduser|end user name|user",
    "document_type": "document|doc type",
    "description": "item|item description|goods|goods description",
    "unit_value": "unit price|price",
    "total_value": "value|amount",
    "country_of_origin": "origin",
    "source": "sources|reference",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """One column of the file and its meaning; `reason` says why it was mapped so."""

    header: str
    target: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """How a file is read. Every header must be mapped or ignored explicitly; others are reported.

    Raises RecordInvalid for an unknown target or one that two columns claim.
    """

    columns: tuple[MappedColumn, ...]
    ignored: tuple[str, ...] = ()
    date_order: DateOrder = "iso"
    serial_cells: SerialCells = "ask"

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for column in self.columns:
            if column.target not in TARGETS:
                raise RecordInvalid(
                    f"The mapping gives column {column.header!r} the unknown meaning "
                    f"{column.target!r}.",
                    remedy=f"Choose one of: {', '.join(TARGETS)}.",
                )
            if column.target in seen:
                raise RecordInvalid(
                    f"Columns {seen[column.target]!r} and {column.header!r} are both mapped to "
                    f"{column.target}.",
                    remedy="Keep one of them and ignore the other.",
                )
            seen[column.target] = column.header

    @property
    def headers(self) -> frozenset[str]:
        """Every column that is mapped or explicitly ignored."""
        return frozenset((*(column.header for column in self.columns), *self.ignored))

    def named(self, reason: str) -> ColumnMapping:
        """Return the same mapping with one reason for every column."""
        columns = tuple(replace(column, reason=reason) for column in self.columns)
        return replace(self, columns=columns)

    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Return the groups of required targets of which none is mapped."""
        mapped = {column.target for column in self.columns}
        return tuple(group for group in REQUIRED if mapped.isdisjoint(group))

    def to_json(self) -> Written:
        """Convert the mapping to JSON data, to be stored with the import."""
        return _CODEC.write(self)

    @classmethod
    def from_json(cls, value: object) -> ColumnMapping:
        """Read what `to_json` wrote; members with default values may be missing.

        Raises RecordInvalid, which names what is wrong.
        """
        return _CODEC.read(value)


_CODEC: Final = Codec(
    ColumnMapping,
    what="The column mapping",
    remedy="Correct it there, or create it again from the file's header.",
)


def guess_columns(header: Sequence[str]) -> ColumnMapping:
    """Propose the meaning of each column from its name; unknown columns stay unmapped."""
    taken: dict[str, MappedColumn] = {}
    for exact in (True, False):
        for name in header:
            target, reason = _guess(name, exact=exact)
            claimed = any(column.header == name for column in taken.values())
            if target and target not in taken and not claimed:
                taken[target] = MappedColumn(header=name, target=target, reason=reason)
    if "manufacturer" in taken and "maker" not in taken:
        column = taken.pop("manufacturer")
        reason = f"{column.header!r} is another word for maker"
        taken["maker"] = MappedColumn(header=column.header, target="maker", reason=reason)
    places = {name: place for place, name in reversed(list(enumerate(header)))}
    columns = sorted(taken.values(), key=lambda column: places[column.header])
    return ColumnMapping(columns=tuple(columns))


def _guess(name: str, *, exact: bool) -> tuple[str, str]:
    words = _words(name)
    joined = words.replace(" ", "_")
    if exact:
        return (joined, "the column has exactly this name") if joined in TARGETS else ("", "")
    for target, synonyms in SYNONYMS.items():
        if words in synonyms.split("|"):
            return target, f"{name!r} is another word for {target.replace('_', ' ')}"
    return "", ""


def _words(name: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", plain(name).lower()))
