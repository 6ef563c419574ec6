"""One event of each kind, with every field filled in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from evidence_store.types import Entry, Sha256
from values.sentence import Sentence, say, stored_sentences
from vision.types import CopyEvidence, EmbeddedFact, EmbeddedFacts, Engine, Fingerprint
from workbench import events
from workbench.trace_request import AddresseeIs, AnswerIs, Paper
from workbench.types import AskedField, Judgement, Policy, Role

if TYPE_CHECKING:
    from workbench.events import Event

HASH = Sha256("ab" * 32)
_PRINT = Fingerprint(photo_id=HASH, hashes=(("phash", "bd56"),), quality=0.5)
_CORNERS = ((0.0, 0.0), (9.0, 0.0), (9.0, 5.0), (0.0, 5.0))

SAMPLES: tuple[Event, ...] = (
    events.StoreBegun(origin="store.example", checkpoint_key="ssh-ed25519 AAAA"),
    events.ClockCorrected(last="2099-01-01", now="2026-01-01", reason="By the radio."),
    events.LogCreated(log="case-1"),
    events.LogCheckpoint(log="case-1", size=3, root=HASH),
    events.PersonEnrolled(
        person="person-1",
        roles=(Role.REVIEWER,),
        public_key="ssh-ed25519 AAAA",
        passphrase=True,
        key_held_by="server",
        name="Alone",
    ),
    events.PersonSignedIn(person="person-1"),
    events.PersonEnded(person="person-1", reason="Left."),
    events.KeyBegun(
        person="person-1", public_key="ssh-ed25519 B", key_held_by="person", passphrase=False
    ),
    events.KeyEnded(
        person="person-1",
        public_key="ssh-ed25519 B",
        valid_before=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        reason="Lost.",
    ),
    events.RoleBegun(person="person-1", role=Role.CUSTODIAN, reason="Asked."),
    events.RoleEnded(person="person-1", role=Role.CUSTODIAN, reason="Asked."),
    events.SignInRefused(person="person-1", how="the passphrase is wrong", counts=True),
    events.CatalogImported(
        issues=2,
        manifest={"synthetic": True},
        name="list.csv",
        mapping={"columns": []},
        source=HASH,
        snapshot=HASH,
    ),
    events.CatalogChosen(snapshot=HASH),
    events.CaseCreated(case="case-1"),
    events.CaseOpened(
        case="case-1", policy=Policy.TWO_PEOPLE, synthetic=False, title="T", provenance="P"
    ),
    events.Refused(verb="sign", why="Somebody else took it in."),
    events.WordsShown(places=(("EX-0001", "R1", "serial"),), shown_by="exhibit"),
    events.ArchiveOpened(file_name="a.zip", sha256=HASH, size=9, members=2),
    events.ExhibitTakenIn(
        exhibit="EX-0001",
        media="photo",
        size=3,
        file_name="p.jpg",
        embedded=EmbeddedFacts(
            facts=(EmbeddedFact(group="EXIF", name="Make", value="M"),),
            latitude=50.25,
            problems=(Sentence("embedded.no-picture", shown="It is no picture."), "Odd."),
        ),
        width=640,
        height=480,
        fingerprint=_PRINT,
        source_url="https://x.example",
        source_account="@x",
        obtained_at="2026",
        claimed_place="There",
        claimed_date="2025-12",
        note="N",
        original=HASH,
    ),
    events.ExhibitRefused(
        file_name="n.txt", reason="n.txt: no picture.", sha256=HASH, size=2, original=HASH
    ),
    events.FrameTaken(
        exhibit="EX-0002",
        parent="EX-0001",
        size=7,
        timecode="1/25",
        seconds=0.04,
        why="Sharpest view of scene 2 (sharpness 4.5).",
        said=stored_sentences(why=(say("frame.sharpest-view", scene=2, sharpness=4.5),)),
        command="ffmpeg",
        width=640,
        height=480,
        fingerprint=_PRINT,
        laid=("1/25", "2/25"),
        original=HASH,
        parent_original=HASH,
    ),
    events.FramesMissing(
        exhibit="EX-0001",
        problems=("Damaged frames of the clip that were left out: 3.",),
        said=stored_sentences(**{"problems.0": (say("clip.damaged-frames", number=3),)}),
    ),
    events.CopiesProposed(
        exhibit="EX-0002",
        of="EX-0001",
        relation="near",
        evidence=CopyEvidence(
            photo_a=HASH,
            photo_b=HASH,
            relation="near",
            distances=(("phash", 2.0),),
            inliers=9,
            homography=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
            outline=_CORNERS,
            why="Alike.",
        ),
    ),
    events.CopiesJudged(
        group="same_object:EX-0001",
        exhibits=("EX-0001", "EX-0002"),
        judgement=Judgement.REJECTED,
        reason="Two.",
    ),
    events.ExhibitRead(
        exhibit="EX-0001",
        engines=(Engine(name="scripted", version="1", weights_sha256=""),),
        whole=True,
        regions=(
            events.ReadRegion(
                region="R1",
                corners=_CORNERS,
                drawn=False,
                fields=(events.ReadField("serial", "X1", 0.5, "offered"),),
                also=("S/N X1",),
            ),
        ),
        reading=HASH,
    ),
    events.PlatesJoined(
        plate="PL-0001-9", members=(("EX-0001", "R1"), ("EX-0002", "R1")), reason="One."
    ),
    events.FieldJudged(
        exhibit="EX-0001",
        region="R1",
        field="serial",
        judgement=Judgement.CORRECTED,
        blind=True,
        supersedes=4,
        act="6f1f0f0a54b24d309c530a0f5a1d2c3b",
        text="X2",
        machine_text="X1",
        reason="Clear.",
    ),
    events.CandidatesSearched(
        plate="EX-0001/R1",
        query={
            "serial": AskedField(
                text="X2", origin="human", alternatives=(("X1", 0.25),), stack="X2"
            )
        },
        circumstances={"found_country": "XX"},
        result=HASH,
        snapshot=HASH,
    ),
    events.CandidateJudged(
        search=7,
        plate="EX-0001/R1",
        judgement=Judgement.UNSURE,
        supersedes=None,
        candidate="C1",
        reason="Close.",
    ),
    events.TraceAsked(
        trace="TR-0001",
        plate="EX-0001/R1",
        exhibits=("EX-0001",),
        addressee_is=AddresseeIs.MAKER,
        sent_on=date(2026, 1, 2),
        addressee="The maker",
        reply_to="desk@example.org",
        seen="There.",
        further="More.",
        letter=HASH,
    ),
    events.TraceAnswered(
        trace="TR-0001",
        exhibits=("EX-0001",),
        answer=AnswerIs.RECOGNISED,
        received_on=date(2026, 1, 3),
        answer_words="Ours.",
        papers=(Paper(name="list.pdf", sha256=HASH, size=16),),
    ),
    events.BundleSealed(
        bundle="case-1-9",
        entries=9,
        required_signers=("signatures/custodian.sig",),
        tagmanifest_sha256=HASH,
    ),
    events.BundleSigned(bundle="case-1-9", role="reviewer", brought_by="person-2"),
    events.BundleStamped(bundle="case-1-9", authority="A", answered=True),
    events.BundlePublished(
        bundle="case-1-9-public",
        came_from="case-1-9",
        withheld_fields=3,
        withheld_exhibits=("EX-0002",),
        answers=(("near", "withheld"),),
        released=("note@EX-0001",),
        tagmanifest_sha256=HASH,
    ),
)
"""Every kind that there is; a test holds this list to that."""


def entry_of(event: Event) -> Entry:
    """The event as an entry of a log."""
    draft = event.draft("person-1")
    return Entry(
        log="case-1",
        sequence=7,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        kind=draft.kind,
        actor=draft.actor,
        body=draft.body,
        private=draft.private,
        commitments=dict.fromkeys(draft.private, HASH),
        leaf_hash=HASH,
        kept=draft.kept,
    )
