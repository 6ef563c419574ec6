"""What of a case goes into a bundle as files: originals, frames, crops, readings, candidates."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from evidence_store.blobs import checked_sha256, sha256_of
from evidence_store.bundle.layout import LETTERS, PayloadFile, content_path
from workbench.case_file import views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.trace import Trace, TraceAnswer
    from workbench.types import ExhibitView
    from workbench.workbench import Workbench

_SUFFIXES = {
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG": "png",
    b"%PDF": "pdf",
    b"II*\x00": "tif",
    b"MM\x00*": "tif",
    b"\x1aE\xdf\xa3": "mkv",
}


def exhibit_files(workbench: Workbench, case_id: str) -> Iterator[PayloadFile]:
    """Originals, frames, crops and readings of every exhibit; each file once."""
    seen: set[str] = set()
    for view in views(workbench, case_id):
        for file in _files_of(workbench, case_id, view):
            if file.path not in seen:
                seen.add(file.path)
                yield file


def _files_of(workbench: Workbench, case_id: str, view: ExhibitView) -> Iterator[PayloadFile]:
    summary = view.summary
    sha256 = checked_sha256(summary.sha256)
    folder = "derived" if summary.media == "frame" else "originals"
    recorded = workbench.exhibits.recorded_in(case_id, summary.exhibit_id)
    original = content_path(folder, sha256, _suffix(workbench, summary.sha256))
    yield PayloadFile(
        path=original,
        source=sha256,
        title=f"{summary.exhibit_id}: the {summary.media} as it is kept",
        about=(summary.exhibit_id,),
        made_by=view.derived_how or "",
        recorded_in=recorded.taken_in,
    )
    if recorded.reading_sha256 is not None:
        yield PayloadFile(
            path=f"readings/{summary.exhibit_id}.json",
            source=checked_sha256(recorded.reading_sha256),
            media_type="application/json",
            title=f"{summary.exhibit_id}: what the machines read, with their doubt",
            about=(summary.exhibit_id,),
            derived_from=(original,),
            recorded_in=view.reading_sequence,
        )
    for region in view.reading.regions if view.reading is not None else ():
        crop = workbench.exhibits.crop_png(case_id, summary.exhibit_id, region.region_id)
        corners = ", ".join(f"({x:.1f}, {y:.1f})" for x, y in region.corners)
        yield PayloadFile(
            path=content_path("derived", sha256_of(crop), "png"),
            source=crop,
            media_type="image/png",
            title=f"{summary.exhibit_id}/{region.region_id}: the plate, flattened",
            about=(summary.exhibit_id,),
            derived_from=(original,),
            made_by=f"Perspective warp of the upright photo; corners in pixels: {corners}.",
        )


def search_files(workbench: Workbench, case_id: str) -> Iterator[PayloadFile]:
    """Candidates as they were shown, with the catalog records in them."""
    for search in workbench.matching.searches(case_id):
        plate = workbench.review.plate(case_id, search.plate_id)
        yield PayloadFile(
            path=f"catalog/search-{search.sequence:06d}.json",
            source=checked_sha256(workbench.matching.result_sha256(case_id, search.sequence)),
            media_type="application/json",
            title=f"Candidates for {search.plate_id} as they were shown",
            about=tuple(dict.fromkeys(exhibit for exhibit, _region in plate.members)),
            recorded_in=search.sequence,
        )


def trace_files(workbench: Workbench, case_id: str) -> Iterator[PayloadFile]:
    """Every letter as it went out, and every paper that came with an answer, unopened."""
    for trace in workbench.tracing.traces(case_id):
        yield PayloadFile(
            path=f"{LETTERS}/{trace.trace_id}.pdf",
            source=trace.letter_sha256,
            media_type="application/pdf",
            title=f"{trace.trace_id}: the letter about {trace.plate_id} as it went out",
            about=trace.exhibits,
            recorded_in=trace.sequence,
        )
        for answer in trace.answers:
            for number, paper in enumerate(answer.papers, start=1):
                yield PayloadFile(
                    path=paper_path(workbench, trace, answer, number),
                    source=paper.sha256,
                    title=f"{trace.trace_id}: what came with an answer, called {paper.name}",
                    about=trace.exhibits,
                    recorded_in=answer.sequence,
                )


def paper_path(workbench: Workbench, trace: Trace, answer: TraceAnswer, number: int) -> str:
    """What a paper is called in a bundle and on disk: by number and kind, not as its sender did."""
    suffix = _suffix(workbench, answer.papers[number - 1].sha256)
    return f"{LETTERS}/{trace.trace_id}-answer-{answer.sequence:06d}-{number}.{suffix}"


def _suffix(workbench: Workbench, sha256: str) -> str:
    """A file ending by what the bytes are, never by what somebody called them."""
    head = io.BytesIO()
    for piece in workbench.stores.blobs.stream(checked_sha256(sha256)):
        head.write(piece[:64])
        break
    data = head.getvalue()
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return {b"avif": "avif", b"qt  ": "mov"}.get(
            brand, "heic" if brand[:2] in {b"he", b"mi"} and brand != b"mp42" else "mp4"
        )
    return next((suffix for magic, suffix in _SUFFIXES.items() if data.startswith(magic)), "bin")
