"""The shapes of answers about logins and shops; `views` builds them."""

from typing import Annotated, TypedDict

from web.api.answers import Moment, OneOf

from ..models import Level, Role


class TokenAnswer(TypedDict):
    token: str
    expires_at: Moment


class FaqAnswer(TypedDict):
    question: str
    answer: str


class ContactAnswer(TypedDict):
    name: str
    phone: str
    address: str


class MembershipAnswer(TypedDict):
    id: int
    shop: str
    shop_name: str
    role: Annotated[str, OneOf(Role.values)]
    role_label: str
    level: Annotated[str, OneOf(Level.values), "Of an agent: all cases, or simple ones only (S-161)."]
    level_label: str
    status: Annotated[str, OneOf(("invited", "accepted")), "An invitation gives no right until it is accepted."]
    status_label: str


class AdviceAnswer(TypedDict):
    not_quality: Annotated[str, "What is no quality problem."]
    refuse_parcel: Annotated[str, "When to refuse a parcel."]


class ShopAnswer(TypedDict):
    code: str
    name: str
    contact: ContactAnswer
    hotline: str
    advice: AdviceAnswer
    currency: Annotated[str, "Of its prices and limits, and of orders that name none."]
    faq: list[FaqAnswer]
