"""A small made-up case with everything in it that a case file can show."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageDraw

from workbench.report import types as r

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
HOSTILE = (
    '<script>alert(1)</script> #image("/etc/passwd") $x$ \\u{41} *b* \u202egpj.exe 中 {{ 7*7 }}'
)


def picture(width: int, height: int, text: str) -> r.Picture:
    image = Image.new("RGB", (width, height), "#9aa0a6")
    ImageDraw.Draw(image).text((width // 4, height // 3), text, fill="black", font_size=height // 8)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return r.Picture(data=buffer.getvalue(), media="image/png", width=width, height=height)


def serial_field() -> r.ReportField:
    glyphs = tuple(((char, 0.99), ("B", 0.01)) for char in "CMX15D-0")
    return r.ReportField(
        field="serial",
        text="CMX15D-0836",
        state="offered",
        why="the pixels leave it open",
        pixels=0.71,
        glyphs=(
            *glyphs,
            (("8", 0.62), ("3", 0.3), ("B", 0.08)),
            (("3", 0.4), ("8", 0.39)),
            (("6", 0.98),),
        ),
        alternatives=(("CMX15D-0836", 0.71), ("CMX15D-0886", 0.2)),
        readers=(("rapidocr", "CMX15D-0836"), ("easyocr", "CMX15D-0886")),
        notes=("The two readers disagree at the tenth character.",),
        reviews=(
            r.ReportReview(
                sequence=4,
                at=AT,
                reviewer="Reviewer One",
                judgement="corrected",
                text="CMX15D-08?6",
                machine_text="CMX15D-0836",
                blind=True,
                reason="",
                stands=False,
            ),
            r.ReportReview(
                sequence=5,
                at=AT,
                reviewer="Reviewer One",
                judgement="confirmed",
                text="CMX15D-0836",
                machine_text="CMX15D-0836",
                blind=False,
                reason=HOSTILE,
            ),
        ),
    )


def make_case(**changes: object) -> r.ReportCase:
    exhibit = r.ReportExhibit(
        exhibit_id="EX-0001",
        file_name=HOSTILE,
        media="image/jpeg",
        sha256="ab" * 32,
        bytes=81_234,
        width=1600,
        height=1200,
        taken_in_at=AT,
        taken_in_by="Demo Investigator",
        photo=picture(800, 600, "L3 WESCAM"),
        claims=(("claimed_place", HOSTILE),),
        embedded=(("EXIF Model", "X100"),),
        regions=(
            r.ReportRegion(
                region_id="R1",
                corners=((400, 300), (1100, 320), (1090, 700), (395, 690)),
                crop=picture(500, 200, "CMX-15D"),
                fields=(
                    serial_field(),
                    r.ReportField(field="maker", text="L3 WESCAM", pixels=0.999, state="stated"),
                ),
            ),
        ),
    )
    candidate = r.ReportCandidate(
        key="unit-1",
        title="L3 Wescam CMX-15D, serial CMX15D-0836",
        verdict="Identifies a catalog unit",
        likelihood_ratio=7214.0,
        band="strong",
        explanation="Every character that was read fits.",
        features=(
            r.ReportFeature(
                feature="maker",
                weight_bits=2.0,
                detail="An older name of the maker.",
                seen="L3 WESCAM",
                recorded="L3Harris Wescam",
            ),
            r.ReportFeature(
                feature="model", weight_bits=-0.5, detail="", seen="CMX-15D", recorded="CMX-15D"
            ),
            r.ReportFeature(
                feature="serial",
                weight_bits=11.3,
                detail=HOSTILE,
                seen="CMX15D-0836",
                recorded="CMX15D-0836",
            ),
        ),
        records=(("Permit", "number redacted in full"),),
        fit="1 of 1,200 units fits.",
        neighbours=(("CMX15D-0838", "6 → 8 in the last place"),),
    )
    values: dict[str, object] = {
        "case_id": "case-demo",
        "title": "Camera turret " + HOSTILE,
        "provenance": HOSTILE,
        "policy": "solo",
        "synthetic": True,
        "opened_at": AT,
        "opened_by": "Demo Investigator",
        "as_of": AT,
        "log_size": 9,
        "log_root": "cd" * 32,
        "people": (
            r.ReportPerson(
                person_id="person-1",
                name="Reviewer One",
                roles=("reviewer",),
                key="ssh-ed25519 AAAA",
            ),
        ),
        "exhibits": (exhibit,),
        "groups": (
            r.ReportGroup(
                exhibit_ids=("EX-0001", "EX-0002"),
                relation="copy",
                counted="EX-0001, EX-0002",
                why=("pHash distance 2",),
                judgement="confirmed",
                judged_by="Reviewer One",
                reason="",
            ),
        ),
        "plates": (
            r.ReportPlate(
                plate_id="P1",
                members=(("EX-0001", "R1"),),
                fields=(("Serial number", "CMX15D-0836", "CMX15D-0836", "confirmed"),),
                captures="1 independent capture.",
            ),
        ),
        "searches": (
            r.ReportSearch(
                sequence=6,
                plate_id="P1",
                at=AT,
                by="Reviewer One",
                asked=(("serial", "CMX15D-0836"),),
                snapshot_sha256="ef" * 32,
                catalog_name="Demo catalog",
                coverage="One maker, 2019–2021.",
                explanation="One unit fits.",
                synthetic_catalog=True,
                candidates=(candidate,),
                findings=(
                    r.ReportFinding(
                        kind="end_user_differs",
                        statement="The end user recorded differs from where it was found.",
                        grounds=("end user: Naval Forces",),
                        alternatives=("A consented transfer.", HOSTILE),
                    ),
                ),
                decisions=(
                    r.ReportDecision(
                        sequence=8,
                        at=AT,
                        by="Reviewer One",
                        candidate="unit-1",
                        judgement="confirmed",
                        reason="Fits.",
                        stands=True,
                    ),
                ),
            ),
        ),
        "traces": (
            r.ReportTrace(
                trace_id="TR-0001",
                sequence=7,
                by="Reviewer One",
                plate_id="P1",
                addressee="Example Optics",
                addressee_is="the maker",
                sent_on="1 October 2020",
                answer_by="29 October 2020",
                comment_by="26 November 2020",
                standing="They know the product.",
                letter_sha256="34" * 32,
                seen=HOSTILE,
                further=HOSTILE,
                answers=(
                    r.ReportTraceAnswer(
                        sequence=8,
                        at=AT,
                        by="Reviewer One",
                        answer="They know the product",
                        received_on="12 October 2020",
                        words=HOSTILE,
                        papers=((HOSTILE, "56" * 32),),
                    ),
                ),
            ),
        ),
        "custody": tuple(
            r.ReportEntry(
                sequence=i,
                at=AT,
                actor="Reviewer One",
                kind="intake",
                summary=HOSTILE,
                leaf_hash="12" * 32,
            )
            for i in range(9)
        ),
        "software": (("nameplate", "0.1.0"),),
    }
    return r.ReportCase(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def report_case() -> r.ReportCase:
    return make_case()
