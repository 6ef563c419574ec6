"""The files of a case that go into a bundle: originals, frames, crops, readings, candidates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evidence_store.blobs.store import checked_sha256, sha256_of
from evidence_store.bundle.layout import LETTERS, RULES, PayloadFile, content_path
from values.rule import plain
from workbench.cases.images import png_of
from workbench.rules.limits import SIZES
from workbench.rules.registry import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evidence_store.blobs.store import BlobStore
    from values.rule import Plain
    from workbench.cases.images import Images
    from workbench.settings import Settings
    from workbench.state import ExhibitRecord, SearchRecord
    from workbench.trace_request import Trace, TraceAnswer
    from workbench.types import ExhibitView

CROP_HEIGHT = 220
"""Height of the crop of a plate, in pixels."""

_SUFFIXES = {
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG": "png",
    b"%PDF": "pdf",
    b"II*\x00": "tif",
    b"MM\x00*": "tif",
    b"\x1aE\xdf\xa3": "mkv",
}


def rules_file(settings: Settings) -> PayloadFile:
    """The rules of the program as they were used, including those changed by settings."""
    used: dict[str, Plain] = {
        "limits.reading-seconds": settings.reading_seconds,
        "limits.sizes": [plain(replace(one, most=settings.most_bytes(one.kind))) for one in SIZES],
        "size.file-bytes": settings.max_file_bytes,
    }
    return PayloadFile(
        path=RULES,
        source=as_json(used),
        media_type="application/json",
        title="The rules that the program used",
    )


class Suffixes:
    """File extensions, determined by the bytes and never by the name that somebody gave."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    def of(self, sha256: str) -> str:
        """The extension for these stored bytes; only their beginning is read."""
        for piece in self._blobs.stream(checked_sha256(sha256)):
            return _suffix(piece[:64])
        return _suffix(b"")


def exhibit_files(
    view: ExhibitView, record: ExhibitRecord, images: Images, suffixes: Suffixes
) -> Iterator[PayloadFile]:
    """The original of an exhibit, or the frame; its reading; and a crop of each plate."""
    summary = view.summary
    folder = "derived" if summary.media == "frame" else "originals"
    original = content_path(folder, record.sha256, suffixes.of(record.sha256))
    yield PayloadFile(
        path=original,
        source=record.sha256,
        title=f"{summary.exhibit_id}: the {summary.media} as stored",
        about=(summary.exhibit_id,),
        made_by=view.derived_how or "",
        recorded_in=record.sequence,
    )
    if record.reading_sha256 is not None:
        yield PayloadFile(
            path=f"readings/{summary.exhibit_id}.json",
            source=record.reading_sha256,
            media_type="application/json",
            title=f"{summary.exhibit_id}: the machine readings, with their uncertainty",
            about=(summary.exhibit_id,),
            derived_from=(original,),
            recorded_in=view.reading_sequence,
        )
    for region in view.reading.regions if view.reading is not None else ():
        crop = png_of(images.crop(summary.sha256, region.corners, height=CROP_HEIGHT))
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


def search_file(asked: SearchRecord, exhibits: tuple[str, ...]) -> PayloadFile:
    """Candidates for a plate that these exhibits show, with their catalog records."""
    return PayloadFile(
        path=f"catalog/search-{asked.sequence:06d}.json",
        source=asked.result_sha256,
        media_type="application/json",
        title=f"Candidates for {asked.plate_id} as shown",
        about=exhibits,
        recorded_in=asked.sequence,
    )


def trace_files(traces: Iterable[Trace], suffixes: Suffixes) -> Iterator[PayloadFile]:
    """Every letter as it went out, and every document that came with an answer, unopened."""
    for trace in traces:
        yield PayloadFile(
            path=f"{LETTERS}/{trace.trace_id}.pdf",
            source=trace.letter_sha256,
            media_type="application/pdf",
            title=f"{trace.trace_id}: the letter about {trace.plate_id} as sent",
            about=trace.exhibits,
            recorded_in=trace.sequence,
        )
        for answer in trace.answers:
            for number, paper in enumerate(answer.papers, start=1):
                yield PayloadFile(
                    path=paper_path(trace, answer, number, suffixes),
                    source=paper.sha256,
                    title=f"{trace.trace_id}: document received with an answer, named {paper.name}",
                    about=trace.exhibits,
                    recorded_in=answer.sequence,
                )


def paper_path(trace: Trace, answer: TraceAnswer, number: int, suffixes: Suffixes) -> str:
    """The name of a document in a bundle and on disk: from its number and kind, not the sender."""
    suffix = suffixes.of(answer.papers[number - 1].sha256)
    return f"{LETTERS}/{trace.trace_id}-answer-{answer.sequence:06d}-{number}.{suffix}"


def _suffix(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return {b"avif": "avif", b"qt  ": "mov"}.get(
            brand, "heic" if brand[:2] in {b"he", b"mi"} and brand != b"mp42" else "mp4"
        )
    return next((suffix for magic, suffix in _SUFFIXES.items() if data.startswith(magic)), "bin")
