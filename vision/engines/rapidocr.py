"""RapidOCR with its bundled PP-OCR weights: finds lines and reads many scripts, with CTC output."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import rapidocr

from vision.engines.glyphs import as_read
from vision.engines.weights import known_hash
from vision.ocr.engine import NOTHING, FoundLine, Recognised, fitted, package_version
from vision.ocr.lattice import Lattice
from vision.types import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vision.types import Pixels, Quad

INPUT_HEIGHT = 48
"""Height in pixels of the recogniser's input (PP-OCR)."""

LEAST_WIDTH = 160
MAX_WIDTH = 2400
BATCH_PIXELS = 48 * 320 * 8
"""Pixels recognised in one batch; about 50 MB of probabilities for an alphabet of 18,710."""


AFFORDABLE_SIDE = 1408


def usable_cores() -> int:
    """Count the cores that this process may use, which CPU affinity may limit."""
    bound = getattr(os, "sched_getaffinity", None)  # not available on every system
    return len(bound(0)) if bound else os.cpu_count() or 1


class RapidOcrEngine:
    """Reads with RapidOCR's detector and recogniser through onnxruntime."""

    name = "rapidocr"
    package = "rapidocr"

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the weights; `threads` is the number of cores to use (default: all available)."""
        threads = threads or usable_cores()
        settings = {
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        }
        reader = rapidocr.RapidOCR(params={**settings, **self.weights_settings()})
        # The package has no public access to the raw probabilities; its version is pinned.
        self._finder = reader._load_det_model()  # noqa: SLF001
        self._recogniser = reader._load_rec_model()  # noqa: SLF001
        self._turner = reader._load_cls_model()  # noqa: SLF001
        self._alphabet: list[str] = self._recogniser.postprocess_op.character
        self._identity = Engine(
            name=self.name,
            version=package_version(self.package),
            weights_sha256=known_hash(self.name, *self.weights()),
        )

    def weights_settings(self) -> dict[str, str]:
        """Settings that select other weights than the package's own; none here."""
        return {}

    def weights(self) -> list[Path]:
        """List the weight files, in name order."""
        return sorted(Path(rapidocr.__file__).parent.joinpath("models").glob("*.onnx"))

    @property
    def identity(self) -> Engine:
        """Name, version and the hash over all weight files in name order."""
        return self._identity

    @property
    def alphabet(self) -> tuple[str, ...]:
        """Every symbol of the recogniser, the blank first."""
        return tuple(self._alphabet)

    @property
    def affordable_side(self) -> int:
        """Longer side of a picture that takes about half a second to search on two cores."""
        return AFFORDABLE_SIDE

    def find(self, pixels: Pixels, *, long_side: int) -> tuple[FoundLine, ...]:
        """Find lines of text with the DB detector."""
        high, wide = pixels.shape[:2]
        small = fitted(pixels, long_side)
        boxes, scores = self._detect(small)
        down, across = high / small.shape[0], wide / small.shape[1]
        return tuple(
            FoundLine(corners=_quad(box * np.array([across, down])), score=float(score))
            for box, score in zip(boxes, scores, strict=True)
        )

    def _detect(self, picture: Pixels) -> tuple[list[npt.NDArray[np.float64]], list[float]]:
        shape = tuple(max(round(side / 32), 1) * 32 for side in picture.shape[:2])
        snug = cv2.resize(picture, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
        # The weights expect BGR; mean and deviation are those of the package's settings.
        tensor = (snug[:, :, ::-1].astype(np.float32) / 255.0 - 0.5) / 0.5
        answer = self._finder.session(np.ascontiguousarray(tensor.transpose(2, 0, 1))[None])
        boxes, scores = self._finder.postprocess_op(answer, picture.shape[:2])
        return [np.asarray(box, dtype=np.float64) for box in boxes], [float(s) for s in scores]

    def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
        """Read upright line crops, batched by width to keep padding small."""
        inputs = [prepared(crop) for crop in crops]
        order = sorted(range(len(crops)), key=lambda at: inputs[at].shape[2])
        answers: list[Recognised] = [NOTHING] * len(crops)
        for batch in _batches(order, [tensor.shape[2] for tensor in inputs]):
            widest = max(inputs[batch[-1]].shape[2], LEAST_WIDTH)
            stacked = np.zeros((len(batch), 3, INPUT_HEIGHT, widest), dtype=np.float32)
            for row, at in enumerate(batch):
                stacked[row, :, :, : inputs[at].shape[2]] = inputs[at]
            for shares, at in zip(self._probabilities(stacked), batch, strict=True):
                answers[at] = self._answer(shares)
        return tuple(answers)

    def _probabilities(self, stacked: npt.NDArray[np.float32]) -> Sequence[npt.NDArray[np.float32]]:
        """Return time × alphabet probabilities for each prepared crop."""
        rows: npt.NDArray[np.float32] = self._recogniser.session(stacked)
        return rows  # type: ignore[return-value]

    def _answer(self, probabilities: npt.NDArray[np.float32]) -> Recognised:
        return as_read(Lattice.from_probabilities(probabilities, self._alphabet))

    def upside_down(self, crops: Sequence[Pixels]) -> tuple[float, ...]:
        """Probability (0–1) that each crop is upside down, by the line classifier."""
        if not crops:
            return ()
        shaped = [self._turner.resize_norm_img(crop[:, :, ::-1]) for crop in crops]
        answer = self._turner.session(np.stack(shaped).astype(np.float32))
        return tuple(float(row[1]) for row in answer)


def _quad(box: npt.NDArray[np.float64]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return (a, b, c, d)


def prepared(crop: Pixels) -> npt.NDArray[np.float32]:
    """Scale a crop to the recogniser's height; 3 channels × height × width, -1 to 1."""
    high, wide = crop.shape[:2]
    across = min(max(math.ceil(INPUT_HEIGHT * wide / high), 8), MAX_WIDTH)
    how = cv2.INTER_AREA if high > INPUT_HEIGHT else cv2.INTER_LINEAR
    snug = cv2.resize(crop, (across, INPUT_HEIGHT), interpolation=how)
    tensor = (snug[:, :, ::-1].astype(np.float32) / 255.0 - 0.5) / 0.5
    return np.ascontiguousarray(tensor.transpose(2, 0, 1))


def _batches(order: list[int], widths: list[int]) -> list[list[int]]:
    """Split crops, narrowest first, into batches of similar width and limited size."""
    batches: list[list[int]] = []
    for at in order:
        wide = max(widths[at], LEAST_WIDTH)
        if batches:
            narrowest = max(widths[batches[-1][0]], LEAST_WIDTH)
            fits = (len(batches[-1]) + 1) * wide * INPUT_HEIGHT <= BATCH_PIXELS
            if fits and wide <= 1.25 * narrowest:
                batches[-1].append(at)
                continue
        batches.append([at])
    return batches
