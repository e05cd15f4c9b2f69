"""The actions of a ticket over HTTP, as a table."""

from rest_framework.parsers import JSONParser

from accounts.access import caller, chosen_shop
from kernel.actors import Actor
from orders.api.serializers import PaymentInput
from web.api.actions import Action, ActionView

from .. import services
from ..access import ticket_to_move
from ..models import Ticket
from . import examples
from .answers import TicketAnswer
from .representation import ticket_detail
from .serializers import (
    AmendInput,
    ApproveInput,
    ConvertInput,
    ReceiveInput,
    RefuseGoodsInput,
    RejectInput,
    ReopenInput,
    ReshipInput,
    ShipBackInput,
    WaybillInput,
    application,
)


class TicketAction(ActionView):
    parser_classes = [JSONParser]
    shape, tags, operation_id, number = TicketAnswer, ["tickets"], "tickets_%s", "ticket_no"

    def fetch(self, number: str, transition: str) -> tuple[Ticket, Actor]:
        return ticket_to_move(caller(self.request), number, transition, shop=chosen_shop(self.request))

    def currency(self, row: Ticket) -> str:
        return row.order.currency

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
            "The merchant agrees. Less than requested, and a fee, need the buyer's consent and a note (S-056)."
        ),
        body=ApproveInput,
        examples=examples.APPROVE,
    ),
    Action(
        name="reject",
        service=services.reject,
        description=(
            "The merchant rejects, with a reason that the buyer reads (S-035). A no-reason return in time needs a "
            "ground of the law."
        ),
        body=RejectInput,
        examples=examples.REJECT,
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
        name="receive",
        service=services.receive,
        description=(
            "What came back is counted and graded (S-087); for a return the refund of what arrived starts. "
            "Units that are not named are missing."
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
        name="convert",
        service=services.convert,
        description=("What cannot be fulfilled becomes a refund: by the merchant, or by the buyer once it is overdue."),
        body=ConvertInput,
        examples=examples.CONVERT,
    ),
    Action(
        name="reopen",
        service=services.reopen,
        description="Support reopens an ended case (S-014): back to the status before the end.",
        body=ReopenInput,
        examples=examples.REOPEN,
    ),
)
