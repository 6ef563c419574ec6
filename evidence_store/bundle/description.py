"""`data/bundle.json`: the bundle's description of itself, in canonical JSON.

It names the format version, the log and its size, the required signers, and every other payload
file with its origin. A verifier parses it strictly and trusts it only as far as the signatures over
the tag manifest reach.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from evidence_store.bundle.layout import (
    FORMAT,
    VERSION,
    BundleContents,
    KeyHeld,
    PayloadFile,
    RequiredSigner,
    Role,
    Software,
    Withheld,
)
from evidence_store.canonical import canonical_json, parse_canonical
from evidence_store.errors import NotCanonical, StoreError
from evidence_store.types import Json, Sha256
from values.errors import Exit
from values.hashes import is_sha256

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_BYTES = 256 * 1024 * 1024
"""A description of half a million files has about 200 MB; a larger one is not read."""

_LOG_NAME = re.compile(r"[a-z0-9][A-Za-z0-9-]{0,79}")
_HOW = frozenset({"full", "replaced"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAccount:
    """The description of one payload file."""

    path: str
    sha256: Sha256
    size: int
    media_type: str
    title: str
    about: tuple[str, ...]
    derived_from: tuple[str, ...]
    made_by: str
    recorded_in: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAccount:
    """The log in a bundle, and how much of it is included."""

    name: str
    size: int
    root: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The whole of `data/bundle.json`."""

    title: str
    synthetic: bool
    notes: tuple[str, ...]
    log: LogAccount
    required_signers: tuple[RequiredSigner, ...]
    software: tuple[Software, ...]
    files: tuple[FileAccount, ...]
    withheld: Withheld | None

    @property
    def public(self) -> bool:
        """Whether this is a public bundle, from which something was withheld."""
        return self.withheld is not None


class DescriptionMalformed(StoreError):
    """`data/bundle.json` is not in the required form."""

    exit_code = Exit.DAMAGED


class VersionUnknown(DescriptionMalformed):
    """The bundle has a format version unknown to this program."""


def account_of(file: PayloadFile, sha256: Sha256, size: int) -> FileAccount:
    """Describe a payload file that was copied with this hash and length in bytes."""
    return FileAccount(
        path=file.bag_path,
        sha256=sha256,
        size=size,
        media_type=file.media_type,
        title=file.title,
        about=file.about,
        derived_from=tuple(f"data/{path}" for path in file.derived_from),
        made_by=file.made_by,
        recorded_in=file.recorded_in,
    )


def own_account(path: str, sha256: Sha256, size: int, media_type: str) -> FileAccount:
    """Describe a file that sealing itself wrote."""
    return FileAccount(
        path=path,
        sha256=sha256,
        size=size,
        media_type=media_type,
        title="",
        about=(),
        derived_from=(),
        made_by="",
        recorded_in=None,
    )


def describe(
    contents: BundleContents, *, log: LogAccount, files: Sequence[FileAccount]
) -> Description:
    """Assemble the description of a bundle, its files in byte order of their paths."""
    return Description(
        title=contents.title,
        synthetic=contents.synthetic,
        notes=contents.notes,
        log=log,
        required_signers=contents.required_signers,
        software=contents.software,
        files=tuple(sorted(files, key=lambda file: file.path)),
        withheld=contents.withheld,
    )


def description_bytes(description: Description) -> bytes:
    """Write a description in canonical JSON with a final line feed."""
    value = {
        "format": FORMAT,
        "version": VERSION,
        "kind": "public" if description.public else "sealed",
        "title": description.title,
        "synthetic": description.synthetic,
        "notes": list(description.notes),
        "log": _log_json(description.log),
        "required_signers": [_signer_json(signer) for signer in description.required_signers],
        "software": [_software_json(software) for software in description.software],
        "files": [_file_json(file) for file in description.files],
        "withheld": None if description.withheld is None else _withheld_json(description.withheld),
    }
    return canonical_json(value) + b"\n"


def parse_description(data: bytes) -> Description:
    """Parse a description strictly.

    Raises `VersionUnknown` for another version, `DescriptionMalformed` for anything else that
    differs from what `description_bytes` writes.
    """
    value = _json_object(data)
    if value.get("format") != FORMAT or value.get("version") != VERSION:
        raise VersionUnknown(
            f"It is {value.get('format')!r} version {value.get('version')!r}; "
            f"this program knows {FORMAT!r} version {VERSION!r}."
        )
    try:
        description = _read(value)
    except (KeyError, TypeError, ValueError, AttributeError, StoreError) as error:
        raise DescriptionMalformed(f"A member is missing or of the wrong kind: {error}.") from error
    if description_bytes(description) != data:
        raise DescriptionMalformed("It has members that the format does not know.")
    _check_lists(description)
    return description


def _check_lists(description: Description) -> None:
    paths = [file.path for file in description.files]
    if paths != sorted(set(paths)):
        raise DescriptionMalformed("Its files are not in order, or one occurs twice.")
    strangers = {parent for file in description.files for parent in file.derived_from}
    strangers.difference_update(paths)
    if strangers:
        raise DescriptionMalformed(f"A file is made from {min(strangers)}, which is missing.")
    roles = [signer.role for signer in description.required_signers]
    files = {signer.signature_file for signer in description.required_signers}
    if roles.count(Role.CUSTODIAN) != 1 or len(files) != len(roles):
        raise DescriptionMalformed("It must require one custodian, and nobody twice in one role.")
    if description.withheld is not None:
        _check_withheld(description.withheld)


def _check_withheld(withheld: Withheld) -> None:
    exhibits = [exhibit for exhibit, _ in withheld.exhibits]
    if (
        list(withheld.fields) != sorted(set(withheld.fields))
        or exhibits != sorted(set(exhibits))
        or list(withheld.files) != sorted(set(withheld.files))
    ):
        raise DescriptionMalformed("What it withholds is not in order, or occurs twice.")
    if {how for _, how in withheld.exhibits} - _HOW:
        raise DescriptionMalformed("An exhibit is withheld in a way unknown to the format.")


def _json_object(data: bytes) -> dict[str, Json]:
    try:
        value = parse_canonical(data.removesuffix(b"\n"))
    except NotCanonical as error:
        raise DescriptionMalformed(error.message) from error
    if not isinstance(value, dict):
        raise DescriptionMalformed("It is not a JSON object.")
    return value


def _read(value: Mapping[str, Json]) -> Description:
    log = cast("dict[str, Json]", value["log"])
    withheld = value["withheld"]
    return Description(
        title=_text(value["title"]),
        synthetic=bool(value["synthetic"]),
        notes=_texts(value["notes"]),
        log=LogAccount(
            name=_log_name(log["name"]), size=_count(log["size"]), root=_sha(log["root"])
        ),
        required_signers=tuple(_read_signer(item) for item in _objects(value["required_signers"])),
        software=tuple(_read_software(item) for item in _objects(value["software"])),
        files=tuple(_read_file(item) for item in _objects(value["files"])),
        withheld=None if withheld is None else _read_withheld(cast("dict[str, Json]", withheld)),
    )


def _read_signer(item: Mapping[str, Json]) -> RequiredSigner:
    return RequiredSigner(
        role=Role(_text(item["role"])),
        person=_text(item["person"]),
        key_held=KeyHeld(_text(item["key_held"])),
        name=_text(item["name"]),
    )


def _read_software(item: Mapping[str, Json]) -> Software:
    return Software(
        name=_text(item["name"]),
        version=_text(item["version"]),
        sha256=None if item["sha256"] is None else _sha(item["sha256"]),
    )


def _read_file(item: Mapping[str, Json]) -> FileAccount:
    recorded = item["recorded_in"]
    return FileAccount(
        path=_text(item["path"]),
        sha256=_sha(item["sha256"]),
        size=_count(item["size"]),
        media_type=_text(item["media_type"]),
        title=_text(item["title"]),
        about=_texts(item["about"]),
        derived_from=_texts(item["derived_from"]),
        made_by=_text(item["made_by"]),
        recorded_in=None if recorded is None else _count(recorded),
    )


def _read_withheld(item: Mapping[str, Json]) -> Withheld:
    return Withheld(
        fields=tuple(
            (_count(field["sequence"]), _text(field["name"])) for field in _objects(item["fields"])
        ),
        exhibits=tuple(
            (_text(one["exhibit"]), _text(one["how"])) for one in _objects(item["exhibits"])
        ),
        files=_texts(item["files"]),
        reasons=_texts(item["reasons"]),
        sealed_tag_manifest=_sha(item["sealed_tag_manifest"]),
    )


def _log_json(log: LogAccount) -> Json:
    return {"name": log.name, "root": log.root, "size": log.size}


def _signer_json(signer: RequiredSigner) -> Json:
    return {
        "role": signer.role.value,
        "person": signer.person,
        "namespace": signer.role.namespace,
        "signature": signer.signature_file,
        "key_held": signer.key_held.value,
        "name": signer.name,
    }


def _software_json(software: Software) -> Json:
    return {"name": software.name, "version": software.version, "sha256": software.sha256}


def _file_json(file: FileAccount) -> Json:
    return {
        "path": file.path,
        "sha256": file.sha256,
        "size": file.size,
        "media_type": file.media_type,
        "title": file.title,
        "about": list(file.about),
        "derived_from": list(file.derived_from),
        "made_by": file.made_by,
        "recorded_in": file.recorded_in,
    }


def _withheld_json(withheld: Withheld) -> Json:
    return {
        "fields": [{"sequence": sequence, "name": name} for sequence, name in withheld.fields],
        "exhibits": [{"exhibit": exhibit, "how": how} for exhibit, how in withheld.exhibits],
        "files": list(withheld.files),
        "reasons": list(withheld.reasons),
        "sealed_tag_manifest": withheld.sealed_tag_manifest,
    }


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _log_name(value: Json) -> str:
    name = _text(value)
    if not _LOG_NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} is not the name of a log")
    return name


def _count(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is not a whole number from 0")
    return value


def _sha(value: Json) -> Sha256:
    if not is_sha256(value):
        raise TypeError(f"{value!r} is not a SHA-256")
    return Sha256(cast("str", value))


def _texts(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return tuple(_text(item) for item in value)


def _objects(value: Json) -> list[dict[str, Json]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError("a list of objects was expected")
    return cast("list[dict[str, Json]]", value)
