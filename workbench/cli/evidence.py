"""Bundles: `export`, `bundles`, `sign`, `publish`, `stamp`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from evidence_store.bundle.errors import AnswersMissing
from workbench.cli.common import (
    Verbs,
    actor_of,
    add_case,
    add_json,
    aside,
    file_bytes,
    line,
    listing,
    progress,
    verb,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from evidence_store.bundle.redaction_plan import FieldChoice
    from workbench.workbench import Workbench

TITLE = "Bundles"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    export = verb(verbs, "export", _export, "Seal a case into a signed bundle.")
    add_case(export)
    bundles = verb(
        verbs,
        "bundles",
        _bundles,
        "List the sealed and public bundles of a case, latest first.",
    )
    add_case(bundles)
    add_json(bundles)
    sign = verb(verbs, "sign", _sign, "Sign a sealed bundle as a required reviewer.")
    _add_sealed(sign)
    sign.add_argument(
        "--signature",
        type=Path,
        metavar="FILE",
        help="a .sig file that `python -m evidence_store sign` made on the reviewer's machine "
        "(default: sign with the key in this store)",
    )
    _add_publish(verbs)
    stamp = verb(
        verbs, "stamp", _stamp, "Timestamp a sealed bundle (RFC 3161), or store a request."
    )
    _add_sealed(stamp)
    how = stamp.add_mutually_exclusive_group()
    how.add_argument(
        "--url",
        action="append",
        default=[],
        help="a timestamp authority; may be given several times (default: store a request only)",
    )
    how.add_argument(
        "--answer", type=Path, metavar="FILE", help="the authority's answer to a stored request"
    )


def _add_sealed(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument(
        "sequence",
        type=int,
        metavar="SEQUENCE",
        help="the entry that recorded the sealing, as `bundles` lists it",
    )


def _add_publish(verbs: Verbs[argparse.ArgumentParser]) -> None:
    publish = verb(
        verbs, "publish", _publish, "Make a public bundle that withholds parts of a sealed one."
    )
    _add_sealed(publish)
    for option, metavar, meaning in (
        ("withhold", "FIELD", "a private field: NAME, NAME@EX-0001 or NAME@ENTRY"),
        ("exhibit", "EXHIBIT", "an exhibit to hide completely"),
        ("blur", "EXHIBIT", "an exhibit to show as a blurred photo"),
        ("value", "WORDS", "words that must appear nowhere, such as a name"),
        ("harmless", "WORDS", "words of withheld fields that reveal nothing"),
        (
            "disclose",
            "FIELD",
            "deliberately release a field that is withheld by rule, named as for --withhold",
        ),
        ("disclose-copy", "EXHIBIT", "deliberately show a copy of a withheld or blurred exhibit"),
        ("withhold-near", "WORDS", "withhold words that are similar to what is withheld"),
        (
            "release-near",
            "WORDS",
            "deliberately release words that are similar to what is withheld",
        ),
        ("reason", "WORDS", "the reason, for everybody to read"),
    ):
        publish.add_argument(
            f"--{option}",
            action="append",
            default=[],
            metavar=metavar,
            help=f"{meaning}; may be given several times",
        )
    publish.add_argument("--title", default="", help="a title for the public bundle")


def _export(workbench: Workbench, options: argparse.Namespace) -> int:
    sealed = workbench.exports.seal(actor_of(workbench, options), options.case, on_step=progress)
    line(workbench.exports.folder_path(options.case, sealed.sequence))
    aside(f"Sealed in entry {sealed.sequence}, the number that `sign`, `publish` and `stamp` need.")
    _say_unsigned(workbench, options.case, sealed.sequence)
    return 0


def _say_unsigned(workbench: Workbench, case_id: str, sequence: int) -> None:
    names = workbench.people.names()
    for person in workbench.exports.unsigned(case_id, sequence):
        aside(f"{names.get(person, person)} ({person}) still has to sign.")


def _bundles(workbench: Workbench, options: argparse.Namespace) -> int:
    """Each with the entry that recorded it, its kind, its folder, and who still has to sign."""
    rows = [*_sealed(workbench, options.case), *_public(workbench, options.case)]
    rows.sort(key=lambda row: row["sequence"], reverse=True)
    if not listing(options, ((row, _cells(row)) for row in rows)):
        aside(f"Nothing has been sealed yet: `python -m workbench export {options.case}`.")
    return 0


class _Row(TypedDict):
    sequence: int
    kind: Literal["sealed", "public"]
    folder: str
    tagmanifest_sha256: str
    unsigned: tuple[str, ...]


def _sealed(workbench: Workbench, case_id: str) -> Iterator[_Row]:
    for view in workbench.exports.sealed(case_id):
        yield _Row(
            sequence=view.sequence,
            kind="sealed",
            folder=str(workbench.exports.folder_path(case_id, view.sequence)),
            tagmanifest_sha256=view.tagmanifest_sha256,
            unsigned=workbench.exports.unsigned(case_id, view.sequence),
        )


def _public(workbench: Workbench, case_id: str) -> Iterator[_Row]:
    for view in workbench.publication.published(case_id):
        yield _Row(
            sequence=view.sequence,
            kind="public",
            folder=str(workbench.publication.folder_path(case_id, view.sequence)),
            tagmanifest_sha256=view.tagmanifest_sha256,
            unsigned=(),
        )


def _cells(row: _Row) -> tuple[object, ...]:
    waiting = f"to sign: {', '.join(row['unsigned'])}" if row["unsigned"] else ""
    return (row["sequence"], row["kind"], row["folder"], waiting)


def _sign(workbench: Workbench, options: argparse.Namespace) -> int:
    actor = actor_of(workbench, options)
    if options.signature is None:
        workbench.exports.sign(actor, options.case, options.sequence)
    else:
        armour = file_bytes(options.signature, workbench).decode("ascii", errors="replace")
        workbench.exports.attach_signature(actor, options.case, options.sequence, armour)
    _say_unsigned(workbench, options.case, options.sequence)
    return 0


def _publish(workbench: Workbench, options: argparse.Namespace) -> int:
    from workbench.publication.publication import Answer, Verdict, Withholding

    withholding = Withholding(
        fields=tuple(_field_choice(text) for text in options.withhold),
        exhibits=tuple(options.exhibit),
        blurred=tuple(options.blur),
        values=tuple(options.value),
        harmless=tuple(options.harmless),
        released=tuple(_field_choice(text) for text in options.disclose),
        released_copies=tuple(options.disclose_copy),
        answers=(
            *(Answer(words=one, verdict=Verdict.WITHHELD) for one in options.withhold_near),
            *(Answer(words=one, verdict=Verdict.RELEASED) for one in options.release_near),
        ),
        title=options.title,
        reasons=tuple(options.reason),
    )
    hidden = (*withholding.exhibits, *withholding.blurred)
    for exhibit in workbench.publication.shows_the_same(options.case, hidden):
        if exhibit not in withholding.released_copies:
            aside(f"{exhibit} shows the same picture and is also withheld or blurred.")
    actor = actor_of(workbench, options)
    try:
        view = workbench.publication.publish(actor, options.case, options.sequence, withholding)
    except AnswersMissing as error:
        _say_near(error)
        return 1
    line(workbench.publication.folder_path(options.case, view.sequence))
    aside("Check its photos before you publish it: no program did.")
    return 0


def _say_near(error: AnswersMissing) -> None:
    """List near hits, each with the options that answer it."""
    aside(error.message.partition(":")[0] + ". Nothing was written.")
    for hit in error.hits:
        words = shlex.quote(hit.words)
        aside(hit.sentence())
        aside(f"    --withhold-near {words}   or   --release-near {words}")
    aside("Add an answer for each and publish again, or do not publish.")


def _field_choice(text: str) -> FieldChoice:
    """`NAME`, `NAME@EX-0001`, or `NAME@12` for the field of one entry."""
    from evidence_store.bundle.redaction_plan import FieldChoice

    name, _at, where = text.partition("@")
    if where.isdecimal():
        return FieldChoice(name=name, sequence=int(where))
    return FieldChoice(name=name, exhibit=where or None)


def _stamp(workbench: Workbench, options: argparse.Namespace) -> int:
    actor, publication = actor_of(workbench, options), workbench.publication
    if options.answer is not None:
        answer = file_bytes(options.answer, workbench)
        line(publication.attach_stamp(actor, options.case, options.sequence, answer))
    elif options.url:
        for path in publication.stamp(actor, options.case, options.sequence, options.url):
            line(path)
    else:
        line(publication.request_stamp(actor, options.case, options.sequence))
        aside("Send this request to an authority, then add its answer: `stamp` with --answer.")
    return 0
