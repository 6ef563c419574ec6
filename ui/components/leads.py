"""Leads of a search: what else the registers contain, unscored and apart from candidates."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import streamlit as st

from ui.components import markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.report.types import Row


def leads(found: Sequence[Row]) -> None:
    """Show leads under a heading for each kind, which says how many of how many are shown."""
    if not found:
        return
    markup.section("Leads", "Leads carry no weight and are not matches. Follow them up yourself.")
    for title, rows in groupby(found, key=itemgetter(0)):
        with st.expander(markup.plain(title), expanded=True):
            items = "".join(f"<li>{markup.safe(sentence)}</li>" for _, sentence in rows)
            st.html(f'<ul class="np-small">{items}</ul>')
