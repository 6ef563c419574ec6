"""The PDF edition, set by typst from fonts that are Python packages; no system font is used."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import fontpkg
import typst
from fontTools.ttLib import TTFont

from workbench.report.content import content
from workbench.report.inert import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.report.types import Picture, ReportCase

_TEMPLATE = Path(__file__).with_name("case_file.typ")
_SPELLED = str.maketrans({"→": "->", "←": "<-", "↔": "<->"})
"""Signs that none of the fonts has but that our own sentences use."""
_FAMILIES = ("noto-serif", "noto-sans", "noto-sans-arabic", "roboto-mono")


def make_pdf(case: ReportCase) -> bytes:
    """The case file as PDF/A-2a; the document's date is the state of the log it shows."""
    with tempfile.TemporaryDirectory(prefix="nameplate-report-") as folder:
        root = Path(folder)
        plain = content(case, picture=_beside(root), text=printable)
        (root / "case.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
        (root / "main.typ").write_bytes(_TEMPLATE.read_bytes())
        made = typst.Compiler(input=root / "main.typ", root=root, font_paths=_fonts()).compile(
            format="pdf",
            pdf_standards=["a-2a"],
            timestamp=int(case.as_of.timestamp()),
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single document")
    return made


def _beside(root: Path) -> Callable[[Picture], str]:
    def keep(picture: Picture) -> str:
        name = f"picture-{len(list(root.glob('picture-*'))):05d}.{picture.media[6:]}"
        (root / name).write_bytes(picture.data)
        return name

    return keep


@cache
def _fonts() -> typst.Fonts:
    folders = [str(fontpkg.family(name).files[0].path.parent) for name in _FAMILIES]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@cache
def _printable_points() -> frozenset[int]:
    points: set[int] = set()
    for name in _FAMILIES:
        upright = next(f.path for f in fontpkg.family(name).files if "Italic" not in f.path.name)
        with TTFont(upright, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


def printable(text: str) -> str:
    """The text made inert, with characters that no font here has written as code points."""
    shown = visible(text).translate(_SPELLED)
    if shown.isascii():
        return shown
    known = _printable_points()
    return "".join(
        char if ord(char) in known or char in "\n\t" else f"‹U+{ord(char):04X}›" for char in shown
    )
