"""Tesseract, for scripts that the other engines lack: Cyrillic, Persian and Arabic lines.

It provides no CTC probabilities, so its readings carry one confidence per word and no lattice.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytesseract

from vision.ocr.engine import NOTHING, FoundLine, Recognised, fitted, weights_hash
from vision.types import CharOption, Engine, Glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import Pixels

LANGUAGES = ("eng", "rus", "ukr", "fas", "ara", "tur")
"""Languages requested; those that are installed are used."""

LINE_HEIGHT = 56
"""Crops are scaled to this height: Tesseract reads capitals of 30–40 pixels best (its manual)."""

SECONDS = 20
"""A run that takes longer is aborted; its lines count as unread."""

_LINE, _SPARSE = "7", "11"


AFFORDABLE_SIDE = 1600


class TesseractEngine:
    """Reads with the installed `tesseract` program, several crops in one run."""

    def __init__(self, *, languages: tuple[str, ...] | None = None) -> None:
        """Select languages (default: all installed ones of `LANGUAGES`)."""
        installed = set(pytesseract.get_languages(config=""))
        wanted = languages or LANGUAGES
        self.languages = tuple(language for language in wanted if language in installed)
        if not self.languages:
            self.languages = ("eng",)
        folder = _language_folder()
        files = [folder / f"{language}.traineddata" for language in self.languages]
        self._identity = Engine(
            name="tesseract",
            version=str(pytesseract.get_tesseract_version()),
            weights_sha256=weights_hash(*(file for file in files if file.exists())),
        )

    @property
    def identity(self) -> Engine:
        """Name, version and the hash over the language files in use, in that order."""
        return self._identity

    @property
    def affordable_side(self) -> int:
        """Longer side of a picture that takes about half a second to search on two cores."""
        return AFFORDABLE_SIDE

    def find(self, pixels: Pixels, *, long_side: int) -> tuple[FoundLine, ...]:
        """Find lines of text by a sparse-text run; one outline for each line it reports."""
        small = fitted(pixels, long_side)
        across, down = pixels.shape[1] / small.shape[1], pixels.shape[0] / small.shape[0]
        lines: dict[tuple[int, ...], list[tuple[float, float, float, float, float]]] = {}
        for word in self._run([small], _SPARSE, self.languages):
            lines.setdefault(word.line, []).append(
                (word.left, word.top, word.left + word.width, word.top + word.height, word.sure)
            )
        found = []
        for words in lines.values():
            left, top = min(w[0] for w in words) * across, min(w[1] for w in words) * down
            right, bottom = max(w[2] for w in words) * across, max(w[3] for w in words) * down
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
            found.append(FoundLine(corners=corners, score=sum(w[4] for w in words) / len(words)))
        return tuple(found)

    def recognise(
        self, crops: Sequence[Pixels], *, languages: tuple[str, ...] | None = None
    ) -> tuple[Recognised, ...]:
        """Read upright line crops in one run of the program, with all or the given `languages`."""
        if not crops:
            return ()
        prepared = [_prepared(crop) for crop in crops]
        chosen = tuple(la for la in languages or self.languages if la in self.languages)
        words: list[list[_Word]] = [[] for _ in crops]
        for word in self._run(prepared, _LINE, chosen or self.languages):
            words[word.page].append(word)
        return tuple(_answer(line) for line in words)

    def _run(
        self, pictures: Sequence[Pixels], mode: str, languages: tuple[str, ...]
    ) -> list[_Word]:
        with tempfile.TemporaryDirectory(prefix="nameplate-tesseract-") as folder:
            names = []
            for at, picture in enumerate(pictures):
                name = Path(folder) / f"{at:04d}.png"
                cv2.imwrite(str(name), picture[:, :, ::-1])
                names.append(str(name))
            listing = Path(folder) / "pictures.txt"
            listing.write_text("\n".join(names) + "\n", encoding="utf-8")
            command = ["tesseract", str(listing), "stdout", "-l", "+".join(languages)]
            command += ["--psm", mode, "-c", "tessedit_create_tsv=1"]
            try:
                done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
            except subprocess.TimeoutExpired:
                return []
        return _words(done.stdout.decode("utf-8", errors="replace"), len(pictures))


class _Word:
    """One word of the program's TSV output; `page` counts pictures from 0, `sure` is 0–1."""

    __slots__ = ("height", "left", "line", "page", "sure", "text", "top", "width")

    def __init__(self, cells: list[str]) -> None:
        self.page = int(cells[1]) - 1
        self.line = tuple(int(cell) for cell in cells[1:5])
        self.left, self.top, self.width, self.height = (float(cell) for cell in cells[6:10])
        self.sure = float(cells[10]) / 100.0
        self.text = cells[11].strip()


def _words(table: str, pages: int) -> list[_Word]:
    rows = [line.split("\t") for line in table.splitlines()]
    words = [_Word(cells) for cells in rows if len(cells) == 12 and cells[0] == "5"]
    return [w for w in words if w.text and w.sure >= 0 and 0 <= w.page < pages]


def _answer(words: list[_Word]) -> Recognised:
    # On an empty crop the program returns dashes and brackets, which mean nothing.
    if not any(char.isalnum() for word in words for char in word.text):
        return NOTHING
    glyphs: list[Glyph] = []
    for number, word in enumerate(words):
        if number:
            glyphs.append(Glyph(options=(CharOption(char=" ", probability=word.sure),)))
        each = word.sure ** (1.0 / len(word.text))
        glyphs += [Glyph(options=(CharOption(char=char, probability=each),)) for char in word.text]
    letters = sum(len(word.text) for word in words)
    sure = sum(word.sure * len(word.text) for word in words) / letters
    text = " ".join(word.text for word in words)
    return Recognised(text=text, confidence=sure, glyphs=tuple(glyphs), lattice=None)


def _prepared(crop: Pixels) -> Pixels:
    """Scale a line to the height that the program reads best, dark on light, with a margin."""
    scale = LINE_HEIGHT / crop.shape[0]
    size = (max(round(crop.shape[1] * scale), 8), LINE_HEIGHT)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    grey = cv2.cvtColor(cv2.resize(crop, size, interpolation=how), cv2.COLOR_RGB2GRAY)
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if float(np.median(rim)) < float(grey.mean()):
        grey = 255 - grey
    edge = int(np.median(np.concatenate([grey[0], grey[-1]])))
    padded = cv2.copyMakeBorder(grey, 12, 12, 16, 16, cv2.BORDER_CONSTANT, value=edge)
    return np.asarray(cv2.cvtColor(padded, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def _language_folder() -> Path:
    answer = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, timeout=SECONDS, check=False
    )
    first = (answer.stdout or answer.stderr).decode("utf-8", errors="replace").splitlines()[0]
    return Path(first.split('"')[1]) if '"' in first else Path("/usr/share/tesseract-ocr")
