"""The package: what a wheel carries works in a folder where nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_wheel

from workbench.export.software import VERSION

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but what the wheel carries."""
    folder = tmp_path_factory.mktemp("wheel")
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        name = build_wheel(str(folder))
    finally:
        os.chdir(before)
    assert name.startswith(f"nameplate-{VERSION}-")
    with zipfile.ZipFile(folder / name) as wheel:
        wheel.extractall(folder / "installed")
    return folder / "installed"


def ran(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as the installed script does, in an empty folder."""
    script = "import sys; from workbench.__main__ import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-P", "-c", script, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def tracked() -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(listed.stdout.split("\0"))


def test_the_wheel_carries_every_file_of_every_room_and_nothing_else(installed: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    rooms = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    here = {name for name in tracked() if name == "app.py" or name.partition("/")[0] in rooms}
    carried = {
        str(path.relative_to(installed))
        for path in installed.rglob("*")
        if path.is_file() and ".dist-info" not in str(path)
    }
    assert carried == here
    assert set(project["tool"]["mypy"]["packages"]) - {"benchmarks"} == {*rooms} - {"app.py"}


def test_the_command_is_named_and_its_code_is_the_packages(installed: Path) -> None:
    (entries,) = installed.glob("*.dist-info/entry_points.txt")
    assert "nameplate = workbench.__main__:main" in entries.read_text("utf-8")


def test_a_case_goes_from_nothing_to_a_verified_bundle(installed: Path, tmp_path: Path) -> None:
    def done(*words: str) -> str:
        answer = ran(installed, tmp_path, *words)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    where = done("rules", "--json")
    assert str(ROOT) not in where
    done("enrol", "Person One")
    done("demo")
    (case,) = [line.split("\t")[0] for line in done("case").splitlines()]
    sealed = done("export", case)
    (tmp_path / "signers").write_text(done("signers"), encoding="utf-8")
    bundle = next(path for path in (tmp_path / "nameplate-store").rglob("*.zip"))
    assert sealed
    done("verify", str(bundle), "--allowed-signers", "signers")
