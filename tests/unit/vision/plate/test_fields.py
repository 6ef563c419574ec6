"""Which guesses count where several readers speak of one plate."""

from __future__ import annotations

from dataclasses import replace

from vision.ocr.engine import Recognised
from vision.plate import assurance
from vision.plate.code_values import IN_A_CODE
from vision.plate.draft import CLAIMED, EngineLines, FieldDraft, PlateDraft
from vision.plate.fields import (
    DOUBTED,
    HEARD,
    _claims,
    _may_speak,
    best_guesses,
    fields_of_one,
    one_field_each,
    one_place,
    with_fields,
    without_guesswork,
)
from vision.plate.spans import FieldGuess, PlateText
from vision.plate.weighing import Claim, of_one_reader
from vision.types import Engine, FieldName, PlateRegion, TextLine

CORNERS = ((0.0, 0.0), (300.0, 0.0), (300.0, 30.0), (0.0, 30.0))


def claim(
    field: FieldName,
    text: str,
    *,
    engine: str = "rapidocr",
    line: str = "L2",
    sure: float = 0.99,
    label: str | None = "x",
) -> Claim:
    read = TextLine(
        line_id=line,
        corners=CORNERS,
        text=text,
        confidence=sure,
        glyphs=(),
        engine=Engine(name=engine, version="1", weights_sha256="0" * 64),
        lattice=None,
    )
    guess = FieldGuess(
        field=field,
        line=read,
        start=0,
        end=len(text),
        label=label,
        rule="label above" if label else "form alone",
        strength=0.7,
    )
    return Claim(engine=engine, guess=guess)


def kept(*claims: Claim) -> list[tuple[str, str]]:
    by_field: dict[FieldName, list[Claim]] = {}
    for one in claims:
        by_field.setdefault(one.guess.field, []).append(one)
    found = one_field_each(by_field)
    return [(one.guess.field, one.guess.text) for said in found for one in said]


def test_a_value_belongs_to_the_field_of_the_surer_claim() -> None:
    model = claim("model", "CMX-15D")
    other = claim("serial", "CMX 15D", engine="ppocr5", sure=0.8)
    serial = claim("serial", "CMX15D-4790", line="L5")
    assert kept(model, other, serial) == [("model", "CMX-15D"), ("serial", "CMX15D-4790")]
    assert kept(model, other) == [("model", "CMX-15D")], "a field that is left without a claim"


def test_another_value_or_another_place_is_no_dispute() -> None:
    model = claim("model", "CMX-15D")
    longer = claim("serial", "CMX-15D 4790", engine="ppocr5", sure=0.8)
    elsewhere = claim("serial", "CMX-15D", engine="ppocr5", line="L7", sure=0.8)
    unlabelled = claim("serial", "CMX-15D", engine="ppocr5", sure=0.8, label=None)
    for other in (longer, elsewhere, unlabelled):
        assert len(kept(model, other)) == 2


def test_every_reader_that_could_dissent_is_heard() -> None:
    assert HEARD <= assurance.SURE
    lead = claim("serial", "0836", line="L1")
    for sure, heard in ((HEARD, {"0836", "0886"}), (HEARD - 0.01, {"0836"})):
        other = claim("serial", "0886", engine="easyocr", line="L1", sure=sure).guess.line
        said = one_place([lead], [{"L1": lead.guess.line}, {"L1": other}])
        assert {one.guess.text for one in said} == heard


def test_of_values_that_only_form_speaks_for_the_best_of_the_photo_is_kept() -> None:
    def plate(name: str, *fields: FieldDraft) -> PlateDraft:
        region = PlateRegion(region_id=name, photo_id="p", corners=CORNERS, confidence=0.5)
        return PlateDraft(region=region, fields=fields)

    def value(text: str, strength: float, confidence: float = 0.9) -> FieldDraft:
        draft = of_one_reader(claim("serial", text).guess)
        return replace(draft, strength=strength, confidence=confidence)

    labelled, weak, weaker = value("0836", CLAIMED), value("771", 0.3), value("902", 0.3, 0.8)
    first, second = without_guesswork([plate("R1", weak), plate("R2", weaker, labelled)])
    assert (first.fields, second.fields) == ((), (labelled,))
    first, second = without_guesswork([plate("R1", weaker), plate("R2", weak)])
    assert (first.fields, second.fields) == ((), (weak,))


def test_how_much_a_reader_and_a_rule_have_to_say() -> None:
    assert (HEARD, CLAIMED, DOUBTED) == (0.8, 0.5, 0.3)


def rank_of(strength: float, sure: float, other: tuple[float, float]) -> bool:
    """Whether a guess is kept before another one of the same field on another line."""
    one = replace(claim("serial", "A1", line="L1", sure=sure).guess, strength=strength)
    two = replace(claim("serial", "B2", line="L2", sure=other[1]).guess, strength=other[0])
    (kept,) = best_guesses([two, one])
    return kept is one


def test_the_stronger_rule_on_the_more_surely_read_line_is_kept() -> None:
    assert rank_of(0.8, 0.9, (0.7, 0.9))
    assert not rank_of(0.7, 0.9, (0.8, 0.9))
    assert rank_of(0.7, 0.9, (0.7, 0.8))
    # Without any confidence three tenths of a rule count: 0.3 · 1 is more than 1 · 0.29.
    assert rank_of(1.0, 0.0, (0.29, 1.0))
    assert not rank_of(1.0, 0.0, (0.31, 1.0))


def test_a_reader_is_heard_from_its_confidence_on_and_once() -> None:
    lead = claim("serial", "0836", line="L1")

    def read(engine: str, sure: float, line: str = "L1") -> dict[str, TextLine]:
        return {line: claim("serial", "0886", engine=engine, line=line, sure=sure).guess.line}

    def heard(*readers: dict[str, TextLine]) -> list[str]:
        return [one.engine for one in one_place([lead], readers)]

    assert heard(read("ppocr5", 0.8)) == ["rapidocr", "ppocr5"]
    assert heard(read("ppocr5", 0.799)) == ["rapidocr"]
    assert heard(read("rapidocr", 0.99)) == ["rapidocr"], "it has spoken"
    assert heard(read("ppocr5", 0.99, line="L9")) == ["rapidocr"], "of another line"


def test_claims_on_other_lines_than_the_best_mean_another_place() -> None:
    strong = claim("serial", "0836", line="L1", sure=0.99)
    weak = claim("serial", "771", engine="ppocr5", line="L2", sure=0.5)
    assert one_place([weak, strong], []) == [strong]


def read_by(name: str, *guesses: FieldGuess, own: tuple[str, ...]) -> EngineLines:
    """What a reader says of a plate of which it read these lines; the others are the first's."""
    lines = tuple(guess.line for guess in guesses)
    return EngineLines(
        engine=Engine(name=name, version="1", weights_sha256="0" * 64),
        own={line.line_id: line for line in lines if line.line_id in own},
        text=PlateText(lines=lines, guesses=guesses, labels=(), elsewhere=()),
    )


def test_a_reader_claims_only_what_it_read_itself_and_passes_are_those_of_the_first() -> None:
    model, serial = claim("model", "CMX-15D", line="L1").guess, claim("serial", "0836").guess
    theirs = claim("serial", "0886", engine="easyocr").guess
    again = Recognised(text="0836", confidence=0.9, glyphs=(), lattice=None)
    plate = PlateDraft(
        region=PlateRegion(region_id="R1", photo_id="p", corners=CORNERS, confidence=0.5),
        by_engine=(
            read_by("rapidocr", model, serial, own=("L1", "L2")),
            read_by("easyocr", model, theirs, own=("L2",)),
        ),
        crops=(read_by("rapidocr", model, serial, own=("L2",)),),
        passes={"L2": (again,)},
    )
    assert _claims(plate) == {
        "model": [Claim(engine="rapidocr", guess=model)],
        "serial": [
            Claim(engine="rapidocr", guess=serial, passes=(again,)),
            Claim(engine="easyocr", guess=theirs),
            Claim(engine="rapidocr", guess=serial),
        ],
    }


def test_of_one_reader_alone_only_what_it_read_itself_is_given() -> None:
    model = claim("model", "CMX-15D", line="L1").guess
    theirs = claim("serial", "0886", engine="easyocr").guess
    alone = fields_of_one(read_by("easyocr", model, theirs, own=("L2",)))
    assert [(one.field, one.text) for one in alone] == [("serial", "0886")]


def test_a_second_reader_may_speak_by_form_alone_only_where_the_first_sees_the_field_too() -> None:
    def may(engine: str, label: str | None = None, rule: str = "form alone") -> bool:
        guess = replace(claim("serial", "0836", engine=engine, label=label).guess, rule=rule)
        return _may_speak(guess, "rapidocr", {("model", "L2"), ("serial", "L9")})

    assert may("rapidocr")
    assert may("cyrillic")
    assert may("tesseract")
    assert may("easyocr", label="S/N")
    assert may("easyocr", rule=IN_A_CODE)
    assert not may("easyocr")
    by_form = claim("serial", "0836", engine="easyocr", label=None).guess
    assert _may_speak(by_form, "rapidocr", {("serial", "L2")})


def test_a_reader_that_sees_nothing_at_the_place_of_a_value_claims_nothing() -> None:
    lead = claim("serial", "0836", line="L1")
    blank = replace(claim("serial", "--", engine="ppocr5", line="L1").guess.line, text="- -")
    assert one_place([lead], [{"L1": blank}]) == [lead]


def plate_of(region: str, *engines: EngineLines) -> PlateDraft:
    place = PlateRegion(region_id=region, photo_id="p", corners=CORNERS, confidence=0.5)
    return PlateDraft(region=place, by_engine=engines)


def test_each_field_of_a_plate_is_weighed_from_what_its_readers_claim() -> None:
    model, serial = claim("model", "CMX-15D", line="L1").guess, claim("serial", "0836").guess
    again = claim("serial", "0836", engine="easyocr").guess
    bare = claim("serial", "4711", label=None).guess
    (labelled, unlabelled) = with_fields(
        [
            plate_of(
                "R1",
                read_by("rapidocr", model, serial, own=("L1", "L2")),
                read_by("easyocr", model, again, own=("L2",)),
            ),
            plate_of("R2", read_by("rapidocr", replace(bare, strength=0.3), own=("L2",))),
        ]
    )
    found = {one.field: one for one in labelled.fields}
    assert {field: one.text for field, one in found.items()} == {
        "model": "CMX-15D", "serial": "0836"
    }  # fmt: skip
    assert [one.engine for one in found["serial"].engine_texts] == ["rapidocr", "easyocr"]
    assert [one.engine for one in found["model"].engine_texts] == ["rapidocr"]
    assert unlabelled.fields == (), "another plate has a value with a label"
