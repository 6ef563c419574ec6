"""Review: `show`, `find`, `judge`, `copies`, `judge-copies`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, get_args

from vision.types import FieldName
from words import en
from workbench.cli.common import (
    Verbs,
    actor_of,
    add_case,
    add_json,
    add_seen,
    aside,
    count,
    line,
    listing,
    print_json,
    shows,
    verb,
)
from workbench.report.numbers import percent
from workbench.rules.limits import LEAST_SOUGHT, MAX_REASON, MAX_TEXT
from workbench.types import Judgement

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from workbench.copies.copies import Elsewhere
    from workbench.review.strength import Strength
    from workbench.types import FieldStanding, Hit, JsonMap, PlateView
    from workbench.workbench import Workbench

TITLE = "Review"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    show = verb(
        verbs, "show", _show, "Show the plates of a case: what the machine and people read."
    )
    add_case(show)
    show.add_argument(
        "--covered",
        action="store_true",
        help="hide what machines and people read, for blind transcription; otherwise what you are "
        "shown is recorded, and nothing you write about it later counts as blind",
    )
    add_json(show)
    _add_find(verbs)
    _add_judge(verbs)
    copies = verb(
        verbs, "copies", _copies, "Show copies and other exposures, and independent captures."
    )
    add_case(copies)
    copies.add_argument(
        "--elsewhere", action="store_true", help="search the store's other cases as well"
    )
    add_json(copies)
    _add_judge_copies(verbs)


def _add_find(verbs: Verbs[argparse.ArgumentParser]) -> None:
    find = verb(
        verbs,
        "find",
        _find,
        "Find part of a serial, model or maker in all readings; exit code 1 if it is not found.",
    )
    find.add_argument(
        "fragment",
        metavar="FRAGMENT",
        help=f"at least {LEAST_SOUGHT} letters or digits; ? stands for any one character",
    )
    find.add_argument("--case", metavar="CASE", help="in this case only (default: in all cases)")
    find.add_argument(
        "--limit",
        type=count,
        default=100,
        metavar="N",
        help="list at most this many places, 1 or more (default: 100)",
    )
    add_json(find)


def _add_judge(verbs: Verbs[argparse.ArgumentParser]) -> None:
    judge = verb(verbs, "judge", _judge, "Judge one field of one plate region.")
    add_case(judge)
    judge.add_argument("region", metavar="EXHIBIT/REGION", help="the region, such as EX-0001/R1")
    judge.add_argument(
        "field", choices=get_args(FieldName), metavar="FIELD", help=_words(FieldName)
    )
    judge.add_argument(
        "judgement",
        choices=[judgement.value for judgement in Judgement],
        metavar="JUDGEMENT",
        help="your judgement of what the machine read: confirmed, corrected (with --text), "
        "rejected or unsure (with --reason)",
    )
    add_seen(judge, "show {case}")
    judge.add_argument(
        "--text",
        default="",
        help=f"what you read, up to {MAX_TEXT} characters; ? for an unreadable character",
    )
    judge.add_argument(
        "--reason",
        default="",
        help=f"why, up to {MAX_REASON} characters; needed for rejected and unsure",
    )
    judge.add_argument(
        "--blind",
        action="store_true",
        help="you wrote --text before you saw the machine's reading; it is recorded as "
        "confirmed or corrected by comparing the two",
    )


def _words(names: object) -> str:
    return "one of " + ", ".join(get_args(names))


def _add_judge_copies(verbs: Verbs[argparse.ArgumentParser]) -> None:
    judge = verb(
        verbs, "judge-copies", _judge_copies, "Confirm or split a group that `copies` shows."
    )
    add_case(judge)
    judge.add_argument("group", metavar="GROUP", help="the group, such as copy:EX-0001")
    judge.add_argument(
        "judgement",
        choices=["confirmed", "rejected", "unsure"],
        help="your judgement; rejected splits the group",
    )
    add_seen(judge, "copies {case}")
    judge.add_argument("--reason", default="", help="why; needed for rejected and unsure")


def _show(workbench: Workbench, options: argparse.Namespace) -> int:
    shown: list[JsonMap] = []
    plates = tuple(workbench.review.every_plate(options.case))
    if options.covered:
        return _covered(plates, options)
    exhibits = [exhibit_id for plate in plates for exhibit_id, _region in plate.members]
    shows(workbench, options, options.case, dict.fromkeys(exhibits))
    if plates and not options.json:
        line("seen", min(plate.seen for plate in plates))
    for plate in plates:
        strengths = [_strength(workbench, options.case, field) for field in plate.fields]
        shown.append(_plate_json(plate, strengths))
        if not options.json:
            _print_plate(plate, strengths)
    if options.json:
        print_json(shown)
    elif not shown:
        aside(f"No plate yet: `python -m workbench read {options.case}` reads what is waiting.")
    return 0


def _covered(plates: Sequence[PlateView], options: argparse.Namespace) -> int:
    """The plates and the names of their fields, without any word that was read."""
    if plates and not options.json:
        line("seen", min(plate.seen for plate in plates))
    listing(
        options,
        (
            (
                {
                    "plate_id": plate.plate_id,
                    "members": plate.members,
                    "fields": [field.field for field in plate.fields],
                    "seen": plate.seen,
                },
                (plate.plate_id, *(field.field for field in plate.fields)),
            )
            for plate in plates
        ),
    )
    return 0


def _print_plate(plate: PlateView, strengths: Sequence[Strength | None]) -> None:
    state = "to review" if plate.fields else "nothing read"
    line(plate.plate_id, "ready" if plate.ready else state)
    for field, found in zip(plate.fields, strengths, strict=True):
        human = f"{field.judgement}: {field.human_text or ''}" if field.judgement else ""
        strong = f"{found.word}; characters {percent(found.pixels)} sure" if found else ""
        line("", field.field, field.machine_text, strong, human)
        for sentence in field.dissent:
            line("", "", "dissent", sentence)


def _plate_json(plate: PlateView, strengths: Sequence[Strength | None]) -> JsonMap:
    fields = [
        {**asdict(field), "strength": found}
        for field, found in zip(plate.fields, strengths, strict=True)
    ]
    return {**asdict(plate), "fields": fields}


def _strength(workbench: Workbench, case_id: str, standing: FieldStanding) -> Strength | None:
    """The level of a field, if the program gives the field at all."""
    if standing.machine_at is None:
        return None
    exhibit_id, region_id = standing.machine_at
    from workbench.review.strength import strength_in

    reading = workbench.exhibits.one(case_id, exhibit_id).reading
    return strength_in(reading, region_id, standing.field) if reading else None


def _find(workbench: Workbench, options: argparse.Namespace) -> int:
    hits = workbench.finder.find(options.fragment, case_id=options.case, limit=options.limit)
    for case_id in dict.fromkeys(hit.case_id for hit in hits):
        exhibits = dict.fromkeys(hit.exhibit_id for hit in hits if hit.case_id == case_id)
        shows(workbench, options, case_id, exhibits)
    if not listing(options, ((hit, _hit_cells(hit)) for hit in hits)):
        aside("Nothing that was read or transcribed contains this.")
        return 1
    return 0


def _hit_cells(hit: Hit) -> tuple[str, ...]:
    return (
        hit.case_id,
        f"{hit.exhibit_id}/{hit.region_id}",
        hit.field,
        hit.text,
        f"{hit.by.value}{'' if hit.exact else ', look-alike'}",
        hit.file_name,
    )


def _judge(workbench: Workbench, options: argparse.Namespace) -> int:
    exhibit, _slash, region = options.region.partition("/")
    review = workbench.review.judge_field(
        actor_of(workbench, options),
        options.case,
        exhibit_id=exhibit,
        region_id=region,
        field=options.field,
        judgement=Judgement(options.judgement),
        seen=options.seen,
        text=options.text,
        blind=options.blind,
        reason=options.reason,
    )
    line(review.sequence, review.judgement.value, review.text)
    return 0


def _copies(workbench: Workbench, options: argparse.Namespace) -> int:
    from workbench.copies.copies import measured

    groups = workbench.copies.groups(options.case)
    plates = tuple(workbench.review.every_plate(options.case))
    captures = workbench.copies.captures(options.case, plates)
    elsewhere = list(_elsewhere(workbench, options.case)) if options.elsewhere else []
    # Why two exhibits may show one object may name what was read on both.
    told = [group for group in groups if group.relation == "same_object"]
    exhibits = dict.fromkeys(name for group in told for name in group.exhibit_ids)
    shows(workbench, options, options.case, exhibits)
    seen = min((group.seen for group in groups), default=None)
    if options.json:
        other = [{"of": own, **asdict(hit)} for own, hit in elsewhere]
        print_json({"seen": seen, "groups": groups, "captures": captures, "elsewhere": other})
        return 0
    if seen is not None:
        line("seen", seen)
    for group in groups:
        judged = f"{group.judgement} by {group.judged_by}" if group.judgement else "not judged"
        line(group.group_id, ", ".join(group.exhibit_ids), judged, f"counted as {group.counted}")
        for evidence in group.evidence:
            line("", evidence.relation, en.text(evidence.why), measured(evidence))
    for capture in captures:
        line(capture.plate_id, capture.sentence)
    for own, hit in elsewhere:
        line(own, hit.case_id, hit.exhibit_id, en.text(hit.evidence.why))
    if not groups and not captures and not elsewhere:
        aside("No exhibit was found to repeat another, and no plate has been read yet.")
    return 0


def _elsewhere(workbench: Workbench, case_id: str) -> Iterator[tuple[str, Elsewhere]]:
    """Each exhibit of the case with each exhibit of another case that may be a copy of it."""
    for exhibit in workbench.exhibits.every(case_id):
        own = exhibit.summary.exhibit_id
        for hit in workbench.copies.elsewhere(case_id, own):
            yield own, hit


def _judge_copies(workbench: Workbench, options: argparse.Namespace) -> int:
    workbench.copies.judge(
        actor_of(workbench, options),
        options.case,
        options.group,
        Judgement(options.judgement),
        seen=options.seen,
        reason=options.reason,
    )
    return 0
