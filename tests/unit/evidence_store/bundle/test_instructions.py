"""VERIFY.txt, followed line by line in a shell that has no Python on its path."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from evidence_store.bundle.instructions import instruction_lines

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bundle_sample import Sample

TOOLS = (
    "bash", "sha256sum", "find", "sort", "cut", "sed", "diff", "grep", "ssh-keygen", "openssl",
    "date", "echo", "test", "printf", "head", "tail", "base64", "od", "tr", "mktemp", "cat",
)  # fmt: skip


OLD_BASH = "enable -n mapfile readarray coproc 2>/dev/null\n"
"""Takes from a shell the commands that bash 3.2 (of macOS) does not have."""


@pytest.fixture(scope="session")
def stock_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stock tools that VERIFY.txt names, and nothing else."""
    folder = tmp_path_factory.mktemp("stock-tools")
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (folder / tool).symlink_to(found)
    assert not (folder / "python3").exists()
    return folder


def enter(
    line: str, top: Path, stock: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Enter one line into bash, with the variables that the lines before it would have set."""
    return subprocess.run(
        ["bash", "-c", line],
        cwd=top,
        env={"PATH": os.fspath(stock), "LC_ALL": "C", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def follow(top: Path, allowed: Path, stock: Path) -> list[str]:
    """Enter all lines in one shell, each on its own; gives those that failed."""
    lines = instruction_lines((top / "data/VERIFY.txt").read_bytes())
    assert len(lines) >= 10
    script = OLD_BASH + "".join(
        f"{{ {line}\n}} >/dev/null 2>&1 || echo {n}\n" for n, line in enumerate(lines)
    )
    done = enter(script, top, stock, ALLOWED_SIGNERS=str(allowed))
    assert done.stderr == ""
    return [lines[int(number)] for number in done.stdout.split()]


def test_every_line_holds_on_a_good_bundle(
    sample: Sample, pristine: Path, stock_path: Path
) -> None:
    assert follow(pristine, sample.allowed_signers, stock_path) == []


def test_no_line_needs_a_newer_bash_than_the_text_says(pristine: Path) -> None:
    """What came after 3.2 (its CHANGES file): these would pass unnoticed in the shell here."""
    data = (pristine / "data/VERIFY.txt").read_bytes()
    assert b"bash (3.2 or later)" in data
    newer = re.compile(
        r"mapfile|readarray|coproc|globstar|declare -[gAn]|local -[gAn]|\|&|&>>|;;?&"
        r"|\$\{[^}]*(,,?|\^\^?|@[A-Za-z])\}|\$\{\w+\[-|\[-1\]|%\([^)]*\)T|EPOCH|\\u"
    )
    for line in instruction_lines(data):
        assert newer.search(line) is None, line


def test_neither_folder_nor_list_needs_a_plain_name(
    sample: Sample, pristine: Path, stock_path: Path, tmp_path: Path
) -> None:
    """People unpack a bundle where they keep things: `Case 12 (from the desk)`."""
    top = tmp_path / "Case 12 (from the desk)"
    shutil.copytree(pristine, top)
    allowed = tmp_path / "allowed signers, by hand"
    shutil.copy(sample.allowed_signers, allowed)
    assert follow(top, allowed, stock_path) == []


def test_the_shell_of_the_test_has_no_python(pristine: Path, stock_path: Path) -> None:
    assert enter("command -v python3 || command -v python", pristine, stock_path).returncode != 0


@pytest.mark.parametrize(
    "path",
    [
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "data/bundle.json",
        "data/ledger/entries.jsonl",
        "data/readings/EX-0001.json",
        "signatures/seal.sha256",
        "signatures/custodian.sig",
    ],
)
def test_one_changed_byte_fails(sample: Sample, bundle: Path, stock_path: Path, path: str) -> None:
    data = bytearray((bundle / path).read_bytes())
    data[len(data) // 2] ^= 1
    (bundle / path).write_bytes(data)
    assert follow(bundle, sample.allowed_signers, stock_path) != []


@pytest.mark.parametrize("path", ["data/readings/more.json", "extra.txt", "signatures/more.sig"])
def test_a_file_too_many_fails(sample: Sample, bundle: Path, stock_path: Path, path: str) -> None:
    (bundle / path).write_bytes(b"{}")
    assert follow(bundle, sample.allowed_signers, stock_path) != []


def test_a_link_in_place_of_a_file_fails(sample: Sample, bundle: Path, stock_path: Path) -> None:
    original = next((bundle / "data/originals").iterdir())
    original.rename(bundle.parent / "away")
    original.symlink_to(bundle.parent / "away")
    assert follow(bundle, sample.allowed_signers, stock_path) != []


def test_another_list_of_signers_fails(
    sample: Sample, pristine: Path, stock_path: Path, tmp_path: Path
) -> None:
    text = sample.allowed_signers.read_text()
    others = tmp_path / "allowed_signers"
    others.write_text(text.replace("person-cust0", "person-rev2"))
    assert follow(pristine, others, stock_path) != []


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 21])
def test_the_stock_merkle_root_is_ours(
    tmp_path: Path, pristine: Path, stock_path: Path, count: int
) -> None:
    from evidence_store.merkle import leaf_hash, root_of

    leaves = [f'{{"entry":{number},"text":"%s \\\\n é"}}'.encode() for number in range(count)]
    (tmp_path / "entries").write_bytes(b"".join(leaf + b"\n" for leaf in leaves))
    lines = instruction_lines((pristine / "data/VERIFY.txt").read_bytes())
    (function,) = [line for line in lines if line.startswith("merkle()")]
    done = enter(f"{function}\nmerkle < entries", tmp_path, stock_path)
    assert done.stdout.strip() == root_of(leaf_hash(leaf) for leaf in leaves).hex(), done.stderr


def forged(bundle: Path, sample: Sample, path: str, old: bytes, new: bytes) -> Path:
    from benchmarks.bundle_forging import reseal_whole, rewrite

    assert old in (bundle / path).read_bytes()
    rewrite(bundle, path, lambda data: data.replace(old, new, 1))
    reseal_whole(bundle, sample.signers())
    return bundle


def test_a_rewritten_past_fails_even_if_everybody_signs_it(
    sample: Sample, bundle: Path, stock_path: Path
) -> None:
    top = forged(bundle, sample, "data/ledger/entries.jsonl", b'"unsure"', b'"confirmed"')
    failed = follow(top, sample.allowed_signers, stock_path)
    assert [line.split()[0] for line in failed] == ["diff"]


def test_a_forged_checkpoint_fails_even_if_everybody_signs_it(
    sample: Sample, bundle: Path, stock_path: Path
) -> None:
    top = forged(bundle, sample, "data/ledger/checkpoint.txt", b"/case-sample\n", b"/case-simple\n")
    failed = follow(top, sample.allowed_signers, stock_path)
    assert [line.split()[0] for line in failed] == ["openssl"]


def test_the_words_are_plain_ascii_and_name_every_signer(pristine: Path) -> None:
    text = (pristine / "data/VERIFY.txt").read_bytes().decode("ascii")
    assert "-I person-cust0 -n custodian@bundle.nameplate" in text
    assert "-I person-rev1 -n reviewer@bundle.nameplate" in text
