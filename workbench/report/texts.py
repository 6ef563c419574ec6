"""Every sentence of the case file in one place, so that another language is one more table."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "case_file": "Case file",
        "page_of": "page",
        "synthetic": "SYNTHETIC",
        "synthetic_long": "Synthetic: the photos, units and people in this file were invented by "
        "the program. Nothing in it happened.",
        "synthetic_catalog": "Synthetic catalog: the permits and deliveries below are invented.",
        "policy_two_people": "Two people: whoever added a picture, or a copy of it, could not be "
        "the one who confirmed it.",
        "policy_two_reviewers": "Two reviewers: two different reviewers, other than whoever added "
        "a picture or a copy of it, had to confirm before a match stood.",
        "policy_solo": "Solo: one person was allowed to add material, judge and decide. Nobody "
        "else has checked this case.",
        "case": "Case",
        "contents": "Contents",
        "opened": "Opened",
        "as_of": "State of the log",
        "log": "Log",
        "log_sentence": "entries",
        "root": "Merkle root of the log",
        "provenance": "Where the material comes from",
        "policy": "Review policy",
        "people": "People",
        "person_id": "Identifier",
        "name": "Name",
        "roles": "Roles",
        "key": "Key (fingerprint)",
        "held_server": "private key stored on the server",
        "held_person": "private key held by the person",
        "signers": "Who signs",
        "signers_lede": "The bundle that contains this file verifies only with the signatures "
        "of all of these. Where a key is stored on the server, whoever runs the server could "
        "have signed in that person's name.",
        "withheld": "Withheld from this edition",
        "answer": "What was decided",
        "answer_none": "No candidate has been decided on. This file reports readings only.",
        "answer_withheld": "Decisions on candidates withheld from this edition: {count}.",
        "rests_on": "Based on",
        "open_ends": "What was not checked",
        "open_unjudged": "Read by the machine but not fully judged by a person: {exhibits}.",
        "open_empty": "No plate was found, or the exhibit was not read: {exhibits}.",
        "contradiction": "{field}: a person wrote {person} where the machine read {machine}. The "
        "answer follows the person; check the crop.",
        "person_unsure": "{field}: a person who looked was unsure. The answer follows the machine "
        "alone; check the crop.",
        "fieldless": "Regions in which no field was found",
        "of_plate": "Plate",
        "none_of_them": "None of these units",
        "not_proved": "What this file does not prove",
        "not_proved_lede": "Read this before relying on the rest.",
        "exhibits": "Exhibits and readings",
        "exhibits_lede": "Machine readings are set in a monospaced font, what a person wrote in "
        "bold. Neither replaces the other.",
        "originals": "The bundle contains the original of every exhibit, byte for byte, under the "
        "hash given.",
        "originals_public": "Originals that are withheld are in the sealed bundle from which "
        "this edition was made.",
        "claimed": "Claimed (not checked)",
        "embedded": "Embedded in the file (can be altered)",
        "claim_source_url": "Source address",
        "claim_source_account": "Source account",
        "claim_obtained_at": "Obtained",
        "claim_claimed_place": "Claimed place",
        "claim_claimed_date": "Claimed date",
        "claim_note": "Note",
        "none_given": "nothing given",
        "file": "File",
        "sha256": "SHA-256",
        "taken_in": "Added",
        "copy_of": "Copy of",
        "likely_copy_of": "Likely a copy of",
        "copy_sentence": "adds no evidence of its own",
        "likely_copy_sentence": "counted as the same exposure until a person says otherwise",
        "derived": "How it was made",
        "region": "Region",
        "drawn_by": "drawn by",
        "machine": "Machine",
        "person": "Person",
        "sure": "sure",
        "glyphs": "Character by character",
        "doubt": "Uncertainty, character by character",
        "doubt_lede": "Below each uncertain character: how sure it is, then what else it may be.",
        "pixels": "characters",
        "alternatives": "Other possible values",
        "readers": "Each engine read",
        "judgements": "Judgements",
        "blind": "written before the machine's reading was shown",
        "superseded": "superseded",
        "own_material": "does not count: this person had added the picture, or a copy of it",
        "no_judgement": "not judged",
        "no_reading": "Not read.",
        "no_fields": "No field was found here.",
        "groups": "Copies and other exposures",
        "groups_none": "No exhibits of this case were proposed as copies of one exposure, or as "
        "exposures of the same object.",
        "relation_copy": "Copies of one exposure",
        "relation_copy_proposed": "Likely copies of one exposure",
        "relation_copy_split": "Proposed as copies of one exposure; split by a person",
        "relation_same_object": "Same object, different exposures",
        "relation_same_object_proposed": "Likely the same object, different exposures",
        "relation_same_object_split": "Proposed as the same object; rejected by a person",
        "counted": "Counted as",
        "undecided": "not judged by a person",
        "plates": "Plates",
        "plates_lede": "One physical plate may appear in several exhibits. What stands for each "
        "of its fields:",
        "dissent": "Dissent.",
        "members": "Seen in",
        "searches": "Candidates, as shown",
        "searches_none": "No catalog was searched in this case.",
        "searches_withheld": "Catalog searches withheld from this edition: {count}.",
        "searched": "Searched",
        "asked": "Query",
        "catalog": "Catalog",
        "snapshot": "Snapshot",
        "coverage": "Covers",
        "lr": "Likelihood ratio",
        "lr_sentence": "times more probable if the plate is this unit's than if it is another "
        "unit's",
        "fit": "Fit",
        "after_search": "The ratio divided by the number of catalog units searched",
        "sensitivity": "The same under other assumptions",
        "limits": "What the search could not take into account",
        "leads": "Leads: they carry no weight and are not matches",
        "applications": "Applications for this maker and model that were never approved",
        "verdict": "Verdict",
        "waterfall": "How the weight adds up (bits; +1 bit doubles it)",
        "seen": "Seen",
        "recorded": "Recorded",
        "bits": "Bits",
        "sum": "Total",
        "feature": "Feature",
        "neighbours": "Nearest other units",
        "records": "Records in the catalog",
        "findings": "Findings (what it means, separate from which unit it is)",
        "grounds": "Grounds",
        "other_explanations": "Other explanations that the evidence leaves open",
        "decisions": "Decisions",
        "stands": "stands",
        "awaits": "does not stand yet: awaiting another reviewer",
        "replaced": "replaced by a later decision",
        "no_candidates": "The search found no candidate. That is not evidence that there was no "
        "permit.",
        "traced": "{trace}: asked {addressee} on {sent_on}. {standing}",
        "traces": "Trace requests",
        "traces_lede": "Who was asked about a plate, and what they said. An answer is that "
        "party's word: it was not checked, and it carries no weight in the likelihood ratio.",
        "letters": "The letters, and what came with an answer, are in the bundle under traces/.",
        "letters_public": "The letters, and what came with an answer, are in the sealed bundle "
        "from which this edition was made.",
        "traces_withheld": "Trace requests withheld from this edition: {count}.",
        "asked_whom": "Asked",
        "sent_on": "Sent",
        "answer_by": "Answer requested by",
        "comment_by": "Right of reply until",
        "letter": "Letter (SHA-256)",
        "seen_where": "What the letter says about where it was seen",
        "further": "Further text of the letter",
        "received_on": "received",
        "written_down_by": "recorded by",
        "custody": "Chain of custody",
        "custody_lede": "Every entry of this case's log up to the state named on the first page. "
        "Leaving out an entry would change the root.",
        "entry": "No.",
        "when": "When (UTC)",
        "who": "Who",
        "what": "What",
        "leaf": "Leaf hash",
        "software": "Software and weights",
        "software_lede": "What was installed when this file was made. Engines that read "
        "something here are listed with their weights.",
        "verify": "How to check this file",
        "verify_text": "This report is part of a bundle. VERIFY.txt in the bundle says how to "
        "check every file of it with sha256sum, find, diff and ssh-keygen alone. Get the keys to "
        "check against from the administrator (custodian), separately from the bundle.",
        "glyph_note": "Characters missing from the fonts of the PDF are written as code points, "
        "‹U+4E2D›; the HTML edition shows them.",
    }
)

NOT_PROVED_ENGLISH: tuple[str, ...] = (
    (
        "That a photo shows what its source says, or where and when it was taken. Claimed facts "
        "were recorded, not checked; embedded facts can be altered by anyone."
    ),
    (
        "That the plate belongs to the object it was photographed on. Plates can be moved, copied "
        "and forged; that possibility is not part of the likelihood ratio."
    ),
    (
        "That a unit was delivered, used or diverted as a finding may suggest. A consented "
        "transfer, theft, capture, a moved plate, a counterfeit or an error in the catalog remain "
        "possible."
    ),
    "That an answer to a trace request is true. It is the word of whoever was asked.",
    "That the catalog is complete or correct. A unit not in it may still have had a permit.",
    (
        "How probable a hypothesis is. A likelihood ratio weighs the findings; what it is worth "
        "depends on everything else that is known."
    ),
    (
        "The time of any act, beyond what the clock of the computer that kept the log showed, "
        "unless a timestamp of an outside authority is attached to the bundle."
    ),
    "That a named person sat at the keyboard. A signature shows that their key was used.",
)
