"""Fused exposures: better than each, reposts once, disagreements said, nothing overclaimed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from values.sentence import say
from vision.fusion.evidence import (
    ALPHABET,
    FusedLikelihood,
    Tempering,
    lattice_from_glyphs,
    usual_tempering,
)
from vision.fusion.fuse import NothingToFuse, fuse, fused_likelihood, shared_weights
from vision.ocr.lattice import Lattice
from vision.types import CharOption, FieldReading, FieldSource, Glyph

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 1.0), (0.0, 1.0))
PLAIN = Tempering(
    temperature=1.0,
    floor=0.01,
    prior_share=0.0,
    prior=(),
    discounts=(1.0, 0.9, 0.8),
    stack_weight=2.0,
    stacked_discounts=(1.0, 0.8, 0.6),
    version="test",
    source="test",
)


def lattice(*places: dict[str, float]) -> Lattice:
    """A lattice whose characters stand one step apart with blanks between."""
    symbols = ["", *ALPHABET, "-"]
    rows = []
    for place in places:
        row = np.full(len(symbols), (1.0 - sum(place.values())) / len(symbols))
        for char, p in place.items():
            row[symbols.index(char)] += p
        gap = np.full(len(symbols), 0.02 / len(symbols))
        gap[0] += 0.98
        rows += [row, gap]
    return Lattice.from_probabilities(np.array(rows), symbols)


def reading(*places: dict[str, float], state: str = "offered", **other: object) -> FieldReading:
    seen = lattice(*places)
    return FieldReading(
        field="serial",
        text=seen.text,
        confidence=float(np.exp(seen.log_likelihood([seen.text])[0])),
        state=state,  # type: ignore[arg-type]
        glyphs=(),
        alternatives=(),
        source=FieldSource(line_id="L1", corners=SQUARE, label="S/N", rule="label left"),
        lattice=seen,
        **other,  # type: ignore[arg-type]
    )


def sure(text: str, p: float = 0.97) -> list[dict[str, float]]:
    return [{char: p} for char in text]


TORN = reading(*sure("08"), {"8": 0.55, "3": 0.40}, *sure("6"))
FAIR = reading(*sure("08"), {"3": 0.60, "8": 0.35}, *sure("6"))
GLARE = reading(*sure("08"), {"3": 0.80, "8": 0.15}, {"6": 0.5, "5": 0.45})


def test_three_exposures_find_what_one_got_wrong() -> None:
    fused = fuse((TORN, FAIR, GLARE), tempering=PLAIN)
    assert fused.text == "0836"
    assert TORN.text == "0886"
    assert fused.alternatives[0].text == "0886"


def test_a_difference_between_exposures_is_said_character_by_character() -> None:
    fused = fuse((TORN, FAIR), tempering=PLAIN)
    assert fused.text == "0836"
    assert fused.notes == (
        say("fusion.look", number=1, text="0886", at=("3",), here=("3",), there=("8",)),
    )


def test_the_doubtful_character_carries_its_alternative() -> None:
    fused = fuse((TORN, FAIR), tempering=PLAIN, raw=True)
    assert [glyph.options[0].char for glyph in fused.glyphs] == list("0836")
    assert [option.char for option in fused.glyphs[2].options][:2] == ["3", "8"]
    assert fused.glyphs[2].options[0].probability < fused.glyphs[0].options[0].probability


def test_reposts_share_the_weight_of_one_exposure() -> None:
    """Ten copies of one misread exposure weigh what one does."""
    reposts = fuse((TORN,) * 10 + (GLARE,), exposures=("a",) * 10 + ("b",), tempering=PLAIN)
    two = fuse((TORN, GLARE), tempering=PLAIN)
    assert reposts.text == two.text
    assert reposts.confidence == pytest.approx(two.confidence)
    assert reposts.notes[0] == say("fusion.shared", more=9)
    assert "fusion.shared" not in {note.id for note in two.notes}  # type: ignore[union-attr]


def test_stills_of_one_exposure_give_one_likelihood_neither_the_surest_nor_the_product() -> None:
    strings = ("0836", "0886")

    def told(*readings: FieldReading, exposures: tuple[str, ...]) -> float:
        lattice = fuse(readings, exposures=exposures, tempering=PLAIN).lattice
        assert isinstance(lattice, FusedLikelihood)
        one, other = lattice.log_likelihood(strings)
        return float(one - other)

    apart = [told(item, exposures=("a",)) for item in (TORN, FAIR, GLARE)]
    together = told(TORN, FAIR, GLARE, exposures=("a", "a", "a"))
    assert min(apart) < together < max(apart)
    surest = max((TORN, FAIR, GLARE), key=lambda item: item.confidence)
    assert together != pytest.approx(told(surest, exposures=("a",)))
    assert abs(together) < abs(told(TORN, FAIR, GLARE, exposures=("a", "b", "c")))


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=8).flatmap(
        lambda names: st.tuples(
            st.just(tuple(names)),
            st.lists(st.floats(0, 1), min_size=len(names), max_size=len(names)),
        )
    )
)
def test_every_exposure_weighs_one(case: tuple[tuple[str, ...], list[float]]) -> None:
    exposures, confidences = case
    weights = shared_weights(exposures, confidences)
    assert all(weight >= 0 for weight in weights)
    for name in set(exposures):
        mine = [w for w, of in zip(weights, exposures, strict=True) if of == name]
        assert sum(mine) == pytest.approx(1.0)


def test_two_stills_of_one_exposure_are_no_two_witnesses() -> None:
    clear = reading(*sure("0836", 0.999))
    one = fuse((clear, clear), exposures=("a", "a"), tempering=PLAIN, raw=True)
    assert one.state == "offered", "stated takes two exposures, or one that stated it"
    two = fuse((clear, clear), exposures=("a", "b"), tempering=PLAIN, raw=True)
    assert two.state == "stated"


def test_one_exposure_is_tempered_too() -> None:
    fused = fuse((TORN,), tempering=PLAIN, raw=True)
    assert fused.text == "0886"
    assert isinstance(fused.lattice, FusedLikelihood)
    assert fused.state == "offered", "one exposure alone that did not state, does not state fused"


def test_stated_needs_two_exposures_that_read_it_themselves() -> None:
    clear = reading(*sure("CMX0836", 0.999))
    assert fuse((clear, clear), tempering=PLAIN, raw=True).state == "stated"
    assert fuse((clear,), tempering=PLAIN, raw=True).state == "offered"
    weak = dataclasses.replace(clear, strength=0.2)
    assert fuse((weak, weak), tempering=PLAIN, raw=True).state == "offered"


def test_nothing_is_stated_against_an_exposure_that_states_something_else() -> None:
    clear = reading(*sure("0836", 0.999), state="stated")
    other = reading(*sure("0886", 0.99), state="stated")
    assert fuse((clear, clear, other), tempering=PLAIN, raw=True).state != "stated"


def test_separators_are_kept_as_the_exposures_show_them() -> None:
    one = reading(*sure("CMX"), {"-": 0.97}, *sure("08"), {"3": 0.5, "8": 0.45}, *sure("6"))
    two = reading(*sure("CMX"), {"-": 0.97}, *sure("0836"))
    fused = fuse((one, two), tempering=PLAIN)
    assert fused.text == "CMX-0836"
    assert [glyph.options[0].char for glyph in fused.glyphs] == list("CMX0836")


def test_case_and_separators_do_not_matter_to_the_likelihood() -> None:
    likelihood = fused_likelihood((FAIR, TORN), tempering=PLAIN)
    values = likelihood.log_likelihood(("0836", "08-36", "08 36"))
    assert values[0] == pytest.approx(values[1])
    assert values[0] == pytest.approx(values[2])


def test_more_exposures_are_surer_but_less_than_independent_ones_would_be() -> None:
    def gap(readings: tuple[FieldReading, ...], tempering: Tempering) -> float:
        values = fused_likelihood(readings, tempering=tempering).log_likelihood(("0836", "0886"))
        return float(values[0] - values[1])

    one, two = gap((FAIR,), PLAIN), gap((FAIR, FAIR), PLAIN)
    assert one < two < 2 * one
    assert two == pytest.approx(2 * one * 0.9)


def test_the_prior_is_divided_out() -> None:
    """A character that the recogniser likes for its own sake loses what it was given."""
    fond = dataclasses.replace(PLAIN, prior_share=1.0, prior=(("8", 1.0), ("3", -0.5)))
    assert fuse((TORN,), tempering=PLAIN).text == "0886"
    assert fuse((TORN,), tempering=fond).text == "0836"


def test_readings_without_a_lattice_join_by_their_characters() -> None:
    words = dataclasses.replace(
        FAIR,
        lattice=None,
        glyphs=tuple(Glyph(options=(CharOption(char=c, probability=0.9),)) for c in "0836"),
        text="0836",
    )
    assert lattice_from_glyphs(words).text == "0836"
    assert fuse((TORN, words), tempering=PLAIN).text == "0836"


def test_misreadings_of_plain_text_are_directed() -> None:
    """A B that was read is often an 8; an 8 that was read is seldom a B."""

    def read(text: str) -> Lattice:
        glyphs = tuple(Glyph(options=(CharOption(char=c, probability=0.9),)) for c in text)
        return lattice_from_glyphs(dataclasses.replace(FAIR, lattice=None, glyphs=glyphs))

    as_b, as_8 = read("B"), read("8")
    assert as_b.log_likelihood(["8"])[0] > as_8.log_likelihood(["B"])[0]


def test_a_code_settles_the_value_where_codes_agree() -> None:
    source = dataclasses.replace(FAIR.source, rule="code Data Matrix")
    code = dataclasses.replace(FAIR, text="0836", lattice=None, confidence=0.99, source=source)
    assert fuse((TORN, code)).text == "0836"
    other = dataclasses.replace(code, text="0838")
    assert isinstance(fuse((TORN, code, other)).lattice, FusedLikelihood), "pixels decide then"


def test_what_cannot_be_fused_is_refused_with_a_sentence() -> None:
    with pytest.raises(NothingToFuse) as nothing:
        fuse(())
    assert nothing.value.sentence == say("fusion.nothing")
    with pytest.raises(NothingToFuse) as mixed:
        fuse((FAIR, dataclasses.replace(FAIR, field="model")))
    assert mixed.value.sentence == say("fusion.different-fields", fields=("model", "serial"))
    with pytest.raises(NothingToFuse, match="2 readings came with 1 exposures"):
        fuse((FAIR, TORN), exposures=("a",))


def test_the_numbers_kept_with_the_program_are_sound() -> None:
    usual = usual_tempering()
    assert all(0 < value <= 1.5 for value in usual.discounts)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="0123456789AB-/ ", max_size=8), min_size=1, max_size=6))
def test_any_strings_get_finite_or_minus_infinite_logarithms(strings: list[str]) -> None:
    values = fused_likelihood((TORN, FAIR), tempering=PLAIN).log_likelihood(tuple(strings))
    assert values.shape == (len(strings),)
    assert not np.isnan(values).any()
    assert (values <= 1e-9).all()


def test_a_stack_may_outweigh_its_exposures_and_is_said() -> None:
    stack = lattice(*sure("0836", 0.99))
    alone = fuse((TORN, TORN), tempering=PLAIN)
    fused = fuse((TORN, TORN), stack=stack, tempering=PLAIN)
    assert alone.text == "0886"
    assert fused.text == "0836"
    assert say("fusion.stack", text="0836") in fused.notes
    assert fused.state == "offered"  # no exposure gave the value by itself
