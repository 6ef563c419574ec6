"""The real command line over a store of its own, with the scripted reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import pytest

from workbench.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

Run: TypeAlias = Callable[..., tuple[int, str, str]]
"""Takes the words of a command; gives its exit code, its output and its error stream."""


def looked(run: Run, case: str, by: str = "show") -> str:
    """What somebody has seen who asks `show`, or `copies`, now."""
    name, number = run(by, case)[1].splitlines()[0].split("\t")
    assert name == "seen"
    return number


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("NAMEPLATE_READERS", "scripted")

    def command(*arguments: str) -> tuple[int, str, str]:
        code = main(["--store", str(tmp_path / "store"), *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command
