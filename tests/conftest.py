"""What tests of several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def measuring_photos() -> Path:
    """The folder of real photos: for measuring only, never copied into the project."""
    named = os.environ.get("NAMEPLATE_PHOTOS")
    folder = Path(named) if named else ROOT.parent / "shared" / "photos"
    if not folder.is_dir():
        pytest.skip(
            "The real photos are not here; set NAMEPLATE_PHOTOS to their folder to run this."
        )
    return folder
