"""The buyer's own rows. Who works at the desk is shown the same row there."""

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
from aftersales.access import detailed, own_tickets, ticket_for
from aftersales.models import Ticket
from kernel.access import get_or_not_found
from kernel.actors import BUYER, Actor
from kernel.errors import NotFound
from orders.access import acting_on, order_for, own_orders
from orders.models import Order

View = Callable[..., HttpResponseBase]


class AtTheDesk(Exception):
    """The reader is not the buyer, but works with this row: its page at the desk is theirs."""

    def __init__(self, url: str) -> None:
        self.url = url


def page(view: View) -> View:
    """Every page of the storefront: behind the login, kept by no cache, 404 for what is not yours."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error
        except AtTheDesk as desk:
            return HttpResponseRedirect(desk.url)

    guarded: View = never_cache(_to_login_as_a_whole(login_required(wrapped)))
    return guarded


def _to_login_as_a_whole(view: View) -> View:
    """Where a session ended, htmx would follow the redirect and put the login page into the fragment's place."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        details = getattr(request, "htmx", None)
        if details and not request.user.is_authenticated:
            here = details.current_url_abs_path or request.get_full_path()
            return HttpResponseClientRedirect(redirect_to_login(here).url)
        return view(request, *args, **kwargs)

    return wrapped


def buyer(request: HttpRequest) -> User:
    """Who came past `page`."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def my_order(request: HttpRequest, order_no: str) -> tuple[Order, Actor]:
    user = buyer(request)
    try:
        mine = get_or_not_found(own_orders(user), order_no=order_no)
    except NotFound:
        # Not bought by them; where they work with it is asked of nobody but those who work.
        order, actor = order_for(user, order_no)
    else:
        return mine, acting_on(user, mine)
    return order, _only_the_buyer(request, actor, reverse("admin:orders_order_change", args=[order.pk]))


def my_ticket(request: HttpRequest, ticket_no: str) -> tuple[Ticket, Actor]:
    user = buyer(request)
    try:
        mine = get_or_not_found(detailed(own_tickets(user)), ticket_no=ticket_no)
    except NotFound:
        ticket, actor = ticket_for(user, ticket_no)
    else:
        return mine, acting_on_ticket(user, mine)
    return ticket, _only_the_buyer(request, actor, reverse("admin:aftersales_ticket_change", args=[ticket.pk]))


def _only_the_buyer(request: HttpRequest, actor: Actor, desk: str) -> Actor:
    if actor.kind == BUYER:
        return actor
    if may_enter_desk(request.user):
        raise AtTheDesk(desk)
    raise NotFound()
