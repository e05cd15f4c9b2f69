"""The shop's payment page of the demo: reads the signed request as a shop would, tells the payment over the shop's own
integration account, and sends the buyer back with a signed link (docs/payment-page.md)."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.access import member_actor
from accounts.models import Membership, Role, Shop
from accounts.shop_settings.payment_page import LIFETIME, Purpose, Use
from aftersales import services
from aftersales.models import Ticket
from kernel.actors import Actor
from kernel.crypto import jwt
from kernel.crypto.jwt import Claims
from kernel.errors import DomainError
from orders import services as orders
from orders.models import Order

TEMPLATE = "demo/payment.html"


class PaymentPage(View):
    """Asks for no login, as it stands for another site. So it exists only where the demo runs."""

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.DEBUG:
            raise Http404
        token = request.GET.get("token", "")
        try:
            self.shop, self.claims = _request(token, timezone.now())
        except jwt.BadToken:
            text = _("This payment link is invalid or has expired. Go back and start again.")
            return render(request, TEMPLATE, {"refusal": text}, status=400)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, TEMPLATE, self._context())

    def post(self, request: HttpRequest) -> HttpResponse:
        paid = "pay" in request.POST
        if paid:
            try:
                _record(self.shop, self.claims, timezone.now())
            except DomainError as refusal:
                context = self._context() | {"refusal": refusal.message}
                return render(request, TEMPLATE, context, status=refusal.http_status)
        return HttpResponseRedirect(_back(self.shop, self.claims, paid=paid, now=timezone.now()))

    def _context(self) -> Claims:
        return {"shop": self.shop, "claims": self.claims, "amount": Decimal(self.claims["amount"])}


def _request(token: str, now: datetime) -> tuple[Shop, Claims]:
    shop = Shop.objects.filter(code=str(jwt.unread(token).get("aud"))).first()
    if shop is None:
        raise jwt.BadToken
    claims = jwt.read(token, shop.payment_page_key, now=now)
    if claims.get("use") != Use.REQUEST:
        raise jwt.BadToken
    return shop, claims


def _record(shop: Shop, claims: Claims, now: datetime) -> None:
    """What the shop's system would tell over the API. The services know what is due, whatever the claims say."""
    payment = {
        "channel": "sandbox",
        "transaction_no": f"PAGE-{claims['jti']}",
        "amount": Decimal(claims["amount"]),
        "paid_at": now,
    }
    program = _integration(shop)
    if claims["purpose"] == Purpose.DIFFERENCE:
        ticket = Ticket.objects.get(shop=shop, ticket_no=claims["ticket_no"])
        services.pay_difference(ticket, payment=payment, actor=program, now=now)
    else:
        order = Order.objects.get(shop=shop, order_no=claims["order_no"])
        orders.pay(order, payment, actor=program, now=now)


def _integration(shop: Shop) -> Actor:
    member = Membership.objects.filter(shop=shop, role=Role.INTEGRATION).select_related("user").first()
    actor = member and member_actor(member.user, shop.pk)
    if not actor:
        raise Http404
    return actor


def _back(shop: Shop, claims: Claims, *, paid: bool, now: datetime) -> str:
    answer = {
        "use": Use.RETURN,
        "aud": shop.code,
        "sub": claims["sub"],
        "jti": claims["jti"],
        "status": "paid" if paid else "cancelled",
        "exp": int((now + LIFETIME).timestamp()),
    }
    return f"{claims['return_url']}?{urlencode({'token': jwt.sign(answer, shop.payment_page_key)})}"


urlpatterns = [path("pay/", PaymentPage.as_view(), name="sandbox-pay")]
