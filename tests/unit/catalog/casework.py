"""Small synthetic catalogs for the casework tests, and the words to ask them with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from catalog.findings.serialize import stored_result
from catalog.findings.stored_search import result_json
from catalog.snapshot.reader import Snapshot, build_snapshot, open_snapshot
from catalog.types import (
    CatalogRecords,
    CoverageEntry,
    Delivery,
    FieldEvidence,
    Maker,
    MakerAlias,
    ModelNames,
    Party,
    Permit,
    PermitLine,
    Query,
    Redactable,
    Serial,
    StatusEvent,
)
from values.dates import PartialDate
from values.sentence import Sentence
from words import en

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import Literal

    from catalog.matching.results import SearchResult

day = PartialDate.parse


def history(*steps: str) -> tuple[StatusEvent, ...]:
    """Write "approved 2020-05-06" as an event, in order."""
    events = []
    for step in steps:
        status, _, when = step.partition(" ")
        events.append(
            StatusEvent(status=status, date=day(when), authority="authority", source="synthetic")
        )
    return tuple(events)


def party(role: str, name: str, country: str, *, withheld: bool = False) -> Party:
    text = Redactable(value="", redaction="redacted_full") if withheld else Redactable(value=name)
    return Party(role=role, name=text, country=country)


def delivery(name: str, shipped: str, serials: Sequence[str], **more: object) -> Delivery:
    return Delivery(
        delivery_id=name,
        ship_date=day(shipped),
        quantity=len(serials),
        serials=tuple(
            Serial(value=text, basis="not_on_permit_from_delivery_record") for text in serials
        ),
        **more,  # type: ignore[arg-type]
    )


def line(name: str, *deliveries: Delivery, quantity: int | None = None, **more: str) -> PermitLine:
    return PermitLine(
        line_id=name,
        maker_id=more.pop("maker_id", "wescam"),
        maker_as_written=more.pop("maker_as_written", "L3 Wescam"),
        model=more.pop("model", "CMX-15D"),
        quantity=quantity,
        deliveries=deliveries,
        **more,
    )


def permit(name: str, *lines: PermitLine, **more: object) -> Permit:
    return Permit(
        permit_id=name,
        number=more.pop("number", Redactable(value=name)),  # type: ignore[arg-type]
        issuer="authority",
        synthetic=True,
        lines=lines,
        **more,  # type: ignore[arg-type]
    )


WESCAM = Maker(
    maker_id="wescam",
    canonical="L3Harris Wescam",
    aliases=(
        MakerAlias(name="L3 Wescam", kind="trading", valid_from=day("2016-12-31")),
        MakerAlias(name="Wescam", kind="trading", valid_to=day("2002")),
    ),
    models=(ModelNames(model="CMX-15D", variants=("MX-15D",), source="declared for the test"),),
)
OTHER = Maker(
    maker_id="hensoldt",
    canonical="Hensoldt",
    aliases=(MakerAlias(name="Hensoldt Optronics", kind="legal"),),
)


def snapshot_of(
    folder: Path,
    *permits: Permit,
    makers: tuple[Maker, ...] = (WESCAM, OTHER),
    coverage: tuple[CoverageEntry, ...] = (),
    name: str = "snapshot",
) -> Snapshot:
    """Build and open a snapshot of these permits."""
    path = folder / f"{name}.nameplate"
    build_snapshot(
        CatalogRecords(
            makers=tuple(sorted(makers, key=lambda maker: maker.maker_id)),
            permits=tuple(sorted(permits, key=lambda one: one.permit_id)),
        ),
        path,
        sources=(),
        coverage=coverage,
        synthetic=True,
        built_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    return open_snapshot(path)


def numbered(*numbers: int, form: str = "CMX15D-{:04d}") -> tuple[str, ...]:
    return tuple(form.format(number) for number in numbers)


def spoken(*said: Sentence | Iterable[Sentence] | None) -> str:
    """What people read of sentences, one after the other."""
    parts = ((one,) if isinstance(one, Sentence) else one or () for one in said)
    return " ".join(en.text(sentence) for part in parts for sentence in part)


def ids(said: Iterable[Sentence]) -> list[str]:
    """The identifiers of sentences, in their order."""
    return [one.id for one in said]


def kept_json(result: SearchResult) -> dict[str, Any]:
    """A result as it is kept, as JSON values."""
    kept: dict[str, Any] = result_json(stored_result(result, en.text))
    return kept


def asked(
    serial: str | None,
    *,
    maker: str | None = "L3 WESCAM",
    model: str | None = "CMX-15D",
    part_number: str | None = None,
    origin: Literal["machine", "human", "code"] = "human",
    likelihood: object = None,
) -> Query:
    """A query as a reviewer's words (or a machine's) make it."""

    def evidence(text: str | None, pixels: object = None) -> FieldEvidence | None:
        if text is None:
            return None
        return FieldEvidence(text=text, origin=origin, likelihood=pixels)  # type: ignore[arg-type]

    return Query(
        maker=evidence(maker),
        model=evidence(model),
        serial=evidence(serial, likelihood),
        part_number=evidence(part_number),
    )
