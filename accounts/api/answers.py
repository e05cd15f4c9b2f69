"""The shapes of answers about logins and shops; `views` builds them."""

from typing import TypedDict


class TokenAnswer(TypedDict):
    token: str


class FaqAnswer(TypedDict):
    question: str
    answer: str


class ContactAnswer(TypedDict):
    name: str
    phone: str
    address: str


class ShopAnswer(TypedDict):
    code: str
    name: str
    contact: ContactAnswer
    hotline: str
    faq: list[FaqAnswer]
