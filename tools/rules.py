"""Write docs/rules.md from the rules themselves: `python -m tools.rules`."""

from __future__ import annotations

from pathlib import Path

from workbench.rules.registry import page

if __name__ == "__main__":
    target = Path(__file__).resolve().parents[1] / "docs" / "rules.md"
    target.write_text(page(), encoding="utf-8")
    print(target)
