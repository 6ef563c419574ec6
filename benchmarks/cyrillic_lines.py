"""Render single lines as on Cyrillic plates: words, designations, numbers, small print.

Lines to train and to measure the Cyrillic engine: drawn with any installed font package
(`fontpkg-*`, all under open licences), shrunk until capitals are a few pixels high, stretched,
blurred, unevenly lit, and encoded as JPEG. No photos are used.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    import numpy.typing as npt

    from vision.types import Pixels

    Plane = npt.NDArray[np.float32]

CAPITALS = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FORMS = ("ООО", "ОАО", "АО", "ЗАО", "ПАО", "НПО", "НПП", "ТОО", "ТОВ", "ПО", "КБ", "ФГУП", "ПрАТ")
LABELS = (
    "МОДЕЛЬ", "ТИП", "ЗАВ. №", "Зав. №", "МАССА", "ГОД", "ДАТА", "НОМЕР", "СЕРИЯ", "ИЗДЕЛИЕ",
    "ЗАВОД", "СДЕЛАНО В СССР", "СДЕЛАНО В РОССИИ", "ГОСТ", "ТУ", "НАПРЯЖЕНИЕ", "МОЩНОСТЬ",
    "ЧАСТОТА", "ПАРТИЯ", "Изготовитель", "Дата выпуска", "ВИГОТОВЛЕНО", "ОТК", "Россия", "Шасси",
)  # fmt: skip
UNITS = ("кг", "kg", "В", "Гц", "кВт", "А", "г.", "мм", "шт", "л.с.", "об/мин", "об")
FOREIGN = (
    "MODEL", "SERIAL", "MADE IN CHINA", "TYPE", "MOTOR", "EAC", "TC RU", "JAC", "VIN", "POWER",
    "RESET", "MAX", "INPUT", "OUTPUT", "VOLTAGE", "PART NO", "DATE", "MFG", "ASSY", "S/N", "P/N",
    "WEIGHT", "GERMANY", "USA", "RADIO", "UNIT", "CONTROL", "SWITCH", "BATTERY", "SYSTEM",
)  # fmt: skip

WORKING_HEIGHT = 36
"""Height of capitals, in pixels, at which a line is drawn before it is shrunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """One line: its text and its picture, cropped as a text detector does."""

    text: str
    crop: Pixels


def read_words(*lists: Path) -> tuple[str, ...]:
    """Read Cyrillic words of 3–12 letters from word lists, one a line (Hunspell's `.dic` too)."""
    words = set()
    for file in lists:
        for line in file.read_text(encoding="utf-8").splitlines():
            word = line.split("/")[0].strip()
            if 3 <= len(word) <= 12 and all(char.upper() in CAPITALS + "ІЇЄҐ" for char in word):
                words.add(word)
    return tuple(sorted(words))


def make_text(rng: random.Random, words: Sequence[str]) -> str:
    """Generate the text of one line."""
    kinds = (_company, _capitals, _words, _labelled, _designation, _letters, _certificate)
    weights = (3, 5, 2, 2, 4, 3, 1)
    if rng.random() < 0.2:
        return _foreign(rng)
    return rng.choices(kinds, weights)[0](rng, words)[:24].strip()


def _company(rng: random.Random, words: Sequence[str]) -> str:
    left, right = rng.choice(('""', "«»", "“”"))
    name = _capitals(rng, words)
    return f"{rng.choice(FORMS)} {left}{name}{right}" if rng.random() < 0.8 else f"{name}{right}"


def _capitals(rng: random.Random, words: Sequence[str]) -> str:
    glue = rng.choice((" ", " ", "", "-"))
    return glue.join(rng.choice(words) for _ in range(rng.choice((1, 1, 2)))).upper()


def _words(rng: random.Random, words: Sequence[str]) -> str:
    first, *rest = (rng.choice(words) for _ in range(rng.choice((1, 2))))
    return " ".join([first.capitalize(), *rest])


def _labelled(rng: random.Random, _: Sequence[str]) -> str:
    kinds = (
        f"{rng.choice(LABELS)}{rng.choice((' ', ': '))}{_number(rng)}",
        rng.choice(LABELS),
        f"{rng.randint(1, 2)}-{rng.randint(100, 2999)} {rng.choice(UNITS)}",
        f"{rng.randint(5, 9999)} {rng.choice(UNITS)}",
        f"ГОСТ {rng.randint(100, 31999)}-{rng.randint(50, 99)}",
    )
    return rng.choice(kinds)


def _number(rng: random.Random) -> str:
    return "".join(rng.choice("0123456789") for _ in range(rng.randint(3, 8)))


def _designation(rng: random.Random, _: Sequence[str]) -> str:
    """Generate a part designation: letters, digits, letters, as Soviet standards build them."""
    digits, letters = _number(rng), "".join(rng.choice(CAPITALS) for _ in range(8))
    kinds = (
        f"{rng.choice(('', 'К', 'КР', 'КМ', 'КС', 'Н'))}{digits[:4]}{letters[:2]}{digits[4:6]}",
        f"{rng.choice('123ГКАИ')}{rng.choice('ТПДЦВИЛУНАБФ')}{digits[:3]}{letters[0]}",
        f"{letters[: rng.randint(1, 3)]}-{digits[: rng.randint(1, 4)]}{rng.choice(letters)}",
        f"{letters[:2]}{digits[0]}.{digits[:3]}.{digits[1:4]}",
        f"{digits[:2]}{letters[0]}{digits[2:4]}-{letters[1:3]}",
        f"{letters[:3]}{digits[:2]}-{digits[:2]}-{digits[1]}-{letters[4]}",
    )
    return rng.choice(kinds)


def _letters(rng: random.Random, _: Sequence[str]) -> str:
    return "".join(rng.choice(CAPITALS) for _ in range(rng.randint(2, 10)))


def _certificate(rng: random.Random, _: Sequence[str]) -> str:
    country = rng.choice(("RU", "KZ", "BY", "KG"))
    body = rng.choice(CAPITALS) + rng.choice(CAPITALS)
    kind, number = rng.choice("ECD"), _number(rng)[:2]
    return f"ТС RU {kind}-{country}.{body}{number}.{rng.randint(10, 99999):05}"


def _foreign(rng: random.Random) -> str:
    letters = "".join(rng.choice(LATIN) for _ in range(rng.randint(2, 7)))
    mixed = "".join(rng.choice(LATIN + "0123456789" * 3) for _ in range(rng.randint(6, 17)))
    word = rng.choice(FOREIGN)
    kinds = (
        word,
        f"{word} {rng.choice(FOREIGN)}"[:20],
        f"{word} {_number(rng)}",
        letters,
        mixed,
        f"{letters[:3]}{rng.randint(1, 999)}-{letters[3:5]}",
        word.title(),
    )
    return rng.choice(kinds)


def font_families(packages: Sequence[str]) -> tuple[tuple[Path, ...], ...]:
    """List the font files with both cases of Cyrillic of each installed package, in order."""
    found: list[tuple[Path, ...]] = []
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            files = sorted(Path(spec.origin).parent.joinpath("files").glob("*.ttf"))
            found.append(tuple(file for file in files if _has_cyrillic(file)))
    return tuple(family for family in found if family)


def _has_cyrillic(file: Path) -> bool:
    font = ImageFont.truetype(str(file), 40)
    lacking = font.getmask("\ue000").getbbox()
    seen = {bytes(font.getmask(char)) for char in "ДЖЩЯдю"}
    return len(seen) > 3 and font.getmask("Ж").getbbox() != lacking


@lru_cache(maxsize=512)
def _font(file: Path, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(file), 100)
    cap = -font.getbbox("Н", anchor="ls")[1]
    font = ImageFont.truetype(str(file), 100 * WORKING_HEIGHT / max(cap, 1))
    try:
        axes = font.get_variation_axes()
    except OSError:
        return font
    values = []
    for axis in axes:
        low, high = float(axis["minimum"] or 0), float(axis["maximum"] or 0)
        usual = weight if b"eight" in bytes(axis["name"]) else float(axis["default"] or 0)
        values.append(min(max(usual, low), high))
    font.set_variation_by_axes(values)
    return font


def draw_line(text: str, rng: random.Random, families: Sequence[Sequence[Path]]) -> DrawnLine:
    """Draw one line with a random font, size, light and wear; always the same for one `rng`."""
    noise = np.random.default_rng(rng.getrandbits(32))
    family = rng.choice(families)
    upright = [file for file in family if "Italic" not in file.name and "Thin" not in file.name]
    file = rng.choice(upright if upright and rng.random() < 0.85 else family)
    font = _font(file, rng.choice((300, 400, 500, 600, 700)))
    tracking = rng.choice((0, 0, 0, 1, 2, 4, 8))
    mask = _bent(_lettered(text, font, tracking), rng)
    mask = _cut(mask, rng)
    picture = _coloured(mask, rng, noise)
    return DrawnLine(text=text, crop=_photographed(picture, rng, noise))


def _lettered(text: str, font: ImageFont.FreeTypeFont, tracking: int) -> Plane:
    width = round(font.getlength(text)) + tracking * len(text)
    pad = WORKING_HEIGHT
    image = Image.new("L", (width + 2 * pad, WORKING_HEIGHT + 2 * pad), 0)
    draw = ImageDraw.Draw(image)
    across = float(pad)
    for run in text if tracking else (text,):
        draw.text((across, pad + WORKING_HEIGHT), run, fill=255, font=font, anchor="ls")
        across += font.getlength(run) + tracking
    return np.asarray(image, np.float32) / 255.0


def _bent(mask: Plane, rng: random.Random) -> Plane:
    """Stretch, slant and rotate slightly, about the middle."""
    stretch = 1.0 if rng.random() < 0.3 else float(np.exp(rng.uniform(-0.5, 0.45)))
    slant, turn = rng.gauss(0, 0.05), rng.gauss(0, 0.012)
    high, wide = mask.shape
    new = max(round(wide * stretch), 8)
    matrix = np.array([[stretch, -slant, 0.0], [turn * stretch, 1.0, 0.0]])
    middle = matrix[:, :2] @ (wide / 2, high / 2)
    matrix[:, 2] = np.array([new / 2, high / 2]) - middle
    return np.asarray(cv2.warpAffine(mask, matrix, (new, high)), np.float32)


def _cut(mask: Plane, rng: random.Random) -> Plane:
    """Crop the line as text detectors do: some margin on each side, occasionally none."""
    columns = np.flatnonzero(mask.max(axis=0) > 0.3)
    rows = np.flatnonzero(mask.max(axis=1) > 0.3)
    if not len(columns) or not len(rows):
        return mask
    room = [rng.uniform(*span) * WORKING_HEIGHT for span in ((0.02, 0.4), (0.02, 0.4))]
    ends = [rng.uniform(-0.03, 0.6) * WORKING_HEIGHT for _ in range(2)]
    top = max(round(rows[0] - room[0]), 0)
    bottom = round(rows[-1] + 1 + room[1])
    left, right = max(round(columns[0] - ends[0]), 0), round(columns[-1] + 1 + ends[1])
    return mask[top:bottom, left:right]


def _coloured(mask: Plane, rng: random.Random, noise: np.random.Generator) -> Plane:
    """Give ink and ground their colours, uneven light and, sometimes, a relief or a frame."""
    ground, ink = rng.uniform(20, 235), rng.uniform(20, 235)
    least = rng.choice((35, 60, 100))
    while abs(ground - ink) < least:
        ground, ink = rng.uniform(10, 245), rng.uniform(10, 245)
    if rng.random() < 0.1:
        lit = np.roll(mask, (2, 2), (0, 1)) - np.roll(mask, (-2, -2), (0, 1))
        grey = ground + (ink - ground) * lit * 0.8
    else:
        grey = ground + (ink - ground) * mask
    if rng.random() < 0.15:
        at = rng.choice((0, 1, 2))
        grey[at : at + 2] = ink
    high, wide = grey.shape
    light = cv2.resize(noise.normal(0, 1, (2, 4)).astype(np.float32), (wide, high))
    grey = grey + light * rng.choice((0, 4, 10, 20))
    tint = np.array([rng.uniform(-1, 1) for _ in range(3)], np.float32) * rng.choice((0, 6, 20))
    return np.asarray(grey[..., None] + tint, np.float32)


def _photographed(picture: Plane, rng: random.Random, noise: np.random.Generator) -> Pixels:
    """Shrink, blur, sharpen, add noise and encode as a camera does."""
    height = float(np.exp(rng.uniform(np.log(7), np.log(16 if rng.random() < 0.6 else 36))))
    scale = height / WORKING_HEIGHT
    blurred = cv2.GaussianBlur(picture, (0, 0), max(rng.uniform(0.1, 0.75) / scale, 0.3))
    size = tuple(max(round(side * scale), 4) for side in (picture.shape[1], picture.shape[0]))
    small = cv2.resize(blurred, size, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.3:
        small = small + rng.uniform(0.3, 1.0) * (small - cv2.GaussianBlur(small, (0, 0), 1.0))
    small = small + noise.normal(0, rng.choice((0.5, 2, 5, 10)), small.shape)
    pixels = np.clip(small, 0, 255).astype(np.uint8)
    if rng.random() < 0.8:
        flags = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(40, 95)]
        data = cv2.imencode(".jpg", pixels[..., ::-1], flags)[1]
        pixels = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
    return np.ascontiguousarray(pixels)
