"""Plates: deterministic, true about what they carry, strict about what can't be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from renderer.plate import SEVERITIES, PlateSpec, draw_plate, expose

if TYPE_CHECKING:
    from renderer.types import Drawn

SPEC = PlateSpec(
    maker="ACME OPTICS", model="AX-200", serial="AX200-04417", date="2019-03", width=700
)


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_plate(SPEC, seed=5, wear="mild")


def test_the_same_seed_draws_the_same_plate_and_photo(drawn: Drawn) -> None:
    again = draw_plate(SPEC, seed=5, wear="mild")
    assert np.array_equal(drawn.pixels, again.pixels)
    assert drawn.fields == again.fields
    first = expose(drawn, severity="hard", seed=9, size=500)
    second = expose(again, severity="hard", seed=9, size=500)
    assert np.array_equal(first.pixels, second.pixels)
    assert first.fields == second.fields


def test_another_seed_is_another_plate_or_photo(drawn: Drawn) -> None:
    assert not np.array_equal(draw_plate(SPEC, seed=6).pixels[:100, :100], drawn.pixels[:100, :100])
    one = expose(drawn, severity="mild", seed=1, size=400)
    two = expose(drawn, severity="mild", seed=2, size=400)
    assert not np.array_equal(one.pixels, two.pixels)


def test_every_field_is_placed_once_and_inside_the_plate(drawn: Drawn) -> None:
    assert {f.field: f.text for f in drawn.fields} == dict(SPEC.values())
    rows, columns = drawn.relief.shape
    for placed in drawn.fields:
        xs, ys = zip(*placed.corners, strict=True)
        assert 0 <= min(xs) < max(xs) <= columns
        assert 0 <= min(ys) < max(ys) <= rows


def test_the_corners_in_the_photo_frame_the_lettering() -> None:
    """On a clean printed label the ink inside the serial's corners is dark, around it light."""
    spec = PlateSpec(
        serial="MH8840-W", style="printed", ground="white_label", layout="none", font="roboto"
    )
    photo = expose(draw_plate(spec, seed=2, wear="clean"), severity="clean", seed=3, size=900)
    placed = photo.field("serial")
    xs, ys = zip(*placed.corners, strict=True)
    x0, x1, y0, y1 = round(min(xs)), round(max(xs)), round(min(ys)), round(max(ys))
    grey = photo.pixels[y0:y1, x0:x1].mean(axis=2)
    paper = np.percentile(grey, 90)
    dark_inside = (grey < paper * 0.6).mean()
    margin = max(3, (y1 - y0) // 3)
    above = photo.pixels[y0 - margin - 4 : y0 - 4, x0:x1].mean(axis=2)
    assert dark_inside > 0.12
    assert (above < paper * 0.6).mean() < 0.02


@pytest.mark.parametrize(
    "style", ["printed", "engraved", "stamped", "embossed", "etched", "dot_peen"]
)
def test_every_style_leaves_its_lettering_in_the_surface(style: str) -> None:
    """Against the same plate with another serial, the pixels differ where the serial stands."""
    made = [
        draw_plate(
            PlateSpec(serial=text, style=style, layout="none", font="stroke", width=500),  # type: ignore[arg-type]
            seed=11,
            wear="clean",
        )
        for text in ("8888888", "1111111")
    ]
    assert {d.style for d in made} == {style}
    x0, y0 = made[0].fields[0].corners[0]
    x1, y1 = made[0].fields[0].corners[2]
    window = (slice(int(y0), int(y1)), slice(int(x0), int(x1)))
    paint = np.abs(made[0].albedo[window] - made[0].albedo.mean(axis=(0, 1))).mean()
    slope = np.abs(np.diff(made[0].relief[window], axis=1)).mean()
    flat = np.abs(np.diff(made[0].relief[: int(y0 * 0.5)], axis=1)).mean()
    assert paint > 0.02 or slope > 1.5 * flat


@pytest.mark.parametrize(
    ("language", "maker", "label_part"),
    [
        ("ru", "ОКБ Вектор", "№"),
        ("tr", "İmalat Şirketi", "Seri"),
        ("fa", "صنایع", "سریال"),
        ("zh", "电子厂", "号"),
        ("de", "Gerätebau", "Nr."),
        ("fr", "Société", "série"),
    ],
)
def test_labels_come_in_the_language_asked_for(language: str, maker: str, label_part: str) -> None:
    spec = PlateSpec(maker=maker, serial="N-10442", language=language, layout="left", width=500)  # type: ignore[arg-type]
    labels = {
        f.label
        for seed in range(6)
        for f in draw_plate(spec, seed=seed).fields
        if f.field == "serial"
    }
    assert any(label_part.lower() in (label or "").lower() for label in labels)


def test_worse_severities_lose_sharpness(drawn: Drawn) -> None:
    """The mean gradient over the serial falls from clean to extreme."""
    sharpness = []
    for severity in SEVERITIES:
        values = []
        for seed in range(4):
            photo = expose(drawn, severity=severity, seed=seed, size=700, background=False)
            xs, ys = zip(*photo.field("serial").corners, strict=True)
            part = photo.pixels[round(min(ys)) : round(max(ys)), round(min(xs)) : round(max(xs))]
            grey = part.astype(float).mean(axis=2)
            coarse = grey[::2, ::2]
            values.append(float(np.abs(np.diff(coarse, axis=1)).mean()))
        sharpness.append(np.mean(values))
    assert sharpness[0] > sharpness[1] > sharpness[3]


def test_one_plate_keeps_its_housing_from_look_to_look(drawn: Drawn) -> None:
    assert drawn.seed == 5
    other = draw_plate(SPEC, seed=6, wear="mild")
    assert other.seed != drawn.seed


def test_an_empty_plate_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one field"):
        PlateSpec(maker="")


def test_sizes_out_of_range_are_refused(drawn: Drawn) -> None:
    with pytest.raises(ValueError, match="200–3000"):
        PlateSpec(serial="A1", width=50)
    with pytest.raises(ValueError, match="64–4000"):
        expose(drawn, severity="mild", seed=1, size=20)


def test_a_missing_field_names_what_is_there(drawn: Drawn) -> None:
    photo = expose(drawn, severity="clean", seed=1, size=300)
    with pytest.raises(KeyError, match="it carries: maker, model"):
        photo.field("nsn")


def test_a_code_on_the_plate_can_be_decoded() -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    spec = PlateSpec(
        serial="0836",
        code=("DataMatrix", "0836-CMX"),
        style="printed",
        ground="white_label",
        layout="left",
    )
    photo = expose(draw_plate(spec, seed=1, wear="clean"), severity="clean", seed=4, size=1200)
    found = zxingcpp.read_barcodes(photo.pixels)
    assert [code.text for code in found] == ["0836-CMX"]
