"""Builds the case file of a case as PDF and HTML: the same case gives the same bytes."""

from __future__ import annotations

from workbench.report.page import make_page
from workbench.report.pdf import make_pdf
from workbench.report.types import Report, ReportCase


def build_report(case: ReportCase) -> Report:
    """The case file of a case, as PDF (PDF/A-2a) and as one self-contained HTML page."""
    return Report(pdf=make_pdf(case), html=make_page(case))
