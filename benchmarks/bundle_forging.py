"""Bundles with one fault each, for the tests, including forgeries with the real keys.

    python -m benchmarks.bundle_forging FOLDER

rebuilds the golden set: `good.zip`, one ZIP for each fault under its code, and the list of signers.
Keys and salts are drawn at each rebuild and the private halves are deleted, so a rebuild replaces
the whole set; between rebuilds it shows that bundles of this format version are still judged as
before.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import stat
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bundle_sample import CUSTODIAN, LOG, Sample, make_sample
from evidence_store.bundle.bag_info import bag_info_bytes
from evidence_store.bundle.description import DescriptionMalformed, parse_description
from evidence_store.bundle.hashing import sha256_bytes, sha256_file
from evidence_store.bundle.layout import ManifestLine, Signer
from evidence_store.bundle.manifest import manifest_bytes
from evidence_store.bundle.rocrate import crate_bytes
from evidence_store.bundle.seals import seal_bytes
from evidence_store.bundle.signing import signature_of
from evidence_store.bundle.stamps import keep_request

if TYPE_CHECKING:
    from collections.abc import Sequence

SEALED_AT = datetime(2026, 11, 1, 11, tzinfo=UTC)
TAGS = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")
DESCRIPTION = "data/bundle.json"
ENTRIES = "data/ledger/entries.jsonl"
DISCLOSURES = "data/ledger/disclosures.jsonl"
CHECKPOINT = "data/ledger/checkpoint.txt"
CRATE = "data/ro-crate-metadata.json"
DECISIONS = "data/reviews/decisions.json"


def reseal_whole(top: Path, signers: Sequence[Signer]) -> None:
    """Re-sign a changed bundle from its manifest up, as dishonest signers could."""
    files = sorted(path for path in (top / "data").rglob("*") if path.is_file())
    (top / "manifest-sha256.txt").write_bytes(
        manifest_bytes(
            ManifestLine(sha256=sha256_file(path), path=str(path.relative_to(top)))
            for path in files
        )
    )
    size = sum(path.stat().st_size for path in files)
    (top / "bag-info.txt").write_bytes(
        bag_info_bytes(files=len(files), size=size, sealed_at=SEALED_AT, log=LOG)
    )
    resign(top, signers)


def resign(top: Path, signers: Sequence[Signer]) -> None:
    """Re-sign a bundle from its tag manifest up; the manifest and bag-info stay unchanged."""
    shutil.rmtree(top / "signatures", ignore_errors=True)
    tag_manifest = manifest_bytes(
        ManifestLine(sha256=sha256_file(top / tag), path=tag) for tag in TAGS
    )
    (top / "tagmanifest-sha256.txt").write_bytes(tag_manifest)
    signatures = dict(signature_of(signer, tag_manifest) for signer in signers)
    (top / "signatures").mkdir()
    for path, data in signatures.items():
        (top / path).write_bytes(data)
    relist(top)


def relist(top: Path) -> None:
    """Rewrite the seal over the current files of `signatures/`."""
    files = {
        f"signatures/{path.name}": path.read_bytes()
        for path in (top / "signatures").iterdir()
        if path.name != "seal.sha256"
    }
    tags = {"tagmanifest-sha256.txt": (top / "tagmanifest-sha256.txt").read_bytes()}
    (top / "signatures/seal.sha256").write_bytes(seal_bytes({**tags, **files}))


def rewrite(top: Path, path: str, change: Callable[[bytes], bytes]) -> None:
    """Change a payload file, and `bundle.json` and the crate to agree with it."""
    data = change((top / path).read_bytes())
    (top / path).write_bytes(data)
    if path == CRATE:
        return
    if path != DESCRIPTION:
        _tell(top, path, data)
    with contextlib.suppress(DescriptionMalformed):
        told = parse_description((top / DESCRIPTION).read_bytes())
        graph = json.loads((top / CRATE).read_bytes())["@graph"]
        at = datetime.fromisoformat(graph[1]["datePublished"])
        (top / CRATE).write_bytes(crate_bytes(told, last_entry_at=at))


def _tell(top: Path, path: str, data: bytes) -> None:
    description = json.loads((top / DESCRIPTION).read_bytes())
    for file in description["files"]:
        if file["path"] == path:
            file["sha256"], file["size"] = sha256_bytes(data), len(data)
    text = json.dumps(description, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (top / DESCRIPTION).write_bytes(text.encode() + b"\n")


Forge = Callable[[Path, Sample], None]


def _forged(path: str, change: Callable[[bytes], bytes]) -> Forge:
    """Change a payload file and have everybody sign the result."""

    def forge(top: Path, sample: Sample) -> None:
        rewrite(top, path, change)
        reseal_whole(top, sample.signers())

    return forge


def _replaced(path: str, old: bytes, new: bytes) -> Forge:
    def change(data: bytes) -> bytes:
        if old not in data:
            raise ValueError(f"{path} does not hold {old!r}")
        return data.replace(old, new, 1)

    return _forged(path, change)


def _overwritten(path: str, change: Callable[[bytes], bytes]) -> Forge:
    def forge(top: Path, _: Sample) -> None:
        (top / path).write_bytes(change((top / path).read_bytes()))

    return forge


def _tag_changed(path: str, change: Callable[[bytes], bytes]) -> Forge:
    """Change a tag file and have everybody sign it."""

    def forge(top: Path, sample: Sample) -> None:
        (top / path).write_bytes(change((top / path).read_bytes()))
        resign(top, sample.signers())

    return forge


def _without(path: str) -> Forge:
    return lambda top, _: (top / path).unlink()


def _added(path: str, data: bytes = b"{}\n") -> Forge:
    def forge(top: Path, _: Sample) -> None:
        (top / path).write_bytes(data)

    return forge


def _drop_entry(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[:3], *lines[4:]])


def _signature_missing(top: Path, sample: Sample) -> None:
    resign(top, sample.signers()[:1])


def _roles_swapped(top: Path, _: Sample) -> None:
    data = (top / "signatures/custodian.sig").read_bytes()
    (top / "signatures/reviewer-person-rev1.sig").write_bytes(data)
    relist(top)


def _foreign_key(top: Path, sample: Sample) -> None:
    sample.keys.rotate(CUSTODIAN)
    resign(top, sample.signers())


def _signature_unasked(top: Path, _: Sample) -> None:
    data = (top / "signatures/custodian.sig").read_bytes()
    (top / "signatures/reviewer-person-else.sig").write_bytes(data)
    relist(top)


def _rewrapped(top: Path, _: Sample) -> None:
    path = top / "signatures/custodian.sig"
    head, *body, tail = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head + b"".join(body).replace(b"\n", b"") + b"\n" + tail)
    relist(top)


def _seal_replayed(top: Path, _: Sample) -> None:
    old = (top / "signatures/seal.sha256").read_bytes()
    keep_request(top)
    (top / "signatures/seal.sha256").write_bytes(old)


def _request_swapped(top: Path, _: Sample) -> None:
    keep_request(top)
    path = top / "signatures/seal-1.tsq"
    path.write_bytes(path.read_bytes().replace(b"\x04\x20", b"\x04\x20\x00")[:-1])
    relist(top)


def _seal_number_missing(top: Path, _: Sample) -> None:
    keep_request(top)
    (top / "signatures/seal-1.sha256").rename(top / "signatures/seal-2.sha256")
    relist(top)


FAULTS: dict[str, Forge] = {
    "bag-info": _tag_changed("bag-info.txt", lambda data: data + b"Contact-Name: somebody\n"),
    "bagit-declaration": _tag_changed("bagit.txt", lambda d: d.replace(b"1.0", b"0.97")),
    "checkpoint-foreign": _replaced(CHECKPOINT, b"case-sample", b"case-other"),
    "checkpoint-form": _forged(CHECKPOINT, lambda data: data.split(b"\n\n")[0]),
    "checkpoint-key-unknown": _replaced(CHECKPOINT, b"nameplate.example", b"elsewhere.example"),
    "checkpoint-mismatch": _replaced(CHECKPOINT, b"\n9\n", b"\n8\n"),
    "checkpoint-signature": _replaced(CHECKPOINT, b"\n9\n", b"\n8\n"),
    "crate-form": _replaced(CRATE, b"Sample case", b"Other case"),
    "description-files": _replaced(DESCRIPTION, b'"size":', b'"size":1'),
    "description-form": _replaced(DESCRIPTION, b'"notes":', b'"note":'),
    "disclosure-form": _forged(DISCLOSURES, lambda data: data.replace(b":", b": ", 1)),
    "disclosure-missing": _forged(DISCLOSURES, lambda data: data.split(b"\n", 1)[1]),
    "disclosure-wrong": _replaced(DISCLOSURES, b"@field_observer_77", b"@field_observer_78"),
    "document-form": _forged(DECISIONS, lambda data: data.replace(b"{", b'{"judgement":1,', 1)),
    "entry-foreign": _replaced(ENTRIES, b'"log":"case-sample"', b'"log":"case-others"'),
    "entry-form": _replaced(ENTRIES, b'"v":1', b'"v":2'),
    "entry-order": _forged(ENTRIES, _drop_entry),
    "file-missing": _without("data/readings/EX-0001.json"),
    "file-not-recorded": _forged("data/readings/EX-0001.json", lambda data: data + b"\n"),
    "file-unlisted": _added("fetch.txt", b"http://example.invalid/x 1 data/x\n"),
    "hash-mismatch": _overwritten("data/readings/EX-0001.json", lambda d: d.replace(b"C", b"G", 1)),
    "log-cut": _forged(ENTRIES, lambda data: data[: data.rindex(b"\n", 0, -1) + 1]),
    "log-longer": _forged(ENTRIES, lambda data: data + data.splitlines(keepends=True)[-1]),
    "log-root": _replaced(ENTRIES, b'"unsure"', b'"confirmed"'),
    "manifest-form": _tag_changed("manifest-sha256.txt", lambda d: d.replace(b"  ", b" *", 1)),
    "seal-form": _seal_number_missing,
    "seal-mismatch": _overwritten("signatures/custodian.sig", lambda data: data + b"\n"),
    "seal-missing": _without("signatures/seal.sha256"),
    "seal-unknown-file": _added("signatures/readme.txt"),
    "seal-unlisted": _seal_replayed,
    "signature-form": _rewrapped,
    "signature-missing": _signature_missing,
    "signature-unasked": _signature_unasked,
    "signature-wrong": _roles_swapped,
    "signer-not-allowed": _foreign_key,
    "tagmanifest-lines": _overwritten("tagmanifest-sha256.txt", lambda d: d.split(b"\n", 1)[1]),
    "tagmanifest-missing": _without("tagmanifest-sha256.txt"),
    "timestamp-request": _request_swapped,
    "version-unknown": _replaced(DESCRIPTION, b'"version":"1.0","w', b'"version":"0.9","w'),
}  # fmt: skip


def _content_name(top: Path, sample: Sample) -> None:
    """Replace the bytes of a photo under its old name."""
    path = next((top / "data/originals").iterdir())
    rewrite(top, str(path.relative_to(top)), lambda data: data + b"!")
    reseal_whole(top, sample.signers())


FAULTS["content-name"] = _content_name


def rebuild(folder: Path) -> None:
    """Write the golden set into a folder, replacing an older one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        sample = make_sample(Path(scratch))
        good = sample.seal(Path(scratch) / "good").path
        shutil.copy(sample.allowed_signers, folder / "allowed_signers")
        _pack(good, folder / "good.zip")
        # The forger of `signer-not-allowed` adds a new key, so it comes last.
        for code in sorted(FAULTS, key=lambda code: (code == "signer-not-allowed", code)):
            top = Path(shutil.copytree(good, Path(scratch) / code))
            FAULTS[code](top, sample)
            _pack(top, folder / f"{code}.zip")
    for name, entries in _ZIP_TRAPS.items():
        _pack_trap(folder / f"{name}.zip", entries)


def _pack(top: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(top.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(f"bundle/{path.relative_to(top)}")
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


_LINK = (stat.S_IFLNK | 0o777) << 16
_ZIP_TRAPS: dict[str, list[tuple[str, bytes, int]]] = {
    "zip-absolute-name": [("/etc/cron.d/x", b"x", 0)],
    "zip-bomb": [("bundle/data/zeros", b"\0" * 20_000_000, 0)],
    "zip-case-collision": [("bundle/data/A.json", b"{}", 0), ("bundle/data/a.json", b"[]", 0)],
    "zip-duplicate-name": [("bundle/bagit.txt", b"one", 0), ("bundle/bagit.txt", b"two", 0)],
    "zip-parent-name": [("bundle/../../outside.txt", b"x", 0)],
    "zip-symlink": [("bundle/data", b"/etc", _LINK)],
    "zip-unsafe-name": [("bundle/da ta/x", b"x", 0)],
}


def _pack_trap(target: Path, entries: list[tuple[str, bytes, int]]) -> None:
    import warnings

    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, data, attributes in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = attributes
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    rebuild(Path(sys.argv[1]))
