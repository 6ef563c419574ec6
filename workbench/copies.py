"""Copies: which exhibits repeat an exposure, why, and what a reviewer says of it.

The program proposes; a reviewer's word wins. A copy adds no evidence and is not read again;
a second exposure of the same object does, and is a relation of its own.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, or_, select

from evidence_store.blobs import checked_sha256
from vision.copies import MOST_COMPARED, FingerprintIndex, compare, draw_pair, fingerprint
from vision.decode import decode_photo
from vision.types import CopyEvidence
from workbench import entries, tables
from workbench import policy as rules
from workbench.captures import Captures, captures_of
from workbench.errors import BadRequest, NotFound
from workbench.images import png_of
from workbench.plain import evidence_from, fingerprint_from
from workbench.same_object import SameObject
from workbench.types import CopyGroupView, Judgement, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vision.types import Fingerprint, Photo, PhotoReading
    from workbench.cases import Cases
    from workbench.images import Images
    from workbench.people import People
    from workbench.stores import Stores
    from workbench.types import Actor, PlateView


class Copies:
    """Looks for copies at intake and keeps what people say of them."""

    def __init__(self, stores: Stores, people: People, cases: Cases, images: Images) -> None:
        self._stores = stores
        self._people = people
        self._cases = cases
        self._images = images
        self._same_object = SameObject(stores, images)
        self._indexes: dict[str, tuple[FingerprintIndex, int]] = {}
        self._lock = threading.Lock()

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
        for earlier in self._candidates(case_id, exhibit_id, print_, clip)[:MOST_COMPARED]:
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

    def _candidates(
        self, case_id: str, exhibit_id: str, print_: Fingerprint, clip: str | None
    ) -> list[Row[Any, Any, Any]]:
        """Earlier exhibits that may show the same exposure, the likeliest first."""
        index = self._index(case_id, before=exhibit_id)
        with self._lock:
            hits = [print_.photo_id, *(hit.photo_id for hit in index.candidates(print_))]
        found = (self._earlier(case_id, exhibit_id, hit, clip) for hit in hits)
        return [row for row in found if row is not None]

    def _compare(
        self, photo: Photo, print_: Fingerprint, earlier: Row[Any, Any, Any]
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

    def _earlier(
        self, case_id: str, exhibit_id: str, sha256: str, clip: str | None
    ) -> Row[Any, Any, Any] | None:
        """The first exhibit of the case before this one that shows these bytes."""
        exhibit = tables.exhibit.c
        asked = select(exhibit.exhibit_id, exhibit.sha256, exhibit.fingerprint).where(
            exhibit.sha256 == sha256,
            exhibit.case_id == case_id,
            exhibit.number < int(exhibit_id.rpartition("-")[2]),
        )
        if clip is not None:
            asked = asked.where(or_(exhibit.parent.is_(None), exhibit.parent != clip))
        with self._stores.projection.read(case_id) as connection:
            return connection.execute(asked.order_by(exhibit.number).limit(1)).first()

    def _index(self, case_id: str, *, before: str) -> FingerprintIndex:
        """The case's index, with every exhibit before the given one in it."""
        until = int(before.rpartition("-")[2])
        with self._lock:
            index, reached = self._indexes.get(case_id, (FingerprintIndex(), 0))
            with self._stores.projection.read(case_id) as connection:
                rows = connection.execute(
                    select(
                        tables.exhibit.c.number,
                        tables.exhibit.c.sha256,
                        tables.exhibit.c.fingerprint,
                    )
                    .where(
                        tables.exhibit.c.case_id == case_id,
                        tables.exhibit.c.number > reached,
                        tables.exhibit.c.number < until,
                    )
                    .order_by(tables.exhibit.c.number)
                ).all()
            for row in rows:
                if row.fingerprint is not None:
                    self._add(index, row)
            self._indexes[case_id] = (index, max(reached, until - 1))
            return index

    def _add(self, index: FingerprintIndex, row: Row[Any, Any, Any]) -> None:
        """Put an exhibit into the index; one that an older program fingerprinted is done anew."""
        try:
            index.add(fingerprint_from(row.fingerprint))
        except ValueError:
            data = self._stores.blobs.get(checked_sha256(row.sha256))
            index.add(fingerprint(decode_photo(data, name=row.sha256[:12])))

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
            for members in _components((pair.of, pair.exhibit_id) for pair in wanted):
                group_id = f"{relation}:{members[0]}"
                judged = latest.get(group_id)
                views.append(
                    CopyGroupView(
                        group_id=group_id,
                        exhibit_ids=members,
                        evidence=tuple(
                            evidence_from(pair.evidence)
                            for pair in wanted
                            if pair.exhibit_id in members
                        ),
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
            raise NotFound(f"This case has no group {group_id!r}.")
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


def measured(evidence: CopyEvidence) -> str:
    """What was measured between two photos, in one line."""
    figures = (*evidence.distances, ("matching_points", float(evidence.inliers)))
    return " · ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in figures)


def _components(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Connected exhibits, each component in exhibit order."""
    component: dict[str, set[str]] = {}
    for a, b in pairs:
        joined = component.get(a, {a}) | component.get(b, {b})
        for member in joined:
            component[member] = joined
    unique: dict[int, Any] = {id(members): members for members in component.values()}
    return sorted(tuple(sorted(members)) for members in unique.values())
