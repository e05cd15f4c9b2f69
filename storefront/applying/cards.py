"""The types and their reasons as the application page offers them, and why some of them are not possible."""

from dataclasses import dataclass

from accounts.advice import advice
from aftersales.models import Reason
from aftersales.rules.eligibility import needs_photo
from aftersales.rules.refusal import Refusal
from aftersales.selectors.openings import offered
from aftersales.selectors.options import Choices, Option
from aftersales.states import Type
from aftersales.wording.next_steps import return_freight
from aftersales.wording.refusals import sentence, sentences
from kernel.languages import paragraph

from ..forms.apply import Draft
from .photo_tips import tip_for

ICONS = {
    Type.REFUND_ONLY: "banknote", Type.RETURN_REFUND: "rotate-ccw", Type.EXCHANGE: "arrow-left-right",
    Type.REPAIR: "wrench", Type.REISSUE: "box",
}  # fmt: skip
QUALITY = "quality"


@dataclass(frozen=True)
class Card:
    option: Option
    icon: str
    chosen: bool
    why: str


@dataclass(frozen=True)
class Chip:
    """`why`: why the reason cannot be chosen for these goods, "" where it can. `freight`: who pays for sending back."""

    reason: Reason
    chosen: bool
    why: str
    freight: str
    photo: bool
    tip: str
    advice: str  # what is no quality problem (S-077), for the reason that speaks of quality
    kind: str  # the code of the kind that is chosen, of `reason.kinds`


@dataclass(frozen=True)
class Group:
    """The reasons of one type."""

    type: str
    label: str
    chips: list[Chip]


def cards(choices: Choices, draft: Draft) -> list[Card]:
    """The possible types first."""
    rows = [_card(choices, option, draft) for option in options_for(choices, draft)]
    return sorted(rows, key=lambda card: not card.option.possible)


def options_for(choices: Choices, draft: Draft) -> list[Option]:
    """Every type, evaluated for the goods as its application names them: an exchange names what is wanted instead."""
    if not draft.units:
        return offered(choices, None, draft.received)
    by_type = {option.type: option for option in offered(choices, draft.goods(Type.REFUND_ONLY), draft.received)}
    # Evaluating all types a second time is only needed where something else than the same goods is wanted.
    if any(draft.swaps.values()):
        swapped = offered(choices, draft.goods(Type.EXCHANGE), draft.received)
        by_type |= {option.type: option for option in swapped if option.type == Type.EXCHANGE}
    return list(by_type.values())


def _card(choices: Choices, option: Option, draft: Draft) -> Card:
    # Of several reasons against it the first says most.
    why = sentence(option.refusals[0], choices.order.shop) if option.refusals else ""
    return Card(option, ICONS[Type(option.type)], option.possible and option.type == draft.type, why)


def groups(choices: Choices, draft: Draft, types: list[Card]) -> list[Group]:
    possible = [card.option for card in types if card.option.possible]
    return [Group(option.type, option.label, _chips(choices, option.type, draft)) for option in possible]


def _chips(choices: Choices, type_: str, draft: Draft) -> list[Chip]:
    goods = draft.goods(type_) or None
    refused = choices.refused_reasons(type_, goods, draft.received)
    return [_chip(choices, reason, refused.get(reason.code, []), draft) for reason in choices.reasons[type_]]


def _chip(choices: Choices, reason: Reason, refused: list[Refusal], draft: Draft) -> Chip:
    order = choices.order
    photo = needs_photo(reason, order.policy)
    return Chip(
        reason=reason,
        # A reason that became impossible is no longer chosen; the draft keeps it, in case it is possible again.
        chosen=reason.code == draft.reasons.get(reason.type, "") and not refused,
        why=paragraph(*sentences(refused, order.shop)),
        freight=return_freight(reason, order.policy, order.currency if order.currency == order.shop.currency else ""),
        photo=photo,
        tip=tip_for(reason.code) if photo else "",
        advice=advice(order.shop, "not_quality") if reason.code == QUALITY else "",
        kind=draft.sub_reasons.get((reason.type, reason.code), ""),
    )
