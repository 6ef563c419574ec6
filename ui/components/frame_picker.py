"""A button that takes the current frame of the video above it."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

_HTML = (
    '<div class="fp"><button type="button" class="fp-take">Take the frame shown</button>'
    '<button type="button" class="fp-step" data-by="-1" aria-label="One frame back">−1 frame'
    '</button><button type="button" class="fp-step" data-by="1" aria-label="One frame forward">'
    '+1 frame</button><span class="fp-at" role="status"></span></div>'
)
_CSS = """
.fp {display:flex; gap:.5rem; align-items:center; flex-wrap:wrap;
  font-family:var(--st-font, sans-serif); color:#1B2430;}
.fp button {font:inherit; font-size:.95rem; padding:.45rem .9rem; border-radius:6px;
  border:1px solid #C9C3B5; background:#fff; color:#1B2430; cursor:pointer;}
.fp .fp-take {background:#14506B; border-color:#14506B; color:#fff;}
.fp button:focus-visible {outline:3px solid #2C7A9B; outline-offset:2px;}
.fp-at {font-size:.9rem; color:#56606E; font-variant-numeric:tabular-nums;}
"""
_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".fp");
  const film = () => document.querySelector(`.st-key-${CSS.escape(data.video)} video`);
  const tell = () => {
    const video = film();
    root.querySelector(".fp-at").textContent = video ? `${video.currentTime.toFixed(3)} s` : "";
  };
  root.querySelector(".fp-take").onclick = () => {
    const video = film();
    if (video) { video.pause(); setTriggerValue("taken", video.currentTime); }
  };
  for (const button of root.querySelectorAll(".fp-step"))
    button.onclick = () => {
      const video = film();
      if (!video) return;
      video.pause();
      video.currentTime = Math.max(0, video.currentTime + Number(button.dataset.by) / data.rate);
      tell();
    };
  const clock = setInterval(tell, 250);
  return () => clearInterval(clock);
}
"""
USUAL_RATE = 25.0
"""Frames per second by which the buttons step; the frame taken is exact in any case."""


@cache
def _component() -> Any:
    return st.components.v2.component("nameplate_frame_picker", html=_HTML, css=_CSS, js=_JS)


def frame_picker(*, video_key: str, key: str) -> float | None:
    """Show the button; give the time of the video, in seconds, when it was pressed."""
    result = _component()(
        data={"video": video_key, "rate": USUAL_RATE}, key=key, on_taken_change=lambda: None
    )
    taken = getattr(result, "taken", None)
    return None if taken is None else float(taken)
