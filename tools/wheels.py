"""Check that every pinned package has a wheel for each supported system: `python -m tools.wheels`.

Only package lists are downloaded; it needs access to a package index.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SYSTEMS = {
    "Linux (manylinux_2_28, x86_64)": ("x86_64-manylinux_2_28", {}),
    "macOS 14 (arm64)": ("aarch64-apple-darwin", {"MACOSX_DEPLOYMENT_TARGET": "14.0"}),
    "Windows (win_amd64)": ("x86_64-pc-windows-msvc", {}),
}
"""The systems named in `docs/`; macOS 14, since onnxruntime has no wheel for an older one."""
PYTHON = "3.11"


def missing(system: str, more: dict[str, str]) -> str:
    """Return what has no wheel there, in the resolver's words; "" if nothing is missing."""
    uv = Path(sys.executable).with_name("uv")
    asked = [
        uv, "pip", "compile", "-q", ROOT / "pyproject.toml", "--only-binary", ":all:",
        "--python-platform", system, "--python-version", PYTHON, "-o", os.devnull,
        "--constraint", ROOT / "requirements-core.txt",
    ]  # fmt: skip
    answer = subprocess.run(
        asked, env={**os.environ, **more}, capture_output=True, text=True, check=False
    )
    return answer.stderr.strip() if answer.returncode else ""


def main() -> int:
    """Print a line for each system; returns 1 if one of them lacks a wheel."""
    faults = 0
    for name, (system, more) in SYSTEMS.items():
        said = missing(system, more)
        faults += bool(said)
        print(f"{name}: {said or 'a wheel for every pin'}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
