"""The shape of every entry that the workbench records: one function a kind.

The body of an entry is open in every bundle; private fields enter the log as salted
commitments and can be withheld one by one, so whatever may name a person, a place, a source,
a photo or its content is private. Big values (readings, search results) are kept as blobs,
and the entry carries their SHA-256.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from evidence_store.types import Draft, Json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from evidence_store.types import Sha256
    from vision.types import CopyEvidence, FieldName, Frame
    from workbench.trace import AddresseeIs, AnswerIs, Paper
    from workbench.types import Claims, Judgement, Policy, Role


def person_enrolled(
    actor: str,
    *,
    person: str,
    name: str,
    roles: Sequence[Role],
    public_key: str,
    passphrase: bool,
    held_by: str,
) -> Draft:
    """Store log: someone was enrolled, with roles and the public half of their key."""
    return Draft(
        kind="person.enrolled",
        actor=actor,
        body={
            "person": person,
            "roles": [role.value for role in roles],
            "public_key": public_key,
            "passphrase": passphrase,
            "key_held_by": held_by,
        },
        private={"name": name},
    )


def key_begun(actor: str, *, person: str, public_key: str, held_by: str, passphrase: bool) -> Draft:
    """Store log: from now on a person signs with another key."""
    return Draft(
        kind="key.begun",
        actor=actor,
        body={
            "person": person,
            "public_key": public_key,
            "key_held_by": held_by,
            "passphrase": passphrase,
        },
    )


def key_ended(
    actor: str, *, person: str, public_key: str, valid_before: datetime, reason: str
) -> Draft:
    """Store log: nothing signed with a key after a time is to be believed."""
    return Draft(
        kind="key.ended",
        actor=actor,
        body={
            "person": person,
            "public_key": public_key,
            "valid_before": valid_before.isoformat(),
        },
        private={"reason": reason},
    )


def person_signed_in(person: str) -> Draft:
    """Store log: someone proved who they are, as far as this store can tell."""
    return Draft(kind="person.signed_in", actor=person, body={"person": person})


def case_created(actor: str, *, case: str) -> Draft:
    """Store log: a case, and with it a log of its own, came to be."""
    return Draft(kind="case.created", actor=actor, body={"case": case})


def catalog_imported(
    actor: str,
    *,
    snapshot: Sha256,
    source: Sha256,
    name: str,
    manifest: Mapping[str, Json],
    mapping: Json,
    issues: int,
) -> Draft:
    """Store log: a file was made into a catalog snapshot; the file itself is kept as a blob."""
    return Draft(
        kind="catalog.imported",
        actor=actor,
        body={"snapshot": snapshot, "issues": issues, "manifest": dict(manifest)},
        private={"name": name, "source": source, "mapping": mapping},
    )


def catalog_chosen(actor: str, *, snapshot: str) -> Draft:
    """Store log: from now on searches ask this snapshot."""
    return Draft(kind="catalog.chosen", actor=actor, body={"snapshot": snapshot})


def refused(actor: str, *, verb: str, why: str) -> Draft:
    """Either log: a rule kept someone from doing something."""
    return Draft(kind="refused", actor=actor, body={"verb": verb}, private={"why": why})


def case_opened(
    actor: str, *, case: str, title: str, policy: Policy, provenance: str, synthetic: bool
) -> Draft:
    """The first entry of a case's log."""
    return Draft(
        kind="case.opened",
        actor=actor,
        body={"case": case, "policy": policy.value, "synthetic": synthetic},
        private={"title": title, "provenance": provenance},
    )


def exhibit_taken_in(
    actor: str,
    *,
    exhibit: str,
    media: str,
    original: Sha256,
    size: int,
    file_name: str,
    claims: Claims,
    embedded: Json,
    width: int,
    height: int,
    fingerprint: Json,
) -> Draft:
    """Bytes were kept, then decoded; claimed and embedded facts stand apart."""
    private: dict[str, Json] = {
        "original": original,
        "bytes": size,
        "file_name": file_name,
        "embedded": embedded,
        "width": width,
        "height": height,
        "fingerprint": fingerprint,
    }
    private.update(cast("dict[str, Json]", asdict(claims)))
    return Draft(
        kind="exhibit.taken_in",
        actor=actor,
        body={"exhibit": exhibit, "media": media},
        private=private,
    )


def exhibit_refused(actor: str, *, file_name: str, original: Sha256 | None, reason: str) -> Draft:
    """A file could not be taken in; its bytes are kept where they were within the limits."""
    return Draft(
        kind="exhibit.refused",
        actor=actor,
        body={},
        private={"file_name": file_name, "original": original, "reason": reason},
    )


def frame_taken(
    actor: str,
    *,
    exhibit: str,
    parent: str,
    parent_original: str,
    original: Sha256,
    frame: Frame,
    width: int,
    height: int,
    fingerprint: Json,
) -> Draft:
    """A still was taken from a clip: a derivative, with exact timecode and how it was made."""
    return Draft(
        kind="frame.taken",
        actor=actor,
        body={"exhibit": exhibit, "parent": parent},
        private={
            "original": original,
            "parent_original": parent_original,
            "bytes": len(frame.png),
            "timecode": frame.timecode,
            "seconds": frame.seconds,
            "why": frame.why,
            "command": frame.command,
            "width": width,
            "height": height,
            "fingerprint": fingerprint,
            **({"laid": list(frame.laid)} if frame.laid else {}),
        },
    )


def frames_missing(actor: str, *, exhibit: str, problems: Sequence[str]) -> Draft:
    """Not all of a clip could be decoded; what could be had was taken."""
    return Draft(
        kind="frames.missing",
        actor=actor,
        body={"exhibit": exhibit},
        private={"problems": list(problems)},
    )


def copies_proposed(actor: str, *, exhibit: str, of: str, evidence: CopyEvidence) -> Draft:
    """The program found an exhibit to be a copy of an earlier one, and says why."""
    return Draft(
        kind="copies.proposed",
        actor=actor,
        body={"exhibit": exhibit, "of": of, "relation": evidence.relation},
        private={"evidence": cast("Json", asdict(evidence))},
    )


def copies_judged(
    actor: str, *, group: str, exhibits: Sequence[str], judgement: Judgement, reason: str
) -> Draft:
    """A reviewer confirmed or split a proposed group of copies; the reviewer's word wins."""
    return Draft(
        kind="copies.judged",
        actor=actor,
        body={"group": group, "exhibits": list(exhibits), "judgement": judgement.value},
        private={"reason": reason},
    )


def exhibit_read(
    actor: str,
    *,
    exhibit: str,
    engines: Sequence[Mapping[str, Json]],
    reading: Sha256,
    regions: Sequence[Mapping[str, Json]],
) -> Draft:
    """Machines read an exhibit. `regions` holds, for each plate, its fields as they were given."""
    return Draft(
        kind="exhibit.read",
        actor=actor,
        body={"exhibit": exhibit, "engines": [dict(engine) for engine in engines]},
        private={"reading": reading, "regions": [dict(region) for region in regions]},
    )


def plates_joined(
    actor: str, *, plate: str, members: Sequence[tuple[str, str]], reason: str
) -> Draft:
    """A person said that these regions show one physical plate."""
    return Draft(
        kind="plates.joined",
        actor=actor,
        body={"plate": plate, "members": [list(member) for member in members]},
        private={"reason": reason},
    )


def field_judged(
    actor: str,
    *,
    exhibit: str,
    region: str,
    field: FieldName,
    judgement: Judgement,
    text: str,
    machine_text: str,
    blind: bool,
    reason: str,
    supersedes: int | None,
) -> Draft:
    """A reviewer judged one field; the machine's words and the person's stay apart."""
    return Draft(
        kind="field.judged",
        actor=actor,
        body={
            "exhibit": exhibit,
            "region": region,
            "field": field,
            "judgement": judgement.value,
            "blind": blind,
            "supersedes": supersedes,
        },
        private={"text": text, "machine_text": machine_text, "reason": reason},
    )


def candidates_searched(
    actor: str,
    *,
    plate: str,
    snapshot: str,
    query: Json,
    result: Sha256,
    circumstances: Json,
) -> Draft:
    """What stood for a plate was held against a snapshot; the result is kept as it was shown."""
    return Draft(
        kind="candidates.searched",
        actor=actor,
        body={"plate": plate, "snapshot": snapshot},
        private={"query": query, "result": result, "circumstances": circumstances},
    )


def candidate_judged(
    actor: str,
    *,
    search: int,
    plate: str,
    candidate: str,
    judgement: Judgement,
    reason: str,
    supersedes: int | None,
) -> Draft:
    """A reviewer judged a candidate, or that none of them is the unit."""
    return Draft(
        kind="candidate.judged",
        actor=actor,
        body={
            "search": search,
            "plate": plate,
            "judgement": judgement.value,
            "supersedes": supersedes,
        },
        private={"candidate": candidate, "reason": reason},
    )


def trace_asked(
    actor: str,
    *,
    trace: str,
    plate: str,
    exhibits: Sequence[str],
    addressee: str,
    addressee_is: AddresseeIs,
    sent_on: date,
    reply_to: str,
    seen: str,
    further: str,
    letter: Sha256,
) -> Draft:
    """Somebody outside is asked about a plate; the letter is kept as it goes out."""
    return Draft(
        kind="trace.asked",
        actor=actor,
        body={
            "trace": trace,
            "plate": plate,
            "exhibits": list(exhibits),
            "addressee_is": addressee_is.value,
            "sent_on": sent_on.isoformat(),
        },
        private={
            "addressee": addressee,
            "reply_to": reply_to,
            "seen": seen,
            "further": further,
            "letter": letter,
        },
    )


def trace_answered(
    actor: str,
    *,
    trace: str,
    exhibits: Sequence[str],
    answer: AnswerIs,
    received_on: date,
    words: str,
    papers: Sequence[Paper],
) -> Draft:
    """An answer to a trace request came in; the papers that came with it are kept as blobs."""
    return Draft(
        kind="trace.answered",
        actor=actor,
        body={
            "trace": trace,
            "exhibits": list(exhibits),
            "answer": answer.value,
            "received_on": received_on.isoformat(),
        },
        private={
            "answer_words": words,
            "papers": [cast("dict[str, Json]", asdict(paper)) for paper in papers],
        },
    )


def bundle_sealed(
    actor: str, *, bundle: str, entries: int, tagmanifest: str, signers: Sequence[str]
) -> Draft:
    """A bundle was sealed over the log's first `entries` entries; this entry comes after them."""
    return Draft(
        kind="bundle.sealed",
        actor=actor,
        body={
            "bundle": bundle,
            "entries": entries,
            "tagmanifest_sha256": tagmanifest,
            "required_signers": list(signers),
        },
    )


def bundle_signed(actor: str, *, bundle: str, role: str, brought_by: str = "") -> Draft:
    """A person put their signature on a sealed bundle, here or on their own machine.

    `brought_by` is who handed in a signature that was made elsewhere.
    """
    body: dict[str, Json] = {"bundle": bundle, "role": role}
    if brought_by:
        body["brought_by"] = brought_by
    return Draft(kind="bundle.signed", actor=actor, body=body)


def bundle_stamped(actor: str, *, bundle: str, authority: str, answered: bool) -> Draft:
    """A timestamp of a sealed bundle was asked for, or its answer was attached."""
    return Draft(
        kind="bundle.stamped",
        actor=actor,
        body={"bundle": bundle, "authority": authority, "answered": answered},
    )


def bundle_published(
    actor: str,
    *,
    bundle: str,
    came_from: str,
    tagmanifest: str,
    fields: int,
    exhibits: Sequence[str],
) -> Draft:
    """A public bundle was made. What it withholds is counted, never said again."""
    return Draft(
        kind="bundle.published",
        actor=actor,
        body={
            "bundle": bundle,
            "from": came_from,
            "tagmanifest_sha256": tagmanifest,
            "withheld_fields": fields,
            "withheld_exhibits": list(exhibits),
        },
    )
