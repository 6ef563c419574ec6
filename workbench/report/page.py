"""The HTML edition: one file, without scripts or external addresses."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from workbench.report.content import content

if TYPE_CHECKING:
    from workbench.report.types import Picture, ReportCase


def make_page(case: ReportCase) -> bytes:
    """The case file as one UTF-8 HTML page; every text is escaped by the template engine."""
    return _template().render(content(case, picture=_inline)).encode()


def _inline(picture: Picture) -> str:
    return f"data:{picture.media};base64,{base64.b64encode(picture.data).decode('ascii')}"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("case_file.html.j2")
