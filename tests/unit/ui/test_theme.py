"""The colours that are set together can be told apart: WCAG 2.2, level AA, 4.5 : 1."""

from __future__ import annotations

import re
import tomllib

import pytest
from streamlit import config

from tests.conftest import ROOT
from ui import server, theme

VARIABLES = dict(re.findall(r"(--np-[a-z-]+):(#[0-9A-Fa-f]{6})", theme.STYLE))
RULE = re.compile(r"\.(np-(?:chip|banner|note)-[a-z]+) \{([^}]*)\}")


def colour(text: str) -> str | None:
    for name, value in VARIABLES.items():
        text = text.replace(f"var({name})", value)
    found = re.search(r"#[0-9A-Fa-f]{6}", text)
    return found.group() if found else None


def luminance(colour_: str) -> float:
    parts = [int(colour_[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def pairs() -> list[tuple[str, str, str]]:
    found = []
    for name, body in RULE.findall(theme.STYLE):
        parts = dict(re.findall(r"(?:^|[; \n])([a-z-]+):([^;]+)", body))
        text = colour(parts.get("color", "var(--np-ink)"))
        ground = colour(parts.get("background", ""))
        if text and ground:
            found.append((name, text, ground))
    return found


@pytest.mark.parametrize(("name", "text", "ground"), pairs())
def test_labels_notes_and_banners_can_be_read(name: str, text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("ground", ["--np-paper", "--np-card"])
@pytest.mark.parametrize("text", ["--np-ink", "--np-muted", "--np-accent"])
def test_running_text_can_be_read(text: str, ground: str) -> None:
    assert contrast(VARIABLES[text], VARIABLES[ground]) >= 4.5


def test_the_rules_were_found() -> None:
    assert {name for name, _text, _ground in pairs()} >= {
        "np-chip-neutral",
        "np-chip-good",
        "np-chip-stop",
        "np-banner-synthetic",
        "np-note-caution",
    }


def test_streamlits_own_colours_are_set_in_code_and_nowhere_else() -> None:
    known = config.get_config_options()
    assert theme.OPTIONS.keys() <= known.keys()
    server.middleware()
    assert {name: config.get_option(name) for name in theme.OPTIONS} == theme.OPTIONS
    beside = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert "theme" not in beside
