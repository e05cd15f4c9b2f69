"""The slip that goes into the parcel, so that the warehouse finds the ticket by one scan (issue 3, S-084)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftersales import services
from aftersales.api.representation import lines_of

from ..access import my_ticket, page
from ..codes import code128, qr


@page
@require_safe
def slip(request: HttpRequest, ticket_no: str) -> HttpResponse:
    """Only while goods are to be sent to an address; otherwise the ticket says how it stands."""
    ticket, actor = my_ticket(request, ticket_no)
    # Also after the parcel was sent, as long as its number may be corrected: a slip may have to be printed again.
    possible = services.allowed_actions(ticket, actor, now=timezone.now())
    if "ship-back" not in possible or ticket.return_address_copy is None:
        messages.info(request, _("This ticket has nothing to send back right now, so there's no return slip."))
        return HttpResponseRedirect(reverse("ticket", args=[ticket_no]))
    context = {
        "ticket": ticket,
        "to": ticket.return_address_copy,
        "lines": lines_of([ticket])[ticket.pk],
        "qr": qr(ticket.ticket_no),
        "bars": code128(ticket.ticket_no),
        "due": ticket.due_at if ticket.shipped_back_at is None else None,
    }
    return render(request, "storefront/slip.html", context)


urlpatterns = [path("tickets/<str:ticket_no>/slip/", slip, name="slip")]
