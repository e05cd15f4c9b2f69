"""Every form that decides sends the version of what it showed (contract §5), and goods without a number are received
only after a page that asks."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from aftersales import services
from aftersales.admin import tickets as desk_tickets
from aftersales.models import Ticket
from desk.receiving.views import STEPS
from storefront.views.ticket_actions import ACTIONS
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.world import World
from web.forms import SeenForm, VerbForm

pytestmark = pytest.mark.django_db
Service = Callable[..., Any]
# What gives money or goods away, or takes them: each service takes the version that was seen.
DECIDES = (
    services.approve, services.reject, services.receive, services.refuse_goods, services.reship, services.convert,
    services.accept_offer, services.offer, services.rule_objection,
)  # fmt: skip


def takes_version(service: Service) -> bool:
    return "version" in inspect.signature(service).parameters


def forms() -> list[tuple[str, Service, type[VerbForm]]]:
    """Name, service and form of every page: the ticket's, the receiving table's, the buyer's."""
    found = [(f"desk {verb.name}", verb.call, verb.form) for verb in desk_tickets.VERBS]
    found += [(f"receiving {name}", step.call, step.form) for name, step in STEPS.items()]
    return [*found, *((f"buyer {action.name}", action.service, action.form) for action in ACTIONS)]


def test_every_decision_takes_the_version() -> None:
    assert [service.__name__ for service in DECIDES if not takes_version(service)] == []


@pytest.mark.parametrize(
    ("name", "service", "form"), forms(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_form_whose_service_takes_it_sends_it(name: str, service: Service, form: type[VerbForm]) -> None:
    passes_on = any(one.kind is one.VAR_KEYWORD for one in inspect.signature(service).parameters.values())
    sends = issubclass(form, SeenForm) and "version" in form.base_fields
    assert sends if takes_version(service) else not sends or passes_on, name


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_without_a_number_a_page_asks_first(desk: Desk, sit: Sit) -> None:
    """On the ticket's page there is no open form to receive by one click; the page asks, and then it is done."""
    ticket, mei = desk.approve(desk.apply(desk.world.delivered())), sit("mei")
    shown = text(mei.get(page(ticket)))
    assert 'id="do-receive"' not in shown
    assert f'href="{page(ticket, "receive")}"' in shown
    asks = text(mei.get(page(ticket, "receive")))
    assert "The buyer hasn't entered a tracking number. Only confirm if everything is here" in asks
    line = ticket.lines.get()
    counted = {f"{line.line_id}-as_new": line.quantity, "version": ticket.version}
    assert mei.post(page(ticket, "receive"), counted).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).received_at is not None
    under_way = desk.ship_back(desk.approve(desk.apply(desk.world.delivered())))
    assert 'id="do-receive"' in text(mei.get(page(under_way)))
