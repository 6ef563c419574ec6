"""Tests lie where their subject's name leads: `tests/unit` mirrors the source to the file."""

from __future__ import annotations

from tests.conftest import ROOT

UNIT = ROOT / "tests" / "unit"


def test_each_unit_test_is_named_after_the_file_or_package_that_it_tests() -> None:
    astray = []
    for path in UNIT.rglob("test_*.py"):
        subject = ROOT / path.relative_to(UNIT).with_name(path.name.removeprefix("test_"))
        if not subject.exists() and not subject.with_suffix("").is_dir():
            astray.append(str(path.relative_to(ROOT)))
    assert not astray, "a test of several files belongs in tests/integration"
    assert len([*UNIT.rglob("test_*.py")]) > 150
