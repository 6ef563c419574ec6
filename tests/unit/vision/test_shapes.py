"""Forms of values: what each field can be, and the grammars with check digits."""

from __future__ import annotations

import pytest

from vision.shapes import (
    container_check_digit,
    find_container,
    find_nsn,
    find_vin,
    has_legal_form,
    looks_like_date,
    looks_like_measure,
    may_name,
    plausible,
)


@pytest.mark.parametrize("text", ["2022-03", "12/2020", "28.10.96", "1989", "Aug 2020", "2019年"])
def test_dates(text: str) -> None:
    assert looks_like_date(text)


@pytest.mark.parametrize("text", ["70/96", "0836", "3892/72905", "22020315", "A2141"])
def test_no_dates(text: str) -> None:
    assert not looks_like_date(text)


@pytest.mark.parametrize("text", ["24 VDC", "220-240 V", "50/60 Hz", "12.4 kg", "5A", "1200 WATTS"])
def test_measures(text: str) -> None:
    assert looks_like_measure(text)


@pytest.mark.parametrize(("code", "digit"), [("CSQU305438", 3), ("MSKU907032", 3)])
def test_container_check_digit_as_published(code: str, digit: int) -> None:
    assert container_check_digit(code) == digit


def test_containers_need_the_right_check_digit() -> None:
    assert find_container("CSQU 305438 3") == (0, 13)
    assert find_container("CSQU 305438 4") is None


def test_vehicle_numbers_have_no_i_o_q() -> None:
    assert find_vin("VIN 1M8GDM9AXKP042788 X") == (4, 21)
    assert find_vin("1M8GDM9AXKPO42788") is None


def test_stock_numbers() -> None:
    assert find_nsn("NSN 5935-99-787-8918 A") == (4, 20)
    assert find_nsn("5935997878918", dashed=False) == (0, 13)
    assert find_nsn("5935997878918") is None


@pytest.mark.parametrize("text", ["FERRANTI LTD", "ООО «Эллада»", "ASELSAN A.Ş.", "天津有限公司"])
def test_legal_forms(text: str) -> None:
    assert has_legal_form(text)


@pytest.mark.parametrize("text", ["MADE IN ENGLAND", "WARNING HOT", "Сделано в СССР", "ON"])
def test_no_names(text: str) -> None:
    assert not may_name(text)


BETTER = [
    ("serial", "0836", "24 VDC"),
    ("serial", "0836", "SERIAL"),
    ("serial", "AZ-4471", "12/2020"),
    ("model", "CMX-15D", "2022-03"),
    ("maker", "FERRANTI LTD", "KA-1903-77"),
    ("cage", "38596", "3859"),
    ("nsn", "5935-99-787-8918", "5935"),
    ("part_number", "72-10015-04", "AB"),
]


@pytest.mark.parametrize(("field", "better", "worse"), BETTER)
def test_better_and_worse(field: str, better: str, worse: str) -> None:
    assert plausible(field, better) > plausible(field, worse)  # type: ignore[arg-type]
