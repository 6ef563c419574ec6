"""The PDF edition, set by typst with fonts from Python packages; no system font is used."""

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
    from datetime import datetime
    from typing import TypeAlias

    from workbench.report.content import Plain
    from workbench.report.types import Picture, ReportCase

    PutPicture: TypeAlias = Callable[[Picture], str]

_HERE = Path(__file__).parent
_SPELLED = str.maketrans({"→": "->", "←": "<-", "↔": "<->"})
"""Characters that our own sentences use and that none of the fonts has."""
_FAMILIES = ("noto-serif", "noto-sans", "noto-sans-arabic", "roboto-mono")


def make_pdf(case: ReportCase) -> bytes:
    """The case file as PDF/A-2a; the document's date is the state of the log that it shows."""
    return typeset(
        "case_file.typ",
        lambda picture: content(case, picture=picture, text=printable),
        dated=case.as_of,
    )


def typeset(layout: str, of: Callable[[PutPicture], Plain], *, dated: datetime) -> bytes:
    """A layout from this folder filled with plain values, as PDF/A-2a.

    `of` gives the values; it receives a function that stores a picture next to the layout and
    returns its name.
    """
    with tempfile.TemporaryDirectory(prefix="nameplate-report-") as folder:
        root = Path(folder)
        plain = json.dumps(of(_beside(root)), ensure_ascii=False)
        (root / "content.json").write_text(plain, encoding="utf-8")
        for name in (layout, "style.typ"):
            (root / name).write_bytes((_HERE / name).read_bytes())
        made = typst.Compiler(input=root / layout, root=root, font_paths=_fonts()).compile(
            format="pdf",
            pdf_standards=["a-2a"],
            timestamp=int(dated.timestamp()),
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single document")
    return made


def _beside(root: Path) -> PutPicture:
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
    """The text made inert; characters that no font here has are written as code points."""
    shown = visible(text).translate(_SPELLED)
    if shown.isascii():
        return shown
    known = _printable_points()
    return "".join(
        char if ord(char) in known or char in "\n\t" else f"‹U+{ord(char):04X}›" for char in shown
    )
