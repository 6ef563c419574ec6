"""Places: one state, two states, or it cannot be told; the last is never the second."""

from __future__ import annotations

import unicodedata
from itertools import chain

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.records.place_names import (
    AFTER,
    ALIASES,
    AMBIGUOUS,
    BELONGS_TO,
    GONE,
    LANGUAGES,
    RENAMED,
    SPLIT,
)
from catalog.records.places import (
    _all_languages,
    _cldr_names,
    compare_places,
    compare_with_any,
    fold_place,
    name_of,
    read_place,
)
from tests.unit.catalog.casework import spoken
from values.dates import PartialDate

OF_ONE_STATE = {
    "GB": "GB, GBR, UK, U.K., u.k., United Kingdom, the United Kingdom, UNITED KINGDOM, "
    "Great Britain, Royaume-Uni, Vereinigtes Königreich, Reino Unido, Великобритания, "
    "Birleşik Krallık, 英国",
    "KR": "KR, KOR, South Korea, S. Korea, SOUTH-KOREA, Rep. of Korea, Republic of Korea, ROK, "
    "R.O.K., Corée du Sud, Südkorea, Южная Корея, Güney Kore, 韩国, Korea (KR), Korea (South)",
    "KP": "KP, PRK, North Korea, N.Korea, DPRK, D.P.R.K., КНДР, Corea del Norte, 朝鲜, "
    "Korea (North)",
    "CD": "Democratic Republic of the Congo, DR Congo, DRC, Congo (Kinshasa), Zaire, ДР Конго, "
    "République démocratique du Congo",
    "CG": "Republic of the Congo, Rep. of Congo, Congo-Brazzaville, République du Congo",
    "US": "US, USA, U.S.A., U. S. A., United States, EE.UU., États-Unis, США, ABD",
    "AE": "UAE, U.A.E., United Arab Emirates, ОАЭ, الإمارات العربية المتحدة",
    "CN": "PRC, P.R. China, People's Republic of China, КНР, 中国, VR China, China",
    "TW": "Taiwan, Republic of China, Taiwan (ROC), China (Taiwan), Chinese Taipei",
    "TR": "Turkey, Türkiye, TURKIYE, Türkei, Turquie, Турция, تركيا, ترکیه, Türkiye (TR), "
    "TR - Turkey",
    "CI": "Côte d’Ivoire, Cote d'Ivoire, COTE DIVOIRE, Ivory Coast, Elfenbeinküste",
    "CZ": "Czech Republic, Czech Rep., Czechia, Česko, Tschechien",
    "CY": "Cyprus, Kıbrıs, Кипр, Republic of Cyprus",
    "IR": "Iran, Iran (Islamic Republic of), Islamic Republic of Iran, ایران, ايران, Persia",
    "MM": "Burma, Myanmar, Myanmar (Burma), Birmanie",
    "SD": "Sudan, The Sudan, Republic of the Sudan, Судан",
    "GE": "Georgia, Грузия, Gürcistan",
    "YE": "Yemen, Republic of Yemen, اليمن",
    "NL": "Netherlands, The Netherlands, Holland, Kingdom of the Netherlands",
    "SUHH": "USSR, U.S.S.R., Soviet Union, СССР, URSS, UdSSR, SSCB, Former Soviet Union",
    "DDDE": "GDR, East Germany, German Democratic Republic, DDR",
}

NO_STATE = (
    "no, is, in, us state, tr, tur, and, unknown, N/A, -, Nagorno-Karabakh, Northern Cyprus, "
    "America, Europe, Turkish Republic of Northern Cyprus, State of Georgia, Nigeri, Koreas, "
    "TR/AZ, Turkey and Azerbaijan, Ankara, Middle East, GER, XX, 410, Abkhazia, "
    "Republic of Crimea, Federal Republic of China, Socialist Republic of Yemen"
)


@pytest.mark.parametrize(
    ("text", "code"),
    [(text.strip(), code) for code, texts in OF_ONE_STATE.items() for text in texts.split(",")],
)
def test_a_name_or_code_of_one_state(text: str, code: str) -> None:
    assert read_place(text).certain == code


def test_korea_with_a_comma_is_told_by_what_follows() -> None:
    assert read_place("Korea, Republic of").certain == "KR"
    assert read_place("Korea, Dem. People's Rep. of").certain == "KP"
    assert read_place("Virgin Islands, British").certain == "VG"


@pytest.mark.parametrize(
    "text",
    [text.strip() for texts in AMBIGUOUS.values() for text in texts.split(",")],
)
def test_a_name_of_two_states_says_so_and_no_comparison_rests_on_it(text: str) -> None:
    place = read_place(text)
    assert place.certain is None
    assert len(place.codes) == 2
    assert place.doubt is not None
    assert " or " in spoken(place.doubt)
    for other in (*place.codes, "FR", text):
        told = compare_places(text, other)
        assert (told.answer, told.reason) == ("cannot be told", place.doubt)
        assert compare_places(other, text).answer == "cannot be told"


def test_the_doubt_names_both_states() -> None:
    assert spoken(read_place("Korea").doubt) == (
        "Not comparable: “Korea” may be KP (North Korea) or KR (South Korea)."
    )


@pytest.mark.parametrize("text", NO_STATE.split(", "))
def test_what_is_no_country_is_never_another_one(text: str) -> None:
    assert read_place(text).codes == ()
    assert compare_places(text, "FR").answer == "cannot be told"
    assert compare_places("FR", text).answer == "cannot be told"
    assert compare_places(text, text).answer == "cannot be told"


def test_a_state_and_a_city_beside_a_comma_are_not_one_name() -> None:
    assert read_place("Atlanta, Georgia").codes == ()


def test_empty_is_not_another_country() -> None:
    assert compare_places("", "FR").answer == "cannot be told"
    assert compare_with_any([], "FR").answer == "cannot be told"


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("United Kingdom", "GB", "equal"),
        ("Zaire", "DRC", "equal"),
        ("USSR", "Soviet Union", "equal"),
        ("Turkey", "Azerbaijan", "different"),
        ("Niger", "Nigeria", "different"),
        ("Austria", "Australia", "different"),
        ("Dominica", "Dominican Republic", "different"),
        ("Guinea", "Equatorial Guinea", "different"),
        ("Samoa", "American Samoa", "different"),
        ("North Korea", "South Korea", "different"),
        ("DR Congo", "Republic of the Congo", "different"),
        ("USSR", "France", "different"),
        ("USSR", "Russia", "cannot be told"),
        ("Ukraine", "USSR", "cannot be told"),
        ("Yugoslavia", "Serbia and Montenegro", "cannot be told"),
        ("East Germany", "Germany", "cannot be told"),
        ("South Yemen", "Yemen", "cannot be told"),
        ("South Vietnam", "Vietnam", "cannot be told"),
        ("Hong Kong", "China", "cannot be told"),
        ("France", "Réunion", "cannot be told"),
        ("Guadeloupe", "Martinique", "cannot be told"),
        ("Kosovo", "Serbia", "cannot be told"),
        ("CS", "Serbia", "cannot be told"),
    ],
)
def test_two_places_compared(one: str, other: str, answer: str) -> None:
    assert compare_places(one, other).answer == answer
    assert compare_places(other, one).answer == answer


def test_a_state_that_split_off_is_another_one_once_the_record_is_later() -> None:
    def told(when: str) -> str:
        return compare_places("Sudan", "South Sudan", when=PartialDate.parse(when)).answer

    assert [told("2020-02-01"), told("2012")] == ["different", "different"]
    assert [told(""), told("2005"), told("2011-08"), told("2010/2014")] == ["cannot be told"] * 4


def test_one_equal_place_among_several_is_enough_and_one_unknown_forbids_a_difference() -> None:
    assert compare_with_any(["FR", "Korea", "TR"], "TR").answer == "equal"
    assert compare_with_any(["FR", "DE"], "TR").answer == "different"
    assert compare_with_any(["FR", "Korea"], "TR").answer == "cannot be told"
    assert compare_with_any(["FR", ""], "TR").answer == "cannot be told"


def test_every_name_of_the_standards_is_its_own_state_or_declared_to_be_ambiguous() -> None:
    either = {fold_place(text) for texts in AMBIGUOUS.values() for text in texts.split(",")}
    for name, code in chain.from_iterable(map(_cldr_names, LANGUAGES.split())):
        found = read_place(name).codes
        assert found == (code,) or (code in found and fold_place(name) in either), name
    for country in pycountry.countries:
        for name in (country.alpha_2, country.alpha_3, country.name):
            found = read_place(name).codes
            assert found == (country.alpha_2,) or fold_place(name) in either, name


def test_no_name_means_two_states_unless_the_table_says_so() -> None:
    either = {
        fold_place(text).replace(" ", "")
        for texts in AMBIGUOUS.values()
        for text in texts.split(",")
    }
    assert {name for name, codes in _all_languages().items() if len(codes) > 1} <= either


def test_the_tables_speak_of_states_that_are_known() -> None:
    states = {country.alpha_2 for country in pycountry.countries} | {"XK", *GONE}
    groups = [*AFTER.values(), *BELONGS_TO.values()]
    assert {code for group in groups for code in group.split()} <= states
    assert {*ALIASES, *RENAMED.values(), *BELONGS_TO, *chain.from_iterable(SPLIT)} <= states
    assert {*AFTER} == {*GONE}
    assert {code for codes in AMBIGUOUS for code in codes} <= states
    assert all(name_of(code) != code for code in states)


NAMES = sorted({name for texts in OF_ONE_STATE.values() for name in texts.split(", ")})


@given(
    name=st.sampled_from([name for name in NAMES if len(name) > 4]),
    change=st.sampled_from(["upper", "lower", "title", "NFD", "NFC", "spaces", "nbsp", "the"]),
)
def test_case_accents_and_spaces_make_no_other_place(name: str, change: str) -> None:
    written = {
        "upper": name.upper(),
        "lower": name.lower() if "(" not in name and "-" not in name else name,
        "title": name.title() if name[:1].isascii() and "(" not in name else name,
        "NFD": unicodedata.normalize("NFD", name),
        "NFC": unicodedata.normalize("NFC", name),
        "spaces": f"  {name.replace(' ', '   ')} ",
        "nbsp": name.replace(" ", "\u00a0"),
        "the": f"the {name}" if name.isascii() and "(" not in name and "-" not in name else name,
    }[change]
    assert read_place(written).codes == read_place(name).codes


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_written_a_comparison_is_even_handed_and_never_fails(
    one: str, two: str
) -> None:
    assert compare_places(one, two).answer == compare_places(two, one).answer
    assert compare_places(one, two).answer != "different" or (
        read_place(one).certain and read_place(two).certain
    )
