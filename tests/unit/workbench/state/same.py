"""Holds what the screens' services say against the state folded from the log, thing by thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.state import CaseState
    from workbench.workbench import Workbench


def assert_same(bench: Workbench, case_id: str) -> CaseState:
    """Raise AssertionError at the first thing that the tables and the state say differently."""
    store = bench.states.store()
    state = bench.states.case(case_id, store)
    assert state.set_aside == ()
    assert bench.people.everyone() == store.people
    assert bench.cases.summary(case_id) == state.summary
    listed = bench.exhibits.listed(case_id, limit=10_000)
    assert [one.exhibit_id for one in listed] == list(state.exhibits)
    for one, view in zip(listed, state.walk(), strict=True):
        assert one == view.summary
        assert bench.exhibits.one(case_id, one.exhibit_id) == view
        of_it = state.record(one.exhibit_id)
        assert bench.exhibits.size(case_id, one.exhibit_id) == of_it.size
        recorded = bench.exhibits.recorded_in(case_id, one.exhibit_id)
        assert (recorded.taken_in, recorded.reading_sha256) == (
            of_it.sequence,
            of_it.reading_sha256,
        )
    plates = bench.review.plates(case_id, limit=10_000)
    assert plates == state.plates
    assert bench.copies.captures(case_id, plates) == state.captures()
    assert bench.copies.groups(case_id) == state.groups()
    assert bench.matching.searches(case_id) == tuple(reversed([*state.searches()]))
    assert bench.tracing.traces(case_id) == state.traces
    assert bench.exports.sealed(case_id) == tuple(reversed(state.sealed))
    for person in store.people:
        shown = bench.shown.places(person.person_id, case_id)
        assert shown == state.shown.get(person.person_id, frozenset())
    return state
