"""Catalog snapshots: imported on record, stored read-only, and searched by their hash."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast, get_args

from sqlalchemy import select

from catalog.errors import SnapshotDamaged
from catalog.findings.serialize import stored_result
from catalog.importing.load import guess_mapping, header_of, load, sheet_names
from catalog.importing.load_xlsx import is_xlsx
from catalog.importing.mapping import TARGETS, ColumnMapping
from catalog.matching.leads import Register, not_asked
from catalog.matching.search import search
from catalog.records.left_out import left_out, rows_left_out
from catalog.records.makers import MakerNames, known_makers
from catalog.records.records_json import from_json
from catalog.snapshot.diff import SnapshotDiff, diff
from catalog.snapshot.extent import Extents
from catalog.snapshot.manifest import manifest_bytes
from catalog.snapshot.reader import Snapshot, build_snapshot, open_snapshot
from catalog.types import Completeness, CoverageEntry, Extent, FieldEvidence, Query, Source
from evidence_store.blobs.store import checked_sha256, sha256_of_file
from values.dates import PartialDate
from values.recordable import inert
from values.text import counted
from words import en
from workbench import events, tables
from workbench.errors import BadRequest, NotFound
from workbench.rules import seen as marks
from workbench.state.coverage import coverage_words
from workbench.stores.stores import STORE_LOG, Stores
from workbench.tables.vision_json import plain
from workbench.typed_text import check_typed
from workbench.types import CatalogSummary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue
    from sqlalchemy import Row

    from catalog.findings.stored_search import StoredResult
    from catalog.importing.load import LoadResult
    from catalog.matching.results import SearchResult
    from catalog.snapshot.manifest import SnapshotManifest
    from workbench.people.people import People
    from workbench.types import Actor


class Catalogs:
    """Imports, lists, selects and searches catalog snapshots."""

    def __init__(self, stores: Stores, people: People) -> None:
        self._stores = stores
        self._people = people
        self._folder = stores.settings.store / "catalogs"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._open: dict[str, Snapshot] = {}

    def guess(self, data: bytes, name: str, *, sheet: str | None = None) -> ColumnMapping:
        """A mapping of the file's columns, for a person to check.

        It is the one stored with the last import of a file with exactly these columns, or else a
        guess.
        """
        header = header_of(data, name=name, sheet=sheet)
        return self._kept(header) or guess_mapping(header, name=name)

    def _kept(self, header: tuple[str, ...]) -> ColumnMapping | None:
        """The mapping of the last import that had these columns."""
        wanted, found = frozenset(filter(None, header)), None
        for entry in self._stores.ledger.entries(STORE_LOG):
            if wanted and entry.kind == "catalog.imported" and "mapping" in entry.private:
                mapping = ColumnMapping.from_json(entry.private["mapping"])
                if mapping.headers == wanted:
                    found = mapping.named(f"as in the import of “{entry.private['name']}”")
        return found

    def sheets(self, data: bytes, name: str) -> tuple[str, ...]:
        """The sheets of a spreadsheet, of which one is read; empty for any other file."""
        return sheet_names(data, name=name) if is_xlsx(data) else ()

    def header(self, data: bytes, name: str, *, sheet: str | None = None) -> tuple[str, ...]:
        """The columns of a file, for mapping them by hand."""
        return header_of(data, name=name, sheet=sheet)

    def targets(self) -> Mapping[str, str]:
        """What a column can be mapped to, and what each of these means."""
        return TARGETS

    def preview(
        self,
        data: bytes,
        *,
        name: str,
        mapping: ColumnMapping | None = None,
        sheet: str | None = None,
    ) -> LoadResult:
        """What an import would accept, and every issue; nothing is recorded."""
        return load(data, name=name, mapping=mapping, sheet=sheet)

    def import_(
        self,
        actor: Actor,
        data: bytes,
        *,
        name: str,
        mapping: ColumnMapping | None = None,
        sheet: str | None = None,
        coverage: str | tuple[CoverageEntry, ...],
        synthetic: bool = False,
        accept_partial: bool = False,
    ) -> CatalogSummary:
        """Make a new snapshot from a file, and search it from now on.

        `sheet` names the sheet of a spreadsheet; None means the first. Raises BadRequest if rows
        have errors and partial acceptance was not chosen.
        """
        self._stores.admit(actor, STORE_LOG, "catalog.imported", verb="import a catalog")
        name = inert(name)
        for said in (coverage,) if isinstance(coverage, str) else coverage:
            if isinstance(said, str):
                check_typed(coverage=said)
            else:
                check_typed(maker=said.maker_id, issuer=said.issuer, note=said.note)
        source = self._stores.blobs.put(data)
        table = name if sheet is None else f"{name}, sheet “{sheet}”"
        result = load(data, name=name, mapping=mapping, sheet=sheet)
        errors = [issue for issue in result.issues if issue.severity == "error"]
        if errors and not accept_partial:
            first = errors[0]
            raise BadRequest(
                f"{name} has {counted(len(errors), 'error')}. First: row {first.row}, column "
                f"{first.column}: {first.sentence} {_instead(result)}"
            )
        if result.rows_accepted == 0:
            raise BadRequest(f"{name} has no usable row.")
        part = self._folder / f".part-{secrets.token_hex(8)}"
        manifest = build_snapshot(
            result.records,
            part,
            sources=(
                Source(
                    name=table,
                    sha256=source,
                    rows_read=result.rows_read,
                    rows_accepted=result.rows_accepted,
                    left_out=result.left_out,
                ),
            ),
            coverage=(
                (CoverageEntry(note=coverage.strip()),) if isinstance(coverage, str) else coverage
            ),
            synthetic=synthetic,
            built_at=self._stores.clock(),
        )
        sha256 = sha256_of_file(part)
        part.chmod(0o444)
        part.replace(self._folder / f"{sha256}.snapshot")
        self._stores.append(
            STORE_LOG,
            events.CatalogImported(
                snapshot=sha256,
                source=source,
                name=table,
                manifest=_manifest(manifest),
                mapping=plain(result.mapping.to_json()),
                issues=len(result.issues),
            ).draft(actor.person_id),
            events.CatalogChosen(snapshot=sha256).draft(actor.person_id),
        )
        return self.summary(sha256)

    def found(self, preview: LoadResult) -> tuple[Extent, ...]:
        """Which makers, issuers and years an import would add, counted from its rows."""
        extents = Extents()
        for permit in preview.records.permits:
            extents.add(permit)
        return extents.found()

    def covers(
        self,
        *,
        maker: str = "",
        issuer: str = "",
        first: str = "",
        last: str = "",
        completeness: str = "unknown",
        note: str = "",
    ) -> CoverageEntry:
        """What a source declares to cover, from typed words; an empty word means all, or unknown.

        Raises BadRequest for an invalid date and for an unknown degree of completeness.
        """
        hits = MakerNames(known_makers()).find(maker) if maker.strip() else ()
        known = completeness if completeness in get_args(Completeness) else None
        if known is None:
            raise BadRequest(
                f"{completeness!r} is not a completeness; use {', '.join(get_args(Completeness))}."
            )
        try:
            years = [PartialDate.parse(text) for text in (first, last)]
        except ValueError as problem:
            raise BadRequest(f"The coverage has an invalid date: {problem}.") from None
        return CoverageEntry(
            maker_id=hits[0].maker_id if hits else maker.strip(),
            issuer=issuer.strip(),
            first=years[0],
            last=years[1],
            completeness=cast("Completeness", known),
            note=note.strip(),
        )

    def changes(self, sha256: str, since: str | None = None) -> SnapshotDiff:
        """How a snapshot differs from an older one: `since`, or else the one imported before it.

        Raises NotFound if there is no such snapshot, or no older one.
        """
        self.summary(sha256)
        if since is None:
            by_age = sorted(self.all_catalogs(), key=lambda catalog: catalog.imported_at)
            at = [one.sha256 for one in by_age].index(sha256)
            if at == 0:
                raise NotFound("No catalog snapshot was imported before this one.")
            since = by_age[at - 1].sha256
        self.summary(since)
        return diff(self.snapshot(since), self.snapshot(sha256))

    def all_catalogs(self) -> tuple[CatalogSummary, ...]:
        """All snapshots, the one in use first."""
        seen = self._stores.ledger.size(STORE_LOG)
        with self._stores.projection.read(STORE_LOG) as connection:
            rows = connection.execute(
                select(tables.catalog).order_by(
                    tables.catalog.c.chosen_at.desc(), tables.catalog.c.sequence.desc()
                )
            ).all()
        names = self._people.names()
        return tuple(
            _summary(row, names, current=at == 0, seen=seen) for at, row in enumerate(rows)
        )

    def summary(self, sha256: str) -> CatalogSummary:
        """One snapshot. Raises NotFound."""
        for catalog in self.all_catalogs():
            if catalog.sha256 == sha256:
                return catalog
        raise NotFound(f"This store has no catalog snapshot {sha256[:12]}….", kind="catalog")

    def current(self) -> CatalogSummary | None:
        """The snapshot that searches use, if there is one."""
        return next(iter(self.all_catalogs()), None)

    def choose(self, actor: Actor, sha256: str, *, seen: int) -> None:
        """Use another snapshot from now on; past results keep the one that they name.

        `seen` is that of the list that the person looked at. Raises NotFound; NotAllowed; Overtaken
        if somebody selected or imported a snapshot since.
        """
        self._stores.admit(actor, STORE_LOG, "catalog.chosen", verb="choose a catalog")
        self.summary(sha256)
        chosen = events.CatalogChosen(snapshot=sha256).draft(actor.person_id)
        self._stores.record(
            actor,
            STORE_LOG,
            lambda: (chosen,),
            seen=seen,
            rests_on=(marks.CATALOG,),
            verb="choose a catalog",
        )

    def snapshot(self, sha256: str) -> Snapshot:
        """An open snapshot, hash-checked when it is opened. Raises NotFound, SnapshotDamaged."""
        opened = self._open.get(sha256)
        if opened is None:
            path = self._folder / f"{checked_sha256(sha256)}.snapshot"
            if not path.exists():
                raise NotFound(
                    f"The file of catalog snapshot {sha256[:12]}… is missing; import it again."
                )
            opened = open_snapshot(path)
            if opened.sha256 != sha256:
                opened.close()
                raise SnapshotDamaged(
                    f"The file of catalog snapshot {sha256[:12]}… has changed.",
                    remedy="Restore it from a backup, or import the catalog again.",
                    faults=("Its SHA-256 no longer matches its name.",),
                )
            self._open[sha256] = opened
        return opened

    def search(self, query: Query, snapshot_sha256: str) -> tuple[SearchResult, StoredResult]:
        """Compare a query with one register; the stored form also names registers not asked."""
        result = search(query, self.snapshot(snapshot_sha256))
        others = [one for one in self.all_catalogs() if one.sha256 != snapshot_sha256]
        more = (not_asked(map(_register, others)),) if others else ()
        return result, stored_result(result, en.text, more=more)

    def lookup(
        self, serial: str, maker: str = "", model: str = "", *, catalog: str | None = None
    ) -> StoredResult:
        """A free look-up of typed words, outside any case. Raises BadRequest, NotFound.

        `catalog` is the SHA-256 of the snapshot to search, or its beginning (None: the one in use).
        """
        if not serial.strip() and not model.strip() and not maker.strip():
            raise BadRequest("Type a serial, a model or a maker to look up.")
        asked = self.asked(catalog)

        def typed(text: str) -> FieldEvidence | None:
            return FieldEvidence(text=text.strip(), origin="human") if text.strip() else None

        query = Query(maker=typed(maker), model=typed(model), serial=typed(serial))
        return self.search(query, asked.sha256)[1]

    def asked(self, sha256: str | None = None) -> CatalogSummary:
        """The snapshot in use, or the one whose SHA-256 begins like this. Raises NotFound."""
        if sha256 is None:
            current = self.current()
            if current is None:
                raise NotFound(
                    "There is no catalog yet; an administrator (custodian) can import one.",
                    kind="catalog",
                )
            return current
        found = [one for one in self.all_catalogs() if one.sha256.startswith(sha256.lower())]
        if len(found) != 1 or not sha256:
            what = "No catalog snapshot's" if not found else "More than one catalog snapshot's"
            raise NotFound(f"{what} SHA-256 begins with {sha256[:64]!r}.", kind="catalog")
        return found[0]

    def close(self) -> None:
        """Close open snapshots."""
        for snapshot in self._open.values():
            with suppress(OSError):
                snapshot.close()
        self._open.clear()


def _register(catalog: CatalogSummary) -> Register:
    """A register with its name, its hash and how much it holds."""
    return Register(
        name=catalog.name,
        sha256=catalog.sha256,
        permits=catalog.permits,
        serials=catalog.serials,
    )


def _instead(result: LoadResult) -> str:
    """What to do about a file that has errors."""
    if not result.rows_accepted:
        return "Correct the file: none of its rows is usable."
    return (
        f"Correct the file, or accept the {result.rows_accepted} of {result.rows_read} rows that "
        "are good."
    )


def _manifest(manifest: SnapshotManifest) -> dict[str, JsonValue]:
    """The snapshot's description of itself, without its internal parts and without cell texts."""
    bare = replace(
        manifest,
        sources=tuple(
            replace(source, left_out=tuple(replace(part, problem="") for part in source.left_out))
            for source in manifest.sources
        ),
    )
    value: dict[str, JsonValue] = json.loads(manifest_bytes(bare))
    del value["members"]
    return value


def _summary(
    row: Row[Any], names: Mapping[str, str], *, current: bool, seen: int
) -> CatalogSummary:
    manifest = row.manifest
    counts = manifest["counts"]
    sources = [
        from_json(Source, source, where=f"sources[{at}]")
        for at, source in enumerate(manifest["sources"])
    ]
    out, rows = rows_left_out(sources)
    return CatalogSummary(
        sha256=row.sha256,
        name=row.name,
        imported_at=datetime.fromisoformat(row.imported_at),
        imported_by=names.get(row.imported_by, row.imported_by),
        synthetic=bool(manifest["synthetic"]),
        serials=counts["units"],
        permits=counts["permits"],
        coverage=coverage_words(manifest["coverage"]),
        rows=rows,
        rows_left_out=out,
        left_out=" ".join(map(en.text, left_out(sources))),
        current=current,
        seen=seen,
    )
