"""Verify a bundle: everything possible is checked, every fault is listed, then it is refused once.

All trust comes from outside: the list of allowed signers, and the root certificates of timestamp
authorities. No network is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from evidence_store.bundle.archive import opened
from evidence_store.bundle.bag_check import BagCheck
from evidence_store.bundle.documents import (
    MAX_DOCUMENT,
    crate_faults,
    document_faults,
    too_large,
)
from evidence_store.bundle.errors import BundleRefused, BundleUnreadable
from evidence_store.bundle.instructions import instructions_bytes
from evidence_store.bundle.layout import KeyHeld, Role, Withheld, signature_file
from evidence_store.bundle.record_check import RecordCheck, check_checkpoint
from evidence_store.bundle.seals import read_signature_files, seal_faults
from evidence_store.bundle.signers import AllowedSigners, read_allowed_signers
from evidence_store.bundle.signing import TIME_BASIS, CheckedSignature, check_signatures
from evidence_store.bundle.stamps import CheckedStamp, check_stamps
from evidence_store.clock import ahead_remark
from evidence_store.types import Fault, Sha256
from values.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidence_store.bundle.description import Description

MAX_FAULTS = 1_000
"""More faults than this add no information; the rest are counted."""


MOST_NAMED = 10
"""Maximum number of entries named in one remark."""

FIRST_SIGNATURE = signature_file(Role.CUSTODIAN, "")
"""The custodian's; the log's key is checked at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """What was checked in a bundle that verifies, and what verification does not cover."""

    title: str
    log: str
    entries: int
    root: Sha256
    files: int
    payload_bytes: int
    tagmanifest_sha256: Sha256
    sealed_at: datetime
    """The sealing time according to the custodian: a claim."""
    signatures: tuple[CheckedSignature, ...]
    stamps: tuple[CheckedStamp, ...]
    withheld: Withheld | None
    remarks: tuple[str, ...]
    """What a reader must know beyond "it verifies", one sentence each."""

    @property
    def time_basis(self) -> str:
        """The weakest basis on which a signer's key was accepted as valid."""
        bases = {one.time_basis for one in self.signatures}
        return next(basis for basis in ("stated", "given", "timestamp") if basis in bases)

    def sentences(self) -> tuple[str, ...]:
        """Describe what was checked successfully, one sentence each; for the rest see `remarks`."""
        return (
            (
                f"All {self.files:,} payload files ({self.payload_bytes:,} bytes) and the tag "
                "files are as listed, and nothing else is in the bundle."
            ),
            (
                f"The log {self.log} is complete: "
                f"{counted(self.entries, 'entry gives', 'entries give')} the signed root "
                f"{self.root}."
            ),
            "Every disclosed field is the one that its entry committed to.",
            *(
                f"{one.who} signed as {one.role.value}, with a key valid at "
                f"{one.valid_at:%Y-%m-%d %H:%M:%S} UTC ({TIME_BASIS[one.time_basis]})."
                for one in self.signatures
            ),
            *(
                f"A timestamp authority says that the seal existed at {one.at:%Y-%m-%d %H:%M:%S} "
                "UTC."
                for one in self.stamps
                if one.trusted
            ),
        )


def verify(
    path: Path,
    *,
    allowed_signers: Path,
    verify_time: datetime | None = None,
    tsa_roots: Path | None = None,
    require_timestamp: bool = False,
    sealed: Path | None = None,
    now: datetime | None = None,
) -> VerificationReport:
    """Check a bundle, a folder or its ZIP.

    `verify_time` is when the signers' keys had to be valid; by default, for each signature the
    earliest time of a valid timestamp that covers it, otherwise the time stated by the custodian.
    `sealed` is the sealed bundle from which a public one claims to come; the two are compared.
    `now` is the current time (default: this machine's clock); a seal dated later gets a remark.
    Raises `BundleRefused` with every fault, `BundleUnreadable` if it cannot be checked at all.
    """
    allowed = read_allowed_signers(allowed_signers)
    with opened(path) as top:
        check = _Verification(top, allowed, verify_time, now or datetime.now(UTC))
        check.run(tsa_roots=tsa_roots, require_timestamp=require_timestamp)
        if sealed is not None and not check.faults:
            check.compare_with(sealed)
        if check.faults:
            raise BundleRefused(_capped(check.faults))
        return check.report()


class _Verification:
    """One run over one bundle; faults are collected in `faults`."""

    def __init__(
        self, top: Path, allowed: AllowedSigners, verify_time: datetime | None, now: datetime
    ) -> None:
        self._now = now
        self._corrections: list[int] = []
        self._top = top
        self._allowed = allowed
        self._given_time = verify_time
        self._bag = BagCheck(top)
        self._description: Description | None = None
        self._signatures: tuple[CheckedSignature, ...] = ()
        self._stamps: tuple[CheckedStamp, ...] = ()
        self._stamps_unchecked = 0
        self._last_entry_at: datetime | None = None
        self.faults: list[Fault] = []

    def run(self, *, tsa_roots: Path | None, require_timestamp: bool) -> None:
        self._bag.run()
        self.faults.extend(self._bag.faults)
        files = self._signature_files()
        self.faults.extend(seal_faults(files, self._bag.tag_manifest))
        self._check_stamps(files, tsa_roots, require_timestamp=require_timestamp)
        self._description = self._bag.description
        if self._description is None:
            return
        self._check_record(self._description)
        if self._bag.tag_manifest is not None:
            self._signatures, faults = check_signatures(
                files,
                self._description.required_signers,
                tag_manifest=self._bag.tag_manifest,
                allowed=self._allowed,
                at=self._key_valid_at,
            )
            self.faults.extend(faults)

    def compare_with(self, sealed: Path) -> None:
        """Add a fault for each way in which a public bundle does not fit the sealed one."""
        from evidence_store.bundle.compare import comparison_faults

        self.faults.extend(comparison_faults(self._top, sealed))

    def report(self) -> VerificationReport:
        description = self._description
        if description is None or self._bag.tag_manifest_sha256 is None:
            raise BundleUnreadable("The check of the bundle was not completed.")
        return VerificationReport(
            title=description.title,
            log=description.log.name,
            entries=description.log.size,
            root=description.log.root,
            files=self._bag.payload_files,
            payload_bytes=self._bag.payload_bytes,
            tagmanifest_sha256=self._bag.tag_manifest_sha256,
            sealed_at=self._bag.sealed_at,
            signatures=self._signatures,
            stamps=self._stamps,
            withheld=description.withheld,
            remarks=self._remarks(description),
        )

    def _signature_files(self) -> Mapping[str, bytes]:
        try:
            return read_signature_files(self._top)
        except BundleUnreadable as error:
            self.faults.append(_fault("signatures-unreadable", "signatures", str(error)))
            return {}

    def _check_stamps(
        self, files: Mapping[str, bytes], tsa_roots: Path | None, *, require_timestamp: bool
    ) -> None:
        self._stamps, faults = check_stamps(files, roots=tsa_roots)
        self.faults.extend(faults)
        trusted = [stamp for stamp in self._stamps if stamp.trusted]
        self._stamps_unchecked = len(self._stamps) - len(trusted)
        if require_timestamp and not trusted:
            words = "No authority's timestamp is valid under the given root certificates."
            self.faults.append(_fault("timestamp-missing", "signatures", words))

    def _check_record(self, description: Description) -> None:
        at, _ = self._key_valid_at(FIRST_SIGNATURE)
        _, faults = check_checkpoint(self._top, description, self._allowed, at=at)
        self.faults.extend(faults)
        record = RecordCheck(description)
        record.run(self._top)
        self._last_entry_at = record.last_at
        self._corrections = record.corrections
        self.faults.extend(record.faults)
        self.faults.extend(crate_faults(self._top, description, record.last_at))
        self.faults.extend(islice(document_faults(self._top, description), MAX_FAULTS))

    def _key_valid_at(self, signature: str) -> tuple[datetime, str]:
        """When the key of a signature must have been valid; a stamp counts for what it covers."""
        if self._given_time is not None:
            return self._given_time, "given"
        times = [s.at for s in self._stamps if s.trusted and signature in s.covers]
        return (min(times), "timestamp") if times else (self._bag.sealed_at, "stated")

    def _remarks(self, description: Description) -> tuple[str, ...]:
        remarks = self._time_remarks()
        if self._stamps_unchecked:
            remarks.append(
                f"{counted(self._stamps_unchecked, 'timestamp was', 'timestamps were')} not "
                "checked, because the root certificate of the authority is missing."
            )
        remarks.extend(self._payload_remarks(description))
        return tuple(remarks)

    def _time_remarks(self) -> list[str]:
        remarks = []
        stated = [one.person for one in self._signatures if one.time_basis == "stated"]
        if stated and len(stated) == len(self._signatures):
            remarks.append(
                "The time of sealing is the custodian's own statement; no authority confirms it, "
                "and whether the keys were valid then rests on it."
            )
        elif stated:
            remarks.append(
                f"No timestamp covers the signature of {', '.join(stated)}: nobody outside "
                "confirms when it was made and whether the key was still valid."
            )
        if ahead := ahead_remark(self._bag.sealed_at, self._now):
            remarks.append(ahead)
        if self._corrections:
            where = ", ".join(map(str, self._corrections[:MOST_NAMED]))
            remarks.append(
                f"The clock of the store was corrected: times before entry {where} of the log are "
                "from a clock that was wrong."
            )
        last = self._last_entry_at
        early = [stamp.at for stamp in self._stamps if stamp.trusted]
        if last is not None and min([self._bag.sealed_at, *early]) < last.replace(microsecond=0):
            remarks.append(
                "It claims to have been sealed or stamped before the last entry of its log was "
                "made: one of the clocks was wrong, or one of the times is false."
            )
        return remarks

    def _payload_remarks(self, description: Description) -> list[str]:
        remarks = []
        held = dict.fromkeys(
            s.person for s in description.required_signers if s.key_held is KeyHeld.SERVER
        )
        if held:
            remarks.append(
                f"The keys of {', '.join(held)} are stored on the server: whoever runs it could "
                "have signed in their name."
            )
        loose = sum(
            file.recorded_in is None and file.path.startswith("data/originals/")
            for file in description.files
        )
        if loose:
            remarks.append(
                f"{counted(loose, 'original is', 'originals are')} not linked to an entry of "
                "the log."
            )
        if self._bag.instructions != instructions_bytes(description.required_signers):
            remarks.append(
                "data/VERIFY.txt is not the text that this program writes: read its lines before "
                "you enter any."
            )
        large = too_large(description)
        if large:
            remarks.append(
                f"{counted(large, 'JSON document has', 'JSON documents have')} more than "
                f"{MAX_DOCUMENT:,} bytes: they were not checked for names that occur twice in "
                "one object."
            )
        if description.synthetic:
            remarks.append("The bundle contains synthetic material.")
        if description.withheld is not None:
            remarks.append("It is a public bundle: some fields or photos are withheld.")
        return remarks


def _capped(faults: list[Fault]) -> tuple[Fault, ...]:
    if len(faults) <= MAX_FAULTS:
        return tuple(faults)
    rest = f"There are {len(faults) - MAX_FAULTS} more faults."
    return (*faults[:MAX_FAULTS], _fault("more-faults", ".", rest))


def _fault(code: str, where: str, message: str) -> Fault:
    return Fault(code=code, where=where, message=message)
