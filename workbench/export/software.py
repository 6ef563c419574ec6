"""The software whose versions a bundle names: the parts on which its content depends."""

from __future__ import annotations

from importlib import metadata

_SOFTWARE = (
    "rapidocr",
    "onnxruntime",
    "easyocr",
    "torch",
    "opencv-python",
    "pillow",
    "imagehash",
    "av",
    "cryptography",
)
"""The packages that decoded, read, compared and sealed."""
VERSION = "0.1.0"


def software() -> tuple[tuple[str, str], ...]:
    """(name, version) of each part that is installed."""
    found = [("nameplate", VERSION)]
    for name in _SOFTWARE:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)
