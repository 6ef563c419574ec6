"""Place each label and value on the flat plate."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from renderer.labels import LABELS
from renderer.lettering import ABOVE, Face, Lettered, letter, peened
from renderer.strokes import can_draw
from renderer.types import Layout, PlacedField, Plane, PlateSpec, Style

_LABEL_ROOM = 0.42
"""Largest share of the plate's inner width for a label beside its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """How a plate is lettered: one face for the form (labels, frames), one for the values."""

    layout: Layout
    style: Style
    form_face: Face
    value_face: Face
    cap: float
    """Cap height of the values, in pixels."""
    jitter: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A lettered plate: masks of the form and of the values (0–1), and the truth about them."""

    form: Plane = field(repr=False, compare=False)
    values: Plane = field(repr=False, compare=False)
    fields: tuple[PlacedField, ...]
    cap_height: float


class _Page:
    """A growing page of masks; the only mutable object during layout."""

    def __init__(self, spec: PlateSpec, printing: Printing, rng: np.random.Generator) -> None:
        self.printing = printing
        self.rng = rng
        self.margin = spec.width * float(rng.uniform(0.045, 0.075))
        self.inner = spec.width - 2 * self.margin
        self.form = np.zeros((spec.width * 2, spec.width), np.float32)
        self.values = np.zeros_like(self.form)
        self.placed: list[PlacedField] = []
        self.caps: dict[str, float] = {}
        self.y = self.margin

    def label(self, text: str, cap: float, room: float) -> tuple[Lettered, float]:
        return self._fitted(text, self.printing.form_face, cap, room, plain=True)

    def value(self, text: str, cap: float, room: float) -> tuple[Lettered, float]:
        return self._fitted(text, self.printing.value_face, cap, room, plain=False)

    def _fitted(
        self, text: str, face: Face, cap: float, room: float, *, plain: bool
    ) -> tuple[Lettered, float]:
        """Letter a run, smaller if it would not fit; returns it with its cap height."""
        for _ in range(3):
            run = self._run(text, face, cap, plain=plain)
            if run.right - run.left <= room:
                break
            cap *= 0.98 * room / (run.right - run.left)
        return run, cap

    def _run(self, text: str, face: Face, cap: float, *, plain: bool) -> Lettered:
        pinned = self.printing.style == "dot_peen" and face.name == "stroke"
        if pinned and not plain and can_draw(text):
            return peened(text, face, cap, rng=self.rng)
        jitter = 0.0 if plain else self.printing.jitter
        return letter(text, face, cap, rng=self.rng, jitter=jitter)

    def put_label(self, run: Lettered, x: float, y: float, cap: float) -> None:
        _stamp(self.form, run.mask, x - run.left, y - ABOVE * cap)

    def put_value(
        self, name: str, text: str, run: Lettered, x: float, y: float, cap: float, label: str | None
    ) -> None:
        """Place a value with its cap line at `y` and its ink from `x` on; record its corners."""
        left, top = round(x - run.left), round(y - ABOVE * cap)
        _stamp(self.values, run.mask, left, top)
        x0, x1 = left + run.left, left + run.right
        y0, y1 = top + run.top, top + run.bottom
        corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        self.placed.append(PlacedField(field=name, text=text, corners=corners, label=label))
        self.caps[name] = cap

    def line(self, x0: float, y0: float, x1: float, y1: float, thick: int) -> None:
        a, b = (round(x0), round(y0)), (round(x1), round(y1))
        cv2.line(self.form, a, b, 1.0, thick, cv2.LINE_AA)


def lay_out(spec: PlateSpec, printing: Printing, rng: np.random.Generator) -> Sheet:
    """Place all texts of a plate on a sheet as wide as the plate, and as high as needed."""
    page = _Page(spec, printing, rng)
    words = _label_words(spec, rng)
    rows = list(spec.values())
    if spec.title:
        _headline(page, None, spec.title, printing.cap * 0.95)
    bare_maker = printing.layout in ("none", "below") or rng.random() < 0.6
    if rows and rows[0][0] == "maker" and bare_maker and printing.layout != "table":
        _headline(page, "maker", rows.pop(0)[1], printing.cap * float(rng.uniform(1.15, 1.7)))
    _BODIES[printing.layout](page, rows, words)
    if spec.footer:
        _headline(page, None, spec.footer, printing.cap * 0.65)
    height = round(page.y + page.margin * 0.6)
    cap = page.caps.get("serial", min(page.caps.values()))
    return Sheet(
        form=page.form[:height],
        values=page.values[:height],
        fields=tuple(page.placed),
        cap_height=cap,
    )


def _label_words(spec: PlateSpec, rng: np.random.Generator) -> dict[str, str]:
    own = dict(spec.labels)
    mark = str(rng.choice(["", ":", "", "."])) if spec.language in ("en", "de", "fr", "tr") else ""
    words = {}
    for name, _ in spec.values():
        choices = LABELS[spec.language].get(name, (name.upper(),))
        word = own.get(name, str(choices[int(rng.integers(len(choices)))]))
        words[name] = word if word.endswith(".") else word + mark
    return words


def _headline(page: _Page, name: str | None, text: str, cap: float) -> None:
    """A centred line of its own: the maker's name without a label, a title, a footer."""
    if name is None:
        run, cap = page.label(text, cap, page.inner)
    else:
        run, cap = page.value(text, cap, page.inner)
    x = page.margin + (page.inner - (run.right - run.left)) / 2
    if name is None:
        page.put_label(run, x, page.y, cap)
    else:
        page.put_value(name, text, run, x, page.y, cap, None)
    page.y += cap * 1.75


def _beside(page: _Page, rows: list[tuple[str, str]], words: dict[str, str]) -> None:
    """Labels left of their values, in one column or ragged; right of them in Persian."""
    cap, room = page.printing.cap, page.inner * _LABEL_ROOM
    labels = {name: page.label(words[name], cap * 0.8, room) for name, _ in rows}
    widest = max((run.right - run.left for run, _ in labels.values()), default=0.0)
    ragged = page.rng.random() < 0.35
    for name, text in rows:
        run, small = labels[name]
        width = (run.right - run.left) if ragged else widest
        start = width + cap * 0.9
        value, big = page.value(text, cap, page.inner - start)
        down = (big - small) / 2
        if any("\u0600" <= char <= "\u06ff" for char in words[name]):
            right = page.margin + page.inner
            page.put_label(run, right - (run.right - run.left), page.y + down, small)
            x = right - start - (value.right - value.left)
        else:
            page.put_label(run, page.margin, page.y + down, small)
            x = page.margin + start
        page.put_value(name, text, value, x, page.y, big, words[name])
        page.y += cap * float(page.rng.uniform(1.65, 1.8))


def _stacked(
    page: _Page, rows: list[tuple[str, str]], words: dict[str, str], *, over: bool
) -> None:
    """Small labels above or below their values, two to a row if they fit."""
    cap = page.printing.cap
    half = page.inner / 2 - cap * 0.5
    waiting = list(rows)
    while waiting:
        pair = waiting[:2] if page.rng.random() < 0.65 else waiting[:1]
        room = half if len(pair) == 2 else page.inner
        del waiting[: len(pair)]
        for column, (name, text) in enumerate(pair):
            x = page.margin + column * (half + cap)
            run, small = page.label(words[name], cap * 0.55, room)
            value, big = page.value(text, cap, room)
            label_y = page.y if over else page.y + big * 1.5
            page.put_label(run, x, label_y, small)
            value_y = page.y + small * 1.7 if over else page.y
            page.put_value(name, text, value, x, value_y, big, words[name])
        page.y += cap * 2.75


def _above(page: _Page, rows: list[tuple[str, str]], words: dict[str, str]) -> None:
    _stacked(page, rows, words, over=True)


def _below(page: _Page, rows: list[tuple[str, str]], words: dict[str, str]) -> None:
    _stacked(page, rows, words, over=False)


def _table(page: _Page, rows: list[tuple[str, str]], words: dict[str, str]) -> None:
    """A ruled table: labels in the left cells, values in the right ones."""
    cap, thick = page.printing.cap, max(1, round(page.printing.cap * 0.07))
    room = page.inner * _LABEL_ROOM - cap
    labels = {name: page.label(words[name], cap * 0.7, room) for name, _ in rows}
    split = page.margin + max(run.right - run.left for run, _ in labels.values()) + cap
    right = page.margin + page.inner
    top = page.y
    for name, text in rows:
        page.line(page.margin, page.y, right, page.y, thick)
        run, small = labels[name]
        page.put_label(run, page.margin + cap * 0.5, page.y + cap * 0.45 + (cap - small) / 2, small)
        value, big = page.value(text, cap, right - split - cap)
        y = page.y + cap * 0.45 + (cap - big) / 2
        page.put_value(name, text, value, split + cap * 0.5, y, big, words[name])
        page.y += cap * 1.95
    page.line(page.margin, page.y, right, page.y, thick)
    for x in (page.margin, split, right):
        page.line(x, top, x, page.y, thick)
    page.y += cap * 0.6


def _bare(page: _Page, rows: list[tuple[str, str]], words: dict[str, str]) -> None:
    """No labels at all: one value per line, left-aligned or centred."""
    del words
    cap, centred = page.printing.cap, page.rng.random() < 0.5
    for name, text in rows:
        value, big = page.value(text, cap, page.inner)
        slack = page.inner - (value.right - value.left)
        x = page.margin + (slack / 2 if centred else 0)
        page.put_value(name, text, value, x, page.y, big, None)
        page.y += cap * 1.7


_BODIES = {"left": _beside, "above": _above, "below": _below, "table": _table, "none": _bare}


def _stamp(sheet: Plane, mask: Plane, x: float, y: float) -> None:
    """Combine a mask with a sheet by maximum; anything outside is cut off."""
    left, top = round(x), round(y)
    x0, y0 = max(left, 0), max(top, 0)
    x1 = min(left + mask.shape[1], sheet.shape[1])
    y1 = min(top + mask.shape[0], sheet.shape[0])
    if x1 > x0 and y1 > y0:
        part = sheet[y0:y1, x0:x1]
        np.maximum(part, mask[y0 - top : y1 - top, x0 - left : x1 - left], out=part)
