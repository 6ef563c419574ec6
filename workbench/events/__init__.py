"""Every kind of entry that the workbench writes, as one frozen class each.

`of(entry)` parses an entry as its event; `SomeEvent(…).draft(actor)` is what the ledger records. To
add a kind of act, add its class in one of the modules imported here (docs/add-a-kind-of-act.md).
"""

from workbench.codec import NotUnderstood
from workbench.events.cases import CaseCreated, CaseOpened, Refused, WordsShown
from workbench.events.catalogs import CatalogChosen, CatalogImported
from workbench.events.copies import CopiesJudged, CopiesProposed
from workbench.events.event import (
    KINDS,
    OWN,
    Event,
    Kind,
    UnknownKind,
    event,
    of,
    table_files_of,
    table_of_kinds,
    touched,
)
from workbench.events.export import BundlePublished, BundleSealed, BundleSigned, BundleStamped
from workbench.events.intake import (
    ArchiveOpened,
    ExhibitRefused,
    ExhibitTakenIn,
    FramesMissing,
    FrameTaken,
)
from workbench.events.ledger import ClockCorrected, LogCheckpoint, LogCreated, StoreBegun
from workbench.events.matching import CandidateJudged, CandidatesSearched
from workbench.events.people import (
    KeyBegun,
    KeyEnded,
    PersonEnded,
    PersonEnrolled,
    PersonSignedIn,
    RoleBegun,
    RoleEnded,
    SignInRefused,
)
from workbench.events.reading import ExhibitRead, ReadField, ReadRegion
from workbench.events.review import FieldJudged, PlatesJoined
from workbench.events.tracing import TraceAnswered, TraceAsked

__all__ = [
    "KINDS",
    "OWN",
    "ArchiveOpened",
    "BundlePublished",
    "BundleSealed",
    "BundleSigned",
    "BundleStamped",
    "CandidateJudged",
    "CandidatesSearched",
    "CaseCreated",
    "CaseOpened",
    "CatalogChosen",
    "CatalogImported",
    "ClockCorrected",
    "CopiesJudged",
    "CopiesProposed",
    "Event",
    "ExhibitRead",
    "ExhibitRefused",
    "ExhibitTakenIn",
    "FieldJudged",
    "FrameTaken",
    "FramesMissing",
    "KeyBegun",
    "KeyEnded",
    "Kind",
    "LogCheckpoint",
    "LogCreated",
    "NotUnderstood",
    "PersonEnded",
    "PersonEnrolled",
    "PersonSignedIn",
    "PlatesJoined",
    "ReadField",
    "ReadRegion",
    "Refused",
    "RoleBegun",
    "RoleEnded",
    "SignInRefused",
    "StoreBegun",
    "TraceAnswered",
    "TraceAsked",
    "UnknownKind",
    "WordsShown",
    "event",
    "of",
    "table_files_of",
    "table_of_kinds",
    "touched",
]
