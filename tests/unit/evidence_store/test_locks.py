"""A folder and a file are held by one process at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from evidence_store import locks
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ASKED = """
import sys
from pathlib import Path
from evidence_store.locks import held
with held(Path(sys.argv[1]), wait=False) as mine:
    print(mine)
"""


def asked(folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", ASKED, str(folder)],
        cwd=ROOT,
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.strip()  # fmt: skip


def test_another_process_is_told_that_a_folder_is_held(tmp_path: Path) -> None:
    with locks.held(tmp_path) as mine:
        assert mine
        assert asked(tmp_path) == "False"
    assert asked(tmp_path) == "True"


def test_a_file_is_locked_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    first, second = (os.open(path, os.O_CREAT | os.O_RDWR) for _ in range(2))
    assert locks.lock(first)
    assert not locks.lock(second, wait=False)
    os.close(first)
    assert locks.lock(second, wait=False)
    os.close(second)


class Msvcrt:
    """What Windows' library does: a lock is refused, or after ten seconds called a deadlock."""

    LK_LOCK, LK_NBLCK = 1, 2

    def __init__(self, *answers: OSError | None) -> None:
        self.answers = list(answers)

    def locking(self, _descriptor: int, _mode: int, _count: int) -> None:
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer


@pytest.mark.parametrize(
    ("answers", "wait", "locked"),
    [
        ((None,), False, True),
        ((PermissionError(13, "held"),), False, False),
        ((OSError(36, "deadlock"), PermissionError(13, "held"), None), True, True),
    ],
)
def test_on_windows_a_file_in_the_folder_is_locked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: tuple[OSError | None, ...],
    wait: bool,
    locked: bool,
) -> None:
    library = Msvcrt(*answers)
    monkeypatch.setitem(sys.modules, "msvcrt", library)
    monkeypatch.setattr(locks, "fcntl", None)
    monkeypatch.setattr("errno.EDEADLK", 36)
    with locks.held(tmp_path, wait=wait) as mine:
        assert mine is locked
    assert (tmp_path / locks.LOCK_FILE).exists()
    assert not library.answers
    locks.sync_folder(tmp_path)
