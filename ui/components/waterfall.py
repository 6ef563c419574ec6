"""The weight of a candidate, feature by feature, as bars that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import words
from ui.components import markup
from workbench.report.waterfall import Bar, bars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.report.types import ReportFeature

FOR, AGAINST = "#14506B", "#9A2226"


def waterfall(features: Sequence[ReportFeature]) -> None:
    """A table: what was seen, what is recorded, the weight in bits, and a bar for it."""
    placed = bars([feature.weight_bits for feature in features])
    rows = "".join(_row(feature, bar) for feature, bar in zip(features, placed, strict=False))
    total = placed[-1]
    st.html(
        '<div class="np-scroll"><table class="np-fall"><thead><tr><th>Feature</th><th></th>'
        '<th style="text-align:right">Bits</th><th>Seen</th><th>Recorded</th></tr></thead>'
        f"<tbody>{rows}<tr><td><b>Total</b></td><td class='np-bar'>"
        f"{_bar(total, total.total_bits)}</td><td style='text-align:right'>"
        f"<b>{words.bits(total.total_bits)}</b></td><td></td><td></td></tr></tbody></table></div>"
    )


def _row(feature: ReportFeature, bar: Bar) -> str:
    detail = (
        f'<div class="np-muted np-small">{markup.safe(feature.detail)}</div>'
        if feature.detail
        else ""
    )
    return (
        f"<tr><td><b>{markup.safe(words.field(feature.feature.replace(' ', '_')))}</b>{detail}</td>"
        f"<td class='np-bar'>{_bar(bar, feature.weight_bits)}</td>"
        f"<td style='text-align:right'>{words.bits(feature.weight_bits)}</td>"
        f"<td>{markup.machine(feature.seen)}</td><td>{markup.machine(feature.recorded)}</td></tr>"
    )


def _bar(bar: Bar, weight: float) -> str:
    width = max((bar.right - bar.left) * 100, 0.6)
    colour = FOR if weight >= 0 else AGAINST
    return (
        '<div class="np-track">'
        f'<i style="left:{bar.left * 100:.2f}%;width:{width:.2f}%;background:{colour}"></i>'
        f'<i class="np-zero" style="left:{bar.zero * 100:.2f}%"></i></div>'
    )
