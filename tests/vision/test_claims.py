"""Which guesses count where several readers speak of one plate."""

from __future__ import annotations

from vision.claims import one_field_each
from vision.combine import Claim
from vision.fields import FieldGuess
from vision.types import Engine, FieldName, TextLine

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
