"""The actions of a ticket over HTTP, as a table."""

from django.utils import timezone

from accounts.access import caller, chosen_shop
from kernel.actors import Actor
from orders.api.serializers import PaymentInput
from web.api.actions import Action, ActionView
from web.api.parsers import JsonParser

from .. import services
from ..access import ticket_to_move
from ..models import Ticket
from . import examples
from .answers import TicketAnswer
from .override_actions import OVERRIDES
from .representation import ticket_detail
from .serializers import (
    AcceptOfferInput,
    AgreeOnDeliveryInput,
    AmendInput,
    AnswerOfferInput,
    ApproveInput,
    BookPickupInput,
    ConvertInput,
    DeliverInput,
    EndorseInput,
    HandOverGiftInput,
    HandOverInput,
    NotArrivedInput,
    ObjectInput,
    OfferInput,
    ProveArrivalInput,
    ReceiveInput,
    RefuseGoodsInput,
    RejectInput,
    ReopenInput,
    ReshipInput,
    RuleObjectionInput,
    RuleSettlementInput,
    ShipBackInput,
    WaybillInput,
    application,
)


class TicketAction(ActionView):
    parser_classes = [JsonParser]
    shape, tags, operation_id, number = TicketAnswer, ["tickets"], "tickets_%s", "ticket_no"

    def fetch(self, number: str, transition: str) -> tuple[Ticket, Actor]:
        return ticket_to_move(caller(self.request), number, transition, shop=chosen_shop(self.request))

    def currency(self, row: Ticket) -> str:
        return row.order.currency

    def allowed(self, row: Ticket, actor: Actor) -> list[str]:
        return services.allowed_actions(row, actor, now=timezone.now())

    def answer(self, row: Ticket, actor: Actor) -> TicketAnswer:
        return ticket_detail(row, actor=actor)


ACTIONS = (
    Action(
        name="withdraw",
        service=services.withdraw,
        description="The buyer takes the application back (S-040). It counts as an unsuccessful one.",
    ),
    Action(
        name="amend",
        service=services.amend,
        description=(
            "The buyer changes an undecided application, or applies anew after a rejection (S-039). Photos "
            "that were sent before still count when none are sent."
        ),
        body=AmendInput,
        examples=examples.AMEND,
        arguments=lambda request, body: {"application": application(body)},
    ),
    Action(
        name="approve",
        service=services.approve,
        description=(
            "The merchant agrees. Less than requested, and a fee, need the buyer's own yes (B-13): 409 "
            "`needs_confirmation`, with the body for `offer` in `details.offer`."
        ),
        body=ApproveInput,
        examples=examples.APPROVE,
    ),
    Action(
        name="reject",
        service=services.reject,
        description=(
            "The merchant rejects, with a reason that the buyer reads (S-035). A no-reason return in time needs a "
            "ground of the law, and each ground counts only where it is true (422 `ground_required`; "
            "`details.grounds` has those that are). A refund of goods that never left is rejected only with "
            "`already_shipped` and the waybill, which ships them in the same breath."
        ),
        body=RejectInput,
        examples=examples.REJECT,
    ),
    Action(
        name="offer",
        service=services.offer,
        description=(
            "The merchant proposes other terms; the buyer accepts or declines. It stops no clock; a newer offer "
            "replaces the open one, and any other move of the ticket ends it. `units`: what was counted at the "
            "inspection, as in `receive`."
        ),
        body=OfferInput,
        examples=examples.OFFER,
    ),
    Action(
        name="accept-offer",
        service=services.accept_offer,
        description="The buyer says yes: the ticket is approved, or its inspection settled, on these terms at once.",
        body=AcceptOfferInput,
        examples=examples.ACCEPT_OFFER,
    ),
    Action(
        name="decline-offer",
        service=services.decline_offer,
        description="The buyer says no: the ticket goes on as if nothing had been offered.",
        body=AnswerOfferInput,
        examples=examples.DECLINE_OFFER,
    ),
    Action(
        name="object",
        service=services.object_to,
        description=(
            "The buyer objects to an amount that was lowered on a note, until 7 days after the payment (B-13). What "
            "was kept back becomes a claim of its own, `noted_consent.objection`: a manager decides, then support. Or "
            "to a settlement by hand, until 7 days after it: support decides (`rule-settlement`)."
        ),
        body=ObjectInput,
        examples=examples.OBJECT,
    ),
    Action(
        name="rule-objection",
        service=services.rule_objection,
        description="Support decides on an objection that a manager rejected or left undecided beyond the review time.",
        body=RuleObjectionInput,
        examples=examples.RULE_OBJECTION,
    ),
    Action(
        name="rule-settlement",
        service=services.rule_settlement,
        description=(
            "Support decides on what the buyer objects to: the settlement by hand counts, or it is void and the refund "
            "has failed again. Never by somebody who settled it; above 1,000.00 a supervisor."
        ),
        body=RuleSettlementInput,
        examples=examples.RULE_SETTLEMENT,
    ),
    Action(
        name="hand-over-gift",
        service=services.hand_over_gift,
        description="The shop hands over what the buyer accepted: a voucher's code, or how a gift was sent.",
        body=HandOverGiftInput,
        examples=examples.HAND_OVER_GIFT,
    ),
    Action(
        name="agree-on-delivery",
        service=services.agree_on_delivery,
        description=(
            "The parcel came after its goods were refunded (`delivered_after_refund`): the shop notes what it agreed "
            "on with the buyer, which ends the alert. No money moves."
        ),
        body=AgreeOnDeliveryInput,
        examples=examples.AGREE_ON_DELIVERY,
    ),
    Action(
        name="pay-difference",
        service=services.pay_difference,
        description="The buyer has paid the difference for a dearer replacement (F-9).",
        body=PaymentInput,
        examples=examples.DIFFERENCE,
        arguments=lambda request, body: {"payment": body},
    ),
    Action(
        name="ship-back",
        service=services.ship_back,
        description=("The goods are on their way back (S-086); again until they were received, to correct the number."),
        body=ShipBackInput,
        examples=examples.SHIP_BACK,
    ),
    Action(
        name="book-pickup",
        service=services.book_pickup,
        description=(
            "A courier comes to the buyer for the goods, at the shop's cost (S-085); `pickup-options/` has couriers "
            "and times. What the courier collects counts as shipped back, with the courier's number. The ticket "
            "doesn't close while the pickup is open. Three bookings a ticket."
        ),
        body=BookPickupInput,
        examples=examples.BOOK_PICKUP,
    ),
    Action(
        name="cancel-pickup",
        service=services.cancel_pickup,
        description="The buyer takes the pickup back. It stays open until the courier's system says that nobody comes.",
    ),
    Action(
        name="receive",
        service=services.receive,
        description=(
            "What came back is counted and graded (S-087); for a return the refund of what arrived starts. "
            "Units that are not named are missing; receive again to count those that come late, whose refund follows "
            "on this ticket. `extras` are goods that nobody announced. `GET conditions/` lists the conditions."
        ),
        body=ReceiveInput,
        examples=examples.RECEIVE,
    ),
    Action(
        name="refuse-goods",
        service=services.refuse_goods,
        description=(
            "What came back is not what was agreed: the refund stops and the goods go back by `return-goods`."
        ),
        body=RefuseGoodsInput,
        examples=examples.REFUSE_GOODS,
    ),
    Action(
        name="return-goods",
        service=services.return_goods,
        description="The merchant sends refused goods back to the buyer.",
        body=WaybillInput,
        examples=examples.WAYBILL,
    ),
    Action(
        name="reship",
        service=services.reship,
        description=(
            "The replacement, or the repaired or missing goods, leave for the buyer; again when they were lost."
        ),
        body=ReshipInput,
        examples=examples.WAYBILL,
    ),
    Action(
        name="confirm-replacement",
        service=services.confirm_replacement,
        description="The buyer has the replacement (S-089).",
    ),
    Action(
        name="not-arrived",
        service=services.not_arrived,
        description=(
            "The buyer says that the replacement did not come. The days until it counts as confirmed stand still; the "
            "merchant answers in 48 hours with `reship`, `prove-arrival` or `convert`, else the buyer may `convert`."
        ),
        body=NotArrivedInput,
        examples=examples.NOT_ARRIVED,
    ),
    Action(
        name="prove-arrival",
        service=services.prove_arrival,
        description="The merchant shows that it came. Evidence is needed unless the courier reported the delivery.",
        body=ProveArrivalInput,
        examples=examples.PROVE_ARRIVAL,
    ),
    Action(
        name="convert",
        service=services.convert,
        description=(
            "What cannot be fulfilled becomes a refund: by the merchant, or by the buyer once it is overdue. Where the "
            "goods are with the buyer and no person of the shop has approved, it goes to review as a refund that the "
            "clock never approves (E-6)."
        ),
        body=ConvertInput,
        examples=examples.CONVERT,
    ),
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
    *OVERRIDES,
    Action(
        name="reopen",
        service=services.reopen,
        description="Support reopens an ended case (S-014): back to the status before the end.",
        body=ReopenInput,
        examples=examples.REOPEN,
    ),
)

# An action of the order; its endpoint is here because orders does not know evidence.
DELIVER = Action(
    name="deliver",
    service=services.deliver,
    description=(
        "The goods have arrived: never before they were sent, never in the future. The bare word of a merchant starts "
        "the order's clocks; only the courier, the integration or a `proof` counts against a buyer who says that "
        "nothing came."
    ),
    body=DeliverInput,
    examples=[examples.DELIVER],
)
