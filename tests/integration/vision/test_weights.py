"""Readers run on weights that are known, and on no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from vision.engines import weights
from vision.engines.cyrillic import CyrillicEngine
from vision.engines.ppocr5 import Ppocr5Engine
from vision.engines.rapidocr import RapidOcrEngine
from vision.errors import WeightsUnknown

if TYPE_CHECKING:
    from pathlib import Path


def test_other_bytes_under_the_name_of_a_reader_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "weights.onnx"
    other.write_bytes(b"other weights")
    with pytest.raises(WeightsUnknown, match="rapidocr"):
        weights.known_hash("rapidocr", other)


@pytest.mark.parametrize("maker", [RapidOcrEngine, Ppocr5Engine, CyrillicEngine])
def test_one_byte_more_keeps_a_reader_from_loading(
    maker: type[RapidOcrEngine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = tmp_path / "more"
    more.write_bytes(b"x")
    own = maker.weights
    monkeypatch.setattr(maker, "weights", lambda self: [*own(self), more])
    with pytest.raises(WeightsUnknown):
        maker(threads=1)


def test_the_notice_names_each_origin() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    for name, known in weights.KNOWN.items():
        assert len(known.sha256) == 64
        assert known.licence in notice
        assert known.package in notice or name == "cyrillic"
