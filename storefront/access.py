"""The buyer's own rows. Whoever works with a row at the desk is sent to its page there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import may_enter_desk
from accounts.models import User
from aftersales.access import acting_on as acting_on_ticket
from aftersales.access import buyers_turn, detailed, own_tickets, ticket_for
from aftersales.models import Ticket
from kernel.access import get_by_number
from kernel.actors import BUYER, Actor
from kernel.errors import NotFound
from orders.access import acting_on, order_for, own_orders
from orders.models import Order

View = Callable[..., HttpResponseBase]
CHOSEN = "shop_of_number"  # in the session
MAX_CHOSEN = 20


class RedirectToDesk(Exception):
    """The reader is not the buyer, but works with this row at the desk: `url` is its page there."""

    def __init__(self, url: str) -> None:
        self.url = url


def page(view: View) -> View:
    """Every page of the storefront: login required, never cached, 404 for rows of others."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error
        except RedirectToDesk as redirect:
            return HttpResponseRedirect(redirect.url)

    guarded: View = never_cache(_whole_page_to_login(login_required(wrapped)))
    return guarded


def _whole_page_to_login(view: View) -> View:
    """Without this, htmx would follow the redirect to the login and put that page into the place of a fragment."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        details = getattr(request, "htmx", None)
        if details and not request.user.is_authenticated:
            here = details.current_url_abs_path or request.get_full_path()
            return HttpResponseClientRedirect(redirect_to_login(here).url)
        return view(request, *args, **kwargs)

    return wrapped


def buyer(request: HttpRequest) -> User:
    """The user of a request that `page` let through."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def waiting_count(request: HttpRequest) -> int:
    """How many tickets wait for the buyer: the badge of every page. Read once a request."""
    if not hasattr(request, "_buyers_turn"):
        request._buyers_turn = buyers_turn(buyer(request)).count()  # type: ignore[attr-defined]
    return int(request._buyers_turn)  # type: ignore[attr-defined]


def chosen_shop(request: HttpRequest, number: str) -> str:
    """The shop whose row is meant, where the reader has the number in several: `?shop=`, or what they chose last.

    Links and forms of the page name the number alone, so the choice is kept in the session.
    """
    chosen: dict[str, str] = request.session.get(CHOSEN, {})
    code = request.GET.get("shop", "")
    if not code or chosen.get(number) == code:
        return code or chosen.get(number, "")
    latest = list(chosen.items())[-MAX_CHOSEN:]
    request.session[CHOSEN] = {**dict(latest), number: code}
    return code


def my_order(request: HttpRequest, order_no: str) -> tuple[Order, Actor]:
    user, shop = buyer(request), chosen_shop(request, order_no)
    try:
        own = get_by_number(own_orders(user), order_no=order_no, shop=shop)
    except NotFound:
        # Only now, so that a buyer's own rows cost no further statement.
        order, actor = order_for(user, order_no, shop=shop)
    else:
        return own, acting_on(user, own)
    return order, _only_the_buyer(request, actor, reverse("admin:orders_order_change", args=[order.pk]))


def my_ticket(request: HttpRequest, ticket_no: str) -> tuple[Ticket, Actor]:
    user, shop = buyer(request), chosen_shop(request, ticket_no)
    try:
        own = get_by_number(detailed(own_tickets(user)), ticket_no=ticket_no, shop=shop)
    except NotFound:
        ticket, actor = ticket_for(user, ticket_no, shop=shop)
    else:
        return own, acting_on_ticket(user, own)
    return ticket, _only_the_buyer(request, actor, reverse("admin:aftersales_ticket_change", args=[ticket.pk]))


def _only_the_buyer(request: HttpRequest, actor: Actor, desk_url: str) -> Actor:
    if actor.kind == BUYER:
        return actor
    # Whoever works with the row but may not enter the desk is a stranger to this page.
    if may_enter_desk(request.user):
        raise RedirectToDesk(desk_url)
    raise NotFound()
