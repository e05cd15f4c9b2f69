"""The actions of an order over HTTP, as a table. logistics adds `ship`, aftersales `deliver`."""

from django.utils import timezone
from rest_framework.request import Request

from accounts.access import caller, chosen_shop
from accounts.login.passwords import check_own_password
from kernel.actors import Actor
from web.api.actions import Action, ActionView
from web.api.body import Body

from .. import services
from ..access import order_for
from ..models import Order
from . import examples
from .answers import OrderAnswer, ReceiverAnswer
from .representation import order_detail, receiver_json
from .serializers import (
    CloseInput,
    ConfirmReceiptInput,
    ExtendReceiptInput,
    InstallInput,
    PaymentInput,
    ReopenWindowInput,
)


class OrderAction(ActionView):
    shape, tags, operation_id, number = OrderAnswer, ["orders"], "orders_%s_create", "order_no"

    def fetch(self, number: str, transition: str) -> tuple[Order, Actor]:
        return order_for(caller(self.request), number, transition, shop=chosen_shop(self.request))

    def currency(self, row: Order) -> str:
        return row.currency

    def allowed(self, row: Order, actor: Actor) -> list[str]:
        return services.allowed_actions(row, actor)

    def answer(self, row: Order, actor: Actor) -> OrderAnswer:
        return order_detail(row, actor=actor, now=timezone.now())


class ReceiverAction(OrderAction):
    shape = ReceiverAnswer  # type: ignore[assignment]

    def answer(self, row: Order, actor: Actor) -> ReceiverAnswer:  # type: ignore[override]
        return receiver_json(row, in_full=True)


def _own_password(request: Request, body: Body) -> Body:
    check_own_password(request._request, caller(request), body["password"])
    # The password ends here: no service needs it.
    return {}


ACTIONS = (
    Action(
        name="pay",
        service=services.pay,
        description="The payment of an unpaid order has come in.",
        body=PaymentInput,
        examples=[examples.PAYMENT],
        arguments=lambda request, body: {"data": body},
    ),
    Action(
        name="pack",
        service=services.pack,
        description="The goods are packed: from now on a refund needs a review (B-01).",
    ),
    Action(
        name="confirm-receipt",
        service=services.confirm_receipt,
        description="The buyer has the goods and says so with their password; the after-sales window starts.",
        body=ConfirmReceiptInput,
        examples=[examples.CONFIRM],
        arguments=_own_password,
    ),
    Action(
        name="extend-receipt",
        service=services.extend_receipt,
        description="More time until the automatic receipt; a buyer once and up to ten days.",
        body=ExtendReceiptInput,
        examples=[examples.EXTEND],
    ),
    Action(
        name="reopen-window",
        service=services.reopen_window,
        description="Support opens the after-sales entry of one order again (S-014).",
        body=ReopenWindowInput,
        examples=[examples.REOPEN],
    ),
    Action(
        name="install",
        service=services.install,
        description="The goods were installed: their warranty runs from then (D-5), never earlier than before.",
        body=InstallInput,
        examples=[examples.INSTALL],
    ),
    Action(
        name="close",
        service=services.close,
        description="Closes an order that was never paid.",
        body=CloseInput,
        examples=[examples.CLOSE],
        arguments=lambda request, body: {"reason": "", **body},
    ),
)

# Answers the receiver instead of the order.
RECEIVER = Action(
    name="receiver",
    service=services.show_receiver,
    description="Name, phone and address in full, for who has to ship or to visit; a line of the history says who"
    " saw them. Everywhere else they are masked, but for the buyer.",
)
