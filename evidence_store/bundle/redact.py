"""Redaction: make a public bundle that withholds data but is still tied to the sealed one.

The public bundle contains the same leaves under the same signed checkpoint. A withheld field has no
disclosure, so its salted commitment stays closed; every other field opens as before. Anything that
would reveal a withheld value elsewhere is found and left out too, and the finished bundle is
searched once more before it appears.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evidence_store.bundle.archive import opened
from evidence_store.bundle.description import parse_description
from evidence_store.bundle.errors import AnswersMissing, BundleExists, NearHit, RedactionRefused
from evidence_store.bundle.hashing import sha256_file
from evidence_store.bundle.layout import (
    DESCRIPTION,
    INSTRUCTIONS,
    PAYLOAD,
    RULES,
    TAG_MANIFEST,
    BundleContents,
    Signer,
    Withheld,
)
from evidence_store.bundle.leaks import Leak, Scanner
from evidence_store.bundle.redact_fields import choose_fields
from evidence_store.bundle.redact_files import FileChoice, choose_files
from evidence_store.bundle.scratch import scratch_folder
from evidence_store.bundle.seal import SealedBundle, seal
from evidence_store.bundle.sealed_log import SealedLog
from evidence_store.bundle.verify import verify
from evidence_store.bundle.walk import walk
from evidence_store.errors import BlobMissing
from evidence_store.locks import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from evidence_store.bundle.redaction_plan import RedactionPlan
    from evidence_store.types import Sha256


def redact(
    sealed: Path,
    plan: RedactionPlan,
    *,
    destination: Path,
    signers: Sequence[Signer],
    allowed_signers: Path,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> SealedBundle:
    """Make a public bundle from a sealed one (folder or ZIP) that verifies.

    Reports are never copied, since their content cannot be redacted: render one of the redacted
    case and give it in `plan.payload`. Photos lose their metadata, but not a bit of image data.
    Raises `RedactionRefused`, with every leak, if a withheld value would remain somewhere or if the
    plan names something that does not exist; `AnswersMissing` if there are near hits that nobody
    has judged; `BundleRefused` if the sealed bundle does not verify; `BundleExists`. In all these
    cases nothing remains on disk.
    """
    if destination.exists():
        raise BundleExists(f"{destination} already exists; it was not changed.")
    verify(sealed, allowed_signers=allowed_signers)
    with scratch_folder(destination) as scratch, opened(sealed) as top:
        public = _Redaction(top, plan, scratch).seal(signers, clock)
        public.path.rename(destination)
        sync_folder(destination.parent)
    return replace(public, path=destination)


class _Redaction:
    """One run: choose the fields, then the files, seal, and search the result."""

    def __init__(self, top: Path, plan: RedactionPlan, scratch: Path) -> None:
        self._top = top
        self._plan = plan
        self._scratch = scratch
        self._description = parse_description((top / DESCRIPTION).read_bytes())
        if self._description.public:
            raise RedactionRefused(
                "This is already a public bundle.", remedy="Redact the sealed one instead."
            )

    def seal(self, signers: Sequence[Signer], clock: Callable[[], datetime]) -> SealedBundle:
        log = SealedLog(self._top)
        held = choose_fields(log, self._description, self._plan, self._top)
        # A whole open value, such as the name of an exhibit, reveals nothing new.
        scanner = Scanner(held.secrets, released=(*self._plan.harmless, *held.open_texts))
        files = choose_files(
            self._description,
            self._top,
            scanner,
            exhibits=frozenset(choice.exhibit for choice in self._plan.exhibits),
            scratch=self._scratch,
            disclosed=held.disclosed_texts,
        )
        contents = self._contents(held.fields, files, scanner)
        public = seal(
            contents,
            ledger=log.without(held.fields),
            blobs=_NoBlobs(),
            destination=self._scratch / "public",
            signers=signers,
            clock=clock,
        )
        _refuse_leaks(search(public.path, scanner))
        return public

    def _contents(
        self, fields: frozenset[tuple[int, str]], files: FileChoice, scanner: Scanner
    ) -> BundleContents:
        description, plan = self._description, self._plan
        replacements = [one.replacement for one in plan.exhibits if one.replacement is not None]
        withheld = Withheld(
            fields=tuple(sorted(fields)),
            exhibits=tuple(
                (one.exhibit, "full" if one.replacement is None else "replaced")
                for one in sorted(plan.exhibits, key=lambda one: one.exhibit)
            ),
            files=tuple(path for path in sorted(set(files.left_out)) if not scanner.contains(path)),
            reasons=plan.reasons,
            sealed_tag_manifest=sha256_file(self._top / TAG_MANIFEST),
        )
        return BundleContents(
            title=plan.title or f"Public bundle of {description.log.name}",
            log=description.log.name,
            payload=(*files.kept, *replacements, *plan.payload),
            required_signers=plan.required_signers,
            notes=plan.notes,
            software=description.software,
            synthetic=description.synthetic,
            withheld=withheld,
        )


def search(top: Path, scanner: Scanner) -> tuple[Leak, ...]:
    """Search every file of a bundle; returns each place where a secret occurs.

    Only the instructions are left out: nobody typed them, and they are the same in all bundles. In
    the rules, which are the program's own words plus values of settings, a near hit is chance.
    """
    rules = f"{PAYLOAD}/{RULES}"
    return tuple(
        leak
        for path in sorted(walk(top).sizes)
        if path != INSTRUCTIONS
        for leak in scanner.in_file(top / path, where=path)
        if path != rules or not leak.is_near
    )


def _refuse_leaks(leaks: Sequence[Leak]) -> None:
    sentences = tuple(dict.fromkeys(leak.sentence() for leak in leaks if not leak.is_near))
    if sentences:
        raise RedactionRefused(
            f"The public bundle would reveal what it should withhold: {' '.join(sentences[:5])}",
            remedy="Leave that file out, change its words, or mark the value as harmless.",
            leaks=sentences,
        )
    near = near_hits(leaks)
    if near:
        raise AnswersMissing(near)


def near_hits(leaks: Iterable[Leak]) -> tuple[NearHit, ...]:
    """Group near hits by the words found, with every place of each."""
    found: dict[str, list[Leak]] = {}
    for leak in leaks:
        if leak.is_near:
            found.setdefault(leak.found, []).append(leak)
    return tuple(
        NearHit(
            words=words,
            labels=tuple(dict.fromkeys(leak.label for leak in same)),
            forms=tuple(dict.fromkeys(leak.disguise for leak in same)),
            places=tuple(dict.fromkeys(leak.where for leak in same)),
        )
        for words, same in sorted(found.items())
    )


class _NoBlobs:
    """A blob store without blobs: a public bundle is made from the sealed one's files."""

    def stream(self, sha256: Sha256) -> Iterator[bytes]:
        raise BlobMissing(f"Redaction does not open the store, where {sha256} may be.")
