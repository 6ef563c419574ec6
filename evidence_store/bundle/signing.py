"""Sign a bundle's tag manifest, at once or later, and check the existing signatures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence_store.bundle.bag_check import BagCheck
from evidence_store.bundle.description import DescriptionMalformed, parse_description
from evidence_store.bundle.errors import BundleUnreadable, SigningFailed
from evidence_store.bundle.layout import (
    DESCRIPTION,
    RequiredSigner,
    Role,
    Signer,
    called,
    signature_file,
)
from evidence_store.bundle.seals import reseal
from evidence_store.bundle.signers import BYTE_ORDER_MARK
from evidence_store.errors import SignatureInvalid, SignatureMalformed
from evidence_store.keys.signing import verify_sshsig
from evidence_store.types import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from evidence_store.bundle.signers import AllowedSigners

TIME_BASIS = {
    "given": "the time that was given",
    "timestamp": "the time of a timestamp that covers the signature",
    "stated": "the time of sealing stated by the custodian",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSignature:
    """One valid signature."""

    role: Role
    person: str
    key: bytes
    """The public key in SSH wire format."""
    valid_at: datetime
    """The time at which the key was checked for validity."""
    time_basis: str
    """The source of that time: `given`, `timestamp` (of a seal that lists this very signature) or
    `stated`.
    """
    name: str = ""
    """What the bundle calls the person; empty if it does not say."""

    @property
    def who(self) -> str:
        """The person's identifier, and the name that the bundle gives."""
        return called(self.person, self.name)


def signature_of(signer: Signer, tag_manifest: bytes) -> tuple[str, bytes]:
    """Sign a tag manifest; returns the signature file's path and bytes.

    Raises `SigningFailed` if the result is not a signature over these bytes for the role.
    """
    armour = signer.sign(tag_manifest, signer.role.namespace)
    try:
        verify_sshsig(armour, tag_manifest, signer.role.namespace)
        return signature_file(signer.role, signer.person), armour.encode("ascii")
    except (SignatureInvalid, SignatureMalformed, UnicodeEncodeError) as error:
        raise SigningFailed(
            f"What {signer.person} signed with is not a signature of the bundle: {error}",
            remedy="Check which key was used, then sign again.",
        ) from error


def add_signature(top: Path, signer: Signer) -> str:
    """Add the signature of a required signer to a sealed bundle, under a new seal.

    The whole bag is checked first: nobody should sign a damaged bundle. Returns the path of the
    signature file. Raises `SigningFailed` if the person is not required in that role or has already
    signed, `BundleUnreadable` if the folder is not a bundle; the bundle is then unchanged.
    """
    required = required_signers(top)
    if (signer.role, signer.person) not in {(one.role, one.person) for one in required}:
        raise SigningFailed(
            f"This bundle does not require {signer.person} to sign as {signer.role.value}.",
            remedy="It requires: "
            + ", ".join(f"{one.person} as {one.role.value}" for one in required)
            + ".",
        )
    bag = BagCheck(top)
    bag.run()
    if bag.faults or bag.tag_manifest is None:
        raise SigningFailed(
            f"The bundle is damaged, so it was not signed: {bag.faults[0].where}: "
            f"{bag.faults[0].message}",
            remedy="Verify it, and get an unaltered copy.",
        )
    path, data = signature_of(signer, bag.tag_manifest)
    reseal(top, {path: data})
    return path


def required_signers(top: Path) -> tuple[RequiredSigner, ...]:
    """Return the signers that a bundle requires; raises `BundleUnreadable` if it cannot be read."""
    try:
        return parse_description((top / DESCRIPTION).read_bytes()).required_signers
    except (OSError, DescriptionMalformed) as error:
        raise BundleUnreadable(
            f"{top} cannot be opened as a bundle: {error}",
            remedy="Give the top folder of a bundle, the one with bagit.txt in it.",
        ) from error


def check_signatures(
    files: Mapping[str, bytes],
    required: Iterable[RequiredSigner],
    *,
    tag_manifest: bytes,
    allowed: AllowedSigners,
    at: Callable[[str], tuple[datetime, str]],
) -> tuple[tuple[CheckedSignature, ...], tuple[Fault, ...]]:
    """Check every signature of a bundle: the valid ones, and a fault for each other.

    `at` returns, for the path of a signature, when its key must have been valid, and on what basis.
    """
    good: list[CheckedSignature] = []
    faults: list[Fault] = []
    asked = {signer.signature_file: signer for signer in required}
    for path in sorted(asked.keys() - files.keys()):
        signer = asked[path]
        words = f"{signer.who} has not signed as {signer.role.value}."
        faults.append(_fault("signature-missing", path, words))
    for path in sorted(path for path in files if path.endswith(".sig")):
        if path not in asked:
            words = "The bundle does not require this signature."
            faults.append(_fault("signature-unasked", path, words))
            continue
        result = _check_one(path, files[path], asked[path], tag_manifest, allowed, at(path))
        if isinstance(result, Fault):
            faults.append(result)
        else:
            good.append(result)
    return tuple(good), tuple(faults)


def _check_one(
    path: str,
    data: bytes,
    signer: RequiredSigner,
    tag_manifest: bytes,
    allowed: AllowedSigners,
    when: tuple[datetime, str],
) -> CheckedSignature | Fault:
    at, basis = when
    try:
        key = verify_sshsig(data.decode("ascii"), tag_manifest, signer.role.namespace)
    except (SignatureMalformed, UnicodeDecodeError) as error:
        return _fault("signature-form", path, f"It is not in the form of ssh-keygen: {error}")
    except SignatureInvalid as error:
        return _fault("signature-wrong", path, f"It does not sign this bundle: {error}")
    lines = [
        line for line in allowed.matching(signer.person, signer.role.namespace) if line.key == key
    ]
    if not lines:
        others = ", ".join(sorted(set(allowed.names_of(key)))) or "nobody"
        words = (
            f"The key is not allowed for {signer.who} as {signer.role.value}; "
            f"the list of allowed signers gives it to {others}."
        )
        if BYTE_ORDER_MARK in others:
            words += (
                " The list begins with a byte order mark, which ssh-keygen also takes for part "
                "of the first name: save your copy as UTF-8 without one."
            )
        return _fault("signer-not-allowed", path, words)
    if not any(line.is_valid_at(at) for line in lines):
        words = (
            f"The key of {signer.who} was not valid at {at:%Y-%m-%d %H:%M:%S} UTC, "
            f"{TIME_BASIS[basis]}."
        )
        return _fault("signer-not-valid", path, words)
    return CheckedSignature(
        role=signer.role,
        person=signer.person,
        key=key,
        valid_at=at,
        time_basis=basis,
        name=signer.name,
    )


def _fault(code: str, where: str, message: str) -> Fault:
    return Fault(code=code, where=where, message=message)
