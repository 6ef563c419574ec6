"""A synthetic demo catalog, modelled on a story in the news; every record says it is invented.

The outline: a camera maker in Canada under an older name, export permits to an integrator with a
naval end user, exports restricted in October 2019, exceptions in 2020, a permit of May 2020 for
seven systems, suspension on 5 October 2020, cancellation on 12 April 2021, and applications for an
air force that were never approved. Permits, serials, quantities and parties here are invented.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from catalog.types import CoverageEntry, Source
from values.dates import PartialDate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Row = dict[str, str]

SOURCE_NOTE: Final = "Synthetic demonstration record; invented, not evidence"
SOURCES: Final = (Source(name="demo-catalog-synthetic.csv", note=SOURCE_NOTE),)
ISSUER: Final = "Export Controls Authority (synthetic)"

COVERAGE: Final = (
    CoverageEntry(
        maker_id="wescam",
        issuer=ISSUER,
        first=PartialDate.parse("2018"),
        last=PartialDate.parse("2021"),
        completeness="partial",
        note="Synthetic: the permits of one issuer for one maker, with gaps.",
    ),
    CoverageEntry(
        maker_id="flir",
        issuer=ISSUER,
        first=PartialDate.parse("2019"),
        last=PartialDate.parse("2020"),
        completeness="partial",
        note="Synthetic: a few permits for comparison.",
    ),
    CoverageEntry(
        maker_id="hensoldt",
        issuer=ISSUER,
        first=PartialDate.parse("2019"),
        last=PartialDate.parse("2020"),
        completeness="partial",
        note="Synthetic: a few permits for comparison.",
    ),
)
"""What the demo catalog would cover if it were real."""

_EVERY_PERMIT: Final = {
    "issuer": ISSUER,
    "permit_type": "CA_individual",
    "source": SOURCE_NOTE,
    "synthetic": "yes",
    "applicant": "L3Harris Wescam (synthetic record)",
    "applicant_country": "CA",
    "exporter": "L3Harris Wescam (synthetic record)",
    "exporter_country": "CA",
    "country_of_origin": "CA",
    "control_code": "6-2.B (synthetic)",
}
_CAMERA: Final = {
    "maker": "L3 Wescam",
    "cage": "38596",
    "model": "CMX-15D",
    "part_number": "72-10015-04",
    "description": "Stabilised electro-optical and infrared turret",
}
_NAVAL: Final = {
    "country_final_destination": "TR",
    "country_of_use": "TR",
    "integrator": "Uncrewed Aircraft Integrator A.Ş. (synthetic)",
    "integrator_country": "TR",
    "intermediate_consignee": "Uncrewed Aircraft Integrator A.Ş. (synthetic)",
    "intermediate_consignee_country": "TR",
    "end_user": "Turkish Naval Forces Command (synthetic record)",
    "end_user_country": "TR",
    "undertakings": "no_diversion; no_reexport_without_consent; no_third_party_transfer",
}
_END_USE: Final = (
    "Maritime patrol by the naval end user. The goods will not be diverted, re-exported or "
    "transferred. (Synthetic text.)"
)
_INTEGRATOR: Final = "Uncrewed Aircraft Integrator A.Ş. (synthetic)"


def demo_catalog_csv() -> bytes:
    """Write the demo catalog as CSV; the column `synthetic` says yes in every row."""
    rows = [{"source": SOURCE_NOTE, **row} for row in _rows()]
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _rows() -> Iterator[Row]:
    yield from _before_the_restriction()
    yield from _the_permit_of_may()
    yield from _a_second_exception()
    yield from _never_approved()
    yield from _neighbours()
    yield from _other_models()
    yield from _other_makers()


def _deliveries(
    permit: Mapping[str, str], shipments: Mapping[tuple[str, str, str], tuple[str, ...]]
) -> Iterator[Row]:
    """Write one row per serial; shipments are distinguished by id, ship date and consignee."""
    for (delivery_id, shipped, consignee), serials in shipments.items():
        for serial in serials:
            yield {
                **_EVERY_PERMIT,
                **permit,
                "delivery_id": delivery_id,
                "ship_date": shipped,
                "consignee": consignee,
                "delivery_quantity": str(len(serials)),
                "document_type": "manufacturer_delivery_record",
                "serial": serial,
                "serial_basis": "not_on_permit_from_delivery_record",
            }


def _cameras(*numbers: int) -> tuple[str, ...]:
    return tuple(f"CMX15D-{number:04d}" for number in numbers)


def _before_the_restriction() -> Iterator[Row]:
    permit = {
        "permit_id": "SYN-2019-011",
        "permit_number": "SYN-EP-19-0117",
        "status_history": "submitted 2019-03-04; approved 2019-06-18; suspended 2019-10-15; "
        "cancelled 2021-04-12",
        "valid_from": "2019-06-18",
        "valid_to": "2024-06-17",
        "end_use_text": _END_USE,
        **_NAVAL,
        **_CAMERA,
        "line_id": "SYN-2019-011/1",
        "quantity": "6",
    }
    yield from _deliveries(
        permit, {("SYN-D-0191", "2019-08-21", _INTEGRATOR): _cameras(612, 613, 617)}
    )


def _the_permit_of_may() -> Iterator[Row]:
    """Seven systems; five were shipped before the suspension."""
    permit = {
        "permit_id": "SYN-2020-007",
        "permit_number": "[redacted]",
        "status_history": "submitted 2020-02-11; approved_with_conditions 2020-05-06; "
        "suspended 2020-10-05; cancelled 2021-04-12",
        "valid_from": "2020-05-06",
        "valid_to": "2025-05-05",
        "end_use_text": _END_USE,
        "conditions": "Exception to the restriction of 15 October 2019",
        **_NAVAL,
        **_CAMERA,
        "line_id": "SYN-2020-007/1",
        "quantity": "7",
    }
    yield from _deliveries(
        permit,
        {
            ("SYN-D-0201", "2020-09-08", _INTEGRATOR): _cameras(834, 836, 839),
            ("SYN-D-0202", "2020-09-24", _INTEGRATOR): _cameras(842, 843),
        },
    )


def _a_second_exception() -> Iterator[Row]:
    """An exception whose deliveries are known by quantity only, and one unit withheld."""
    permit = {
        "permit_id": "SYN-2020-009",
        "permit_number": "SYN-EP-20-0311",
        "status_history": "approved 2020-05; suspended 2020-10-05; cancelled 2021-04-12",
        "end_use_text": "[redacted]",
        **_NAVAL,
        **_CAMERA,
        "line_id": "SYN-2020-009/1",
        "quantity": "4",
    }
    shipment = {
        **_EVERY_PERMIT,
        **permit,
        "ship_date": "2020-07",
        "consignee": _INTEGRATOR,
        "document_type": "customs_declaration",
    }
    yield {
        **shipment,
        "delivery_id": "SYN-D-0211",
        "delivery_quantity": "2",
        "serial": "",
        "serial_basis": "quantity_only",
    }
    yield {
        **shipment,
        "delivery_id": "SYN-D-0212",
        "delivery_quantity": "1",
        "serial": "[redacted]",
        "serial_basis": "redacted",
    }


def _never_approved() -> Iterator[Row]:
    """Applications for an air force: no status ever allowed a shipment."""
    air_force = {
        "country_final_destination": "AZ",
        "country_of_use": "AZ",
        "integrator": _INTEGRATOR,
        "integrator_country": "TR",
        "end_user": "Azerbaijani Air Force (synthetic record)",
        "end_user_country": "AZ",
        **_CAMERA,
    }
    for number, history, quantity in (
        ("SYN-2020-A03", "submitted 2020-06-30; under_review 2020-07; withdrawn 2020-10-06", "3"),
        ("SYN-2020-A04", "submitted 2020-08-19; denied 2020-11", "2"),
    ):
        yield {
            **_EVERY_PERMIT,
            "permit_id": number,
            "permit_number": number,
            "status_history": history,
            **air_force,
            "line_id": f"{number}/1",
            "quantity": quantity,
        }


def _neighbours() -> Iterator[Row]:
    """Units with serials adjacent to those of the story, lawfully delivered elsewhere."""
    parties = {
        "country_final_destination": "NO",
        "country_of_use": "NO",
        "end_user": "Coast Guard of a northern state (synthetic)",
        "end_user_country": "NO",
        **_CAMERA,
    }
    permit = {
        "permit_id": "SYN-2020-021",
        "permit_number": "SYN-EP-20-0502",
        "status_history": "approved 2020-01-20",
        "valid_from": "2020-01-20",
        "valid_to": "2025-01-19",
        **parties,
        "line_id": "SYN-2020-021/1",
        "quantity": "24",
    }
    consignee = "Coast Guard stores of a northern state (synthetic)"
    yield from _deliveries(
        permit,
        {
            ("SYN-D-0221", "2020-06-15", consignee): _cameras(
                788, 789, 790, 791, 793, 796, 801, 805, 806, 810
            ),
            ("SYN-D-0222", "2020-09-29", consignee): _cameras(
                830, 831, 832, 833, 835, 837, 838, 840, 841, 844, 846, 848
            ),
        },
    )


def _other_models() -> Iterator[Row]:
    permit = {
        "permit_id": "SYN-2019-030",
        "permit_number": "SYN-EP-19-0440",
        "status_history": "approved 2019-02-01; amended 2019-09-12; expired 2021-02-01",
        "country_final_destination": "AU",
        "end_user": "Border Force of a southern state (synthetic)",
        "end_user_country": "AU",
        "maker": "L3 Wescam",
        "cage": "38596",
    }
    consignee = "Surveillance Aircraft Pty Ltd (synthetic)"
    for model, first in (("CMX-10", 411), ("CMX-20", 88)):
        line = {
            "line_id": f"SYN-2019-030/{model}",
            "model": model,
            "description": "Stabilised electro-optical and infrared turret",
            "quantity": "8",
        }
        prefix = model.replace("-", "")
        serials = tuple(f"{prefix}-{number:04d}" for number in range(first, first + 8))
        yield from _deliveries(
            {**permit, **line}, {(f"SYN-D-{model}", "2019-11", consignee): serials}
        )


def _other_makers() -> Iterator[Row]:
    """Two other makers, with other serial formats."""
    for permit_id, maker, model, serials in (
        ("SYN-2019-041", "FLIR Systems, Inc.", "SAFIRE-380", "SF380-{:05d}"),
        ("SYN-2019-042", "HENSOLDT Optronics (Pty) Ltd.", "ARGOS-II", "AR2/{:04d}/19"),
    ):
        permit = {
            "permit_id": permit_id,
            "permit_number": f"{permit_id}-EP",
            "status_history": "approved 2019-05-05",
            "applicant": f"{maker} (synthetic record)",
            "exporter": f"{maker} (synthetic record)",
            "country_final_destination": "CA",
            "end_user": "Police air support of a province (synthetic)",
            "end_user_country": "CA",
            "maker": maker,
            "model": model,
            "line_id": f"{permit_id}/1",
            "quantity": "10",
        }
        shipped = tuple(serials.format(number) for number in range(1203, 1211))
        consignee = "Provincial aviation stores (synthetic)"
        yield from _deliveries(permit, {(f"{permit_id}-D", "2019-12-03", consignee): shipped})
