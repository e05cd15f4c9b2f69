from typing import Annotated, TypedDict

from web.api.answers import Moment, OneOf, SignedMoney

from ...models import BenefitKind
from ...states import BenefitState
from ...wording.amounts import Cause


class TakenBackAnswer(TypedDict):
    """What the order gave and takes back (F-7)."""

    points: int
    coupons: list[str]


class DeductionAnswer(TypedDict):
    """What a refund keeps back because of a promotion, or gives back of what others kept."""

    cause: Annotated[str, OneOf(Cause.values)]
    cause_label: str
    amount: Annotated[SignedMoney, "As added to the goods: below zero where it is kept back."]


class BenefitAnswer(TypedDict):
    """An instruction to the shop's own system, which keeps points and coupons."""

    id: int
    key: Annotated[str, "Names it for ever, so that nobody carries it out twice."]
    kind: Annotated[str, OneOf(BenefitKind.values)]
    kind_label: str
    sentence: str
    ticket_no: str
    order_no: str
    points: int
    coupon: Annotated[str, "Its code; empty for points."]
    valid_until: Annotated[Moment | None, "Of the coupon; null: without an end."]
    reissued: Annotated[bool, "The coupon had expired: a new one is to be given."]
    state: Annotated[str, OneOf(BenefitState.values)]
    state_label: str
    created_at: Moment
    acknowledged_at: Moment | None
