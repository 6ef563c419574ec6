"""Every sentence of a trace request that is the program's own."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from workbench.report.texts import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Mapping

LETTER_ENGLISH: Mapping[str, str | list[str]] = MappingProxyType(
    {
        **{key: ENGLISH[key] for key in ("synthetic", "synthetic_long", "page_of", "sha256")},
        "trace_request": "Trace request",
        "plate": "plate",
        "to": "To",
        "sent_on": "Sent on",
        "sent_by": "From",
        "reply_to": "Please answer to",
        "answer_by": "Please answer by",
        "comment_by": "Right of reply until",
        "opening": "The plate below was seen on an item that we are tracing. Please help us find "
        "out which item it is. Please reply even if you can answer only in part, or not at all.",
        "read": "What was read on the plate",
        "read_lede": "A question mark stands for a character that could not be read.",
        "person": "Read by a person",
        "machine": "Read by a machine",
        "instead": "Other machine readings",
        "unsure": "unsure",
        "nothing": "–",
        "pictures": "Pictures of the plate",
        "not_shown": "Further pictures not shown here:",
        "seen": "Where and how it was seen",
        "asked": "What we ask",
        "understood": "About this letter",
        "understandings": [
            (
                "It does not repeat what any export record says, so that your answer rests on "
                "what you know."
            ),
            (
                "It is not known whether the plate belongs to the item on which it was seen. "
                "Plates can be moved, copied and forged."
            ),
            (
                "This request is not an accusation. A permitted transfer, loss, theft or capture "
                "may explain where an item was seen."
            ),
            (
                "Your answer is stored as you give it, with this letter, and is shown as your "
                "statement to whoever is shown the case. Please say which parts are confidential."
            ),
        ],
    }
)

_OF_THE_UNIT = (
    (
        "Which unit, or which units, may have carried this plate? If a character is in doubt, "
        "please say for each reading whether such a unit exists."
    ),
    "When, to whom and under which permit was it delivered, and who was named as its end user?",
)
_AFTERWARDS = (
    "Do you know of a later transfer, repair, loss, theft or capture of it?",
    "Is anything about the plate or the item irregular?",
)
QUESTIONS_ENGLISH: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "maker": (
            "Is this one of your plates, and does it belong on an item like the one shown?",
            *_OF_THE_UNIT,
            *_AFTERWARDS,
        ),
        "authority": (
            (
                "Was an export of this item, or of one that fits what was read, permitted, refused "
                "or never applied for?"
            ),
            (
                "Under which permit, on which day, to which consignee and for which end user? What "
                "was its status on that day and since?"
            ),
            "Was a later transfer requested or approved?",
            _AFTERWARDS[1],
        ),
        "recipient": (
            (
                "Did you receive this item, or one that fits what was read? When, from whom, and "
                "for what use?"
            ),
            "Where is it now?",
            "Did you pass it on, lose it or return it? When, to whom, and with whose consent?",
            _AFTERWARDS[1],
        ),
        "other": ("What do you know about this item?", *_OF_THE_UNIT, *_AFTERWARDS),
    }
)
"""The questions, by the addressee's relation to the item."""
