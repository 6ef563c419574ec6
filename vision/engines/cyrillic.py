"""Read Cyrillic lines with our own output network on top of RapidOCR's recogniser.

The PP-OCR weights that RapidOCR ships know no Cyrillic letters, but their inner layers represent
strokes well enough. This engine takes the output of two of those layers and runs a small network of
its own on it (`cyrillic_head.npz`, made by `python -m benchmarks.cyrillic_training` from drawn
lines). Its alphabet holds Cyrillic and Latin letters, so that a Latin line stays Latin. Letters
that look the same in both (А and A) are one symbol; the surrounding letters decide which is meant.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import rapidocr

from values.text import CYRILLIC, CYRILLIC_OWN, LATIN_OWN, SAME_SHAPE
from vision.engines.glyphs import as_read
from vision.engines.rapidocr import LEAST_WIDTH, RapidOcrEngine, usable_cores
from vision.engines.tapped import tapped
from vision.ocr.lattice import Lattice

if TYPE_CHECKING:
    import numpy.typing as npt

    from vision.ocr.engine import Recognised

    Floats = npt.NDArray[np.float32]

RECOGNISER = "PP-OCRv6_rec_small.onnx"
LAYERS = ("p2o.pd_op.pool2d.1.0", "p2o.pd_op.transpose.8.0")
"""Recogniser layers before and after its own mixing along the line (384 + 120 values)."""

STRIDE = 8
"""Columns of the picture for each time step."""

HEAD_FILE = Path(__file__).with_name("cyrillic_head.npz")

LATIN_ONLY = "".join(sorted(LATIN_OWN))
ALPHABET = ("", *" 0123456789-.,:;/()\"«»'№%+*=", *CYRILLIC, *CYRILLIC.lower(), *LATIN_ONLY)
"""The output symbols; the CTC blank comes first."""

TWINS = {char: SAME_SHAPE[char] for char in CYRILLIC + CYRILLIC.lower() if char in SAME_SHAPE}
"""Cyrillic letters of this alphabet -> the Latin letters that look identical."""


class CyrillicEngine(RapidOcrEngine):
    """Reads Cyrillic lines, and Latin lines among them, on top of RapidOCR's inner layers."""

    name = "cyrillic"

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the weights; `threads` is the number of cores to use (default: all available)."""
        super().__init__(threads=threads)
        self._inner = InnerLayers(threads=threads or usable_cores())
        self._head = Head.load()

    def weights(self) -> list[Path]:
        """List RapidOCR's weight files and our own, in that order."""
        return [*super().weights(), HEAD_FILE]

    def _probabilities(self, stacked: Floats) -> list[Floats]:
        return [self._head(seen) for seen in self._inner(stacked)]

    def _answer(self, probabilities: Floats) -> Recognised:
        return as_read(in_its_script(probabilities))


class InnerLayers:
    """The inner layers of RapidOCR's recogniser."""

    def __init__(self, *, threads: int) -> None:
        """Load the recogniser with those layers as outputs."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4
        model = Path(rapidocr.__file__).parent / "models" / RECOGNISER
        self._session = onnxruntime.InferenceSession(
            tapped(model.read_bytes(), LAYERS), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, stacked: Floats) -> list[Floats]:
        """Return time × 504 features for each prepared crop; empty columns at its end are left out.

        `stacked` is crops × 3 × 48 × width, as the recogniser expects it.
        """
        before, after = self._session.run(list(LAYERS), {"x": stacked})
        seen = np.concatenate([before[:, :, 0].transpose(0, 2, 1), after], axis=2)
        filled = np.any(stacked != 0.0, axis=(1, 2))
        ends = [int(np.flatnonzero(row)[-1]) if row.any() else 0 for row in filled]
        steps = [max(end // STRIDE + 2, LEAST_WIDTH // STRIDE) for end in ends]
        return [row[:count] for row, count in zip(seen, steps, strict=True)]


class Head:
    """The small output network: a direct path, and two layers with left and right context."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        """Take the weights: `direct`, `in`, `near0`, `near1`, `out`, and biases named `…_bias`."""
        self._weights = weights

    @classmethod
    def load(cls, file: Path = HEAD_FILE) -> Head:
        """Read the weights from a file."""
        with np.load(file) as stored:
            return cls({name: stored[name].astype(np.float32) for name in stored.files})

    def __call__(self, seen: Floats) -> Floats:
        """Return time × alphabet probabilities for one line of time × 504 features."""
        w = self._weights
        hidden = np.maximum(seen @ w["in"] + w["in_bias"], 0.0)
        for name in ("near0", "near1"):
            padded = np.pad(hidden, ((1, 1), (0, 0)))
            around = [padded[at : at + len(hidden)] @ w[name][at] for at in range(3)]
            hidden = hidden + np.maximum(sum(around) + w[f"{name}_bias"], 0.0)
        scores = seen @ w["direct"] + hidden @ w["out"] + w["out_bias"]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def in_its_script(probabilities: Floats) -> Lattice:
    """Build the lattice of a line, with each word's look-alike letters in the word's script."""
    cyrillic = Lattice.from_probabilities(probabilities, ALPHABET)
    latin = Lattice.from_probabilities(probabilities, [TWINS.get(s, s) for s in ALPHABET])
    chosen = list(cyrillic.steps)
    for first, last in _latin_words(cyrillic):
        chosen[first:last] = latin.steps[first:last]
    return Lattice(steps=tuple(chosen), alphabet_size=cyrillic.alphabet_size)


def _latin_words(lattice: Lattice) -> list[tuple[int, int]]:
    """Return the time steps, first and one past the last, of words in Latin letters.

    A word with letters of only one script is in that script; a word without any takes the line's.
    """
    line_is_cyrillic = any(char in CYRILLIC_OWN for char in lattice.text)
    words, start = [], 0
    ends = [first for char, first, _ in lattice.path if char == " "]
    for end in (*ends, len(lattice.steps)):
        text = {char for char, first, _ in lattice.path if start <= first < end}
        if not text & CYRILLIC_OWN and (text & set(LATIN_ONLY) or not line_is_cyrillic):
            words.append((start, end))
        start = end
    return words
