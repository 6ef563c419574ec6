"""Write the list of decisions, docs/decisions/index.md: `python -m tools.decisions`."""

from __future__ import annotations

from pathlib import Path

DECISIONS = Path(__file__).resolve().parents[1] / "docs" / "decisions"
INDEX = DECISIONS / "index.md"


def page() -> str:
    """Return the page that lists every decision by number, with its title."""
    lines = ["# Decisions", "", "Why things are as they are, one page each.", ""]
    for path in sorted(DECISIONS.glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        lines.append(f"- [{title}]({path.name})")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    INDEX.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
