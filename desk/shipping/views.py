"""Waybills of many orders: take the list along, fill it in, bring it back, see what is wrong, ship the rest."""

from collections.abc import Iterator
from itertools import groupby, repeat

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import desk_shops, member_actor, works_at_a_shop
from accounts.admin.scope import user_of
from accounts.models import User
from kernel.errors import DomainError, Invalid
from kernel.languages import enumerated
from logistics.couriers import COURIERS
from logistics.likely import likely
from orders.api.representation import receiver_json
from orders.models import Order, OrderLine
from orders.services import lines_to_ship, show_receivers
from web.exports import csv_response
from web.limits import count_table

from ..page import context
from .file import COLUMNS, EXPLAINED, KNOWN, MAX_ROWS, consecutive, read
from .remarks import REMARKS, remarks_of
from .work import Work, chunked, judge, receiver_of, ship_slice

TITLE = gettext_lazy("Ship orders")
MAX_SHOWN = 50  # lines of a list on the page; all of them are in the download
REJECTS = ("line", "order_no", "sku", "quantity", "courier", "tracking_no", "reason")


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("the filled-in list"),
        help_text=gettext_lazy("CSV or .xlsx, up to 5,000 lines and 2 MB. Nothing ships until you've checked it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.gz,.xlsx,text/csv,text/plain"}),
    )


def shipper(request: HttpRequest) -> User:
    """Names and addresses of buyers are for the people of the shop; support ships nothing."""
    user = user_of(request)
    if not works_at_a_shop(user):
        raise PermissionDenied(_("Only members of a shop can ship its orders."))
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
        if request.POST.get("do") == "receiver":
            receiver = receiver_of(work, request.POST.get("order", ""), user, timezone.now())
            return _page(request, user, work, started=False, shown_order=receiver)
        return _page(request, user, ship_slice(work, user, timezone.now), started=True)
    except DomainError as refusal:
        return _start(request, user, UploadForm(), refusal)


def _upload(request: HttpRequest, user: User) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Invalid(" ".join(str(text) for texts in form.errors.values() for text in texts))
    file: UploadedFile = form.cleaned_data["file"]
    count_table(user.pk, file.size or 0)
    return _page(request, user, judge(read(file), user), started=False)


def _start(request: HttpRequest, user: User, form: UploadForm, refusal: DomainError | None = None) -> HttpResponse:
    to_ship = lines_to_ship(desk_shops(user)).order_by().aggregate(orders=Count("order_id", distinct=True))
    values = {"form": form, "waiting": to_ship["orders"], "refusal": refusal, "most": MAX_ROWS, "couriers": COURIERS}
    values["columns"] = [(name, enumerated(KNOWN.also.get(name, ()))) for name in EXPLAINED]
    status = refusal.http_status if refusal else 200
    return TemplateResponse(request, "admin/desk/ship.html", context(request, TITLE, **values), status=status)


def _page(
    request: HttpRequest, user: User, work: Work, *, started: bool, shown_order: Order | None = None
) -> HttpResponse:
    """`started`: some are shipped already, the rest follows by itself or by a button. `shown_order`: whose receiver
    stands on the page in full."""
    values = {
        "work": work,
        "state": work.pack(user),
        "started": started,
        "finished": started and not work.todo,
        "packets": work.todo[:MAX_SHOWN],
        "bad": work.bad[:MAX_SHOWN],
        "already": work.already[:MAX_SHOWN],
        "shown": MAX_SHOWN,
        "receiver": receiver_json(shown_order, in_full=True) if shown_order else None,
        "shown_number": request.POST.get("order", "") if shown_order else None,
    }
    return TemplateResponse(request, "admin/desk/ship_list.html", context(request, TITLE, **values))


# --- the list to take along -------------------------------------------------------------------------------


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """`?first=SF100` fills in consecutive numbers, one an order (S-157), and the courier whose they are likely, where
    `?courier=` names none; otherwise they stay empty."""
    user, first, courier = shipper(request), *(request.GET.get(name, "").strip() for name in ("first", "courier"))
    try:
        numbers = consecutive(first) if first else repeat("")
    except Invalid as refusal:
        return _start(request, user, UploadForm(), refusal)
    courier = courier or likely(first, user_id=user.pk).only
    name = f"to-ship-{timezone.localdate():%Y%m%d}.csv"
    return csv_response(name, COLUMNS, _to_ship(user, courier, numbers))


def _to_ship(user: User, courier: str, numbers: Iterator[str]) -> Iterator[tuple[object, ...]]:
    """A row for each line with units to send. The rows of an order stand together and go under one number."""
    rows = lines_to_ship(desk_shops(user)).select_related("sku").iterator(chunk_size=1000)
    orders = ((pk, list(lines)) for pk, lines in groupby(rows, key=lambda line: line.order_id))
    for some in chunked(orders):
        orders_by_id = _receivers(user, [lines[0] for _pk, lines in some])
        # An order that was sent meanwhile is not among them.
        for pk, lines in ((pk, lines) for pk, lines in some if pk in orders_by_id):
            order, number = orders_by_id[pk], next(numbers)
            receiver = (order.receiver_name, order.receiver_address, order.receiver_phone)
            for line in lines:
                goods = (line.sku.code, line.title, line.spec, line.to_ship)
                yield (order.order_no, *receiver, *goods, remarks_of(order), courier, number)


def _receivers(user: User, lines: list[OrderLine]) -> dict[int, Order]:
    """Order id → order; each has its line in the history before a row of it is sent (ux 9)."""
    orders_by_id: dict[int, Order] = {}
    for shop_id in {line.shop_id for line in lines}:
        actor, ids = member_actor(user, shop_id), [line.order_id for line in lines if line.shop_id == shop_id]
        if actor is not None:
            rows = Order.objects.filter(shop_id=shop_id, pk__in=ids)
            orders_by_id |= {order.pk: order for order in show_receivers(rows, actor=actor, now=timezone.now())}
    prefetch_related_objects(list(orders_by_id.values()), REMARKS)
    return orders_by_id
