"""The errors about bundles; each says what happened and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence_store.bundle.side_files import CODES
from evidence_store.errors import StoreError
from values.errors import Exit

if TYPE_CHECKING:
    from evidence_store.types import Fault

_ASK_AGAIN = "Do not rely on it; ask whoever sealed it for an unaltered copy."
_SWEEP = (
    "Nothing else has been found wrong so far. Delete what the operating system put there, as each "
    "line says, and verify again; until then do not rely on it."
)


class BundleError(StoreError):
    """The base class of errors about bundles."""


class BundleContentsError(BundleError):
    """The given contents cannot be sealed; nothing was written."""

    exit_code = Exit.NOT_RUN


class BundleExists(BundleError):
    """The destination of the bundle already exists; it was left unchanged."""

    exit_code = Exit.NOT_RUN


class BundleUnreadable(BundleError):
    """The bundle, or what it is to be checked against, could not be opened."""

    exit_code = Exit.NOT_RUN


class BundleUnsound(BundleError):
    """A bundle that was just made does not verify; it does not count as sealed and was removed."""

    exit_code = Exit.DAMAGED


class SigningFailed(BundleError):
    """A signature could not be made or does not fit the bundle; the bundle is unchanged."""


class TimestampFailed(BundleError):
    """No usable timestamp came from an authority; the bundle is unchanged."""

    exit_code = Exit.LATER


class RedactionRefused(BundleError):
    """A public bundle would reveal something it should withhold; nothing was written."""

    exit_code = Exit.REFUSED

    def __init__(self, message: str, *, remedy: str = "", leaks: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.leaks = leaks
        """Where a withheld value would remain, one sentence each, without the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearHit:
    """Words in a public bundle that resemble a withheld value without being it."""

    words: str
    """As found, in lower case with single spaces."""
    labels: tuple[str, ...]
    """The withheld values that they resemble."""
    forms: tuple[str, ...]
    """In what way, for example `the words in another order`."""
    places: tuple[str, ...]
    """The files in which they occur."""

    def sentence(self) -> str:
        """A sentence for the person who publishes; it is meant for nobody else."""
        more = f" and {len(self.places) - 3} more" if len(self.places) > 3 else ""
        return (
            f"“{self.words}” is in {', '.join(self.places[:3])}{more}, similar to the "
            f"{', '.join(self.labels)} ({'; '.join(self.forms[:3])})."
        )


class AnswersMissing(RedactionRefused):
    """There are unanswered near hits; nothing was written."""

    def __init__(self, hits: tuple[NearHit, ...]) -> None:
        count = len(hits)
        super().__init__(
            f"{count} text{'s' if count != 1 else ''} in the public bundle "
            f"{'are' if count != 1 else 'is'} similar to what is withheld: "
            f"{' '.join(hit.sentence() for hit in hits[:8])}",
            remedy="For each, decide whether to withhold it too or deliberately release it, or "
            "stop: in a plan, list it as one of its values or as harmless.",
            leaks=tuple(hit.sentence() for hit in hits),
        )
        self.hits = hits

    def diagnostics(self) -> str:
        """Return every hit, one per line, under a sentence that counts them."""
        head = self.message.partition(":")[0] + ":"
        return "\n".join([head, *(hit.sentence() for hit in self.hits), self.remedy])


class BundleRefused(BundleError):
    """The bundle does not verify; `faults` lists everything that is wrong with it."""

    exit_code = Exit.DAMAGED

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        count = len(faults)
        super().__init__(
            f"The bundle does not verify: {count} {'fault' if count == 1 else 'faults'}.",
            remedy=_SWEEP if all(fault.code in CODES for fault in faults) else _ASK_AGAIN,
        )
        self.faults = faults

    def diagnostics(self) -> str:
        """Return the faults, one per line, under a sentence that counts them."""
        lines = [f"{fault.code}: {fault.where}: {fault.message}" for fault in self.faults]
        return "\n".join([self.message, *lines, self.remedy])
