"""A case as one immutable value, folded from its log: what is sealed and printed is told of it."""

from workbench.state.case_state import CaseState
from workbench.state.fold import fold_case, fold_store
from workbench.state.records import (
    ExhibitRecord,
    GroupJudged,
    PairProposed,
    RegionRecord,
    SearchRecord,
    SetAsideEntry,
)
from workbench.state.states import States
from workbench.state.store_state import CatalogRecord, StoreState

__all__ = [
    "CaseState",
    "CatalogRecord",
    "ExhibitRecord",
    "GroupJudged",
    "PairProposed",
    "RegionRecord",
    "SearchRecord",
    "SetAsideEntry",
    "States",
    "StoreState",
    "fold_case",
    "fold_store",
]
