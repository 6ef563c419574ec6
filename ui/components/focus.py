"""Puts the cursor into the field to fill in next, so that hands stay on the keyboard."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

_JS = """
export default function ({ data, parentElement }) {
  const box = document.querySelector(`.st-key-${CSS.escape(data.on)} input`);
  if (!box || parentElement.npDone === data.on) return;
  parentElement.npDone = data.on;
  box.focus();
  box.select();
}
"""


@cache
def _component() -> Any:
    return st.components.v2.component("nameplate_focus", html="<span></span>", js=_JS)


def focus_on(widget_key: str) -> None:
    """Put the cursor into the text field of this key, once, when it appears."""
    _component()(data={"on": widget_key}, key=f"focus-{widget_key}")
