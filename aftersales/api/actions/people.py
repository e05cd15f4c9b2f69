"""Who works on it, and who agrees beside them."""

from web.api.actions import Action

from ... import services
from ..overrides import BreakGlassInput, ReviewOverrideInput
from ..serializers import EndorseInput, HandOverInput, ReopenInput
from . import examples

PEOPLE = (
    Action(
        name="take",
        service=services.take,
        description="Somebody of the shop works on it from now on (S-051).",
    ),
    Action(
        name="hand-over",
        service=services.hand_over,
        description="Somebody else of the shop works on it from now on; as where it is above one's own limit.",
        body=HandOverInput,
        examples=examples.HAND_OVER,
    ),
    Action(
        name="endorse",
        service=services.endorse,
        description=(
            "The second person, where the shop wants two above an amount: a manager of at least 30 days or a "
            "supervisor agrees that somebody else decides on the ticket as it is, up to `amount`. It counts for this "
            "`version` only."
        ),
        body=EndorseInput,
        examples=examples.ENDORSE,
    ),
    Action(
        name="break-glass",
        service=services.break_glass,
        description=(
            "A manager of at least 30 days decides alone on the ticket as it is, up to `amount`, where the second "
            "person cannot be reached: without them, and beyond the daily limit. Everybody who could have been the "
            "second person is alarmed, and one of them reviews it (`review-override`). With three that nobody has "
            "reviewed, 403."
        ),
        body=BreakGlassInput,
        examples=examples.BREAK_GLASS,
    ),
    Action(
        name="review-override",
        service=services.review_override,
        description=(
            "Somebody who could have been the second person accepts what a manager decided alone, or objects with a "
            "note. Platform support decides on an objection by the same call: `accept` false says that it is right."
        ),
        body=ReviewOverrideInput,
        examples=examples.REVIEW_OVERRIDE,
    ),
    Action(
        name="reopen",
        service=services.reopen,
        description="Support reopens an ended case (S-014): back to the status before the end.",
        body=ReopenInput,
        examples=examples.REOPEN,
    ),
)
