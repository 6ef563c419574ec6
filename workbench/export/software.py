"""Whose versions a bundle names: the parts that its content depends on."""

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
"""What decoded, read, compared and sealed."""
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
