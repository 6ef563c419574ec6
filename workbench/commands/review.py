"""Review: `show`, `find`, `judge`, `copies`, `judge-copies`."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from vision.types import FieldName
from workbench.case_file import plates as all_plates
from workbench.case_file import views
from workbench.commands.common import Verbs, actor_of, add_case, aside, count, verb
from workbench.copies import measured
from workbench.find import LEAST
from workbench.report.numbers import percent
from workbench.review import MAX_REASON, MAX_TEXT
from workbench.strength import strength_in
from workbench.terminal import safe
from workbench.types import Judgement

if TYPE_CHECKING:
    import argparse

    from workbench.types import FieldStanding
    from workbench.workbench import Workbench

TITLE = "Review"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    show = verb(
        verbs, "show", _show, "Show the plates of a case: the machine's and people's words."
    )
    add_case(show)
    _add_find(verbs)
    _add_judge(verbs)
    copies = verb(
        verbs, "copies", _copies, "Show copies and other exposures, and independent captures."
    )
    add_case(copies)
    copies.add_argument(
        "--elsewhere", action="store_true", help="look through the store's other cases, too"
    )
    _add_judge_copies(verbs)


def _add_find(verbs: Verbs[argparse.ArgumentParser]) -> None:
    find = verb(
        verbs,
        "find",
        _find,
        "Find part of a serial, model or maker in all readings; exit code 1 if it is nowhere.",
    )
    find.add_argument(
        "fragment",
        metavar="FRAGMENT",
        help=f"at least {LEAST} letters or digits; ? stands for any one character",
    )
    find.add_argument("--case", metavar="CASE", help="in this case only (default: in all cases)")
    find.add_argument(
        "--limit",
        type=count,
        default=100,
        metavar="N",
        help="list at most this many places, 1 or more (default: 100)",
    )


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
        help="your answer on what the machine read: confirmed, corrected (with --text), "
        "rejected or unsure (with --reason)",
    )
    judge.add_argument(
        "--text",
        default="",
        help=f"what you read, up to {MAX_TEXT} characters; ? for a character that is lost",
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
        "confirmed or corrected by what the two say",
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
        help="your answer; rejected splits the group",
    )
    judge.add_argument("--reason", default="", help="why; needed for rejected and unsure")


def _show(workbench: Workbench, options: argparse.Namespace) -> int:
    for plate in all_plates(workbench, options.case):
        print(plate.plate_id, "ready" if plate.ready else "to review", sep="\t")
        for field in plate.fields:
            human = f"{field.judgement}: {field.human_text or ''}" if field.judgement else ""
            print(
                "",
                field.field,
                safe(field.machine_text),
                _strength(workbench, options.case, field),
                safe(human),
                sep="\t",
            )
    return 0


def _strength(workbench: Workbench, case_id: str, standing: FieldStanding) -> str:
    """How strongly the program gives a field, and why."""
    if standing.machine_at is None:
        return ""
    exhibit_id, region_id = standing.machine_at
    reading = workbench.intake.exhibit(case_id, exhibit_id).reading
    found = strength_in(reading, region_id, standing.field) if reading else None
    return f"{found.word}; pixels {percent(found.pixels)}" if found else ""


def _find(workbench: Workbench, options: argparse.Namespace) -> int:
    hits = workbench.finder.find(options.fragment, case_id=options.case, limit=options.limit)
    for hit in hits:
        print(
            hit.case_id,
            f"{hit.exhibit_id}/{hit.region_id}",
            hit.field,
            safe(hit.text),
            f"{hit.by.value}{'' if hit.exact else ', look-alike'}",
            safe(hit.file_name),
            sep="\t",
        )
    if not hits:
        aside("Nothing that was read or transcribed holds this.")
    return 0 if hits else 1


def _judge(workbench: Workbench, options: argparse.Namespace) -> int:
    exhibit, _slash, region = options.region.partition("/")
    review = workbench.review.judge_field(
        actor_of(workbench, options),
        options.case,
        exhibit_id=exhibit,
        region_id=region,
        field=options.field,
        judgement=Judgement(options.judgement),
        text=options.text,
        blind=options.blind,
        reason=options.reason,
    )
    print(review.sequence, review.judgement.value, safe(review.text), sep="\t")
    return 0


def _copies(workbench: Workbench, options: argparse.Namespace) -> int:
    for group in workbench.copies.groups(options.case):
        judged = f"{group.judgement} by {group.judged_by}" if group.judgement else "not judged"
        print(group.group_id, ", ".join(group.exhibit_ids), safe(judged), sep="\t")
        for evidence in group.evidence:
            print("", evidence.relation, safe(evidence.why), measured(evidence), sep="\t")
    plates = tuple(all_plates(workbench, options.case))
    for captures in workbench.copies.captures(options.case, plates):
        print(captures.plate_id, safe(captures.sentence), sep="\t")
    if options.elsewhere:
        for exhibit in views(workbench, options.case):
            own = exhibit.summary.exhibit_id
            for hit in workbench.copies.elsewhere(options.case, own):
                print(own, hit.case_id, hit.exhibit_id, safe(hit.evidence.why), sep="\t")
    return 0


def _judge_copies(workbench: Workbench, options: argparse.Namespace) -> int:
    workbench.copies.judge(
        actor_of(workbench, options),
        options.case,
        options.group,
        Judgement(options.judgement),
        reason=options.reason,
    )
    return 0
