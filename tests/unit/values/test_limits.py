"""How large files may be: as README.md and docs/claims.md say, and the same for all who ask."""

from __future__ import annotations

from tests.conftest import ROOT
from values import limits
from vision.media import archive, clip, decode
from workbench.rules.limits import SIZES
from workbench.settings import Settings

README = (ROOT / "README.md").read_text("utf-8").replace("\n", " ")


def test_the_sizes_are_those_that_the_readme_says() -> None:
    assert "a photo may be up to 200 MB, a clip or a ZIP up to 4 GiB" in README
    assert limits.PHOTO_BYTES == 200 * 1000**2
    assert limits.CLIP_BYTES == limits.ZIP_BYTES == 4 * 1024**3
    assert limits.FILE_BYTES == 200 * 1024**2


def test_whoever_opens_a_file_takes_what_is_let_in() -> None:
    settings = Settings.from_environment({})
    by_kind = {one.kind: one.most for one in SIZES}
    assert decode.LIMITS.max_bytes == by_kind["photo"] == settings.max_photo_bytes
    assert clip.LIMITS.max_bytes == by_kind["clip"] == settings.max_clip_bytes
    assert archive.LIMITS.max_total_bytes == by_kind["zip"] == settings.max_zip_bytes
    assert archive.LIMITS.max_member_bytes == by_kind["photo"]
    assert settings.max_file_bytes == limits.FILE_BYTES
