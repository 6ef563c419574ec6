# ruff: noqa: E501 (a line that is to be copied into a shell cannot be wrapped)
"""`data/VERIFY.txt`: how to check the bundle with standard tools, line by line, without us.

It contains nothing typed by a person except signers' identifiers, whose alphabet is narrow: every
indented line can be copied into a shell as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_store.bundle.layout import (
    FIRST_SEAL,
    INFO,
    MANIFEST,
    TAG_MANIFEST,
    VERSION,
    RequiredSigner,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

SEALED_AT = "Nameplate-Sealed-At"
"""The `bag-info.txt` label of the sealing time stated by the custodian, as YYYYMMDDHHMMSSZ."""

_HEAD = f"""\
HOW TO CHECK THIS BUNDLE
========================
(evidence bundle, format version {VERSION})

You need bash (3.2 or later) and the tools that come with any Linux system or with WSL, Homebrew
or MSYS2: sha256sum and the other GNU coreutils, find, sed, grep, diff, ssh-keygen (OpenSSH 9.1 or
later) and openssl (3.0 or later). Nothing is fetched from a network.

You also need one file that is NOT in this bundle, and must not be taken from whoever gave you
the bundle: "allowed_signers", the list of the public keys of the people who may sign. Get it
from the custodian by another way, and compare fingerprints by voice or in print.

Open bash in the top folder of the bundle (the one with bagit.txt) and enter each indented
line in turn. Every line must end without an error. If one does not, the bundle is not what
was sealed.
"""

_CHECKS = f"""\
0. Say where your own copy of allowed_signers is.

    ALLOWED_SIGNERS=${{ALLOWED_SIGNERS:-../allowed_signers}}; test -s "$ALLOWED_SIGNERS"

1. There are only files and folders in it, no links, no devices, no empty folders: these print
   nothing.

    ! find . ! -type d ! -type f | grep .
    ! find . -type d -empty | grep .

2. Every file is listed, and every listed file is there: these print nothing.

    find data -type f | LC_ALL=C sort | diff - <(cut -c67- {MANIFEST} | LC_ALL=C sort)
    find . ! -type d | LC_ALL=C sort | diff - <({{ cut -c67- {MANIFEST} {TAG_MANIFEST} {FIRST_SEAL}; echo {FIRST_SEAL}; }} | sed 's|^|./|' | LC_ALL=C sort)

3. The bag says what it is.

    printf 'BagIt-Version: 1.0\\nTag-File-Character-Encoding: UTF-8\\n' | diff - bagit.txt
    grep -q '^Nameplate-Bundle-Version: {VERSION}$' {INFO}

4. Every byte is as listed: each line of output ends in OK.

    sha256sum --strict -c {MANIFEST}
    sha256sum --strict -c {TAG_MANIFEST}
    sha256sum --strict -c {FIRST_SEAL}

5. The people named below signed {TAG_MANIFEST}, which step 4 ties to every byte. The
   time is the one that the custodian states in {INFO}; it decides whether a key was valid
   then. It is a claim, not a proof (see 6).

    TIME=$(sed -n 's/^{SEALED_AT}: //p' {INFO}); test -n "$TIME"
"""

_STAMPS = """\
6. Timestamps, if there are any: an outside authority's word that the seal existed at a time.
   Set TSA_ROOT to the root certificate of the authority, got from the authority itself.
   Without TSA_ROOT the line does nothing and you have no proof of time.

    ( for S in signatures/seal-*.tsr; do [ -e "$S" ] && [ -n "$TSA_ROOT" ] || continue; T=$(date -u -d "$(openssl ts -reply -in "$S" -text 2>/dev/null | sed -n 's/^Time stamp: //p')" +%s); openssl ts -verify -data "${S%.tsr}.sha256" -in "$S" -CAfile "$TSA_ROOT" -attime "$T" || exit 1; done )

7. The log of the case is whole. The Merkle root over all its entries (RFC 9162) is worked out
   again and compared with the checkpoint; this takes some seconds for each thousand entries.
   Then the key of the log, which allowed_signers names, must have signed the checkpoint.

    merkle() { local H N L i; H=(); while IFS= read -r L; do H+=("$({ printf '\\0'; printf '%s' "$L"; } | sha256sum | cut -c1-64)"); done; while [ ${#H[@]} -gt 1 ]; do N=(); for ((i=0; i<${#H[@]}; i+=2)); do if [ $((i+1)) -lt ${#H[@]} ]; then N+=("$(printf "$(printf '01%s%s' "${H[i]}" "${H[i+1]}" | sed 's/../\\\\x&/g')" | sha256sum | cut -c1-64)"); else N+=("${H[i]}"); fi; done; H=("${N[@]}"); done; echo "${H[0]}"; }
    diff <(merkle < data/ledger/entries.jsonl) <(sed -n 3p data/ledger/checkpoint.txt | base64 -d | od -An -v -tx1 | tr -d ' \\n'; echo)
    test "$(sed -n 2p data/ledger/checkpoint.txt)" = "$(grep -c '' data/ledger/entries.jsonl)"
    W=$(mktemp -d); head -n 3 data/ledger/checkpoint.txt > "$W/text"; sed -n 5p data/ledger/checkpoint.txt | cut -d' ' -f3 | base64 -d | tail -c +5 > "$W/signature"
    { printf '\\x30\\x2a\\x30\\x05\\x06\\x03\\x2b\\x65\\x70\\x03\\x21\\x00'; grep -F "$(head -n 1 data/ledger/checkpoint.txt | sed 's|[^/]*$|*|') " "$ALLOWED_SIGNERS" | sed 's/.*ssh-ed25519 //' | cut -d' ' -f1 | base64 -d | tail -c 32; } > "$W/key"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$W/key" -rawin -in "$W/text" -sigfile "$W/signature"

WHAT THESE LINES DO NOT CHECK
-----------------------------
They do not compare the disclosed fields in data/ledger/disclosures.jsonl with the commitments
in the entries, and do not see a signature file whose lines were wrapped anew.
    python -m evidence_store verify BUNDLE --allowed-signers FILE
does, and the specification in docs/bundle-format.md is enough to write another program that
does. (That line is for a machine with the program; it is no part of the steps above.)

WHAT A GOOD BUNDLE DOES NOT PROVE
---------------------------------
That a photo shows what someone says it shows, that a reading is right, or when a photo was
taken. It proves that these people signed exactly these bytes, and that the log of the case
is whole up to the signed checkpoint.
"""


def instructions_bytes(signers: Sequence[RequiredSigner]) -> bytes:
    """Write the instructions for a bundle that these people must sign."""
    lines = "".join(_signature_line(signer) for signer in signers)
    return "\n".join([_HEAD, _CHECKS + lines, _STAMPS]).encode("ascii")


def instruction_lines(data: bytes) -> tuple[str, ...]:
    """Return the lines to be entered into a shell, in order."""
    steps, _, _ = data.decode("ascii").partition("WHAT THESE LINES DO NOT CHECK")
    return tuple(line.strip() for line in steps.split("\n") if line.startswith("    "))


def _signature_line(signer: RequiredSigner) -> str:
    return (
        f'    ssh-keygen -Y verify -O verify-time=$TIME -f "$ALLOWED_SIGNERS" '
        f"-I {signer.person} -n {signer.role.namespace} "
        f"-s {signer.signature_file} < {TAG_MANIFEST}\n"
    )
