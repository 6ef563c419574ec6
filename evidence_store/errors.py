"""The errors of the evidence store; each says what to do."""

from __future__ import annotations

from values.errors import Exit, NameplateError


class StoreError(NameplateError):
    """The store could not do something; what was stored before is unchanged."""


class BadInput(StoreError):
    """A value that the store cannot record or use as given."""

    exit_code = Exit.NOT_RUN


class NotCanonical(BadInput):
    """A value without an RFC 8785 form, or bytes that are not in it."""


class BlobMissing(StoreError):
    """There is no blob with that SHA-256."""

    exit_code = Exit.MISSING

    remedy = "Restore the file from a backup of the store; its name is its SHA-256."


class BlobDamaged(StoreError):
    """The stored bytes no longer have their SHA-256."""

    exit_code = Exit.DAMAGED

    remedy = "Do not use these bytes. Restore the file from a backup and run the audit."


class StoreUnavailable(StoreError):
    """The disk, the bucket or the database failed; nothing was recorded."""

    exit_code = Exit.LATER

    remedy = "Free space or restore the connection, then try again."


class LedgerAbsent(StoreUnavailable):
    """There is no ledger at that address."""

    exit_code = Exit.MISSING

    remedy = "Check the address."


class StoreForeign(StoreError):
    """Folder, database, keys and blobs do not belong to one store; nothing was written."""

    exit_code = Exit.DAMAGED


class ClockBehind(StoreError):
    """This machine's clock runs behind the last entry; nothing was recorded."""

    exit_code = Exit.LATER

    remedy = (
        "Set the clock right. If it is right, and an earlier time was wrong, an administrator "
        "records that: `python -m workbench clock --reason WHY`, or the screen People and keys."
    )


class LogMissing(StoreError):
    """There is no log of that name."""

    exit_code = Exit.MISSING


class LogExists(StoreError):
    """A log of that name already exists."""

    exit_code = Exit.NOT_RUN


class EntryMissing(StoreError):
    """The log has no such entry, or no tree of that size."""

    exit_code = Exit.MISSING


class SizeChanged(StoreError):
    """The log has grown since the caller read it; nothing was appended."""

    exit_code = Exit.LATER

    remedy = "Read the log again and repeat the step."


class StoreBusy(StoreError):
    """Repeated conflicts with other writers; nothing was recorded."""

    exit_code = Exit.LATER

    remedy = "Wait a moment, check what is there now, and try again."


class LedgerDamaged(StoreError):
    """A stored entry or node does not fit the tree it belongs to."""

    exit_code = Exit.DAMAGED

    remedy = "Run `python -m evidence_store audit`; it lists each fault."


class KeyMissing(StoreError):
    """The person has no key in use here."""

    exit_code = Exit.MISSING


class KeyExists(StoreError):
    """The person already has a key in use."""

    exit_code = Exit.NOT_RUN

    remedy = "Rotate it instead: the old one then ends when the new one begins."


class KeyLocked(StoreError):
    """The key needs a passphrase, or the given one is wrong."""

    exit_code = Exit.REFUSED

    remedy = "Give the passphrase that the key was created with."


class KeyExposed(StoreError):
    """Other users of this machine can read the private key."""

    exit_code = Exit.NOT_RUN


class SignatureMalformed(StoreError):
    """Not a signature in the form that ssh-keygen writes."""

    exit_code = Exit.NOT_RUN


class SignatureInvalid(StoreError):
    """A well-formed signature that is not valid for these bytes and this purpose."""

    exit_code = Exit.DAMAGED


class NoteMalformed(StoreError):
    """Not a signed note, or not a checkpoint, in C2SP form."""

    exit_code = Exit.DAMAGED
