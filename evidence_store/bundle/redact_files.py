"""Which files of a sealed bundle a public one may include, and in what form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evidence_store.bundle.hashing import sha256_bytes, write_new
from evidence_store.bundle.layout import (
    CRATE,
    DESCRIPTION,
    LETTERS,
    OWN_FILES,
    PAYLOAD,
    REPORTS,
    PayloadFile,
    content_path,
    content_sha256,
)
from evidence_store.bundle.strip import NotStrippable, stripped
from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evidence_store.bundle.description import Description, FileAccount
    from evidence_store.bundle.leaks import Scanner

MAX_PHOTO = 512 * 1024 * 1024
"""Largest photo, in bytes, that is loaded into memory to remove its metadata."""

RULES: Final = Declared(
    "public-files",
    test="tests/unit/evidence_store/bundle/test_redact_files.py",
    source="assumed",
    units={"MAX_PHOTO": "bytes"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChoice:
    """The files to include, and the names of the others."""

    kept: tuple[PayloadFile, ...]
    left_out: tuple[str, ...]


def choose_files(
    description: Description,
    top: Path,
    scanner: Scanner,
    *,
    exhibits: frozenset[str],
    scratch: Path,
    disclosed: Mapping[int, frozenset[str]],
) -> FileChoice:
    """Choose among the files of a sealed bundle.

    Left out are reports, letters, files about a withheld exhibit or derived from one, pictures
    whose metadata cannot be removed, and every file that contains a withheld value.
    """
    kept: list[PayloadFile] = []
    renamed: dict[str, str] = {}
    left_out: list[str] = []
    for file in _parents_first(description.files):
        orphan = any(path not in renamed for path in file.derived_from)
        if orphan or exhibits.intersection(file.about) or _is_unsearchable(file):
            left_out.append(file.path)
            continue
        released = _release(file, top, scanner, scratch)
        if released is None:
            left_out.append(file.path)
            continue
        renamed[file.path] = released.bag_path
        kept.append(_description_of(released, file, renamed, scanner, disclosed))
    return FileChoice(kept=tuple(kept), left_out=tuple(sorted(left_out)))


def _parents_first(files: tuple[FileAccount, ...]) -> list[FileAccount]:
    """Sort files so that each comes after those it was derived from."""
    waiting = [file for file in files if file.path not in (*OWN_FILES, DESCRIPTION, CRATE)]
    ordered: list[FileAccount] = []
    done: set[str] = set()
    while waiting:
        ready = [file for file in waiting if done.issuperset(file.derived_from)]
        if not ready:
            return [*ordered, *waiting]
        ordered.extend(ready)
        done.update(file.path for file in ready)
        waiting = [file for file in waiting if file.path not in done]
    return ordered


def _is_unsearchable(file: FileAccount) -> bool:
    """Whether a file's content cannot be determined: reports, and letters and their answers."""
    path = file.path.removeprefix(f"{PAYLOAD}/")
    return path in REPORTS or path.startswith(f"{LETTERS}/")


def _release(file: FileAccount, top: Path, scanner: Scanner, scratch: Path) -> PayloadFile | None:
    """Return a file in releasable form, or None."""
    source = top / file.path
    released = PayloadFile(path=file.path.removeprefix(f"{PAYLOAD}/"), source=source)
    if content_sha256(file.path) is not None:
        clean = _clean_picture(file, source, scratch)
        if clean is None:
            return None
        released = clean
        source = clean.source if not isinstance(clean.source, bytes | str) else source
    leaks = scanner.in_file(source, where=released.bag_path)
    return None if any(not leak.is_near for leak in leaks) else released


def _clean_picture(file: FileAccount, source: Path, scratch: Path) -> PayloadFile | None:
    if file.size > MAX_PHOTO:
        return None
    data = source.read_bytes()
    try:
        clean = stripped(data)
    except NotStrippable:
        return None
    if clean == data:
        return PayloadFile(path=file.path.removeprefix(f"{PAYLOAD}/"), source=source)
    sha256 = sha256_bytes(clean)
    _, _, suffix = file.path.rpartition(".")
    target = scratch / sha256
    if not target.exists():
        write_new(target, clean)
    return PayloadFile(
        path=content_path("derived", sha256, suffix if "." in file.path else ""),
        source=target,
        made_by=(
            f"Metadata removed from the file with the SHA-256 {file.sha256}, "
            "which is withheld; its image data is unchanged, bit for bit."
        ),
    )


def _description_of(
    released: PayloadFile,
    file: FileAccount,
    renamed: Mapping[str, str],
    scanner: Scanner,
    disclosed: Mapping[int, frozenset[str]],
) -> PayloadFile:
    """Return the sealed bundle's description of a released file, without anything revealing."""

    def harmless(text: str) -> str:
        return "" if scanner.contains(text) else text

    recorded = file.recorded_in
    same = released.bag_path == file.path
    told = recorded is not None and same and file.sha256 in disclosed.get(recorded, frozenset())
    return PayloadFile(
        path=released.path,
        source=released.source,
        media_type=file.media_type,
        title=harmless(file.title),
        about=file.about,
        derived_from=tuple(renamed[path].removeprefix(f"{PAYLOAD}/") for path in file.derived_from),
        made_by=harmless(released.made_by or file.made_by),
        recorded_in=recorded if told else None,
    )
