"""The documentation builds as a site: every page is in the menu, and every link leads somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tools import decisions, validity

DOCS = ROOT / "docs"
CONFIG = (ROOT / "mkdocs.yml").read_text("utf-8")


def test_the_list_of_decisions_is_that_of_the_folder() -> None:
    assert decisions.INDEX.read_text("utf-8") == decisions.page(), "run python -m tools.decisions"


def test_the_page_of_figures_is_that_of_the_stored_results() -> None:
    assert validity.PAGE.read_text("utf-8") == validity.page(), "run python -m tools.validity"


def test_every_page_is_in_the_menu() -> None:
    menu = set(re.findall(r": ([\w/-]+\.md)$", CONFIG, re.MULTILINE))
    pages = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    assert {page for page in pages if not re.match(r"decisions/\d", page)} - {
        "screens/README.md"
    } == menu


def test_the_site_builds_without_a_fault_and_asks_no_other_host(tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs")
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    zensical = Path(sys.executable).with_name("zensical")
    built = subprocess.run(
        [zensical, "build", "--strict"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    site = tmp_path / "out" / "site"
    pages = [*site.rglob("*.html")]
    made = {str(path.relative_to(site).with_suffix("")) for path in pages}
    written = {str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.md")}
    assert {one.replace("README", "index") for one in written} <= made
    for page in pages:
        loaded = re.findall(
            r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=[\"']?(https?:[^\"' >]+)",
            page.read_text("utf-8"),
        )
        assert not [one for one in loaded if "canonical" not in one], page
