"""Writes the bad catalogs, each named for its one fault; run it after changing a case.

python tests/unit/catalog/bad_catalogs/build.py
"""

from __future__ import annotations

from pathlib import Path

HEADER = (
    "permit_id,permit_number,issuer,permit_type,status_history,end_user,end_user_country,maker,"
    "cage,model,part_number,quantity,delivery_id,ship_date,received_date,consignee,"
    "delivery_quantity,serial,serial_basis,disposition,document_sha256,synthetic"
)
GOOD = {
    "permit_id": "SYN-1",
    "permit_number": "N-1",
    "issuer": "Authority (synthetic)",
    "permit_type": "CA_individual",
    "status_history": "approved 2020-05-06; suspended 2020-10-05",
    "end_user": "Navy (synthetic)",
    "end_user_country": "TR",
    "maker": "L3 Wescam",
    "cage": "38596",
    "model": "CMX-15D",
    "part_number": "72-1",
    "quantity": "7",
    "delivery_id": "D-1",
    "ship_date": "2020-09-08",
    "consignee": "Integrator (synthetic)",
    "delivery_quantity": "2",
    "serial": "CMX15D-0836",
    "synthetic": "yes",
}
SECOND = {**GOOD, "serial": "CMX15D-0839"}
OTHER = {
    **GOOD,
    "permit_id": "SYN-2",
    "permit_number": "N-2",
    "delivery_id": "D-2",
    "serial": "CMX15D-0900",
}
"""A good row of another permit, which every import must keep."""


def table(*rows: dict[str, str], header: str = HEADER) -> bytes:
    """Write rows as CSV; a cell with a comma or a line break is quoted."""
    names = header.split(",")
    lines = [header]
    for row in rows:
        cells = [row.get(name, "") for name in names]
        lines.append(",".join(_quoted(cell) for cell in cells))
    return ("\n".join(lines) + "\n").encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell


def without(*columns: str) -> str:
    """Give the header without these columns."""
    return ",".join(name for name in HEADER.split(",") if name not in columns)


def changed(**cells: str) -> bytes:
    """Write a good row, the same row with some cells changed, and a good row of another permit."""
    return table(GOOD, {**SECOND, **cells}, OTHER)


FILES = {
    "column-maker-missing.csv": table(GOOD, OTHER, header=without("maker")),
    "columns-permit-and-serial-missing.csv": table(
        GOOD,
        header=without("permit_id", "permit_number", "serial", "quantity", "delivery_quantity"),
    ),
    "column-unknown.csv": table(GOOD, OTHER, header=HEADER + ",colour"),
    "column-twice.csv": table(GOOD, header=HEADER + ",maker"),
    "serial-twice.csv": changed(serial="CMX15D-0836"),
    "serial-twice-in-other-writing.csv": changed(serial="cmx15d 0836"),
    "serial-twice-in-one-cell.csv": changed(serial="CMX15D-0839; CMX15D-0839"),
    "date-is-no-date.csv": changed(delivery_id="D-9", ship_date="soon"),
    "date-not-in-the-calendar.csv": changed(delivery_id="D-9", ship_date="2020-02-30"),
    "date-day-or-month.csv": changed(delivery_id="D-9", ship_date="03/04/2020"),
    "received-before-shipped.csv": changed(delivery_id="D-9", received_date="2020-09-01"),
    "status-unknown.csv": changed(permit_id="SYN-9", status_history="aproved 2020-05-06"),
    "permit-type-unknown.csv": changed(permit_id="SYN-9", permit_type="CA_secret"),
    "quantity-odd.csv": changed(delivery_id="D-9", delivery_quantity="a few"),
    "quantity-negative.csv": changed(delivery_id="D-9", delivery_quantity="-2"),
    "maker-empty.csv": changed(maker=""),
    "permit-redacted-without-id.csv": changed(permit_id="", permit_number="[redacted]"),
    "permit-says-two-things.csv": changed(end_user="Air Force (synthetic)"),
    "cage-with-letter-o.csv": changed(model="CMX-20", cage="3859O"),
    "sha256-too-short.csv": changed(delivery_id="D-9", document_sha256="abc123"),
    "basis-unknown.csv": changed(serial_basis="guess"),
    "disposition-unknown.csv": changed(disposition="lost?"),
    "serial-without-letters.csv": changed(serial="returned"),
    "serial-too-long.csv": changed(serial="7" * 80),
    "serial-rounded-by-a-spreadsheet.csv": changed(serial="1.23457E+11"),
    "serial-with-a-question-mark.csv": changed(serial="CMX15D-08?9"),
    "serial-with-unseen-characters.csv": changed(serial="CMX15D-\u202e9380\u202c"),
    "issuer-with-terminal-codes.csv": changed(permit_id="SYN-9", issuer="Authority\x1b[31m"),
    "windows-1251.csv": changed(consignee="Орган").decode().encode("windows-1251"),
    "range-backwards.csv": changed(serial="CMX15D-0850 to CMX15D-0840"),
    "range-with-two-prefixes.csv": changed(serial="CMX15D-0850 to CMX20-0860"),
    "range-too-long.csv": changed(serial="A-000001 to A-900000"),
    "more-serials-than-units.csv": changed(serial="CMX15D-0839; CMX15D-0841"),
    "formula-in-cell.csv": changed(permit_id="SYN-9", issuer='=HYPERLINK("http://x")'),
    "cell-too-long.csv": changed(consignee="x" * 9000),
    "row-too-short.csv": table(GOOD, OTHER) + b"SYN-3,N-3\n",
    "row-too-long.csv": table(GOOD, OTHER) + b"1," * 30 + b"\n",
    "utf-16.csv": table(GOOD).decode().encode("utf-16"),
    "latin-1.csv": changed(consignee="Türkei").decode().encode("latin-1"),
    "zero-bytes.csv": table(GOOD) + b"\0\0\n",
    "quote-unclosed.csv": table(GOOD) + b'SYN-3,"N-3\n',
    "empty.csv": b"",
    "header-empty.csv": b",,,\n1,2,3,4\n",
}


def main() -> None:
    """Write every file beside this one."""
    for name, data in FILES.items():
        (Path(__file__).parent / name).write_bytes(data)


if __name__ == "__main__":
    main()
