"""What can go wrong with a bundle, in words that say what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_store.errors import StoreError

if TYPE_CHECKING:
    from evidence_store.types import Fault


class BundleError(StoreError):
    """The base of the errors about bundles."""


class BundleContentsError(BundleError):
    """What was to be sealed cannot be sealed as given; nothing was written."""


class BundleExists(BundleError):
    """There is something at the place where the bundle should go; it was left as it is."""


class BundleUnreadable(BundleError):
    """The bundle, or what it is to be checked against, could not be opened at all."""


class SigningFailed(BundleError):
    """A signature could not be made or does not fit the bundle; the bundle is unchanged."""


class TimestampFailed(BundleError):
    """No usable timestamp came from an authority; the bundle is unchanged."""


class RedactionRefused(BundleError):
    """A public bundle would not hold back what it should; nothing was written."""

    def __init__(self, message: str, *, remedy: str = "", leaks: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.leaks = leaks
        """Where a withheld value would still have stood, one sentence each, without the value."""


class BundleRefused(BundleError):
    """The bundle does not verify; `faults` names everything that is wrong with it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        count = len(faults)
        super().__init__(
            f"The bundle does not verify: {count} {'fault' if count == 1 else 'faults'}.",
            remedy="Do not rely on it; ask whoever sealed it for an unaltered copy.",
        )
        self.faults = faults

    def diagnostics(self) -> str:
        """Return the faults, one a line, under a sentence that counts them."""
        lines = [f"{fault.code}: {fault.where}: {fault.message}" for fault in self.faults]
        return "\n".join([self.message, *lines, self.remedy])
