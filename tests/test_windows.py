"""Nothing that only Unix has is needed to load the program. What else Windows does was not run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

LOADED_AS_THERE = """
import importlib, os, pkgutil, sys
ROOMS = ("values", "words", "vision", "catalog", "evidence_store", "workbench", "ui", "renderer")

def every():
    for room in ROOMS:
        for one in pkgutil.walk_packages(importlib.import_module(room).__path__, room + "."):
            if not one.name.endswith((".__main__", ".env")) and ".migrations." not in one.name:
                importlib.import_module(one.name)

every()  # first, so that other people's packages are there as they are on this system
for name in [name for name in sys.modules if name.partition(".")[0] in ROOMS]:
    del sys.modules[name]
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty"):
    sys.modules[name] = None
for name in ("O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC", "O_NONBLOCK", "fork", "geteuid", "getuid"):
    delattr(os, name)
sys.platform = "win32"
every()
"""


def test_every_module_loads_without_what_only_unix_has() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", LOADED_AS_THERE],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr


def test_no_day_is_written_as_only_unix_can() -> None:
    rooms = ("values", "words", "vision", "catalog", "evidence_store", "workbench", "ui")
    found = [
        path
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"[:\"']%-[dmHIMSjy]|%-[dmHIMSjy] ", path.read_text("utf-8"))
    ]
    assert not [path for path in found if path.name != "times.py"]
