"""The two actions of what a manager decided alone in an emergency."""

from web.api.actions import Action

from .. import services
from . import examples
from .overrides import BreakGlassInput, ReviewOverrideInput

OVERRIDES = (
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
)
