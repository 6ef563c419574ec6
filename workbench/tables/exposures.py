"""Which exposure each exhibit shows, according to the rule, and who added it, in the tables.

The rule is `workbench.rules.exposure`. A new tie joins two exposures; after a judgement the rule is
applied again to every exhibit of the exposures concerned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from workbench import tables
from workbench.rules.exposure import (
    OF_COPIES,
    SAME_OBJECT,
    Judged,
    Proposed,
    Shown,
    exposure_of,
    in_order,
    repeated,
    settled_exposure_of,
)
from workbench.types import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, Connection, Row

_EXHIBIT = tables.exhibit.c

ASKED_TOGETHER = 500
"""How many exhibits one query names; databases allow a few thousand."""


def came_in(
    connection: Connection, case_id: str, exhibit_id: str, sha256: str, *, clip: str | None
) -> bool:
    """Tie a new exhibit to those with the same bytes, and to the clip of which it is a still.

    Returns whether this made one exposure of two.
    """
    same = connection.execute(
        select(_EXHIBIT.exhibit_id)
        .where(
            _EXHIBIT.sha256 == sha256,
            _EXHIBIT.case_id == case_id,
            _EXHIBIT.exhibit_id != exhibit_id,
        )
        .order_by(_EXHIBIT.number)
        .limit(1)
    ).scalar_one_or_none()
    for other in (same, clip):
        if other is not None:
            for column in (_EXHIBIT.exposure, _EXHIBIT.settled_exposure):
                _unite(connection, case_id, column, exhibit_id, other)
            _settle_copies(connection, case_id, exhibit_id)
    if same is not None:
        _is_copy(connection, case_id, exhibit_id, same, settled=True)
        if in_order(exhibit_id) < in_order(same):
            # A log may list exhibits in another order than their numbers: this one was repeated.
            _ask_anew(connection, case_id, (exhibit_id,))
    if same is None or clip is None:
        return False
    if _is_judged(connection, case_id, (exhibit_id,)):
        _ask_anew(connection, case_id, (exhibit_id,))
    return True


def proposed(
    connection: Connection, case_id: str, exhibit_id: str, of: str, *, relation: str
) -> None:
    """Tie an exhibit to one that it was found to repeat."""
    if relation == SAME_OBJECT:
        return
    if _is_judged(connection, case_id, (exhibit_id, of)):
        _ask_anew(connection, case_id, (exhibit_id, of))
        return
    _unite(connection, case_id, _EXHIBIT.exposure, exhibit_id, of)
    row = connection.execute(
        select(_EXHIBIT.copy_of).where(
            _EXHIBIT.case_id == case_id, _EXHIBIT.exhibit_id == exhibit_id
        )
    ).one()
    if row.copy_of is None:
        _is_copy(connection, case_id, exhibit_id, of, settled=False)
        _settle_copies(connection, case_id, exhibit_id)


def judged(connection: Connection, case_id: str, exhibits: Sequence[str], *, group: str) -> None:
    """Apply a judgement of copies."""
    if group.startswith(OF_COPIES):
        _ask_anew(connection, case_id, exhibits)


def require(connection: Connection, case_id: str, exhibit_ids: Iterable[str]) -> None:
    """Raise ValueError for an exhibit that the case does not have."""
    exhibit_ids = tuple(exhibit_ids)
    known = exposures_in(connection, case_id, exhibit_ids)
    for exhibit_id in exhibit_ids:
        if exhibit_id not in known:
            raise ValueError(f"there is no exhibit {exhibit_id}")


def exposures_in(
    connection: Connection, case_id: str, exhibit_ids: Iterable[str]
) -> dict[str, str]:
    """For each of these exhibits, the name of the exposure that it shows."""
    return {
        row.exhibit_id: row.exposure
        for row in _rows(connection, case_id, _EXHIBIT.exhibit_id, exhibit_ids)
    }


def showing(
    connection: Connection, case_id: str, exhibit_ids: Iterable[str]
) -> list[Row[*tuple[Any, ...]]]:
    """Every exhibit that shows the same exposure as one of these, in order."""
    names = set(exposures_in(connection, case_id, exhibit_ids).values())
    return _rows(connection, case_id, _EXHIBIT.exposure, names)


def shown_in(connection: Connection, case_id: str, exhibit_ids: Iterable[str]) -> tuple[Shown, ...]:
    """These exhibits in the form that the rule takes."""
    return _shown(_rows(connection, case_id, _EXHIBIT.exhibit_id, exhibit_ids))


def taken_in_by(
    connection: Connection, case_id: str, exhibit_ids: Iterable[str], *, before: int | None = None
) -> set[str]:
    """Who added any exhibit that shows the same as these: ever, or `before` an entry.

    The two-person rule goes by picture: whoever added one file of it has seen all of them.
    """
    return {
        row.taken_in_by
        for row in showing(connection, case_id, exhibit_ids)
        if before is None or row.sequence < before
    }


def _is_judged(connection: Connection, case_id: str, exhibit_ids: Iterable[str]) -> bool:
    """Whether people judged exhibits that show the same as these."""
    about = tables.copy_judged.c
    asked = select(about.sequence).where(about.case_id == case_id).limit(1)
    if connection.execute(asked).first() is None:
        return False
    names = [row.exhibit_id for row in showing(connection, case_id, exhibit_ids)]
    return any(
        connection.execute(
            asked.where(about.exhibit_id.in_(names[start : start + ASKED_TOGETHER]))
        ).first()
        for start in range(0, len(names), ASKED_TOGETHER)
    )


def _ask_anew(connection: Connection, case_id: str, exhibit_ids: Iterable[str]) -> None:
    """Apply the rule again to the exposures of these exhibits, from everything on record."""
    rows = showing(connection, case_id, exhibit_ids)
    names = [row.exhibit_id for row in rows]
    pairs = _pairs(connection, case_id, names)
    said = _judgements(connection, case_id, names)
    shown = _shown(rows)
    exposure = exposure_of(shown, pairs, said)
    settled = settled_exposure_of(shown, said)
    repeats = repeated(shown, pairs, exposure)
    changes = []
    for row in rows:
        of = repeats.get(row.exhibit_id)
        changes.append(
            {
                "of_exhibit": row.exhibit_id,
                "exposure": exposure[row.exhibit_id],
                "settled_exposure": settled[row.exhibit_id],
                "copy_of": of,
                "is_copy": of is not None,
                "copy_is_settled": of is not None and settled[of] == settled[row.exhibit_id],
            }
        )
    connection.execute(
        update(tables.exhibit).where(
            _EXHIBIT.case_id == case_id, _EXHIBIT.exhibit_id == bindparam("of_exhibit")
        ),
        changes,
    )


def _shown(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[Shown, ...]:
    return tuple(
        Shown(exhibit_id=row.exhibit_id, sha256=row.sha256, clip=row.parent) for row in rows
    )


def _unite(connection: Connection, case_id: str, column: Column[str], one: str, other: str) -> None:
    """Join the exposures that two exhibits show."""
    names = (
        connection.execute(
            select(column).where(_EXHIBIT.case_id == case_id, _EXHIBIT.exhibit_id.in_((one, other)))
        )
        .scalars()
        .all()
    )
    first, last = min(names, key=in_order), max(names, key=in_order)
    if first != last:
        connection.execute(
            update(tables.exhibit)
            .where(_EXHIBIT.case_id == case_id, column == last)
            .values({column.name: first})
        )


def _settle_copies(connection: Connection, case_id: str, exhibit_id: str) -> None:
    """Mark a copy as settled if it and what it repeats now have one settled exposure."""
    of = (
        select(_EXHIBIT.settled_exposure)
        .where(_EXHIBIT.case_id == case_id, _EXHIBIT.exhibit_id == exhibit_id)
        .scalar_subquery()
    )
    same = (_EXHIBIT.case_id == case_id) & (_EXHIBIT.settled_exposure == of)
    connection.execute(
        update(tables.exhibit)
        .where(same, _EXHIBIT.copy_of.in_(select(_EXHIBIT.exhibit_id).where(same)))
        .values(copy_is_settled=True)
    )


def _is_copy(
    connection: Connection, case_id: str, exhibit_id: str, of: str, *, settled: bool
) -> None:
    connection.execute(
        update(tables.exhibit)
        .where(_EXHIBIT.case_id == case_id, _EXHIBIT.exhibit_id == exhibit_id)
        .values(copy_of=of, is_copy=True, copy_is_settled=settled)
    )


def _rows(
    connection: Connection, case_id: str, column: Column[str], values: Iterable[str]
) -> list[Row[*tuple[Any, ...]]]:
    """The exhibits of a case with one of these values in a column, in order."""
    wanted = list(dict.fromkeys(values))
    found: list[Row[*tuple[Any, ...]]] = []
    for start in range(0, len(wanted), ASKED_TOGETHER):
        found += connection.execute(
            select(
                _EXHIBIT.exhibit_id,
                _EXHIBIT.number,
                _EXHIBIT.sequence,
                _EXHIBIT.sha256,
                _EXHIBIT.parent,
                _EXHIBIT.media,
                _EXHIBIT.taken_in_by,
                _EXHIBIT.exposure,
                _EXHIBIT.settled_exposure,
                _EXHIBIT.copy_of,
            ).where(_EXHIBIT.case_id == case_id, column.in_(wanted[start : start + ASKED_TOGETHER]))
        ).all()
    return sorted(found, key=lambda row: row.number)


def _pairs(connection: Connection, case_id: str, names: Sequence[str]) -> list[Proposed]:
    """The proposals about these exhibits, in the order of the log."""
    pair = tables.copy_pair.c
    found: list[Row[*tuple[Any, ...]]] = []
    for start in range(0, len(names), ASKED_TOGETHER):
        found += connection.execute(
            select(pair.sequence, pair.exhibit_id, pair.of, pair.relation).where(
                pair.case_id == case_id,
                pair.exhibit_id.in_(names[start : start + ASKED_TOGETHER]),
            )
        ).all()
    return [
        Proposed(one=row.exhibit_id, other=row.of, relation=row.relation)
        for row in sorted(found, key=lambda row: row.sequence)
    ]


def _judgements(connection: Connection, case_id: str, names: Sequence[str]) -> list[Judged]:
    """People's judgements of these exhibits."""
    about, said, found = tables.copy_judged.c, tables.copy_judgement.c, dict[int, Judged]()
    for start in range(0, len(names), ASKED_TOGETHER):
        asked = (
            select(said.sequence, said.group_id, said.exhibits, said.judgement)
            .join(
                tables.copy_judged,
                (about.case_id == said.case_id) & (about.sequence == said.sequence),
            )
            .where(
                said.case_id == case_id,
                about.exhibit_id.in_(names[start : start + ASKED_TOGETHER]),
            )
        )
        for row in connection.execute(asked):
            found[row.sequence] = Judged(
                sequence=row.sequence,
                group=row.group_id,
                exhibits=tuple(row.exhibits),
                judgement=Judgement(row.judgement),
            )
    return list(found.values())
