"""What each kind of entry does to the projection: one small function a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from catalog.normalize import skeleton
from workbench import tables
from workbench.find import findable
from workbench.types import SEARCHED_FIELDS, ExhibitState, Judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from evidence_store.types import Entry, Json

Fold: TypeAlias = "Callable[[Connection, Entry], None]"

_CLAIMS = (
    "source_url",
    "source_account",
    "obtained_at",
    "claimed_place",
    "claimed_date",
    "note",
)


# What is done for every entry is put together once: doing it anew takes longer than the database.


def _here(table: Table) -> ColumnElement[bool]:
    """The rows of one exhibit, which `_of_exhibit` names."""
    return (table.c.case_id == bindparam("of_case")) & (
        table.c.exhibit_id == bindparam("of_exhibit")
    )


def _of_exhibit(case_id: str, exhibit_id: str) -> dict[str, str]:
    return {"of_case": case_id, "of_exhibit": exhibit_id}


_EXHIBIT: Final = update(tables.exhibit).where(_here(tables.exhibit))
_REGIONS: Final = select(tables.region).where(_here(tables.region))
_REGION: Final = update(tables.region).where(
    _here(tables.region), tables.region.c.region_id == bindparam("of_region")
)
_FORGET_REGIONS: Final = delete(tables.region).where(_here(tables.region))
_PLATES: Final = select(tables.region.c.region_id, tables.region.c.plate_id).where(
    _here(tables.region)
)
_LAST_REGION: Final = select(func.max(tables.region.c.number)).where(
    tables.region.c.case_id == bindparam("of_case")
)
_JUDGED: Final = select(
    tables.review.c.region_id, tables.review.c.field, tables.review.c.text
).where(_here(tables.review))


def fold(connection: Connection, entry: Entry) -> None:
    """Apply one entry to the tables; kinds that no screen shows leave them as they are."""
    action = _FOLDS.get(entry.kind)
    if action is not None:
        action(connection, entry)


def _text(values: Mapping[str, Json], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _at(entry: Entry) -> str:
    return entry.at.isoformat()


def _person_enrolled(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.person),
        {
            "person_id": entry.body["person"],
            "name": entry.private["name"],
            "roles": entry.body["roles"],
            "public_key": entry.body["public_key"],
            "has_passphrase": entry.body["passphrase"],
            "enrolled_at": _at(entry),
        },
    )


def _key_begun(connection: Connection, entry: Entry) -> None:
    connection.execute(
        update(tables.person)
        .where(tables.person.c.person_id == entry.body["person"])
        .values(public_key=entry.body["public_key"], has_passphrase=entry.body["passphrase"])
    )


def _catalog_imported(connection: Connection, entry: Entry) -> None:
    known = connection.execute(
        select(tables.catalog.c.sha256).where(tables.catalog.c.sha256 == entry.body["snapshot"])
    ).first()
    if known is not None:
        return
    connection.execute(
        insert(tables.catalog),
        {
            "sha256": entry.body["snapshot"],
            "sequence": entry.sequence,
            "name": _text(entry.private, "name"),
            "imported_at": _at(entry),
            "imported_by": entry.actor,
            "manifest": entry.body["manifest"],
            "chosen_at": -1,
        },
    )


def _catalog_chosen(connection: Connection, entry: Entry) -> None:
    connection.execute(
        update(tables.catalog)
        .where(tables.catalog.c.sha256 == entry.body["snapshot"])
        .values(chosen_at=entry.sequence)
    )


def _case_opened(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.case),
        {
            "case_id": entry.body["case"],
            "title": _text(entry.private, "title"),
            "policy": entry.body["policy"],
            "provenance": _text(entry.private, "provenance"),
            "synthetic": entry.body["synthetic"],
            "opened_at": _at(entry),
            "opened_by": entry.actor,
        },
    )


def _exhibit_taken_in(connection: Connection, entry: Entry) -> None:
    media = _text(entry.body, "media")
    _insert_exhibit(
        connection,
        entry,
        state=ExhibitState.CLIP if media == "clip" else ExhibitState.WAITING,
        media=media,
        file_name=_text(entry.private, "file_name"),
        claims={name: _text(entry.private, name) for name in _CLAIMS},
        embedded=entry.private.get("embedded"),
    )


def _frame_taken(connection: Connection, entry: Entry) -> None:
    parent = connection.execute(
        select(tables.exhibit).where(
            tables.exhibit.c.case_id == entry.log,
            tables.exhibit.c.exhibit_id == entry.body["parent"],
        )
    ).one()
    seconds = cast("float", entry.private["seconds"])
    laid = cast("list[str]", entry.private.get("laid", []))
    many = f", {len(laid)} frames laid over each other" if laid else ""
    _insert_exhibit(
        connection,
        entry,
        state=ExhibitState.WAITING,
        media="frame",
        file_name=f"{parent.file_name} at {seconds:.3f} s{many}",
        claims=parent.claims,
        embedded=None,
        taken_in_by=parent.taken_in_by,
        derived_how=(
            f"Taken from {parent.exhibit_id} at exactly {entry.private['timecode']} s. "
            f"{entry.private['why']} Made by: {entry.private['command']}"
        ),
        shows=laid or [cast("str", entry.private["timecode"])],
    )


def _insert_exhibit(
    connection: Connection,
    entry: Entry,
    *,
    state: ExhibitState,
    media: str,
    file_name: str,
    claims: Mapping[str, str],
    embedded: Json,
    taken_in_by: str | None = None,
    derived_how: str | None = None,
    shows: Sequence[str] = (),
) -> None:
    exhibit_id = _text(entry.body, "exhibit")
    connection.execute(
        insert(tables.exhibit),
        {
            "case_id": entry.log,
            "exhibit_id": exhibit_id,
            "number": int(exhibit_id.rpartition("-")[2]),
            "sequence": entry.sequence,
            "state": state.value,
            "media": media,
            "file_name": file_name,
            "sha256": entry.private["original"],
            "width": entry.private["width"],
            "height": entry.private["height"],
            "taken_in_at": _at(entry),
            "taken_in_by": taken_in_by or entry.actor,
            "parent": entry.body.get("parent"),
            "copy_of": None,
            "claims": dict(claims),
            "embedded": embedded,
            "fingerprint": entry.private.get("fingerprint"),
            "derived_how": derived_how,
            "shows": list(shows),
            "reading_sha256": None,
            "reading_sequence": None,
            "fields": [],
        },
    )


def _copies_proposed(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.copy_pair),
        {
            "case_id": entry.log,
            "sequence": entry.sequence,
            "exhibit_id": entry.body["exhibit"],
            "of": entry.body["of"],
            "relation": entry.body["relation"],
            "evidence": entry.private.get("evidence"),
        },
    )
    if entry.body["relation"] == "same_object":
        return
    connection.execute(
        update(tables.exhibit)
        .where(
            tables.exhibit.c.case_id == entry.log,
            tables.exhibit.c.exhibit_id == entry.body["exhibit"],
            tables.exhibit.c.state == ExhibitState.WAITING.value,
        )
        .values(state=ExhibitState.COPY.value, copy_of=entry.body["of"])
    )


def _copies_judged(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.copy_judgement),
        {
            "case_id": entry.log,
            "sequence": entry.sequence,
            "group_id": entry.body["group"],
            "exhibits": entry.body["exhibits"],
            "judgement": entry.body["judgement"],
            "by": entry.actor,
            "reason": _text(entry.private, "reason"),
        },
    )
    if entry.body["judgement"] != Judgement.REJECTED.value:
        return
    if not _text(entry.body, "group").startswith("copy:"):
        return  # two exposures of two objects: nothing was held back
    # Split: what was held back as a copy is an exhibit of its own again, and waits to be read.
    connection.execute(
        update(tables.exhibit)
        .where(
            tables.exhibit.c.case_id == entry.log,
            tables.exhibit.c.exhibit_id.in_(cast("list[str]", entry.body["exhibits"])),
            tables.exhibit.c.copy_of.is_not(None),
        )
        .values(copy_of=None)
    )
    connection.execute(
        update(tables.exhibit)
        .where(
            tables.exhibit.c.case_id == entry.log,
            tables.exhibit.c.exhibit_id.in_(cast("list[str]", entry.body["exhibits"])),
            tables.exhibit.c.state == ExhibitState.COPY.value,
        )
        .values(state=ExhibitState.WAITING.value)
    )


def _exhibit_read(connection: Connection, entry: Entry) -> None:
    regions = cast("list[dict[str, Json]]", entry.private["regions"])
    exhibit_id = _text(entry.body, "exhibit")
    here = _of_exhibit(entry.log, exhibit_id)
    plates = {row.region_id: row.plate_id for row in connection.execute(_PLATES, here)}
    if plates:
        # The latest reading stands: what it no longer finds is in the log, not on the screens.
        connection.execute(_FORGET_REGIONS, here)
    judged = _judged(connection, here)
    last = connection.execute(_LAST_REGION, here).scalar_one()
    rows, fields_of = [], list[tuple[str, _Fields]]()
    for number, region in enumerate(regions, start=(last or 0) + 1):
        region_id = _text(region, "region")
        fields, also = cast("_Fields", region["fields"]), cast("list[str]", region.get("also", []))
        fields_of.append((region_id, fields))
        rows.append(
            {
                "case_id": entry.log,
                "exhibit_id": exhibit_id,
                "region_id": region_id,
                "number": number,
                "plate_id": plates.get(region_id, f"{exhibit_id}/{region_id}"),
                "fields": fields,
                "also": also,
                **_derived(fields, also, judged.get(region_id, ())),
            }
        )
    if rows:
        connection.execute(insert(tables.region), rows)
    still = [(row["open"], bool(row["fields"])) for row in rows]
    connection.execute(
        _EXHIBIT,
        {
            **here,
            "state": _state(still, judged=bool(judged)).value,
            "reading_sha256": entry.private["reading"],
            "reading_sequence": entry.sequence,
            "fields": regions[0]["fields"] if regions else [],
            **_doubt(fields_of, judged),
        },
    )


_Fields: TypeAlias = "list[tuple[str, str, float, str]]"


def _judged(connection: Connection, here: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """For each region of an exhibit, the fields that people judged and what they wrote."""
    said: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(_JUDGED, here):
        said.setdefault(row.region_id, []).append((row.field, row.text))
    return said


def _derived(
    fields: _Fields, also: Iterable[str], judged: Iterable[tuple[str, str]]
) -> dict[str, int | str]:
    """What of a region is not judged yet, and the words by which it is found."""
    judged = tuple(judged)
    key = findable(
        (*(text for _name, text, *_rest in fields), *also, *(text for _name, text in judged))
    )
    still = {name for name, *_rest in fields} - {name for name, _text in judged}
    return {"open": len(still), "key": key, "skeleton": skeleton(key)}


def _doubt(
    regions: Iterable[tuple[str, _Fields]], judged: Mapping[str, Iterable[tuple[str, str]]]
) -> dict[str, float | bool]:
    """How sure the least sure field is that a person should still look at, and whether one is lost.

    Only maker, model and serial count: a match rests on them.
    """
    still = [
        (confidence, strength)
        for region_id, fields in regions
        for name, _text, confidence, strength in fields
        if name in SEARCHED_FIELDS
        and name not in {judged_name for judged_name, _said in judged.get(region_id, ())}
    ]
    return {
        "sure": min((confidence for confidence, _ in still), default=tables.NOTHING_OPEN),
        "unreadable": any(strength == "unreadable" for _, strength in still),
    }


def _state(regions: Iterable[tuple[object, bool]], *, judged: bool) -> ExhibitState:
    """How far an exhibit that was read has come: (what is open, whether it has fields) a region."""
    regions = tuple(regions)
    if any(still for still, _offers in regions):
        return ExhibitState.READ
    if not judged and not any(offers for _still, offers in regions):
        return ExhibitState.NO_FIELD
    return ExhibitState.REVIEWED


def _plates_joined(connection: Connection, entry: Entry) -> None:
    for exhibit_id, region_id in cast("list[list[str]]", entry.body["members"]):
        here = _of_exhibit(entry.log, exhibit_id)
        connection.execute(
            _REGION, {**here, "of_region": region_id, "plate_id": entry.body["plate"]}
        )


def _field_judged(connection: Connection, entry: Entry) -> None:
    exhibit_id = _text(entry.body, "exhibit")
    region_id = _text(entry.body, "region")
    connection.execute(
        insert(tables.review),
        {
            "case_id": entry.log,
            "sequence": entry.sequence,
            "at": _at(entry),
            "by": entry.actor,
            "exhibit_id": exhibit_id,
            "region_id": region_id,
            "field": entry.body["field"],
            "judgement": entry.body["judgement"],
            "text": _text(entry.private, "text"),
            "machine_text": _text(entry.private, "machine_text"),
            "blind": entry.body["blind"],
            "reason": _text(entry.private, "reason"),
            "supersedes": entry.body["supersedes"],
        },
    )
    here = _of_exhibit(entry.log, exhibit_id)
    judged = _judged(connection, here)
    states, fields = [], list[tuple[str, _Fields]]()
    for row in connection.execute(_REGIONS, here).all():
        derived = _derived(row.fields, row.also, judged.get(row.region_id, ()))
        states.append((derived["open"], bool(row.fields)))
        fields.append((row.region_id, row.fields))
        if row.region_id == region_id:
            connection.execute(_REGION, {**here, "of_region": region_id, **derived})
    connection.execute(
        _EXHIBIT,
        {**here, "state": _state(states, judged=True).value, **_doubt(fields, judged)},
    )


def _candidates_searched(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.search),
        {
            "case_id": entry.log,
            "sequence": entry.sequence,
            "at": _at(entry),
            "by": entry.actor,
            "plate_id": entry.body["plate"],
            "snapshot": entry.body["snapshot"],
            "query": entry.private.get("query"),
            "result_sha256": entry.private["result"],
            "circumstances": entry.private.get("circumstances"),
        },
    )


def _candidate_judged(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.decision),
        {
            "case_id": entry.log,
            "sequence": entry.sequence,
            "at": _at(entry),
            "by": entry.actor,
            "search_sequence": entry.body["search"],
            "plate_id": entry.body["plate"],
            "candidate": _text(entry.private, "candidate"),
            "judgement": entry.body["judgement"],
            "reason": _text(entry.private, "reason"),
            "supersedes": entry.body["supersedes"],
        },
    )


def _trace_asked(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.trace),
        {
            "case_id": entry.log,
            "trace_id": entry.body["trace"],
            "sequence": entry.sequence,
            "at": _at(entry),
            "by": entry.actor,
            "plate_id": entry.body["plate"],
            "exhibits": entry.body["exhibits"],
            "addressee": _text(entry.private, "addressee"),
            "addressee_is": entry.body["addressee_is"],
            "sent_on": entry.body["sent_on"],
            "reply_to": _text(entry.private, "reply_to"),
            "seen": _text(entry.private, "seen"),
            "further": _text(entry.private, "further"),
            "letter_sha256": entry.private["letter"],
        },
    )


def _trace_answered(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.trace_answer),
        {
            "case_id": entry.log,
            "sequence": entry.sequence,
            "trace_id": entry.body["trace"],
            "at": _at(entry),
            "by": entry.actor,
            "answer": entry.body["answer"],
            "received_on": entry.body["received_on"],
            "words": _text(entry.private, "answer_words"),
            "papers": entry.private.get("papers", []),
        },
    )


def _bundle_sealed(connection: Connection, entry: Entry) -> None:
    connection.execute(
        insert(tables.sealed),
        {
            "case_id": entry.log,
            "sequence": entry.sequence,
            "at": _at(entry),
            "by": entry.actor,
            "bundle": entry.body["bundle"],
            "tagmanifest_sha256": entry.body["tagmanifest_sha256"],
            "entries": entry.body["entries"],
            "required_signers": entry.body["required_signers"],
        },
    )


_FOLDS: Mapping[str, Fold] = {
    "person.enrolled": _person_enrolled,
    "key.begun": _key_begun,
    "catalog.imported": _catalog_imported,
    "catalog.chosen": _catalog_chosen,
    "case.opened": _case_opened,
    "exhibit.taken_in": _exhibit_taken_in,
    "frame.taken": _frame_taken,
    "copies.proposed": _copies_proposed,
    "copies.judged": _copies_judged,
    "exhibit.read": _exhibit_read,
    "plates.joined": _plates_joined,
    "field.judged": _field_judged,
    "candidates.searched": _candidates_searched,
    "candidate.judged": _candidate_judged,
    "trace.asked": _trace_asked,
    "trace.answered": _trace_answered,
    "bundle.sealed": _bundle_sealed,
}
