"""A second reader, written from docs/bundle-format.md alone: nothing of the program is imported.

It checks manifests, the Merkle root, the checkpoint, and every commitment of the golden bundle,
so that the specification, not the program, says what a bundle is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.conftest import ROOT

GOLDEN = ROOT / "tests/unit/evidence_store/bundle/golden"


def read(name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(GOLDEN / name) as archive:
        return {entry.split("/", 1)[1]: archive.read(entry) for entry in archive.namelist()}


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, by its own recursive definition."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:]))


def canonical(value: object) -> bytes:
    """RFC 8785 for values without floats and with plain member names."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def commitment(salt: str, name: str, value: object) -> str:
    head = b"nameplate commitment v1\n" + bytes.fromhex(salt)
    return sha256(head + canonical([name, value])).hex()


def faults(files: dict[str, bytes]) -> list[str]:
    """What this reader finds wrong."""
    found = []
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt", "signatures/seal.sha256"):
        for line in files[manifest].decode().splitlines():
            digest, path = line.split("  ")
            if path not in files or sha256(files[path]).hex() != digest:
                found.append(f"hash of {path}")
    leaves = files["data/ledger/entries.jsonl"].splitlines()
    entries = [json.loads(leaf) for leaf in leaves]
    if [entry["sequence"] for entry in entries] != list(range(len(entries))):
        found.append("sequence")
    note = files["data/ledger/checkpoint.txt"].decode().split("\n")
    if base64.b64decode(note[2]) != root(leaves) or int(note[1]) != len(leaves):
        found.append("root")
    account = json.loads(files["data/bundle.json"])
    withheld = {
        (item["sequence"], item["name"]) for item in (account["withheld"] or {}).get("fields", [])
    }
    opened = set()
    for line in files["data/ledger/disclosures.jsonl"].splitlines():
        item = json.loads(line)
        opened.add((item["sequence"], item["name"]))
        entry = entries[item["sequence"]] if item["sequence"] < len(entries) else None
        promised = entry and entry["commitments"].get(item["name"])
        if promised != commitment(item["salt"], item["name"], item["value"]):
            found.append(f"commitment of {item['name']}")
    due = {(entry["sequence"], name) for entry in entries for name in entry["commitments"]}
    if due - opened != withheld:
        found.append("disclosures")
    return found


def test_the_second_reader_finds_the_good_bundle_good() -> None:
    files = read("good.zip")
    assert len(files["data/ledger/disclosures.jsonl"].splitlines()) > 10
    assert faults(files) == []


def test_the_key_of_the_log_signed_the_checkpoint() -> None:
    text, _, signatures = read("good.zip")["data/ledger/checkpoint.txt"].partition(b"\n\n")
    signed = base64.b64decode(signatures.split(b" ")[2])
    lines = (GOLDEN / "allowed_signers").read_text().splitlines()
    (line,) = [line for line in lines if "checkpoint@ledger.nameplate" in line]
    key = base64.b64decode(line.rsplit(" ", 1)[1])[-32:]
    Ed25519PublicKey.from_public_bytes(key).verify(signed[4:], text + b"\n")


def test_it_finds_the_faults_that_it_looks_for() -> None:
    assert "hash of data/readings/EX-0001.json" in faults(read("hash-mismatch.zip"))
    assert "root" in faults(read("log-root.zip"))
    assert {"root", "disclosures"} & set(faults(read("log-cut.zip")))
    assert "commitment of source_account" in faults(read("disclosure-wrong.zip"))
    assert "disclosures" in faults(read("disclosure-missing.zip"))


def crate(account: dict, last: dict) -> bytes:  # type: ignore[type-arg]
    """The crate, as section 4 says that it must be."""
    files = account["files"]
    names = {file["path"]: file["path"].removeprefix("data/") for file in files}
    made = [file for file in files if file["derived_from"] or file["made_by"]]

    def action(file: dict) -> str:  # type: ignore[type-arg]
        return f"#made-{file['sha256'][:16]}-{names[file['path']].replace('/', '-')}"

    words = ["Signed evidence bundle. Check it as VERIFY.txt says before relying on it."]
    if account["synthetic"]:
        words.append("It contains synthetic material.")
    if account["withheld"]:
        words.append("It is a public bundle: some fields or photos are withheld.")
    log = account["log"]
    graph: list[object] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": account["title"],
            "description": " ".join([*words, *account["notes"]]),
            "datePublished": last["at"][:10],
            "identifier": f"{log['name']}@{log['size']}",
            "license": "All rights in the material stay with whoever holds them.",
            "hasPart": [{"@id": names[file["path"]]} for file in files],
            "mentions": [{"@id": action(file)} for file in made],
        },
    ]
    for file in files:
        node = {
            "@id": names[file["path"]],
            "@type": "File",
            "name": file["title"] or names[file["path"]],
            "contentSize": str(file["size"]),
            "encodingFormat": file["media_type"],
            "sha256": file["sha256"],
        }
        graph.append(node | ({"about": ", ".join(file["about"])} if file["about"] else {}))
    for file in made:
        graph.append(
            {
                "@id": action(file),
                "@type": "CreateAction",
                "name": f"Making of {names[file['path']]}",
                "description": file["made_by"],
                "object": [{"@id": names[parent]} for parent in file["derived_from"]],
                "result": {"@id": names[file["path"]]},
            }
        )
    for number, one in enumerate(account["software"], start=1):
        node = {
            "@id": f"#software-{number}",
            "@type": "SoftwareApplication",
            "name": one["name"],
            "softwareVersion": one["version"],
        }
        graph.append(node | ({"sha256": one["sha256"]} if one["sha256"] else {}))
    context = [
        "https://w3id.org/ro/crate/1.1/context",
        {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"},
    ]
    whole = {"@context": context, "@graph": graph}
    return json.dumps(whole, indent=1, sort_keys=True).encode("ascii") + b"\n"


def test_the_crate_can_be_worked_out_from_the_specification() -> None:
    for name, right in (("good.zip", True), ("crate-form.zip", False)):
        files = read(name)
        account = json.loads(files["data/bundle.json"])
        last = json.loads(files["data/ledger/entries.jsonl"].splitlines()[-1])
        assert (files["data/ro-crate-metadata.json"] == crate(account, last)) is right
