"""Small pieces of HTML. Every text that comes from a photo, a file or a person is escaped here."""

from __future__ import annotations

import base64
import html
import re
from typing import TYPE_CHECKING

import streamlit as st

from workbench.report.inert import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ui.theme import Tone


def picture(svg: str) -> str:
    """One of our drawings as an HTML image; inline SVG would not pass the page's sanitizer."""
    address = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
    return f'<img src="{address}" alt="" aria-hidden="true">'


_EMPTY = picture(
    '<svg xmlns="http://www.w3.org/2000/svg" width="44" height="34" viewBox="0 0 44 34" '
    'fill="none" stroke="#8B9099" stroke-width="1.5"><rect x="2" y="5" width="40" height="24" '
    'rx="3"/><circle cx="6.5" cy="9.5" r="1.3"/><circle cx="37.5" cy="9.5" r="1.3"/>'
    '<circle cx="6.5" cy="24.5" r="1.3"/><circle cx="37.5" cy="24.5" r="1.3"/>'
    '<path d="M13 13h18M13 18h12" stroke-linecap="round"/></svg>'
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&])")


def safe(text: object) -> str:
    """The text as inert HTML; control and direction characters are made visible."""
    return html.escape(visible(str(text)), quote=True)


def plain(text: object) -> str:
    """The text as inert Markdown, for the labels of widgets."""
    return _MARKDOWN.sub(r"\\\1", visible(str(text)).replace("\n", " "))


def head(title: str, lede: str = "", *, eyebrow: str = "") -> None:
    """The head of a screen: its title and what it is for."""
    above = f'<div class="np-eyebrow">{safe(eyebrow)}</div>' if eyebrow else ""
    below = f'<div class="np-lede">{safe(lede)}</div>' if lede else ""
    st.html(f'<div class="np-head">{above}<h1>{safe(title)}</h1>{below}</div>')


def section(title: str, text: str = "") -> None:
    """A heading inside a screen, with a sentence under it where that helps."""
    below = f"<p>{safe(text)}</p>" if text else ""
    st.html(f'<div class="np-section"><h2>{safe(title)}</h2>{below}</div>')


def chip(text: str, tone: Tone = "neutral", *, means: str = "") -> str:
    """A small label, as HTML; `means` is its tooltip."""
    title = f' title="{safe(means)}"' if means else ""
    return f'<span class="np-chip np-chip-{tone}"{title}>{safe(text)}</span>'


def chips(*pieces: str) -> str:
    """Labels in a row, as HTML."""
    return f'<div class="np-chips">{"".join(pieces)}</div>'


def note(text: str, tone: Tone = "neutral", *, points: Iterable[str] = ()) -> None:
    """A sentence that stands out, with points below it if there are any."""
    listed = "".join(f"<li>{safe(point)}</li>" for point in points)
    inner = safe(text) + (f"<ul>{listed}</ul>" if listed else "")
    role = "alert" if tone == "stop" else "status"
    st.html(f'<div class="np-note np-note-{tone}" role="{role}">{inner}</div>')


def facts_html(rows: Iterable[tuple[str, str]], *, mono: Sequence[str] = ()) -> str:
    """Label and value in two columns, as HTML; the labels in `mono` have machine-like values."""
    cells = []
    for label, value in rows:
        shown = safe(value) if value else '<span class="np-muted">not given</span>'
        if label in mono and value:
            shown = f'<span class="np-mono">{shown}</span>'
        cells.append(f"<dt>{safe(label)}</dt><dd>{shown}</dd>")
    return f'<dl class="np-facts">{"".join(cells)}</dl>'


def facts(rows: Iterable[tuple[str, str]], *, mono: Sequence[str] = ()) -> None:
    """Label and value in two columns."""
    st.html(facts_html(rows, mono=mono))


def empty(title: str, text: str) -> None:
    """What a screen says when there is nothing to show yet, and what would change that."""
    st.html(f'<div class="np-empty">{_EMPTY}<h3>{safe(title)}</h3><p>{safe(text)}</p></div>')


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Sequence[int] = ()
) -> None:
    """A quiet table; cells are HTML that was made by this module or escaped by the caller."""
    classes = dict.fromkeys(numeric, ' class="np-num"')
    top = "".join(f"<th{classes.get(i, '')}>{safe(cell)}</th>" for i, cell in enumerate(header))
    body = "".join(
        "<tr>"
        + "".join(f"<td{classes.get(i, '')}>{cell}</td>" for i, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    titled = f"<thead><tr>{top}</tr></thead>" if any(header) else ""
    st.html(
        f'<div class="np-scroll"><table class="np-table">{titled}'
        f"<tbody>{body}</tbody></table></div>"
    )


def steps(items: Iterable[tuple[str, str, bool]]) -> None:
    """Counts in a row: (number, what it counts, whether it is the next thing to do)."""
    cells = "".join(
        f'<div class="np-step{" np-step-now" if now else ""}"><b>{safe(number)}</b>'
        f"<span>{safe(what)}</span></div>"
        for number, what, now in items
    )
    st.html(f'<div class="np-steps">{cells}</div>')


def machine(text: str) -> str:
    """Machine words, as HTML."""
    return f'<span class="np-machine">{safe(text)}</span>' if text else ""


def human(text: str) -> str:
    """A person's words, as HTML."""
    return f'<span class="np-human">{safe(text)}</span>' if text else ""


def mono(text: str) -> str:
    """Hashes and identifiers, as HTML."""
    return f'<span class="np-mono">{safe(text)}</span>'
