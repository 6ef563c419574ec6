"""A case as rows, for the tables in a bundle that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_store.bundle.tables import DECISIONS, READINGS, TRACES, Row, table_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evidence_store.bundle.layout import PayloadFile
    from workbench.trace_request import Trace
    from workbench.types import ExhibitView, Review, SearchView


def tables_of(
    exhibits: Sequence[str],
    readings: Sequence[Row],
    decisions: Iterable[Row],
    traces: Iterable[Trace] = (),
) -> Iterator[PayloadFile]:
    """The tables, each as CSV, JSON and schema; that of trace requests only if there are any.

    `exhibits` are those that the tables cover; `readings` and `decisions` are the rows from
    `reading_rows`, `review_rows` and `decision_rows`.
    """
    about = tuple(exhibits)
    in_order = sorted(decisions, key=lambda row: int(row["entry"] or 0))
    yield from table_files(READINGS, readings, about=about)
    yield from table_files(DECISIONS, in_order, about=about)
    asked = [row for trace in traces for row in _traces(trace)]
    if asked:
        yield from table_files(TRACES, asked, about=about)


def reading_rows(view: ExhibitView) -> Iterator[Row]:
    """Each engine's fields, and the combined ones."""
    reading = view.reading
    if reading is None:
        return
    regions = {region.region_id: region for region in reading.regions}
    for item in (*reading.readings, *reading.combined):
        region = regions[item.region_id]
        for field in item.fields:
            yield {
                "exhibit": view.summary.exhibit_id,
                "exposure": view.summary.exposure,
                "region": item.region_id,
                "drawn": region.drawn,
                "corners": " ".join(f"{x:g},{y:g}" for x, y in region.corners),
                "field": field.field,
                "text": field.text,
                "state": field.state,
                "confidence": field.confidence,
                "engine": f"{item.engine.name} {item.engine.version}",
                "entry": view.reading_sequence,
            }


def review_rows(view: ExhibitView) -> Iterator[Row]:
    """People's judgements of each field; the last one that counts stands."""
    last = {
        (review.region_id, review.field): review.sequence
        for review in view.reviews
        if review.counts
    }
    for review in view.reviews:
        stands = last.get((review.region_id, review.field)) == review.sequence
        yield _review(review, stands=stands)


def _review(review: Review, *, stands: bool) -> Row:
    return {
        "entry": review.sequence,
        "at": review.at.isoformat(),
        "reviewer": review.reviewer_id,
        "reviewer_name": review.reviewer,
        "exhibit": review.exhibit_id,
        "region": review.region_id,
        "field": review.field,
        "judgement": review.judgement.value,
        "text": review.text,
        "reason": review.reason,
        "blind": review.blind,
        "supersedes": review.supersedes,
        "stands": stands,
    }


def decision_rows(search: SearchView) -> Iterator[Row]:
    """People's decisions on the candidates of a search."""
    exhibit_id, _, region_id = search.plate_id.partition("/")
    for decision in search.decisions:
        yield {
            "entry": decision.sequence,
            "at": decision.at.isoformat(),
            "reviewer": decision.by_id,
            "reviewer_name": decision.by,
            "exhibit": exhibit_id,
            "region": region_id,
            "field": "candidate",
            "judgement": decision.judgement.value,
            "text": decision.candidate,
            "reason": decision.reason,
            "stands": decision.stands,
        }


def _traces(trace: Trace) -> Iterator[Row]:
    """The request, then each answer."""
    common: Row = {
        "trace": trace.trace_id,
        "plate": trace.plate_id,
        "addressee": trace.request.addressee,
        "addressee_is": trace.request.addressee_is.value,
    }
    yield {
        **common,
        "entry": trace.sequence,
        "at": trace.at.isoformat(),
        "day": trace.request.sent_on.isoformat(),
    }
    for answer in trace.answers:
        yield {
            **common,
            "entry": answer.sequence,
            "at": answer.at.isoformat(),
            "day": answer.received_on.isoformat(),
            "answer": answer.answer.value,
            "words": answer.words,
        }
