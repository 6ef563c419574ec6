"""The public edition of a case file: the same report without what is withheld, saying so."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from evidence_store.bundle.leaks import Scanner
from workbench.events.narrative import WITHHELD, sentence
from workbench.report.types import (
    Picture,
    ReportCase,
    ReportDecision,
    ReportEntry,
    ReportExhibit,
    ReportPlate,
    ReportRegion,
    ReportReview,
    ReportSearch,
    ReportTrace,
)
from workbench.rules.disclosure import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evidence_store.bundle.redact_fields import HeldBack
    from evidence_store.types import Entry

_OF_EXHIBITS = frozenset({"exhibit.taken_in", "frame.taken", "exhibit.read"})


def _in_words(names: Iterable[str]) -> str:
    """Names of the log's fields as words."""
    return ", ".join(name.replace("_", " ") for name in sorted(names))


def _decisions(searches: tuple[ReportSearch, ...]) -> int:
    return sum(len(search.decisions) for search in searches)


def _told_without(entry: Entry, held: frozenset[tuple[int, str]]) -> str:
    """The sentence for an entry, with a mark in place of each withheld value in it."""
    without = {name for name in entry.private if (entry.sequence, name) in held}
    return sentence(entry, without=without)


class PublicEdition:
    """Removes from a report what a public bundle does not disclose."""

    def __init__(
        self,
        held: HeldBack,
        entries: Iterable[Entry],
        *,
        hidden: Mapping[str, Picture | None],
        reasons: tuple[str, ...],
        title: str = "",
    ) -> None:
        """`hidden` maps each withheld exhibit to the picture shown in its place, or None.

        `title`, if given, replaces the case's own.
        """
        self._held = held.fields
        self._scanner = Scanner(held.secrets)
        self._hidden = hidden
        self._reasons = reasons
        self._title = title
        self._of_exhibit: dict[str, set[str]] = {}
        self._masked: dict[int, str] = {}
        self._withholds: dict[str, bool] = {}
        for entry in entries:
            if any((entry.sequence, name) in held.fields for name in entry.private):
                self._masked[entry.sequence] = _told_without(entry, held.fields)
            exhibit = entry.body.get("exhibit")
            if entry.kind in _OF_EXHIBITS and isinstance(exhibit, str):
                names = {n for n in entry.commitments if (entry.sequence, n) in held.fields}
                self._of_exhibit.setdefault(exhibit, set()).update(names)
                # The claims about a clip hold for its stills too.
                parent = self._of_exhibit.get(str(entry.body.get("parent")), set())
                self._of_exhibit[exhibit] |= parent & {*CLAIMS, "file_name"}

    def of(self, case: ReportCase) -> ReportCase:
        """The report as it may be published."""
        plates = tuple(plate for plate in map(self._plate, case.plates) if plate.members)
        shown = {plate.plate_id for plate in plates}
        searches = tuple(
            self._search(search)
            for search in case.searches
            if search.plate_id in shown and not self._holds(search.sequence, "query", "result")
        )
        traces = tuple(self._trace(trace) for trace in case.traces if trace.plate_id in shown)
        public = replace(
            case,
            title=self._title or (WITHHELD if (0, "title") in self._held else case.title),
            provenance=WITHHELD if (0, "provenance") in self._held else case.provenance,
            exhibits=tuple(map(self._exhibit, case.exhibits)),
            plates=plates,
            groups=tuple(
                replace(group, why=(), reason=WITHHELD)
                if self._hidden.keys() & set(group.exhibit_ids)
                else group
                for group in case.groups
            ),
            searches=searches,
            traces=traces,
            withheld_traces=len(case.traces) - len(traces),
            withheld_searches=len(case.searches) - len(searches),
            withheld_decisions=_decisions(case.searches) - _decisions(searches),
            custody=tuple(map(self._entry, case.custody)),
            withheld=self._sentences(),
        )
        scrubbed: ReportCase = self._scrubbed(public)
        return scrubbed

    def _holds(self, sequence: int, *names: str) -> bool:
        return any((sequence, name) in self._held for name in names)

    def _exhibit(self, exhibit: ReportExhibit) -> ReportExhibit:
        if exhibit.exhibit_id in self._hidden:
            return self._hidden_exhibit(exhibit)
        names = self._of_exhibit.get(exhibit.exhibit_id, set())
        unread = bool(names & {"reading", "regions"})
        return replace(
            exhibit,
            file_name=WITHHELD if "file_name" in names else exhibit.file_name,
            sha256=WITHHELD if "original" in names else exhibit.sha256,
            bytes=0 if "bytes" in names else exhibit.bytes,
            claims=tuple(
                (name, WITHHELD if name in names else words) for name, words in exhibit.claims
            ),
            embedded=(
                (("", WITHHELD),) if "embedded" in names and exhibit.embedded else exhibit.embedded
            ),
            file_notes=() if "embedded" in names else exhibit.file_notes,
            regions=() if unread else self._regions(exhibit),
            withheld=f"Withheld from this exhibit: {_in_words(names)}." if names else "",
            reading_withheld=unread,
        )

    def _hidden_exhibit(self, exhibit: ReportExhibit) -> ReportExhibit:
        shown = self._hidden[exhibit.exhibit_id]
        words = "The photo is withheld" + (
            "." if shown is None else "; a blurred one is shown instead."
        )
        return ReportExhibit(
            exhibit_id=exhibit.exhibit_id,
            file_name=WITHHELD,
            media=exhibit.media,
            sha256=WITHHELD,
            bytes=0,
            width=0 if shown is None else shown.width,
            height=0 if shown is None else shown.height,
            taken_in_at=exhibit.taken_in_at,
            taken_in_by=exhibit.taken_in_by,
            photo=shown,
            withheld=" ".join([words, *self._reasons]),
            reading_withheld=True,
        )

    def _regions(self, exhibit: ReportExhibit) -> tuple[ReportRegion, ...]:
        return tuple(
            replace(
                region,
                fields=tuple(
                    replace(field, reviews=tuple(map(self._review, field.reviews)))
                    for field in region.fields
                ),
            )
            for region in exhibit.regions
        )

    def _review(self, review: ReportReview) -> ReportReview:
        return replace(
            review,
            text=WITHHELD if self._holds(review.sequence, "text") else review.text,
            reason=WITHHELD if self._holds(review.sequence, "reason") else review.reason,
        )

    def _plate(self, plate: ReportPlate) -> ReportPlate:
        members = tuple(one for one in plate.members if one[0] not in self._hidden)
        dates = any(names & {"claimed_date", "embedded"} for names in self._of_exhibit.values())
        undated = plate.captures_undated and f"{plate.captures_undated}; dates are withheld."
        captures = undated if self._hidden or dates else plate.captures
        return replace(
            plate, members=members, captures=captures, dissent=self._dissent(plate.dissent)
        )

    def _dissent(self, said: tuple[str, ...]) -> tuple[str, ...]:
        """The sentences on dissent, or a mark: they repeat words of judgements of any exhibit."""
        untold = self._hidden or {name for _, name in self._held} & {"text", "reason"}
        return (WITHHELD,) if said and untold else said

    def _search(self, search: ReportSearch) -> ReportSearch:
        return replace(
            search,
            decisions=tuple(map(self._decision, search.decisions)),
            dissent=self._dissent(search.dissent),
        )

    def _decision(self, decision: ReportDecision) -> ReportDecision:
        return replace(
            decision,
            candidate=(
                WITHHELD if self._holds(decision.sequence, "candidate") else decision.candidate
            ),
            reason=WITHHELD if self._holds(decision.sequence, "reason") else decision.reason,
        )

    def _trace(self, trace: ReportTrace) -> ReportTrace:
        def told(name: str, words: str, sequence: int = trace.sequence) -> str:
            return WITHHELD if words and self._holds(sequence, name) else words

        return replace(
            trace,
            addressee=told("addressee", trace.addressee),
            letter_sha256=told("letter", trace.letter_sha256),
            seen=told("seen", trace.seen),
            further=told("further", trace.further),
            answers=tuple(
                replace(
                    answer,
                    words=told("answer_words", answer.words, answer.sequence),
                    papers=() if self._holds(answer.sequence, "papers") else answer.papers,
                )
                for answer in trace.answers
            ),
        )

    def _entry(self, entry: ReportEntry) -> ReportEntry:
        return replace(entry, summary=self._masked.get(entry.sequence, entry.summary))

    def _sentences(self) -> tuple[str, ...]:
        names = {name for _, name in self._held}
        return (
            "This is a public edition. It omits parts of the sealed case file.",
            *([f"Withheld fields of the log: {_in_words(names)}."] if names else []),
            *(
                f"{exhibit} is withheld{'' if shown is None else ' and shown blurred'}."
                for exhibit, shown in sorted(self._hidden.items())
            ),
            *self._reasons,
        )

    def _scrubbed(self, value: Any) -> Any:
        """Replace every text that still contains a withheld value with a mark."""
        if isinstance(value, str):
            if value not in self._withholds:
                self._withholds[value] = self._scanner.contains(value)
            return WITHHELD if self._withholds[value] else value
        if isinstance(value, tuple):
            return tuple(self._scrubbed(member) for member in value)
        if is_dataclass(value) and not isinstance(value, type | Picture):
            members = {one.name: getattr(value, one.name) for one in fields(value)}
            return replace(value, **{name: self._scrubbed(one) for name, one in members.items()})
        return value
