from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from html.parser import HTMLParser

import pypdfium2
import pytest

from workbench.report.build import build_report
from workbench.report.page import make_page
from workbench.report.pdf import make_pdf, printable
from workbench.report.texts import NOT_PROVED_ENGLISH
from workbench.report.types import ReportCase, ReportPerson


class Seen(HTMLParser):
    """Every tag, attribute and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)

    def handle_data(self, data):
        self.text += data


def seen(page: bytes) -> Seen:
    parser = Seen()
    parser.feed(page.decode())
    return parser


def test_the_same_case_gives_the_same_bytes(report_case: ReportCase) -> None:
    first, second = build_report(report_case), build_report(report_case)
    assert first.pdf == second.pdf
    assert first.html == second.html


def test_another_case_gives_another_file(report_case: ReportCase) -> None:
    other = dataclasses.replace(report_case, title="Another title")
    assert build_report(other).pdf != build_report(report_case).pdf
    assert build_report(other).html != build_report(report_case).html


def test_hostile_text_stays_text_in_html(report_case: ReportCase) -> None:
    page = seen(make_page(report_case))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert "‹U+202E›gpj.exe" in page.text
    assert "\u202e" not in page.text


def test_the_page_asks_nothing_of_the_network(report_case: ReportCase) -> None:
    page = seen(make_page(report_case))
    assert not {"script", "link", "iframe", "object", "form"} & page.tags
    sources = [value for name, value in page.attributes if name in {"src", "href"}]
    assert sources
    assert all(value.startswith(("data:image/", "#")) for value in sources)
    policy = dict(page.attributes)["content"]
    assert any(value.startswith("default-src 'none'") for _, value in page.attributes), policy
    assert not any(name.startswith("on") for name, _ in page.attributes)


def test_what_a_reader_must_find_is_there(report_case: ReportCase) -> None:
    text = " ".join(seen(make_page(report_case)).text.split())
    assert "Synthetic: the photos, units and people" in text
    assert "Solo: one person was allowed" in text
    for sentence in NOT_PROVED_ENGLISH:
        assert sentence in text
    assert "ab" * 32 in text, "the hash of the exhibit"
    assert "CMX15D-0886 (20 %)" in text, "the other value it may be"
    assert "superseded" in text, "a judgement that was replaced is still shown"
    assert "+12.8" in text, "the sum of the waterfall"
    assert "7,210" in text
    assert "cd" * 32 in text, "the root of the log"


CLAIMED = {
    "source_url": "Source address",
    "source_account": "Source account",
    "obtained_at": "Obtained",
    "claimed_place": "Claimed place",
    "claimed_date": "Claimed date",
    "note": "Note",
}


def test_what_a_source_claims_stands_apart_and_is_called_a_claim(report_case: ReportCase) -> None:
    claims = tuple((name, f"said {name}") for name in CLAIMED)
    exhibit = replace(report_case.exhibits[0], claims=claims, embedded=(("Make", "of the file"),))
    case = replace(report_case, exhibits=(exhibit,))
    with pypdfium2.PdfDocument(make_pdf(case)) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    for text in (seen(make_page(case)).text, "\n".join(pages)):
        words = " ".join(text.split())
        head, _, rest = words.partition("Claimed (not checked)")
        said, _, after = rest.partition("Embedded in the file (can be altered)")
        assert "said " not in head
        assert "of the file" in after
        for name, label in CLAIMED.items():
            assert re.search(f"{label} ?said {name}", said)


def test_the_first_page_says_out_of_how_many_and_what_was_not_checked(
    report_case: ReportCase,
) -> None:
    exhibit = report_case.exhibits[0]
    unjudged = tuple(
        replace(region, fields=tuple(replace(field, reviews=()) for field in region.fields))
        for region in exhibit.regions
    )
    unread = replace(exhibit, exhibit_id="EX-0042", regions=())
    case = replace(report_case, exhibits=(replace(exhibit, regions=unjudged), unread))
    text = " ".join(seen(make_page(case)).text.split()).partition(NOT_PROVED_ENGLISH[0])[0]
    assert f"not fully judged by a person: {exhibit.exhibit_id}." in text
    assert "was not read: EX-0042." in text
    (search,) = [one for one in case.searches if one.decisions]
    assert search.candidates[0].explanation in text, "with the error rates of an identification"
    assert search.coverage in text
    assert make_pdf(case).startswith(b"%PDF")


def test_an_answer_that_no_candidate_is_it_is_explained_by_the_search(
    report_case: ReportCase,
) -> None:
    (search,) = [one for one in report_case.searches if one.decisions]
    none_is = replace(search, decisions=(replace(search.decisions[0], candidate=""),))
    case = replace(report_case, searches=(none_is,))
    text = " ".join(seen(make_page(case)).text.split()).partition(NOT_PROVED_ENGLISH[0])[0]
    assert search.explanation in text


def test_a_candidate_says_its_number_in_one_sentence(report_case: ReportCase) -> None:
    """What the explanation says already is not said again beside it."""
    text = " ".join(seen(make_page(report_case)).text.split())
    (search,) = [one for one in report_case.searches if one.decisions]
    assert search.candidates[0].fit not in text
    bare = replace(search, candidates=(replace(search.candidates[0], explanation=""),))
    text = " ".join(seen(make_page(replace(report_case, searches=(bare,)))).text.split())
    assert search.candidates[0].fit in text


def test_a_person_against_the_machine_is_said_beside_the_answer(report_case: ReportCase) -> None:
    """A decision that follows a person's correction must not look like one that both read."""
    (plate, *others) = report_case.plates
    field = ("serial", "CMX15D-0836", "CMX15D-0838", "corrected")
    changed = replace(plate, fields=(field,))
    case = replace(report_case, plates=(changed, *others))
    text = " ".join(seen(make_page(case)).text.split())
    assert "a person wrote CMX15D-0838 where the machine read CMX15D-0836" in text


def test_an_answer_that_nobody_was_sure_of_says_so(report_case: ReportCase) -> None:
    (plate, *others) = report_case.plates
    said = "a person who looked was unsure. The answer follows the machine alone"
    for name, judgement in (("serial", "unsure"), ("serial", "confirmed"), ("date", "unsure")):
        field = (name, "CMX15D-0836", "", judgement)
        case = replace(report_case, plates=(replace(plate, fields=(field,)), *others))
        text = " ".join(seen(make_page(case)).text.split())
        assert (said in text) == ((name, judgement) == ("serial", "unsure"))


def test_a_long_name_takes_no_more_pages_than_a_short_one(report_case: ReportCase) -> None:
    """A name squeezed the column of keys to one letter a line, over pages."""

    def pages(name: str) -> int:
        person = replace(
            report_case.people[0], name=name, fingerprint="SHA256:" + "x" * 43, held_by="server"
        )
        signers = (("custodian", person.person_id), ("reviewer", person.person_id))
        case = replace(report_case, people=(person,), signers=signers)
        return make_pdf(case).count(b"/Type /Page\n") or make_pdf(case).count(b"/Type/Page/")

    few = pages("A B")
    assert few > 0
    assert pages("Wilhelmina Featherstonehaugh-Cholmondeley of the International Committee") == few


def test_who_signs_is_said_with_fingerprint_and_keeper(report_case: ReportCase) -> None:
    person = replace(report_case.people[0], fingerprint="SHA256:abc", held_by="server")
    case = replace(
        report_case, people=(person,), signers=(("custodian", person.person_id), ("reviewer", "x"))
    )
    text = " ".join(seen(make_page(case)).text.split())
    assert "Who signs" in text
    assert "SHA256:abc" in text
    assert "private key stored on the server" in text
    make_pdf(case)


def test_a_case_that_is_neither_synthetic_nor_solo_does_not_say_so(report_case: ReportCase) -> None:
    plain = dataclasses.replace(report_case, synthetic=False, policy="two_people", searches=())
    text = seen(make_page(plain)).text
    assert "Synthetic: the photos" not in text
    assert "Solo:" not in text
    assert "No candidate has been decided on." in text


def test_the_pdf_is_archival_and_needs_no_font_of_the_machine(report_case: ReportCase) -> None:
    made = make_pdf(report_case)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in made
    assert b"pdfaid:conformance" in made


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Привет İğş فارسی №", "Привет İğş فارسی №"),
        ("中文", "‹U+4E2D›‹U+6587›"),
        ("6 → 8", "6 -> 8"),
        ("a\x00b\u202ec", "a‹U+0000›b‹U+202E›c"),
        ("😀", "‹U+1F600›"),
    ],
)
def test_the_pdf_writes_what_it_has_no_letter_for_as_code_points(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_any_script_in_any_field_still_makes_a_pdf(report_case: ReportCase) -> None:
    person = ReportPerson(
        person_id="person-2", name="名字 \U0001f600 \u0e01\ufffe", roles=("reviewer",), key="🔑"
    )
    strange = dataclasses.replace(report_case, title="標題\x07", people=(person,))
    assert make_pdf(strange).startswith(b"%PDF")


def test_an_empty_case_is_a_file_too(report_case: ReportCase) -> None:
    bare = dataclasses.replace(
        report_case,
        exhibits=(),
        groups=(),
        plates=(),
        searches=(),
        custody=(),
        people=(),
        software=(),
    )
    made = build_report(bare)
    assert made.pdf.startswith(b"%PDF")
    assert "No catalog was searched in this case." in seen(made.html).text
