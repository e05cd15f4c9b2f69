"""Waybills of many orders: take the list along, fill it in, bring it back, see what is wrong, ship the rest."""

from collections.abc import Iterator
from itertools import groupby, repeat

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import desk_shops, works_at_a_shop
from accounts.admin.scope import user_of
from accounts.models import User
from kernel.errors import DomainError, Invalid
from logistics.couriers import COURIERS
from orders.services import lines_to_ship

from ..exports import csv_response
from ..page import context
from .file import COLUMNS, MAX_ROWS, consecutive, read
from .work import Work, judge, ship_slice

TITLE = gettext_lazy("Ship orders")
MAX_SHOWN = 50  # lines of a list on the page; all of them are in the download
REJECTS = ("line", "order_no", "sku", "quantity", "courier", "tracking_no", "reason")


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("the filled-in list"),
        help_text=gettext_lazy("CSV, at most 5,000 lines and 2 MiB. Nothing is shipped before you have seen it."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )


def shipper(request: HttpRequest) -> User:
    """Names and addresses of buyers are for the people of the shop; support ships nothing."""
    user = user_of(request)
    if not works_at_a_shop(user):
        raise PermissionDenied(_("Only people of a shop ship its orders."))
    return user


@require_http_methods(["GET", "HEAD", "POST"])
def shipping(request: HttpRequest) -> HttpResponseBase:
    user = shipper(request)
    if request.method != "POST":
        return _start(request, user, UploadForm())
    try:
        if "state" not in request.POST:
            return _upload(request, user)
        work = Work.unpack(request.POST["state"], user)
        if request.POST.get("do") == "rejects":
            return csv_response("rejects.csv", REJECTS, ((*bad.row.cells, bad.reason) for bad in work.bad))
        return _page(request, user, ship_slice(work, user, timezone.now), started=True)
    except DomainError as refusal:
        return _start(request, user, UploadForm(), refusal)


def _upload(request: HttpRequest, user: User) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Invalid(" ".join(str(text) for texts in form.errors.values() for text in texts))
    file: UploadedFile = form.cleaned_data["file"]
    return _page(request, user, judge(read(file), user), started=False)


def _start(request: HttpRequest, user: User, form: UploadForm, refusal: DomainError | None = None) -> HttpResponse:
    to_ship = lines_to_ship(desk_shops(user)).order_by().aggregate(orders=Count("order_id", distinct=True))
    values = {"form": form, "waiting": to_ship["orders"], "refusal": refusal, "most": MAX_ROWS, "couriers": COURIERS}
    status = refusal.http_status if refusal else 200
    return TemplateResponse(request, "admin/desk/ship.html", context(request, TITLE, **values), status=status)


def _page(request: HttpRequest, user: User, work: Work, *, started: bool) -> HttpResponse:
    """`started`: some are shipped already, the rest follows by itself or by a button."""
    values = {
        "work": work,
        "state": work.pack(user),
        "started": started,
        "finished": started and not work.todo,
        "packets": [packet.first for packet in work.todo[:MAX_SHOWN]],
        "bad": work.bad[:MAX_SHOWN],
        "already": work.already[:MAX_SHOWN],
        "shown": MAX_SHOWN,
    }
    return TemplateResponse(request, "admin/desk/ship_list.html", context(request, TITLE, **values))


# --- the list to take along -------------------------------------------------------------------------------


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """`?first=SF100` fills in consecutive numbers, one an order (S-157); otherwise they stay empty."""
    user, first = shipper(request), request.GET.get("first", "").strip()
    try:
        numbers = consecutive(first) if first else repeat("")
    except Invalid as refusal:
        return _start(request, user, UploadForm(), refusal)
    name = f"to-ship-{timezone.localdate():%Y%m%d}.csv"
    return csv_response(name, COLUMNS, _to_ship(user, request.GET.get("courier", "").strip(), numbers))


def _to_ship(user: User, courier: str, numbers: Iterator[str]) -> Iterator[tuple[object, ...]]:
    """A row for each line with units to send. The rows of an order stand together and go under one number."""
    rows = lines_to_ship(desk_shops(user)).select_related("order", "sku")
    for _pk, lines in groupby(rows.iterator(chunk_size=1000), key=lambda line: line.order_id):
        number = next(numbers)
        for line in lines:
            order = line.order
            receiver = (order.receiver_name, order.receiver_address, order.receiver_phone)
            goods = (line.sku.code, line.title, line.spec, line.to_ship)
            yield (order.order_no, *receiver, *goods, courier, number)
