"""Copies: which exhibits repeat an exposure, why, and what reviewers judge.

The program proposes and a reviewer decides, except for files that are equal byte for byte. A copy
adds no evidence (`workbench.rules.exposure`); a second exposure of the same object does, and is a
separate relation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from PIL import Image
from sqlalchemy import Row, or_, select

from values.sentence import say
from vision.copies.verdict import MOST_COMPARED, compare, draw_pair, worth_comparing
from vision.types import CopyEvidence
from words import en
from workbench import events, tables
from workbench.cases.exhibits import exhibit_row
from workbench.cases.images import png_of
from workbench.copies.captures import Captures, captures_of
from workbench.copies.photo_index import KnownPhotos
from workbench.copies.same_object import SameObject
from workbench.errors import BadRequest, NotFound
from workbench.rules import policy as rules
from workbench.rules import seen as marks
from workbench.rules.exposure import cannot_be_split
from workbench.state.groups import group_views
from workbench.state.records import GroupJudged, PairProposed
from workbench.tables.exposures import exposures_in, shown_in, taken_in_by
from workbench.tables.vision_json import as_shown, evidence_from, fingerprint_from
from workbench.types import CopyGroupView, Judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import ColumnElement

    from evidence_store.types import Draft
    from vision.copies.verdict import NearHit
    from vision.types import Fingerprint, Photo, PhotoReading
    from workbench.cases.cases import Cases
    from workbench.cases.images import Images
    from workbench.people.people import People
    from workbench.review.review import ReviewRoom
    from workbench.stores.stores import Stores
    from workbench.types import Actor, PlateView


#: Candidates from the index that are looked up in the store.
MOST_CANDIDATES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """An exhibit of another case that shows the same exposure, and why."""

    case_id: str
    exhibit_id: str
    evidence: CopyEvidence


class Copies:
    """Looks for copies at intake and records people's judgements of them."""

    def __init__(
        self, stores: Stores, people: People, cases: Cases, images: Images, review: ReviewRoom
    ) -> None:
        self._stores = stores
        self._people = people
        self._cases = cases
        self._images = images
        self._review = review
        self._same_object = SameObject(stores, images)
        self._known = KnownPhotos(stores)

    def propose(
        self,
        actor: Actor,
        case_id: str,
        exhibit_id: str,
        photo: Photo,
        print_: Fingerprint,
        *,
        clip: str | None = None,
    ) -> str | None:
        """Compare a new exhibit with the case's earlier ones; returns what it copies, if anything.

        A still is not compared with other stills of its own `clip`.
        """
        copy_of: str | None = None
        for earlier in self._candidates(case_id, exhibit_id, print_, clip):
            of = earlier.exhibit_id
            evidence = self._compare(photo, print_, earlier)
            if evidence.relation == "none":
                continue
            self._stores.append(
                case_id,
                events.CopiesProposed(
                    exhibit=exhibit_id,
                    of=of,
                    relation=evidence.relation,
                    evidence=as_shown(evidence),
                ).draft(actor.person_id),
            )
            copy_of = copy_of or of
            if evidence.relation == "exact":
                break
        return copy_of

    def propose_same_object(
        self, actor: Actor, case_id: str, exhibit_id: str, reading: PhotoReading
    ) -> None:
        """Compare a new reading with the case's others: do two of them show one object?"""
        self._same_object.propose(actor, case_id, exhibit_id, reading)

    def captures(self, case_id: str, plates: Iterable[PlateView]) -> tuple[Captures, ...]:
        """How many independent captures each plate has, and since when that is known."""
        with self._stores.projection.read(case_id) as connection:
            return captures_of(connection, case_id, plates)

    def elsewhere(self, case_id: str, exhibit_id: str) -> tuple[Elsewhere, ...]:
        """Exhibits of other cases in this store that show the exposure of this one.

        Whoever may open this case may open those: access to cases is not restricted by person.
        Nothing is recorded, and no bundle of this case mentions another one. Raises NotFound.
        """
        with self._stores.projection.read(case_id) as connection:
            own = exhibit_row(connection, case_id, exhibit_id)
        if own.fingerprint is None:
            return ()
        print_ = fingerprint_from(own.fingerprint)
        hits = self._known.candidates(
            print_, case_id=case_id, until=own.number + 1, limit=MOST_CANDIDATES
        )
        rows = self._likely(print_, hits, tables.exhibit.c.case_id != case_id)
        photo = self._images.photo(own.sha256)
        found = []
        for row in rows:
            evidence = self._compare(photo, print_, row)
            if evidence.relation != "none":
                found.append(
                    Elsewhere(
                        case_id=row.case_id,
                        exhibit_id=row.exhibit_id,
                        evidence=evidence,
                    )
                )
        return tuple(found)

    def close(self) -> None:
        """Save the indexes of known photos and values for the next start."""
        self._known.close()
        self._same_object.close()

    def _candidates(
        self, case_id: str, exhibit_id: str, print_: Fingerprint, clip: str | None
    ) -> list[Row[*tuple[Any, ...]]]:
        """Earlier exhibits that may show the same exposure."""
        number = int(exhibit_id.rpartition("-")[2])
        hits = self._known.candidates(print_, case_id=case_id, until=number, limit=MOST_CANDIDATES)
        exhibit = tables.exhibit.c
        where = (exhibit.case_id == case_id) & (exhibit.number < number)
        if clip is not None:
            where &= or_(exhibit.parent.is_(None), exhibit.parent != clip)
        return self._likely(print_, hits, where)

    def _likely(
        self, print_: Fingerprint, hits: tuple[NearHit, ...], where: ColumnElement[bool]
    ) -> list[Row[*tuple[Any, ...]]]:
        """Exhibits worth comparing with a photo, the likeliest first.

        An exhibit with the same bytes comes first.
        """
        told = {hit.photo_id: hit for hit in hits}
        rows = self._showing((print_.photo_id, *told), where)
        likely = (
            row
            for row in rows
            if row.sha256 not in told
            or worth_comparing(told[row.sha256], print_, fingerprint_from(row.fingerprint))
        )
        return list(islice(likely, MOST_COMPARED))

    def _showing(
        self, hits: tuple[str, ...], where: ColumnElement[bool]
    ) -> list[Row[*tuple[Any, ...]]]:
        """The first exhibit that shows each of these photos, in the order of the photos."""
        exhibit = tables.exhibit.c
        asked = select(
            exhibit.case_id,
            exhibit.exhibit_id,
            exhibit.number,
            exhibit.sha256,
            exhibit.fingerprint,
        ).where(where, exhibit.sha256.in_(set(hits)))
        found: dict[str, Row[*tuple[Any, ...]]] = {}
        with self._stores.projection.read() as connection:
            # Sorted here: SQLite would scan the whole case for ordered rows.
            for row in sorted(connection.execute(asked), key=lambda row: (row.case_id, row.number)):
                found.setdefault(row.sha256, row)
        return [found[hit] for hit in dict.fromkeys(hits) if hit in found]

    def _compare(
        self, photo: Photo, print_: Fingerprint, earlier: Row[*tuple[Any, ...]]
    ) -> CopyEvidence:
        if earlier.sha256 == photo.photo_id:
            return CopyEvidence(
                photo_a=photo.photo_id,
                photo_b=photo.photo_id,
                relation="exact",
                distances=(),
                inliers=0,
                homography=None,
                outline=None,
                why=say("copy.same-bytes"),
            )
        prints = fingerprint_from(earlier.fingerprint), print_
        return compare(self._images.photo(earlier.sha256), photo, fingerprints=prints)

    def groups(self, case_id: str) -> tuple[CopyGroupView, ...]:
        """Proposed and judged groups: copies first, then exposures of one object."""
        self._cases.policy_of(case_id)
        seen = self._stores.ledger.size(case_id)
        with self._stores.projection.read(case_id) as connection:
            pairs = connection.execute(
                select(tables.copy_pair)
                .where(tables.copy_pair.c.case_id == case_id)
                .order_by(tables.copy_pair.c.sequence)
            ).all()
            judgements = connection.execute(
                select(tables.copy_judgement)
                .where(tables.copy_judgement.c.case_id == case_id)
                .order_by(tables.copy_judgement.c.sequence)
            ).all()
            exposure = exposures_in(
                connection, case_id, {name for pair in pairs for name in (pair.exhibit_id, pair.of)}
            )
        return group_views(
            [_pair(row) for row in pairs],
            [_judged(row) for row in judgements],
            exposure,
            self._people.names(),
            seen=seen,
        )

    def why_not(self, actor: Actor, case_id: str, exhibit_ids: Iterable[str]) -> str | None:
        """A sentence on why this person may not judge a group; None if they may.

        Where a second person has to judge, nobody who added an exhibit of the group, or of an
        exposure that it shows, may confirm or split it.
        """
        with self._stores.projection.read(case_id) as connection:
            owners = taken_in_by(connection, case_id, exhibit_ids)
        return self._stores.why_not(actor, "copies.judged") or rules.own_material(
            self._cases.policy_of(case_id), actor, owners
        )

    def judge(
        self,
        actor: Actor,
        case_id: str,
        group_id: str,
        judgement: Judgement,
        *,
        seen: int,
        reason: str = "",
    ) -> None:
        """Confirm a group, split it (REJECTED) or leave it open (UNSURE).

        Confirming exposures of one object joins their plates, on record. `seen` is that of the
        group that the person looked at. Raises NotFound; NotAllowed; BadRequest if a required
        reason is missing or the files of the group are identical; Overtaken if the group was
        changed or judged since.
        """
        group = next((view for view in self.groups(case_id) if view.group_id == group_id), None)
        why = self.why_not(actor, case_id, group.exhibit_ids if group is not None else ())
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb="judge copies", why=why)
        if group is None:
            raise NotFound(f"This case has no group {group_id!r}.", kind="group")
        if judgement is Judgement.CORRECTED:
            raise BadRequest("A group can be confirmed, rejected (split) or left unsure.")
        if (missing := rules.reason_missing(judgement, reason)) is not None:
            raise BadRequest(missing)
        if judgement is Judgement.REJECTED and group.relation == "copy":
            with self._stores.projection.read(case_id) as connection:
                shown = shown_in(connection, case_id, group.exhibit_ids)
            if (fixed := cannot_be_split(shown)) is not None:
                raise BadRequest(fixed)
        judged = events.CopiesJudged(
            group=group_id,
            exhibits=group.exhibit_ids,
            judgement=judgement,
            reason=reason.strip(),
        ).draft(actor.person_id)
        rests_on = {marks.together(group.relation, exhibit_id) for exhibit_id in group.exhibit_ids}
        join: Callable[[], Draft] | None = None
        if judgement is Judgement.CONFIRMED and group.relation == "same_object":
            # One object: the readings of its exposures are weighed together from now on.
            members = self._same_object.members(case_id, group.exhibit_ids)
            if len({exhibit_id for exhibit_id, _region in members}) > 1:
                why = f"Confirmed as exposures of the same object. {en.text(group.evidence[0].why)}"
                join = self._review.joining(actor, case_id, members, reason=why)
                rests_on |= marks.joining(members)
        self._stores.record(
            actor,
            case_id,
            lambda: (judged,) if join is None else (join(), judged),
            seen=seen,
            rests_on=rests_on,
            verb="judge copies",
        )

    def drawn(self, case_id: str, evidence: CopyEvidence) -> bytes:
        """Two photos side by side, with the outline of one in the other, as PNG."""
        self._cases.policy_of(case_id)
        drawn = draw_pair(
            self._images.photo(evidence.photo_a), self._images.photo(evidence.photo_b), evidence
        )
        return png_of(Image.fromarray(drawn))


def _pair(row: Row[Any]) -> PairProposed:
    return PairProposed(
        exhibit_id=row.exhibit_id,
        of=row.of,
        relation=row.relation,
        evidence=evidence_from(row.evidence),
    )


def _judged(row: Row[Any]) -> GroupJudged:
    return GroupJudged(
        sequence=row.sequence,
        group_id=row.group_id,
        exhibits=tuple(row.exhibits),
        judgement=Judgement(row.judgement),
        by=row.by,
        reason=row.reason,
    )


FIGURES = {
    "phash": "{:g} of 64 bits of the pHash differ",
    "dhash": "{:g} of 64 bits of the dHash differ",
    "likeness": "median correlation {:.3f}",
    "alike": "{:.1%} of the blocks correlate above 0.9",
    "displacement": "remaining shift {:.2g} pixels",
    "diagonal": "both scaled to a diagonal of {:.0f} pixels",
    "blocks": "{:.0f} blocks compared",
    "plate_features": "{:.0f} features of the plates line up",
    "matched_features": "{:.0f} matched features line up",
}
"""The words for each quantity that `vision` measures between two photos."""


def measured(evidence: CopyEvidence) -> str:
    """What was measured between two photos, in one line; empty for identical files."""
    if evidence.relation == "exact":
        return ""
    figures = (*evidence.distances, ("matched_features", float(evidence.inliers)))
    return "; ".join(
        FIGURES.get(name, name.replace("_", " ") + " {:g}").format(value).replace("%", " %")
        for name, value in figures
    )
