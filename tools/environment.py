"""Create the environments that `make` needs: Python packages, and system parts for tests.

    python3 tools/environment.py VENV REQUIREMENTS [REQUIREMENTS …]
    python3 tools/environment.py --system

Runs under the machine's own Python 3.11, before anything is installed, so it uses the standard
library only. A second run finds its stamp and does nothing.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# : What the tests need from the system: a program to look for, and its Debian package.
SYSTEM_PARTS = {
    "ssh-keygen": "openssh-client",
    "openssl": "openssl",
    "sha256sum": "coreutils",
    "diff": "diffutils",
    "find": "findutils",
    "chromium": "chromium",
    "strace": "strace",
    "ip": "iproute2",
    "unzip": "unzip",
    "tesseract": "tesseract-ocr tesseract-ocr-rus tesseract-ocr-ukr tesseract-ocr-fas "
    "tesseract-ocr-tur tesseract-ocr-ara",
}
#: The same for libraries: Playwright's driver is a Node.js that needs this one.
SYSTEM_LIBRARIES = {"libatomic.so.1": "libatomic1"}
HEADLESS = "opencv-python-headless"


def say(text: str) -> None:
    """Print progress for the user."""
    print(text, file=sys.stderr, flush=True)


def stamp_of(file: Path) -> str:
    """Return the state of one list: its bytes and Python's version."""
    return hashlib.sha256(sys.version.encode() + file.read_bytes()).hexdigest()


def is_done(venv: Path, file: Path) -> bool:
    """Whether a list is already installed in its current state."""
    stamp = venv / f".made-from-{file.name}"
    return stamp.exists() and stamp.read_text(encoding="ascii") == stamp_of(file)


def make_venv(venv: Path, files: list[Path]) -> None:
    """Create the virtual environment, or update it to its requirements."""
    if all(is_done(venv, file) for file in files):
        return
    if sys.version_info[:2] < (3, 11):
        raise SystemExit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    say(f"Making {venv} (a few minutes the first time, and several gigabytes with EasyOCR) …")
    python = venv / "bin" / "python"
    if not python.exists():
        create(venv)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    run([*pip, *(part for file in files for part in ("-r", str(file)))])
    # opencv-python and its headless twin write the same folder; the headless one must be written
    # last, since the other needs libGL, which a minimal machine lacks.
    with tempfile.TemporaryDirectory() as folder:
        last = Path(folder) / "last.txt"
        last.write_text(pinned(HEADLESS, files), encoding="utf-8")
        run([*pip, "--no-deps", "--force-reinstall", "-r", str(last)])
    for file in files:
        (venv / f".made-from-{file.name}").write_text(stamp_of(file), encoding="ascii")


def pinned(name: str, files: list[Path]) -> str:
    """Return the lines that pin one package, with its hashes, from the first list that has it."""
    for file in files:
        for entry in file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
            if entry.startswith(f"{name}=="):
                return entry
    raise SystemExit(f"No list pins {name}.")


def create(venv: Path) -> None:
    """Create an empty virtual environment, installing Debian's python3-venv if it is missing."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        version = f"python3.{sys.version_info[1]}-venv"
        install([version], f"Python's ensurepip is missing; install Debian's {version}.")
    run([sys.executable, "-m", "venv", str(venv)])


def install_system_parts() -> None:
    """Install what the tests need from the system, or say exactly what to install."""
    missing = [
        package
        for program, package in SYSTEM_PARTS.items()
        if shutil.which(program) is None and not browser_named(program)
    ]
    missing += [package for name, package in SYSTEM_LIBRARIES.items() if not loads(name)]
    if missing:
        packages = " ".join(missing).split()
        install(
            packages,
            "The tests need parts of the system that are missing here. Install them with:\n"
            f"    apt-get install --no-install-recommends {' '.join(packages)}\n"
            "(or, for the browser, set NAMEPLATE_CHROMIUM to a Chromium or Chrome).",
        )


def loads(library: str) -> bool:
    """Whether the system has a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def browser_named(program: str) -> bool:
    """Whether the browser is elsewhere, at a configured path."""
    return program == "chromium" and bool(os.environ.get("NAMEPLATE_CHROMIUM"))


def install(packages: list[str], otherwise: str) -> None:
    """Install Debian packages as root; for other users, say what to do and stop."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit(otherwise)
    say(f"Installing {' '.join(packages)} …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], environment)
    run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        environment,
    )


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command with its output on stderr; stop with an explanation if it fails."""
    done = subprocess.run(command, env=environment, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise SystemExit(f"This failed with exit code {done.returncode}: {' '.join(command)}")


def main(arguments: list[str]) -> None:
    """Run what the command line asks for."""
    if arguments == ["--system"]:
        install_system_parts()
    elif len(arguments) >= 2:
        make_venv(Path(arguments[0]), [Path(name) for name in arguments[1:]])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
