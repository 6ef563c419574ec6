"""Copies: which exhibits repeat an exposure, why, and what a reviewer says of it.

The program proposes; a reviewer's word wins. A copy adds no evidence and is not read again;
a second exposure of the same object does, and is a relation of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, or_, select

from vision.copies import MOST_COMPARED, compare, draw_pair, worth_comparing
from vision.types import CopyEvidence
from workbench import entries, tables
from workbench import policy as rules
from workbench.captures import Captures, captures_of
from workbench.errors import BadRequest, NotFound
from workbench.exhibits import exhibit_row
from workbench.images import png_of
from workbench.known_photos import KnownPhotos
from workbench.plain import evidence_from, fingerprint_from
from workbench.same_object import SameObject
from workbench.types import CopyGroupView, Judgement, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement

    from vision.copies import NearHit
    from vision.types import Fingerprint, Photo, PhotoReading
    from workbench.cases import Cases
    from workbench.images import Images
    from workbench.people import People
    from workbench.review import ReviewRoom
    from workbench.stores import Stores
    from workbench.types import Actor, PlateView


#: Candidates of the index that are looked up in the store.
MOST_CANDIDATES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """An exhibit of another case that shows the same exposure, and why."""

    case_id: str
    exhibit_id: str
    evidence: CopyEvidence


class Copies:
    """Looks for copies at intake and keeps what people say of them."""

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
        """Hold a new exhibit against the case's earlier ones; gives what it copies, if anything.

        A still is not held against other stills of its own `clip`.
        """
        copy_of: str | None = None
        for earlier in self._candidates(case_id, exhibit_id, print_, clip):
            of = earlier.exhibit_id
            evidence = self._compare(photo, print_, earlier)
            if evidence.relation == "none":
                continue
            self._stores.append(
                case_id,
                entries.copies_proposed(
                    actor.person_id, exhibit=exhibit_id, of=of, evidence=evidence
                ),
            )
            copy_of = copy_of or of
            if evidence.relation == "exact":
                break
        return copy_of

    def propose_same_object(
        self, actor: Actor, case_id: str, exhibit_id: str, reading: PhotoReading
    ) -> None:
        """Hold a new reading against the case's others: do two show one object?"""
        self._same_object.propose(actor, case_id, exhibit_id, reading)

    def captures(self, case_id: str, plates: Iterable[PlateView]) -> tuple[Captures, ...]:
        """How often each plate was captured independently, and since when it is known."""
        with self._stores.projection.read(case_id) as connection:
            return captures_of(connection, case_id, plates)

    def elsewhere(self, case_id: str, exhibit_id: str) -> tuple[Elsewhere, ...]:
        """Exhibits of other cases of this store that show the exposure of this one.

        Whoever may open this case may open those: cases have no readers of their own. Nothing
        is recorded, and no bundle of this case tells of another one. Raises NotFound.
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
                    Elsewhere(case_id=row.case_id, exhibit_id=row.exhibit_id, evidence=evidence)
                )
        return tuple(found)

    def close(self) -> None:
        """Keep the indexes of known photos and values for the next start."""
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
        """Exhibits that are worth comparing with a photo, the likeliest first.

        An exhibit with its very bytes comes before all.
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
        """The first exhibit that shows each of these photos, in their order."""
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
            # In order here: SQLite would go through the whole case for rows that come in order.
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
                why="Both files have the same SHA-256: they are the same, byte for byte.",
            )
        prints = fingerprint_from(earlier.fingerprint), print_
        return compare(self._images.photo(earlier.sha256), photo, fingerprints=prints)

    def groups(self, case_id: str) -> tuple[CopyGroupView, ...]:
        """Proposed and judged groups: copies first, then exposures of one object."""
        self._cases.policy_of(case_id)
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
        latest = {row.group_id: row for row in judgements}
        names = self._people.names()
        views = []
        for relation in ("copy", "same_object"):
            wanted = [
                pair for pair in pairs if (pair.relation == "same_object") is (relation != "copy")
            ]
            groups = _components((pair.of, pair.exhibit_id) for pair in wanted)
            group_of = {exhibit_id: members for members in groups for exhibit_id in members}
            joined: dict[tuple[str, ...], list[Row[Any]]] = {members: [] for members in groups}
            for pair in wanted:
                joined[group_of[pair.exhibit_id]].append(pair)
            for members in groups:
                group_id = f"{relation}:{members[0]}"
                judged = latest.get(group_id)
                views.append(
                    CopyGroupView(
                        group_id=group_id,
                        exhibit_ids=members,
                        evidence=tuple(evidence_from(pair.evidence) for pair in joined[members]),
                        judgement=Judgement(judged.judgement) if judged else None,
                        judged_by=names.get(judged.by, judged.by) if judged else None,
                        reason=judged.reason if judged else "",
                        relation=relation,
                    )
                )
        return tuple(views)

    def judge(
        self,
        actor: Actor,
        case_id: str,
        group_id: str,
        judgement: Judgement,
        *,
        reason: str = "",
    ) -> None:
        """Confirm, split (REJECTED) or leave open (UNSURE) a group.

        Exposures of one object that are confirmed have their plates joined, on record.
        Raises NotFound, NotAllowed, and BadRequest without a needed reason.
        """
        why = rules.missing_role(actor, Role.REVIEWER)
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb="judge copies", why=why)
        if judgement is Judgement.CORRECTED:
            raise BadRequest("A group can be confirmed, rejected (split) or left unsure.")
        if (missing := rules.reason_missing(judgement, reason)) is not None:
            raise BadRequest(missing)
        group = next((view for view in self.groups(case_id) if view.group_id == group_id), None)
        if group is None:
            raise NotFound(f"This case has no group {group_id!r}.", kind="group")
        if judgement is Judgement.CONFIRMED and group.relation == "same_object":
            self._join(actor, case_id, group)
        self._stores.append(
            case_id,
            entries.copies_judged(
                actor.person_id,
                group=group_id,
                exhibits=group.exhibit_ids,
                judgement=judgement,
                reason=reason.strip(),
            ),
        )

    def _join(self, actor: Actor, case_id: str, group: CopyGroupView) -> None:
        """One object confirmed: what its exposures read is weighed together from now on."""
        members = self._same_object.members(case_id, group.exhibit_ids)
        if len({exhibit_id for exhibit_id, _region in members}) > 1:
            self._review.join_plates(
                actor,
                case_id,
                members,
                reason="Confirmed as exposures of one object. " + group.evidence[0].why,
            )

    def drawn(self, case_id: str, evidence: CopyEvidence) -> bytes:
        """Two photos side by side with the outline of the one in the other, as PNG."""
        self._cases.policy_of(case_id)
        return png_of(
            draw_pair(
                self._images.photo(evidence.photo_a),
                self._images.photo(evidence.photo_b),
                evidence,
            )
        )


FIGURES = {
    "phash": "{:g} of 64 bits of the pHash differ",
    "dhash": "{:g} of 64 bits of the dHash differ",
    "likeness": "median correlation {:.3f}",
    "alike": "{:.1%} of the blocks correlate above 0.9",
    "displacement": "{:.2g} pixels of shift remain",
    "diagonal": "both held to a diagonal of {:.0f} pixels",
    "blocks": "{:.0f} blocks compared",
    "plate_features": "{:.0f} features of the plates agree",
    "matched_features": "{:.0f} matched features agree",
}
"""How each figure that `vision` measures between two photos is said."""


def measured(evidence: CopyEvidence) -> str:
    """What was measured between two photos, in one line."""
    figures = (*evidence.distances, ("matched_features", float(evidence.inliers)))
    return "; ".join(
        FIGURES.get(name, name.replace("_", " ") + " {:g}").format(value) for name, value in figures
    )


def _components(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Connected exhibits, each component in exhibit order."""
    component: dict[str, set[str]] = {}
    for a, b in pairs:
        joined = component.get(a, {a}) | component.get(b, {b})
        for member in joined:
            component[member] = joined
    unique: dict[int, Any] = {id(members): members for members in component.values()}
    return sorted(tuple(sorted(members)) for members in unique.values())
