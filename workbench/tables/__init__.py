"""The tables of the projection: what screens need, folded from the ledger.

Nothing here is a source of truth. The tables may be dropped at any time and are rebuilt
from the ledger's entries.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

#: Increased by one whenever a table changes: an older projection is dropped and folded again.
SHAPE = 10

NOTHING_OPEN = 2.0
"""Stands for the confidence if no field waits for a judgement: greater than any probability."""

state = Table(
    "projection_state",
    metadata,
    Column("log", String(80), primary_key=True),
    Column("next_sequence", BigInteger, nullable=False),
    Column("shape", Integer, nullable=False),
)

person = Table(
    "projected_person",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("has_passphrase", Boolean, nullable=False),
    Column("held_by", String(10), nullable=False),
    Column("enrolled_at", String(40), nullable=False),
    Column("roles_ever", JSON, nullable=False),
    Column("left_at", String(40)),
    Column("key_ends", String(40)),
    Column("wrong", Integer, nullable=False, default=0),
    Column("wrong_at", String(40)),
)
"""A person: `key_ends` is when their last key ended, `wrong` counts wrong attempts to sign in since
the last right one."""

catalog = Table(
    "projected_catalog",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("imported_at", String(40), nullable=False),
    Column("imported_by", String(40), nullable=False),
    Column("manifest", JSON, nullable=False),
    Column("chosen_at", BigInteger, nullable=False),
)

case = Table(
    "projected_case",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("title", Text, nullable=False),
    Column("policy", String(20), nullable=False),
    Column("provenance", Text, nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("opened_at", String(40), nullable=False),
    Column("opened_by", String(40), nullable=False),
)

exhibit = Table(
    "projected_exhibit",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("exhibit_id", String(20), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("media", String(12), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_in_at", String(40), nullable=False),
    Column("taken_in_by", String(40), nullable=False),
    Column("parent", String(20)),
    Column("exposure", String(20), nullable=False),
    Column("settled_exposure", String(20), nullable=False),
    Column("copy_of", String(20)),
    Column("is_copy", Boolean, nullable=False, default=False),
    Column("copy_is_settled", Boolean, nullable=False, default=False),
    Column("claims", JSON, nullable=False),
    Column("embedded", JSON, nullable=False),
    Column("fingerprint", JSON, nullable=False),
    Column("derived_how", Text),
    Column("read", Boolean, nullable=False, default=False),
    Column("reading_sha256", String(64)),
    Column("reading_sequence", BigInteger),
    Column("fields", JSON, nullable=False),
    Column("sure", Float, nullable=False, default=NOTHING_OPEN),
    Column("unreadable", Boolean, nullable=False, default=False),
    Index("projected_exhibit_state", "case_id", "state", "number"),
    Index("projected_exhibit_sure", "case_id", "sure", "number"),
    Index("projected_exhibit_state_sure", "case_id", "state", "sure", "number"),
    Index("projected_exhibit_unreadable", "case_id", "unreadable", "number"),
    Index("projected_exhibit_unreadable_sure", "case_id", "unreadable", "sure", "number"),
    Index("projected_exhibit_number", "case_id", "number"),
    Index("projected_exhibit_original", "sha256", "case_id", "number"),
    Index("projected_exhibit_parent", "case_id", "parent", "number"),
    Index("projected_exhibit_exposure", "case_id", "exposure", "taken_in_by"),
    Index("projected_exhibit_settled", "case_id", "settled_exposure"),
    Index("projected_exhibit_begun", "case_id", "state", "reading_sequence"),
    Index("projected_exhibit_waiting", "case_id", "state", "is_copy", "number"),
    Index("projected_exhibit_reading", "case_id", "reading_sequence"),
)
"""An exhibit: `sure` is the least confidence (0–1) among the makers, models and serials that were
read and that nobody has judged yet; `unreadable` says that one of them could not be read.
`exposure` is the first exhibit of the exposure that it shows, `settled_exposure` the same without
proposals that nobody has settled (`workbench.rules.exposure`); `copy_of` is the exhibit that it was
first found to repeat, for as long as both are of one exposure; `is_copy` says that there is one,
`copy_is_settled` that this is more than a proposal. `read` says that it was read as a whole: a
region that a person drew may have been read before."""

region = Table(
    "projected_region",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("exhibit_id", String(20), primary_key=True),
    Column("region_id", String(20), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("plate_id", String(40), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("also", JSON, nullable=False),
    Column("open", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("skeleton", Text, nullable=False),
    Index("projected_region_plate", "case_id", "plate_id"),
    Index("projected_region_number", "case_id", "number", "plate_id"),
    Index("projected_region_open", "case_id", "open", "number"),
)
"""A plate region: `open` counts offered fields that nobody has judged; `also` holds what else was
read; `key` and `skeleton` hold all of its texts, folded, for searching (`workbench.cases.find`)."""

copy_pair = Table(
    "projected_copy_pair",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("exhibit_id", String(20), nullable=False),
    Column("of", String(20), nullable=False),
    Column("relation", String(20), nullable=False),
    Column("evidence", JSON, nullable=False),
    Index("projected_copy_pair_exhibit", "case_id", "exhibit_id"),
    Index("projected_copy_pair_of", "case_id", "of"),
)

copy_judgement = Table(
    "projected_copy_judgement",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("group_id", String(40), nullable=False),
    Column("exhibits", JSON, nullable=False),
    Column("judgement", String(12), nullable=False),
    Column("by", String(40), nullable=False),
    Column("reason", Text, nullable=False),
)

copy_judged = Table(
    "projected_copy_judged",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("exhibit_id", String(20), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
)
"""Which judgements of copies concern an exhibit."""

review = Table(
    "projected_review",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("by", String(40), nullable=False),
    Column("exhibit_id", String(20), nullable=False),
    Column("region_id", String(20), nullable=False),
    Column("field", String(20), nullable=False),
    Column("judgement", String(12), nullable=False),
    Column("text", Text, nullable=False),
    Column("machine_text", Text, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("supersedes", BigInteger),
    Column("counts", Boolean, nullable=False, default=True),
    Index("projected_review_exhibit", "case_id", "exhibit_id", "sequence"),
)
"""A judgement of a field: `counts` is false if its author had added the material that they judged
(`workbench.tables.own_material`)."""

shown = Table(
    "projected_shown",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("person_id", String(40), primary_key=True),
    Column("exhibit_id", String(20), primary_key=True),
    Column("region_id", String(20), primary_key=True),
    Column("field", String(20), primary_key=True),
)
"""What machines or others read and a person was shown, one row per place; `*` means every one."""

search = Table(
    "projected_search",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("by", String(40), nullable=False),
    Column("plate_id", String(40), nullable=False),
    Column("snapshot", String(64), nullable=False),
    Column("query", JSON, nullable=False),
    Column("result_sha256", String(64), nullable=False),
    Column("circumstances", JSON, nullable=False),
)

decision = Table(
    "projected_decision",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("by", String(40), nullable=False),
    Column("search_sequence", BigInteger, nullable=False),
    Column("plate_id", String(40), nullable=False),
    Column("candidate", Text, nullable=False),
    Column("judgement", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("supersedes", BigInteger),
    Column("counts", Boolean, nullable=False, default=True),
    Index("projected_decision_search", "case_id", "search_sequence"),
)
"""A judgement of a candidate; `counts` as for that of a field."""

decision_exhibit = Table(
    "projected_decision_exhibit",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("exhibit_id", String(20), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Index("projected_decision_exhibit_of", "case_id", "sequence"),
)
"""The exhibits that showed the plate when a candidate was judged."""

trace = Table(
    "projected_trace",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("trace_id", String(20), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("at", String(40), nullable=False),
    Column("by", String(40), nullable=False),
    Column("plate_id", String(40), nullable=False),
    Column("exhibits", JSON, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("addressee_is", String(12), nullable=False),
    Column("sent_on", String(10), nullable=False),
    Column("reply_to", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("further", Text, nullable=False),
    Column("letter_sha256", String(64), nullable=False),
    Index("projected_trace_plate", "case_id", "plate_id"),
)

trace_answer = Table(
    "projected_trace_answer",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("trace_id", String(20), nullable=False),
    Column("at", String(40), nullable=False),
    Column("by", String(40), nullable=False),
    Column("answer", String(12), nullable=False),
    Column("received_on", String(10), nullable=False),
    Column("words", Text, nullable=False),
    Column("papers", JSON, nullable=False),
)

sealed = Table(
    "projected_sealed",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("by", String(40), nullable=False),
    Column("bundle", String(120), nullable=False),
    Column("tagmanifest_sha256", String(64), nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("required_signers", JSON, nullable=False),
)
