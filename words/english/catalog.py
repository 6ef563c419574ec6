"""What is said of a search in a register: how a unit fits, and what is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from values.text import counted
from words.english.numbers import ended, times, units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from words.templates import Template

_Kind: TypeAlias = Literal["legal", "trading", "former", "predecessor", "alias", "misspelling"]
_KINDS: Final[Mapping[_Kind, str]] = {
    "legal": "the legal name",
    "trading": "a trading name",
    "former": "a former name",
    "predecessor": "the name of a predecessor",
    "alias": "another name",
    "misspelling": "a known misspelling",
}
"""What kind of name of a maker it is."""

_LeadKind: TypeAlias = Literal[
    "units_without_serials",
    "same_serial_elsewhere",
    "part_of_serial",
    "near_models",
    "registers_not_asked",
]
_LEADS: Final[Mapping[_LeadKind, str]] = {
    "units_without_serials": "Permits for units of this model without known serials",
    "same_serial_elsewhere": "The same serial under another maker or model, or undelivered",
    "part_of_serial": "Serials that contain what was read",
    "near_models": "Models spelled similarly to what was read",
    "registers_not_asked": "Registers that were not searched",
}

_Change: TypeAlias = Literal[
    "permits_added",
    "permits_removed",
    "permits_changed",
    "makers_added",
    "makers_removed",
    "makers_changed",
    "units_added",
    "units_removed",
    "units_moved",
    "coverage",
]
_CHANGES: Final[Mapping[_Change, str]] = {
    "permits_added": "permit added",
    "permits_removed": "permit removed",
    "permits_changed": "permit changed",
    "makers_added": "maker added",
    "makers_removed": "maker removed",
    "makers_changed": "maker changed",
    "units_added": "unit added",
    "units_removed": "unit removed",
    "units_moved": "unit moved to another delivery",
    "coverage": "change to the declared coverage",
}


# The plate against a record


def _code(word: str) -> str:
    """A word of the catalog's vocabulary, such as `end_user`."""
    return word.replace("_", " ")


def _another_maker(*, read: str, known: str, maker: str) -> str:
    whose = f" ({known})" if known else ""
    return f"The plate names another maker: “{read}”{whose}, not {maker}."


def _name(name: str, kind: _Kind | Literal[""], maker: str) -> str:
    """Name a name, and whose it is where that is another."""
    return f"“{name}”, {_KINDS[kind]} of {maker}" if kind else f"“{name}”"


def _holds_name(*, read: str, name: str, kind: _Kind | Literal[""], maker: str) -> str:
    return f"“{read}” contains {_name(name, kind, maker)}, along with other words."


def _name_of(*, name: str, kind: _Kind, maker: str) -> str:
    return f"“{name}” is {_KINDS[kind]} of {maker}."


def _near_name(*, name: str, kind: _Kind | Literal[""], maker: str) -> str:
    return f"Not identical, but close to {_name(name, kind, maker)}."


def _in_use(*, first: str, last: str) -> str:
    since, until = first and f"from {first}", last and f"until {last}"
    when = " ".join(part for part in (since, until) if part) or "at another time"
    return f"That name was in use {when}; plates can lag behind name changes by years."


def _declared_model(*, variant: str, model: str, source: str) -> str:
    by = f" ({source})" if source else ""
    return f"“{variant}” is declared as another spelling of {model}{by}."


def _fit(fitting: float, of: float) -> str:
    some = units(fitting)
    return f"{some} of {units(of)} units {'fits' if some == '1' else 'fit'}"


def _some_fit(fitting: float) -> str:
    some = units(fitting)
    return f"{some} {'fits' if some == '1' else 'fit'}"


def _serial_fits(*, units: float, fitting: float, of: float) -> str:  # noqa: ARG001
    return f"Of {units:,.0f} units assumed to exist, {_some_fit(fitting)}."


# What a unit's weight is


def _weight(*, lr: float, serial: str, support: str, scale: str) -> str:
    ratio = lr if lr >= 1.0 else 1.0 / lr
    more = "more" if lr >= 1.0 else "less"
    return (
        f"The findings are {times(ratio)} times {more} probable if the plate is that of unit "
        f"{serial} than if it is that of another unit of that maker and model ({support}; scale "
        f"{scale})."
    )


def _contradicted_weight(*, lr: float, serial: str, scale: str) -> str:
    return _weight(
        lr=lr,
        serial=serial,
        support="no support: the rest of the plate contradicts it",
        scale=scale,
    )


def _another_weight(*, lr: float, serial: str, support: str, scale: str) -> str:
    return _weight(lr=lr, serial=serial, support=f"{support} for another unit", scale=scale)


def _one_over_p(*, lr: float) -> str:
    often = f"{times(lr)} times less often" if lr >= 1 else f"{times(1 / lr)} times more often"
    return (
        f"In other words, another unit of that maker and model would give these findings {often}."
    )


def _picked(*, compared: int, after_search: float) -> str:
    return (
        f"The unit was selected from {compared:,} in the catalog; the more units are searched, the "
        f"more easily one fits by chance. Divided by their number, the ratio is "
        f"{times(after_search)}."
    )


def _no_fit(*, serial: str, times: float) -> str:
    return (
        f"Unit {serial} does not fit the reading: another serial would produce it at least "
        f"{times:.0f} times as often."
    )


def _reading_fits(*, fitting: float, of: float) -> str:
    return f"{_fit(fitting, of)} the reading."


def _units_fit(*, fitting: float, of: float) -> str:
    return _fit(fitting, of)


def _without_stack(*, posterior: float, least: float) -> str:
    return (
        "Without the stacked image of the exposures, the probability of this unit would be "
        f"{posterior:.2g}, if all units were equally probable beforehand. A stacked image may "
        "strengthen an identification, not make one: the exposures alone must reach "
        f"{least:.2f}."
    )


def _delivered_without_serial(*, count: int) -> str:
    if count == 1:
        return (
            "1 delivered unit of this model has no serial on record; it neither matches nor "
            "excludes."
        )
    return (
        f"{count} delivered units of this model have no serial on record; they neither match nor "
        "exclude."
    )


def _next_serial(*, serial: str, ratio: float) -> str:
    number = times(ratio)
    more = "about as probable" if number == "1" else f"{number} times more probable"
    return f"Compared only with {serial}, the next likeliest serial, the findings are {more}."


def _other_characters(*, serial: str, candidate: str) -> str:
    pairs = enumerate(zip(candidate, serial, strict=True), start=1)
    changes = " and ".join(f"character {at} is {b}, not {a}" for at, (a, b) in pairs if a != b)
    return f"if {changes}, it is {serial}"


def _often(factor: float) -> str:
    return {0.5: "half", 2.0: "twice", 5.0: "five times"}.get(factor, f"{factor:g} times")


def _errs(*, factor: float) -> str:
    return f"reading errors are {_often(factor)} as frequent"


def _exist(*, factor: float) -> str:
    never = " (never fewer than the largest number seen)" if factor < 1 else ""
    return f"{_often(factor)} as many units exist{never}"


# How many units are taken to exist


def _sequence(*, form: tuple[str, ...], start: int, last: int, largest: int, count: int) -> str:
    return (
        f"Units assumed to exist (N̂): numbers {' and '.join(form)} are assumed to run from {start} "
        f"to {last}; largest seen {largest}, {count} seen, N̂ = m + m/k − 1 with "
        f"m = {largest - start + 1}, k = {count}."
    )


def _other_sequences(*, others: int, units: float, rate: float) -> str:
    return (
        f"{others} other {'sequence is' if others == 1 else 'sequences are'} counted as "
        f"{units:,.0f} units in total: no sequence is assumed to have more units per known serial "
        f"than this one ({rate:.3g})."
    )


def _outside(*, irregular: int, beyond: float) -> str:
    return (
        f"{counted(irregular, 'catalogued serial follows', 'catalogued serials follow')} no "
        f"sequence; {beyond:.0f} more are assumed. Half of these differ in one character from a "
        "catalogued one; in the others, characters are as frequent as in the catalogued ones, and "
        "unseen characters up to 1 − 0.05^(1/n)."
    )


def _bounded(*, share: float) -> str:
    return (
        "Units that were not scored individually are counted at their upper bound, "
        f"{share:.2g} of all probability."
    )


# How often it was wrong when tested


def _tested_among(*, units: float, more: bool) -> str:
    which = "larger numbers were not tested" if more else "the next number that was tested"
    many = f"{round(units):,}"
    return (
        "How often such identifications named another unit was tested on synthetic plates, among "
        f"{many} units ({which})."
    )


def _tested_of(*, identified: int, plates: str, wrong: int, upper95: float) -> str:
    return (
        f"Of {identified:,} identifications of {plates}, {wrong:,} "
        f"{'was' if wrong == 1 else 'were'} wrong (with 95 % confidence at most "
        f"{upper95 * 1000:.2g} in 1,000)."
    )


# A whole search


def _not_a(*, field: str, read: str) -> str:
    return f"“{read}” is not a {_code(field)}."


def _not_compared(*, field: str, read: str) -> str:
    return f"Not compared: “{read}” is not a {_code(field)}."


def _permits(*, total: int, shown: int, found: tuple[str, ...]) -> str:
    what = " and ".join(_code(one) for one in found)
    one = total == 1
    does = (
        f"name{'s' if one else ''} the {what}" if found else f"remain{'s' if one else ''} possible"
    )
    rest = f"; {shown:,} of {total:,} are shown" if shown < total else ""
    return f"{counted(total, 'permit')} {does}{rest}."


def _no_such_model(*, model: str, maker: str) -> str:
    by = f" by {maker}" if maker else ""
    return f"The catalog has no units of model “{model}”{by}."


def _prior(*, identifies_from: float, alone_from: float) -> str:
    return (
        f"“Identifies” is used only for a unit that is at least {identifies_from * 100:g} % "
        "probable, if every unit assumed to exist was equally probable before the plate was read; "
        f"and at least {alone_from * 100:g} % probable without the stacked image of the exposures, "
        "where there is one."
    )


def _catalog_fits(*, fitting: float, of: float, listed: int, catalogued: int) -> str:
    some = units(fitting)
    one = some == "1"
    if not listed:
        are = "it is not in" if one else "none is in"
    elif listed == 1 and one:
        are = "it is in"
    else:
        are = f"{listed:,} of them {'is' if listed == 1 else 'are'} in"
    return (
        f"Of about {units(of)} units assumed to exist, {some} {'fits' if one else 'fit'} what was "
        f"read; {are} the catalog, which has {counted(catalogued, 'serial')} of the makers and "
        "models compared."
    )


def _unserialised(*, units: int, permits: int) -> str:
    many = counted(units, "unit") if units else "units"
    return (
        f"It cannot be determined whether this is one of {many} without serials, on "
        f"{counted(permits, 'permit')}."
    )


def _only_found(*, found: tuple[str, ...]) -> str:
    what = " and ".join(_code(one) for one in found)
    is_ = "is" if len(found) == 1 else "are"
    return f"Only the {what} {is_} consistent with this line; this is not a match."


# Leads


def _leads(*, kind: _LeadKind, total: int, more: bool, shown: int) -> str:
    every = f"more than {total:,}" if more else f"{total:,}"
    if shown == total and not more:
        return f"{_LEADS[kind]}: {every}"
    return f"{_LEADS[kind]}: {shown:,} of {every} shown"


def _not_asked(*, name: str, sha256: str, permits: int, serials: int) -> str:
    return (
        f"Not searched: “{name}” ({sha256[:12]}…), "
        f"{counted(permits, 'permit or application', 'permits and applications')}, "
        f"{counted(serials, 'serial')}."
    )


def _permit(number: str, record: str) -> str:
    return f"Permit {number or f'of record {record}'}"


def _for(party: str) -> str:
    return f" for {party}" if party else ", no party named"


def _serial_elsewhere(
    *,
    serial: str,
    maker: str,
    model: str,
    permit: str,
    record: str,
    party: str,
    never_approved: bool,
) -> str:
    never = ", on an application that was never approved" if never_approved else ""
    return (
        f"Serial {serial} is on record for {maker} {model}: "
        f"{_permit(permit, record)}{_for(party)}{never}."
    )


def _without_serials(
    *,
    permit: str,
    record: str,
    units: int,
    exact: bool,
    maker: str,
    model: str,
    delivered: bool,
    party: str,
) -> str:
    least = "" if exact else "at least "
    many = f"{least}{counted(units, 'unit')}" if units else "an unknown number of units"
    return (
        f"{_permit(permit, record)}: {many} of {maker} {model} "
        f"{'delivered' if delivered else 'permitted'}{_for(party)}, without serials; it "
        "cannot be determined whether this is one of them."
    )


def _near_model(*, model: str, maker: str, permits: int, read: str) -> str:
    return (
        f"The register has a model “{model}” by {maker} ({counted(permits, 'permit')}); it was not "
        f"compared with “{read}”."
    )


# What a register covers


def _declared(
    *, maker: str, issuer: str, first: str, last: str, completeness: str, note: str
) -> str:
    said = f" {ended(note)}" if note else ""
    return (
        f"Declared coverage: {maker or 'every maker'}, permits of {issuer or 'every issuer'}, from "
        f"{first or 'an unknown date'} to {last or 'an unknown date'} "
        f"(completeness: {completeness}).{said}"
    )


def _declared_in_words(*, note: str) -> str:
    return f"Declared coverage, as text only: {ended(note or 'nothing')}"


def _left_out(*, rows: int, read: int) -> str:
    return (
        f"{rows:,} of {counted(read, 'row')} {'was' if rows == 1 else 'were'} left out when this "
        "catalog was imported; what they held is not in it, whatever coverage is declared."
    )


def _left_out_column(*, rows: int, column: str, first_row: int, problem: str) -> str:
    where = f"column {column}" if column else "the row itself"
    why = f": {problem}" if problem else ""
    return ended(
        f"Left out: {counted(rows, 'row')} because of {where}, first row {first_row:,}{why}"
    )


def _found(*, maker: str, issuer: str, permits: int, first: str, last: str, units: int) -> str:
    by = f", issued by {issuer}" if issuer else ""
    until = f" to {last}" if last != first else ""
    span = f", dated {first}{until}" if first and last else ""
    return (
        f"Contents for {maker}{by}: "
        f"{counted(permits, 'permit or application', 'permits and applications')}{span}, "
        f"{counted(units, 'unit with a serial', 'units with serials')}."
    )


def _changed(*, kind: _Change, number: int) -> str:
    first, _, rest = _CHANGES[kind].partition(" ")
    return f"{number:,} {first}{'s' if number != 1 else ''} {rest}."


# Findings


def _numbered(permit: str, record: str) -> str:
    return permit or f"record {record} (number not readable)"


def _does_not_say(what: str) -> str:
    return f"The record does not say {what}."


def _since(*, status: str) -> str:
    return _does_not_say(f"since when it was {_code(status)}")


def _day_of_status(*, span: str, status: str) -> str:
    return _does_not_say(f"on which day in {span} it was {_code(status)}")


def _recorded_model(*, maker: str, model: str, maker_read: str, model_read: str) -> str:
    read = [
        f"{what} “{text}”" for what, text in (("maker", maker_read), ("model", model_read)) if text
    ]
    return f"Recorded: {maker}, {model}; read: {', '.join(read) or 'neither'}."


def _end_user(*, role: str, name: str, country: str) -> str:
    where = f" ({country})" if country else ""
    return f"Recorded {_code(role)}: {name or 'withheld in the record'}{where}."


def _undertakings(*, undertakings: tuple[str, ...]) -> str:
    return f"Undertakings: {', '.join(map(_code, undertakings))}."


def _status(*, status: str, day: str, authority: str) -> str:
    return " ".join(part for part in (_code(status).capitalize(), day, authority) if part) + "."


def _valid(*, first: str, last: str) -> str:
    return f"Valid from {first or 'an unknown day'} to {last or 'an unknown day'}."


def _suspended(*, day: str, destination: str, permit: str, record: str) -> str:
    return (
        f"On {day}, when the unit was shipped, another permit to {destination} was suspended: "
        f"{_numbered(permit, record)}."
    )


def _condition(*, text: str) -> str:
    return f"Condition: {ended(text)}"


def _application(*, permit: str, record: str, status: str, day: str) -> str:
    what = " ".join(part for part in (_code(status), day) if part)
    return f"Application {_numbered(permit, record)}: {what}."


def _quantity(*, permitted: int, delivered: int, deliveries: int) -> str:
    shipments = counted(deliveries, "delivery", "deliveries")
    return f"Permitted: {permitted}. Delivered: {delivered} ({shipments})."


def _serial(*, serial: str, disposition: str) -> str:
    return f"Serial {serial}, {_code(disposition)}."


def _otherwise(*, disposition: str) -> str:
    return f"The record lists this unit as {_code(disposition)}."


def _several_states(*, place: str, states: tuple[str, ...]) -> str:
    return f"Not comparable: “{place}” may be {' or '.join(states)}."


def _both_parts(*, parts: tuple[str, ...], state: str) -> str:
    return f"Not comparable: {' and '.join(parts)} both belong to {state}."


SENTENCES: Final[Mapping[str, Template]] = {
    "absent.anything": "The catalog has no units.",
    "absent.maker": "The catalog has no maker named “{maker}”.",
    "absent.model": _no_such_model,
    "candidate.copies": "{copies} catalog records bear this serial; they contradict each other.",
    "candidate.line-not-compared": "No serial of this line was compared; it neither matches nor "
    "excludes.",
    "candidate.only-found": _only_found,
    "candidate.nothing-found": "Nothing that was read distinguishes this line from others; this is "
    "not a match.",
    "candidate.not-this-line": "This line is therefore not taken to concern the plate.",
    "candidate.unserialised": _delivered_without_serial,
    "candidate.bounded": _bounded,
    "confidence.high": "Confidence that the plate is this unit's: high.",
    "confidence.low": "Confidence that the plate is this unit's: low.",
    "confidence.moderate": "Confidence that the plate is this unit's: moderate.",
    "confidence.names-another": "Confidence that the plate is this unit's: low; the rest of the "
    "plate contradicts it.",
    "confidence.no-more-known": "Nothing more is known.",
    "confidence.one-of-several": "Confidence that the plate is this unit's: low; it is one of "
    "several.",
    "coverage.absence": "What is not in it may still have been permitted.",
    "coverage.declared": _declared,
    "coverage.declared-in-words": _declared_in_words,
    "coverage.found": _found,
    "coverage.left-out": _left_out,
    "coverage.left-out-column": _left_out_column,
    "coverage.not-said": "The catalog does not say what it covers, so the absence of a unit "
    "means nothing.",
    "coverage.synthetic": "This catalog is synthetic: its records are invented.",
    "diff.changed": _changed,
    "diff.same": "Both snapshots contain the same records.",
    "feature.about-maker": "The maker's name on the plate, compared with the names that the maker "
    "has used and their dates.\n\nIt decides which units are compared. They share the maker, so "
    "agreement adds nothing among them; bits appear only where several makers remain possible. "
    "Plates lag behind legal names by years, so a name that was out of use is mentioned but not "
    "counted against a unit. Another maker's name counts a thousandfold against a unit, which is "
    "then never called consistent.",
    "feature.about-model": "The model on the plate, compared with the model on the permit "
    "line.\n\nModels agree exactly or by a declared variant (CMX-15D and MX-15D), never because "
    "they look alike. The units compared share the model, so agreement adds nothing among them; "
    "bits appear only where several models remain possible.",
    "feature.about-part-number": "The part number on the plate, compared with the one on the "
    "permit line.\n\nIt is not known how many units share a part number, so agreement adds "
    "nothing. A different part number counts against the unit, as far as a reading error does not "
    "explain it, and at most a thousandfold, because records get part numbers wrong.",
    "feature.about-serial": "The serial as read, compared with the serial on record and weighed "
    "against all other units.\n\nThe probability of the reading if the plate bears this serial, "
    "divided by its average probability if the plate is that of another unit of that maker and "
    "model, catalogued or not. How often a reading errs, and which characters are confused, enters "
    "on both sides.",
    "feature.maker-holds": _holds_name,
    "feature.maker-in-use": _in_use,
    "feature.maker-near": _near_name,
    "feature.maker-named": _name_of,
    "feature.maker-one-of": "The name is one of the names of {maker}.",
    "feature.maker-same": "The same name.",
    "feature.maker-unread": "The maker was not read; units of every maker that fits are compared.",
    "feature.model-declared": _declared_model,
    "feature.model-found": "The model is one of those in the catalog.",
    "feature.model-same": "The same model.",
    "feature.model-unread": "The model was not read; units of every model of the maker are "
    "compared.",
    "feature.part-number-another": "The part number differs from what was read.",
    "feature.part-number-same": "The same part number.",
    "feature.part-number-unread": "No part number was read.",
    "feature.part-number-unrecorded": "The record has no part number; that neither matches nor "
    "excludes.",
    "feature.serial": _serial_fits,
    "finding.end-user-another": "If it is this unit, the recorded end user very likely differs "
    "from the party it was found with.",
    "finding.end-user-elsewhere": "If it is this unit, the country of the recorded end user very "
    "likely differs from the country where it was found.",
    "finding.end-user-not-comparable": "It cannot be determined whether the recorded end "
    "user, or its country, differs from where or with whom the item was found.",
    "finding.exception": "If it is this unit, it was likely shipped under a permit that was in "
    "force while exports to that destination were restricted: an exception.",
    "finding.names-another": "Other text read on the plate is not this unit's, so the plate is "
    "unlikely to be this unit's, whatever the serial says.",
    "finding.not-in-force": "If it is this unit, it was very likely shipped when its permit was "
    "not in force.",
    "finding.only-model": "What was read is consistent with every unit of that model, which is not "
    "a match.",
    "finding.photo-before-shipment": "The photo is claimed to have been {claim} before the unit "
    "was shipped; it is very unlikely that the identity and both dates are all correct.",
    "finding.photo-order-open": "The dates, as far as they are known, do not show whether the "
    "photo was {claim} before the unit was shipped.",
    "finding.recorded-otherwise": _otherwise,
    "finding.refused-country": "An application for this model that named a party in that country "
    "as end user was very likely never approved.",
    "finding.refused-party": "An application for this model that named the party it was found with "
    "as end user was very likely never approved.",
    "finding.status-open": "The record does not show whether its permit was in force on the ship "
    "date.",
    "finding.too-many": "More units were likely delivered on this line than it permits.",
    "finding.without-approval": "If it is this unit, it was very likely delivered although the "
    "record holds no approval.",
    "ground.application": _application,
    "ground.condition": _condition,
    "ground.end-use": "End-use statement: “{text}”",
    "ground.end-user": _end_user,
    "ground.found-in": "Claimed place of finding: {place}.",
    "ground.found-with": "Claimed to have been found with: {party}.",
    "ground.photo": "Photo {claim} {day} (as claimed).",
    "ground.quantity": _quantity,
    "ground.received": "Received {day} ({delivery}).",
    "ground.recorded-model": _recorded_model,
    "ground.serial": _serial,
    "ground.shipped": "Shipped {day} ({delivery}).",
    "ground.shipped-as-recorded": "Shipped {day} (as recorded).",
    "ground.status": _status,
    "ground.suspended": _suspended,
    "ground.undertakings": _undertakings,
    "ground.valid": _valid,
    "identification.not-by-machine": "A serial that belongs to no sequence is not identified from "
    "a machine's reading alone: in tests on drawn plates, units that differ in one look-alike (O "
    "for 0, I for 1 …) were confused too often. A person who can read the serial may settle it.",
    "lead.near-model": _near_model,
    "lead.not-asked": _not_asked,
    "lead.serial-elsewhere": _serial_elsewhere,
    "lead.without-serials": _without_serials,
    "missing.day-of-beginning": "The record does not say on which day in {span} its validity "
    "began.",
    "missing.day-of-end": "The record does not say on which day in {span} its validity ended.",
    "missing.day-of-status": _day_of_status,
    "missing.day-shipped": "The record does not say on which day in {span} it was shipped.",
    "missing.hour": "The record does not say at what hour of {day} its status changed.",
    "missing.since": _since,
    "missing.status": "The record does not say what its status was.",
    "missing.status-on": "The record does not say what its status was on {day}.",
    "not-comparable.both-parts": _both_parts,
    "not-comparable.common-part": "Not comparable: the names have a part in common.",
    "not-comparable.no-country": "Not comparable: no country is given.",
    "not-comparable.part-of": "Not comparable: some registers count {part} as part of {state}.",
    "not-comparable.party-not-named": "Not comparable: a party is not named.",
    "not-comparable.scripts": "Not comparable: the names are in different scripts.",
    "not-comparable.several-states": _several_states,
    "not-comparable.shared-words": "Not comparable: a name has only words that many parties share.",
    "not-comparable.short-form": "Not comparable: one name may be short for the other.",
    "not-comparable.split": "Not comparable: {part} was part of {state} until {year}.",
    "not-comparable.successor": "Not comparable: {gone} no longer exists; {state} holds part of "
    "its territory.",
    "not-comparable.unknown-country": "Not comparable: “{place}” is not the name or code of one "
    "country that the catalog knows.",
    "plate.another-maker": _another_maker,
    "plate.another-model": "The plate names another model: “{read}”, not {model}.",
    "plate.another-part-number": "The plate bears another part number: “{read}”, not {recorded}.",
    "plate.beside-another": "The plate names {other} as well as {name}.",
    "plate.maybe-another-firm": "“{read}” may be a different firm from {maker}.",
    "plate.maybe-maker": "“{read}” may be {maker}, misread or partly read.",
    "plate.maybe-model": "The model “{read}” may be {model}, misread or partly read.",
    "plate.on-behalf": "“{read}” is a party to the permit that may have put its own name on the "
    "plate.",
    "plate.other-script": "The maker “{read}” is written in another script; it was not compared.",
    "plate.related-maker": "The plate names {other}, a parent or subsidiary of {maker}, now or "
    "formerly.",
    "plate.sounds-like": "“{read}” is written in another script and sounds like {maker}.",
    "plate.sounds-like-another": "The plate names another maker: “{read}”, which sounds like "
    "{other}, not {maker}.",
    "population.none": "Units assumed to exist (N̂): no serial of this model is catalogued.",
    "population.other-sequences": _other_sequences,
    "population.out-of-sequence": _outside,
    "population.sequence": _sequence,
    "search.fits": _catalog_fits,
    "search.moved": "The weight concerns the plate. How often plates are moved or forged is not "
    "known and is not part of the number: if one plate in a thousand were, no reading could raise "
    "the probability that the item itself is this unit above 99.9 %.",
    "search.no-serial": "No serial was read that could be compared, so units cannot be told apart.",
    "search.no-serials-on-record": "The register has no serials of the makers and models compared.",
    "search.not-a-value": _not_a,
    "search.not-compared": _not_compared,
    "search.nothing-asked": "Nothing was looked up.",
    "search.permits": _permits,
    "search.prior": _prior,
    "search.shown": "Only {shown} of these are shown, the likeliest first; the others fit equally "
    "or nearly as well.",
    "search.too-many": "{found} makers and models remain possible; only the first {most} were "
    "weighed, so no unit can be identified.",
    "search.unserialised": _unserialised,
    "tested.among": _tested_among,
    "tested.not": "How often such an identification is wrong was not tested: it rests on a "
    "transcription or a code, and only readings from pixels were tested.",
    "tested.of": _tested_of,
    "tested.real": "Results on real plates may be worse.",
    "verdict.consistent-with-catalog-unit": "The reading is consistent with this catalog unit.",
    "verdict.consistent-with-model-only": "No serial distinguishes this unit from others of its "
    "model; this is not a match.",
    "verdict.contradicted": "The serial fits, but the plate names another maker, model or part "
    "number; it is not taken to be this unit's.",
    "verdict.excluded": "At the assumed error rates this unit is excluded.",
    "verdict.identifies-catalog-unit": "The reading identifies this catalog unit, if every unit "
    "assumed to exist was equally probable beforehand.",
    "verdict.inconclusive": "The reading does not settle which unit it is.",
    "verdict.not-in-catalog": "No catalog unit fits; this does not show that there was no permit.",
    "verdict.several-candidates": "Several catalog units fit the reading.",
    "weight.contradicted": _contradicted_weight,
    "weight.fits": _reading_fits,
    "weight.no-fit": _no_fit,
    "weight.next-serial": _next_serial,
    "weight.one-over-p": _one_over_p,
    "weight.picked": _picked,
    "weight.supports": _weight,
    "weight.supports-another": _another_weight,
    "weight.without-stack": _without_stack,
}

PHRASES: Final[Mapping[str, Template]] = {
    "alternative.amendment": "an amendment that is not in the catalog",
    "alternative.another-authorisation": "an authorisation that is not in the catalog",
    "alternative.any-state": "any of the states that the name may mean",
    "alternative.any-unit": "any other unit of that maker and model, catalogued or not",
    "alternative.before-paperwork": "a unit shipped before its paperwork was complete",
    "alternative.counterfeit": "a counterfeit plate",
    "alternative.either-order": "either order of events",
    "alternative.misread": "a misread plate",
    "alternative.moved-plate": "a plate moved from another item",
    "alternative.narrower-restriction": "a restriction that did not cover this item or end user",
    "alternative.no-country": "a place that is not a country",
    "alternative.order-within-dates": "either order of events within the dates as far as they are "
    "known",
    "alternative.other-supply": "another route of supply, lawful or not",
    "alternative.photo-date": "a wrong claim about the photo's date",
    "alternative.record": "an error or a gap in the catalog",
    "alternative.recorded-twice": "a delivery recorded twice",
    "alternative.retransfer": "a retransfer to which the issuing state consented",
    "alternative.same-serial": "a unit of another maker or model that bears the same serial",
    "alternative.ship-date": "a wrong ship date in the record",
    "alternative.theft": "theft or loss, or capture by an opposing side",
    "alternative.unknown-name": "a brand, an integrator or another name of this maker that the "
    "catalog does not know",
    "alternative.withheld-user": "the record withholds the end user or its country",
    "assumed.errors": _errs,
    "assumed.exposures-alone": "without the stacked image of the exposures",
    "assumed.units": _exist,
    "band.contradicted": "no support: the rest of the plate contradicts it",
    "band.no-fit": "does not fit the reading",
    "band.supports": "{words}",
    "band.supports-another": "{words} for another unit",
    "feature.not-read": "not read",
    "feature.not-recorded": "not recorded",
    "fit.units": _units_fit,
    "leads.of-kind": _leads,
    "neighbour.characters": _other_characters,
    "neighbour.length": "{serial} has {length} characters, not {candidate_length}",
}
