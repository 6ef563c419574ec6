"""What the case file contains about one exhibit and one search: pure functions of what stands."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from words import en
from workbench.report.result import (
    applications_of,
    candidates_of,
    finding_of,
    leads_of,
    verdict_of,
)
from workbench.report.types import (
    Picture,
    ReportDecision,
    ReportExhibit,
    ReportField,
    ReportRegion,
    ReportReview,
    ReportSearch,
)
from workbench.review.strength import notes_of, strength_of
from workbench.rules.disclosure import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL import Image

    from vision.types import FieldReading, PhotoReading, PlateRegion, Quad, Reading
    from workbench.cases.images import Images
    from workbench.state import CatalogRecord
    from workbench.types import AskedField, ExhibitView, Review, SearchView

#: Longest side of a photo, and height of a crop, as printed, in pixels.
PRINTED_SIDE = 1_000
PRINTED_CROP = 200

_ORIGIN_WORDS = {
    "human": "read or confirmed by a person",
    "machine": "read by the machine",
    "code": "from a machine-readable code",
}


def report_exhibit(view: ExhibitView, size: int, images: Images) -> ReportExhibit:
    """An exhibit of `size` bytes as the case file shows it, with pictures of its original."""
    summary = view.summary
    return ReportExhibit(
        exhibit_id=summary.exhibit_id,
        file_name=summary.file_name,
        media=summary.media,
        sha256=summary.sha256,
        bytes=size,
        width=summary.width,
        height=summary.height,
        taken_in_at=summary.taken_in_at,
        taken_in_by=summary.taken_in_by,
        photo=(
            None
            if summary.media == "clip"
            else _jpeg(images.upright(summary.sha256, longest=PRINTED_SIDE))
        ),
        claims=tuple((name, value) for name in CLAIMS if (value := getattr(view.claims, name))),
        embedded=tuple((f"{fact.group} {fact.name}", fact.value) for fact in view.embedded.facts),
        regions=_regions(view, images),
        copy_of=summary.copy_of or "",
        copy_is_settled=summary.copy_is_settled,
        derived_how=view.derived_how or "",
        notes=tuple(map(en.text, view.reading.notes)) if view.reading is not None else (),
        file_notes=tuple(map(en.text, view.embedded.problems)),
    )


def _jpeg(image: Image.Image) -> Picture:
    """A picture small enough to print many of them; the original is next to it in the bundle."""
    image = image.convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=82, optimize=True)
    return Picture(
        data=buffer.getvalue(), media="image/jpeg", width=image.width, height=image.height
    )


def _regions(view: ExhibitView, images: Images) -> tuple[ReportRegion, ...]:
    reading = view.reading
    if reading is None:
        return ()
    combined = {item.region_id: item for item in reading.combined}
    return tuple(
        ReportRegion(
            region_id=region.region_id,
            corners=region.corners,
            crop=_jpeg(images.crop(view.summary.sha256, region.corners, height=PRINTED_CROP)),
            fields=_fields(reading, combined.get(region.region_id), view.reviews),
            drawn_by="a person" if region.drawn else "",
            as_drawn=as_drawn(region) if region.drawn else "",
        )
        for region in reading.regions
    )


def as_drawn(region: PlateRegion) -> str:
    """Where a person drew a region, and what the machine found in it, each with its own corners."""
    found = "; ".join(map(_corners, region.found))
    return f"Corners as drawn: {_corners(region.corners)}. " + (
        f"The machine found text in it at {found}." if found else "The machine found no text in it."
    )


def _corners(corners: Quad) -> str:
    return ", ".join(f"({x:.1f}, {y:.1f})" for x, y in corners)


def _fields(
    reading: PhotoReading, combined: Reading | None, reviews: Iterable[Review]
) -> tuple[ReportField, ...]:
    if combined is None:
        return ()
    region_id = combined.region_id
    mine = [review for review in reviews if review.region_id == region_id]
    offered = [_field(reading, region_id, item, mine) for item in combined.fields]
    known = {item.field for item in offered}
    only_people = [
        ReportField(
            field=name,
            text="",
            state="unreadable",
            why="the machine read nothing here",
            reviews=_reviews(mine, name),
        )
        for name in dict.fromkeys(review.field for review in mine)
        if name not in known
    ]
    return (*offered, *only_people)


def _field(
    reading: PhotoReading, region_id: str, item: FieldReading, reviews: list[Review]
) -> ReportField:
    strength = strength_of(item)
    return ReportField(
        field=item.field,
        text=item.text,
        state=strength.state,
        why=strength.why,
        pixels=strength.pixels,
        glyphs=tuple(
            tuple((option.char, option.probability) for option in glyph.options)
            for glyph in item.glyphs
        ),
        alternatives=tuple((other.text, other.probability) for other in item.alternatives),
        readers=tuple(
            (by_engine.engine.name, field.text)
            for by_engine in reading.readings
            if by_engine.region_id == region_id
            for field in by_engine.fields
            if field.field == item.field
        ),
        notes=(*notes_of(item), *([strength.witnesses] if strength.witnesses else [])),
        reviews=_reviews(reviews, item.field),
    )


def _reviews(reviews: list[Review], field: str) -> tuple[ReportReview, ...]:
    mine = [review for review in reviews if review.field == field]
    last = next((review for review in reversed(mine) if review.counts), None)
    return tuple(
        ReportReview(
            sequence=review.sequence,
            at=review.at,
            reviewer=review.reviewer,
            judgement=review.judgement.value,
            text=review.text,
            machine_text=review.machine_text,
            blind=review.blind,
            reason=review.reason,
            stands=review is last,
            counts=review.counts,
        )
        for review in mine
    )


def _stack_words(asked: AskedField) -> str:
    if asked.stack is None:
        return ""
    return f"; the stacked exposures were read as “{asked.stack}”"


def report_search(view: SearchView, catalog: CatalogRecord) -> ReportSearch:
    """A search as the case file shows it."""
    return ReportSearch(
        sequence=view.sequence,
        plate_id=view.plate_id,
        at=view.at,
        by=view.by,
        asked=tuple(
            (
                field,
                f"{asked.text} ({_ORIGIN_WORDS[asked.origin]}{_stack_words(asked)})",
            )
            for field, asked in view.query.items()
        ),
        snapshot_sha256=view.snapshot_sha256,
        catalog_name=catalog.name,
        coverage=catalog.coverage,
        explanation=view.result.explanation,
        synthetic_catalog=catalog.synthetic,
        candidates=candidates_of(view.result),
        verdict=verdict_of(view.result),
        dissent=view.dissent,
        limits=view.result.limits,
        applications=applications_of(view.result),
        leads=leads_of(view.result),
        findings=tuple(finding_of(finding) for finding in view.findings),
        decisions=tuple(
            ReportDecision(
                sequence=decision.sequence,
                at=decision.at,
                by=decision.by,
                candidate=decision.candidate,
                judgement=decision.judgement.value,
                reason=decision.reason,
                stands=decision.stands,
                replaced=decision.replaced,
            )
            for decision in view.decisions
        ),
    )
