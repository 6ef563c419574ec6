"""The OCR systems that are compared, each as a function from a photo's file to its output."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps

from benchmarks.reading_rules import is_found

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vision.types import Photo, PhotoReading


def upright(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Decode a photo to upright RGB."""
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"), dtype=np.uint8)


def _printed(started: float, lines: list[tuple[str, float]]) -> dict[str, Any]:
    return {"seconds": time.perf_counter() - started, "lines": lines, "fields": {}, "codes": []}


def ours(*names: str) -> Callable[[Path], dict[str, Any]]:
    """Our reader, with the named engines or with all that are installed."""
    from vision.media.decode import decode_photo
    from vision.plate.reader import Reader

    reader = Reader(engines=names or None)

    def read(path: Path) -> dict[str, Any]:
        photo: Photo = decode_photo(path.read_bytes(), name=path.name)
        started = time.perf_counter()
        reading = reader.read(photo)
        seconds = time.perf_counter() - started
        return {"seconds": seconds, **_own_output(reading)}

    return read


def _own_output(reading: PhotoReading) -> dict[str, Any]:
    """Our lines: those of the combined readings, field values that differ from them, and codes."""
    from vision.plate.reader import top_field
    from vision.serialize import field_to_json
    from words import en

    lines: list[tuple[str, float]] = []
    for part in reading.combined:
        own = [(line.text, line.confidence) for line in part.lines]
        said = [text for text, _ in own]
        extra = [(one.text, one.confidence) for one in part.fields if not is_found(one.text, said)]
        lines += own + extra
    codes = [code.payload for code in reading.codes]
    lines += [(payload, 1.0) for payload in codes]
    fields = {}
    for name in ("serial", "model", "maker", "part_number"):
        top = top_field(reading, name)
        if top:
            fields[name] = {
                "text": top.text,
                "alternatives": [other.text for other in top.alternatives],
                "state": top.state,
                "confidence": top.confidence,
                "rule": top.source.rule,
                "label": top.source.label,
                "strength": top.strength,
                "reasons": [why.rule for why in top.reasons],
            }
    serial = top_field(reading, "serial")
    return {
        "lines": lines,
        "fields": fields,
        "codes": codes,
        "notes": list(map(en.text, reading.notes)),
        "serial": field_to_json(serial, en.text) if serial else None,
    }


def rapidocr(turns: int = 1) -> Callable[[Path], dict[str, Any]]:
    """RapidOCR at its defaults, on the photo turned `turns` ways."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(path: Path) -> dict[str, Any]:
        pixels = upright(path)[:, :, ::-1]
        started = time.perf_counter()
        lines: list[tuple[str, float]] = []
        for turn in range(turns):
            answer = engine(np.ascontiguousarray(np.rot90(pixels, turn)))
            if answer.txts is not None:
                lines += [(t, float(s)) for t, s in zip(answer.txts, answer.scores, strict=True)]
        return _printed(started, lines)

    return read


def easyocr() -> Callable[[Path], dict[str, Any]]:
    """EasyOCR at its defaults on the whole photo."""
    import easyocr as package
    import easyocr_en_models

    reader = package.Reader(
        ["en"],
        gpu=False,
        model_storage_directory=str(easyocr_en_models.model_dir()),
        download_enabled=False,
        verbose=False,
    )

    def read(path: Path) -> dict[str, Any]:
        pixels = upright(path)
        started = time.perf_counter()
        return _printed(started, [(text, float(p)) for _, text, p in reader.readtext(pixels)])

    return read


def tesseract() -> Callable[[Path], dict[str, Any]]:
    """Tesseract at its defaults on the whole photo."""
    import pytesseract

    pytesseract.get_tesseract_version()

    def read(path: Path) -> dict[str, Any]:
        image = Image.fromarray(upright(path))
        started = time.perf_counter()
        data = pytesseract.image_to_data(image, output_type=pytesseract.Output.DICT)
        words: dict[tuple[int, int, int], list[tuple[str, float]]] = {}
        for at, text in enumerate(data["text"]):
            if text.strip():
                key = (data["block_num"][at], data["par_num"][at], data["line_num"][at])
                words.setdefault(key, []).append((text, max(float(data["conf"][at]), 0.0) / 100))
        lines = [
            (" ".join(w for w, _ in line), sum(c for _, c in line) / len(line))
            for line in words.values()
        ]
        return _printed(started, lines)

    return read


SYSTEMS: dict[str, Callable[[], Callable[[Path], dict[str, Any]]]] = {
    "ours": ours,
    "ours_no_torch": lambda: ours("rapidocr", "ppocr5", "cyrillic", "tesseract"),
    "ours_no_cyrillic": lambda: ours("rapidocr", "ppocr5", "easyocr", "tesseract"),
    "ours_rapidocr": lambda: ours("rapidocr"),
    "ours_rapidocr_easyocr": lambda: ours("rapidocr", "easyocr"),
    "ours_rapidocr_tesseract": lambda: ours("rapidocr", "tesseract"),
    "ours_easyocr": lambda: ours("easyocr"),
    "rapidocr": rapidocr,
    "rapidocr4": lambda: rapidocr(4),
    "easyocr": easyocr,
    "tesseract": tesseract,
}
"""Name -> a function that loads the system and gives its reading function."""
