"""From `nameplate app`, installed from the wheel, to a bundle that verifies."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hatchling.build import build_wheel

from tests.browser.conftest import ONE_READER
from tests.conftest import ROOT
from ui.tour import STEP_SECONDS, Tour, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def nameplate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a package that was installed from the wheel; its dependencies are shared."""
    folder = tmp_path_factory.mktemp("wheel")
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        wheel = folder / build_wheel(str(folder))
    finally:
        os.chdir(here)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    (own,) = (folder / "venv" / "lib").glob("python*/site-packages")
    uv = Path(sys.executable).with_name("uv")
    subprocess.run(
        [uv, "pip", "install", "-q", "--offline", "--no-deps", "--python", python, wheel],
        check=True,
    )
    (own / "shared.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder / "venv" / "bin" / "nameplate"


def test_the_demo_case_becomes_a_verified_bundle_from_an_empty_folder(
    nameplate: Path, browser: Browser, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    store = tmp_path / "store"
    outside = {"NAMEPLATE_READERS": ONE_READER, "PYTHONSAFEPATH": "1", "PYTHONPATH": ""}
    with served(store, environment=outside, folder=empty, installed=nameplate) as url:
        context = browser.new_context(
            viewport={"width": 1360, "height": 900}, accept_downloads=True
        )
        context.set_default_timeout(STEP_SECONDS * 1000)
        tour = Tour(page=context.new_page(), url=url)
        tour.open()
        tour.enrol_first("Person One")
        tour.make_demo()
        tour.go("Reading")
        tour.read_everything()
        tour.go("Export")
        tour.seal()
        bundle = tour.download(tmp_path)
        tour.verify(bundle)
        tour.says("This bundle is intact")
        context.close()
    assert [*empty.iterdir()] == [], "the program wrote into the folder in which it was started"
    signers = subprocess.run(
        [nameplate, "--store", store, "signers"], cwd=empty, capture_output=True, check=True
    ).stdout
    (tmp_path / "allowed_signers").write_bytes(signers)
    checked = subprocess.run(
        [nameplate, "verify", bundle, "--allowed-signers", tmp_path / "allowed_signers"],
        cwd=empty, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
