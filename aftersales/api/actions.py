"""The verbs of one ticket over HTTP: fetch and authorise → parse → service → the whole ticket."""

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import caller
from kernel.actors import Actor
from orders.api.orders import parsed
from orders.api.serializers import PaymentInput
from web.http import ApiView
from web.schema import describe

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
from .tickets import TAGS


class VerbDoor(ApiView):
    """`verb` as the machine names it: who never may is told so before the input is judged."""

    parser_classes = [JSONParser]
    verb: ClassVar[str]

    def take(self, ticket_no: str) -> tuple[Ticket, dict[str, Any]]:
        """The ticket, and who acts when."""
        ticket, self.actor = ticket_to_move(caller(self.request), ticket_no, self.verb)
        return ticket, {"actor": self.actor, "now": timezone.now()}

    actor: Actor

    def whole(self, ticket: Ticket) -> Response:
        return Response(ticket_detail(ticket, actor=self.actor))


class Withdraw(VerbDoor):
    verb = "withdraw"

    @describe(answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_withdraw")
    def post(self, request: Request, ticket_no: str) -> Response:
        """The buyer takes the application back (S-040). It counts as an unsuccessful one."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.withdraw(ticket, **who))


class Amend(VerbDoor):
    verb = "amend"

    @describe(
        request=AmendInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_amend",
        examples=examples.AMEND,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """The buyer changes an undecided application, or applies anew after a rejection (S-039). Photos that were
        sent before still stand when none are sent."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.amend(ticket, application(parsed(AmendInput, request)), **who))


class Approve(VerbDoor):
    verb = "approve"

    @describe(
        request=ApproveInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_approve",
        examples=examples.APPROVE,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """The merchant agrees. Less than requested, and a fee, need the buyer's consent and a note (S-056)."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.approve(ticket, **parsed(ApproveInput, request), **who))


class Reject(VerbDoor):
    verb = "reject"

    @describe(
        request=RejectInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_reject",
        examples=examples.REJECT,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """The merchant says no, with a reason the buyer reads (S-035). A no-reason return in time needs a ground
        of the law."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.reject(ticket, **parsed(RejectInput, request), **who))


class PayDifference(VerbDoor):
    verb = "pay_difference"

    @describe(
        request=PaymentInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_pay_difference",
        examples=examples.DIFFERENCE,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """The buyer has paid the difference for a dearer replacement (F-9)."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.pay_difference(ticket, payment=parsed(PaymentInput, request), **who))


class ShipBack(VerbDoor):
    verb = "ship_back"

    @describe(
        request=ShipBackInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_ship_back",
        examples=examples.SHIP_BACK,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """The goods are on their way back (S-086); again until they were received, to correct the number."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.ship_back(ticket, **parsed(ShipBackInput, request), **who))


class Receive(VerbDoor):
    verb = "receive"

    @describe(
        request=ReceiveInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_receive",
        examples=examples.RECEIVE,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """What came back is counted and graded (S-087); for a return the refund of what arrived starts. Units that
        are not named are missing."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.receive(ticket, **parsed(ReceiveInput, request), **who))


class RefuseGoods(VerbDoor):
    verb = "refuse_goods"

    @describe(
        request=RefuseGoodsInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_refuse_goods",
        examples=examples.REFUSE_GOODS,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """What came back is not what was agreed: the refund stops and the goods go back by `return-goods`."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.refuse_goods(ticket, **parsed(RefuseGoodsInput, request), **who))


class ReturnGoods(VerbDoor):
    verb = "return_goods"

    @describe(
        request=WaybillInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_return_goods",
        examples=examples.WAYBILL,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """The merchant sends refused goods back to the buyer."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.return_goods(ticket, **parsed(WaybillInput, request), **who))


class Reship(VerbDoor):
    verb = "reship"

    @describe(
        request=ReshipInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_reship",
        examples=examples.WAYBILL,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """The replacement, or the repaired or missing goods, leave for the buyer; again when they were lost."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.reship(ticket, **parsed(ReshipInput, request), **who))


class ConfirmReplacement(VerbDoor):
    verb = "confirm_replacement"

    @describe(answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_confirm_replacement")
    def post(self, request: Request, ticket_no: str) -> Response:
        """The buyer has the replacement (S-089)."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.confirm_replacement(ticket, **who))


class Convert(VerbDoor):
    verb = "convert"

    @describe(
        request=ConvertInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_convert",
        examples=examples.CONVERT,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """What cannot be fulfilled becomes a refund: by the merchant, or by the buyer once it is overdue."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.convert(ticket, **parsed(ConvertInput, request), **who))


class Reopen(VerbDoor):
    verb = "reopen"

    @describe(
        request=ReopenInput, answer=TicketAnswer, verb=True, tags=TAGS, operation_id="tickets_reopen",
        examples=examples.REOPEN,
    )  # fmt: skip
    def post(self, request: Request, ticket_no: str) -> Response:
        """Support lets an ended case live on (S-014): back to the status before the end."""
        ticket, who = self.take(ticket_no)
        return self.whole(services.reopen(ticket, **parsed(ReopenInput, request), **who))
