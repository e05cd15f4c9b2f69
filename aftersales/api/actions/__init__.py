"""The actions of a ticket over HTTP, as a table."""

from django.utils import timezone

from accounts.access import caller, chosen_shop
from kernel.actors import Actor
from web.api.actions import ActionView
from web.api.parsers import JsonParser

from ... import services
from ...access import ticket_to_move
from ...models import Ticket
from ..answers import TicketAnswer
from ..representation import ticket_detail
from .decisions import DECISIONS
from .goods import DELIVER, GOODS
from .people import PEOPLE

__all__ = ["ACTIONS", "DELIVER", "TicketAction"]

ACTIONS = (*DECISIONS, *GOODS, *PEOPLE)


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
