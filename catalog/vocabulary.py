"""Closed word lists for permits, and the issuers' own words for them.

Compiled from SOR/97-204 s. 3 (Canada), the DSP-5 instructions (United States) and the SIEL guidance
(United Kingdom).
"""

from __future__ import annotations

from typing import Final

PERMIT_STATUSES: Final = (
    "draft",
    "submitted",
    "under_review",
    "returned_without_action",
    "withdrawn",
    "denied",
    "approved",
    "approved_with_conditions",
    "amended",
    "suspended",
    "reinstated",
    "cancelled",
    "revoked",
    "exhausted",
    "expired",
    "no_licence_required",
    "stopped",
    "unknown",
)

IN_FORCE: Final = frozenset(
    {"approved", "approved_with_conditions", "amended", "reinstated", "no_licence_required"}
)
"""Statuses that allow shipment if they are the latest."""

NEVER_IN_FORCE: Final = frozenset(
    {"draft", "submitted", "under_review", "returned_without_action", "withdrawn", "denied"}
)
"""Statuses that never allow shipment."""

PERMIT_TYPES: Final = (
    "CA_individual",
    "CA_general",
    "CA_brokering",
    "UK_SIEL",
    "UK_SITCL",
    "UK_OIEL",
    "UK_OGEL",
    "US_DSP5",
    "US_DSP61",
    "US_DSP73",
    "US_DSP85",
    "US_FMS_LOA",
    "EU_individual",
    "EU_global",
    "EU_general",
    "other",
)

PARTY_ROLES: Final = (
    "applicant",
    "exporter",
    "manufacturer",
    "seller",
    "intermediate_consignee",
    "ultimate_consignee",
    "integrator",
    "end_user",
    "ultimate_end_user",
    "broker",
    "freight_forwarder",
)

DOCUMENT_TYPES: Final = (
    "permit",
    "application",
    "end_use_certificate",
    "end_use_statement",
    "dsp83_nontransfer",
    "international_import_certificate",
    "delivery_verification_certificate",
    "commercial_invoice",
    "manufacturer_delivery_record",
    "customs_declaration",
    "trace_response",
)

UNDERTAKINGS: Final = (
    "no_reexport_without_consent",
    "no_diversion",
    "no_third_party_transfer",
    "sole_end_user",
    "post_shipment_verification_allowed",
    "return_or_destroy",
)

REDACTIONS: Final = (
    "not_redacted",
    "redacted_full",
    "redacted_partial",
    "withheld",
    "illegible",
    "not_collected",
)

SERIAL_BASES: Final = (
    "single",
    "range",
    "list",
    "not_on_permit_from_delivery_record",
    "quantity_only",
    "redacted",
)

DISPOSITIONS: Final = (
    "delivered",
    "in_transit",
    "returned",
    "destroyed",
    "reported_stolen",
    "counterfeit_suspected",
    "retransferred_with_consent",
    "unknown",
)

ISSUER_STATUS_WORDS: Final = {
    "CA": {"issued": "approved", "returned without action": "returned_without_action"},
    "UK": {
        "issued": "approved",
        "refused": "denied",
        "rejected": "denied",
        "nlr": "no_licence_required",
    },
    "US": {
        "approved with provisos": "approved_with_conditions",
        "disapproved": "denied",
        "denied/disapproved": "denied",
        "rwa": "returned_without_action",
    },
}
"""Issuers' own words for a status, by the first letters of the permit type, lower-case."""
