"""An order comes in (contract §5). The same number with the same content again is the same order."""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, When
from django.utils.translation import gettext as _

from accounts.models import Shop, User
from kernel.actors import INTEGRATION, Actor
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.machine import begin
from kernel.money import ZERO
from kernel.numbers import comparable

from ..content import LineContent, OrderContent, normalised
from ..content import fingerprint as fingerprint_of
from ..machine import Status
from ..models import Order, OrderLine, Payment, Sku
from ..policy import ship_due
from ..pricing import LinePrice, price
from ..signals import payments_stored
from ..warranty.terms import Terms, key, of_sku, terms_of
from . import promotions
from .payments import check_transaction, must_add_up
from .skus import by_codes


def create(shop: Shop, data: Mapping[str, Any], *, actor: Actor, now: datetime) -> tuple[Order, bool]:
    """`data` as in the contract, with Decimals and datetimes. The order, and whether it is new.

    409 when the number is taken by other content; 400 when amounts or payments do not add up.
    """
    if actor.kind != INTEGRATION and not actor.is_manager:
        raise Forbidden()
    content = normalised(data, shop.currency)
    if content["payments"] and actor.kind != INTEGRATION:
        raise Forbidden(_("Only the shop's system can report payments. Leave them out."))
    # First of all, because integrations send orders again: a known one costs a single query.
    known = _known(shop, content)
    if known is not None:
        return known, False
    payable, prices = price(content)
    promotions.check(content)
    _check_payments(content, payable)
    try:
        # A savepoint, so that the IntegrityError below leaves the transaction of the request usable.
        with transaction.atomic():
            order = _order(shop, content, payable, fingerprint_of(shop.pk, content), actor=actor, now=now)
            # After the number of the order was taken: the same order that comes in twice at once is no second payment.
            for payment in sorted(content["payments"], key=itemgetter("channel", "transaction_no")):
                check_transaction(shop.pk, payment)
            _store_lines(order, content, prices, actor)
            promotions.store(order, content)
            _store_payments(order, content)
    except IntegrityError:
        known = _known(shop, content)  # the same order came in twice at once
        if known is None:
            raise
        return known, False
    return order, True


def _known(shop: Shop, content: OrderContent) -> Order | None:
    """The order of this number, however it is typed."""
    rows = Order.objects.select_related("policy", "shop", "buyer").filter(shop=shop)
    number = content["order_no"]
    # To the letter first: some older orders differ only in how they are spelled.
    order = (
        rows.filter(order_no__same_number=number)
        .order_by(Case(When(order_no=number, then=0), default=1), "spelling")
        .first()
    )
    if order is None:
        return None
    same: OrderContent = {**content, "order_no": order.order_no}
    if order.fingerprint != fingerprint_of(shop.pk, same):
        raise Conflict(_("An order with this number but different content already exists."))
    return order


def _check_payments(content: OrderContent, payable: object) -> None:
    payments = content["payments"]
    if not payments:
        return
    must_add_up(payable, sum((payment["amount"] for payment in payments), ZERO), "payments")  # type: ignore[arg-type]
    if len({(payment["channel"], payment["transaction_no"]) for payment in payments}) < len(payments):
        raise Invalid(errors={"payments": [_("The same transaction appears twice.")]})


def _buyer(username: str, actor: Actor) -> User:
    buyer = User.objects.filter(username=username).first()
    if buyer is not None:
        return buyer
    # Only the shop's own system makes buyers: a typing error of a person would make an account of nobody.
    if actor.kind != INTEGRATION:
        raise Invalid(errors={"buyer": [_("We don't know this buyer.")]})
    # “!” is no usable password from the first moment on: nobody can log in as a buyer that was only named.
    made, new = User.objects.get_or_create(username=username, defaults={"password": "!"})
    if new:
        made.set_unusable_password()
        made.save(update_fields=["password"])
    return made


def _order(
    shop: Shop, content: OrderContent, payable: object, fingerprint: str, *, actor: Actor, now: datetime
) -> Order:
    placed_at = content["placed_at"] or now
    paid = [payment["paid_at"] or placed_at for payment in content["payments"]]
    paid_at = max(paid) if paid else None  # with several tenders the order is paid by the last one
    order = Order(
        order_no=content["order_no"],
        currency=content["currency"],
        freight=content["freight"],
        discount=content["discount"],
        points_deduction=content["points_deduction"],
        points_used=content["points_used"],
        coupons=content["coupons"],
        points_earned=content.get("points_earned", 0),
        has_promotions=promotions.reported(content),
        **{f"receiver_{key}": text for key, text in content["receiver"].items()},
        shop=shop,
        buyer=_buyer(content["buyer"], actor),
        # Today's version: a later change of the policy does not apply to this order.
        policy=shop.policy,
        amount=payable,
        fingerprint=fingerprint,
        placed_at=placed_at,
        paid_at=paid_at,
        ship_due_at=ship_due(paid_at, shop.policy, shop) if paid_at else None,
        status=Status.PAID if paid else Status.PENDING_PAYMENT,
    )
    return begin(order, actor=actor, now=now)


def _skus(shop: Shop, lines: list[LineContent], currency: str, actor: Actor) -> dict[str, Sku]:
    codes = {line["sku"]: line for line in lines}
    known = by_codes(shop.pk, codes)
    # In the order of the code, so that two orders with the same new goods cannot wait for each other.
    missing = sorted(codes.keys() - known.keys(), key=comparable)
    if not missing:
        return known
    if actor.kind != INTEGRATION:
        at = {line["sku"]: index for index, line in reversed(list(enumerate(lines)))}
        raise Invalid(errors={f"lines[{at[code]}].sku": [_("We don't know this SKU.")] for code in missing})
    Sku.objects.bulk_create([_new_sku(shop, codes[code], currency) for code in missing], ignore_conflicts=True)
    return known | by_codes(shop.pk, missing)


def _new_sku(shop: Shop, line: LineContent, currency: str) -> Sku:
    texts = {key: line[key] for key in ("spec", "category", "image_url")}
    price = {"price": line["unit_price"], "currency": currency}
    english = {"title_en": line.get("title_en", ""), "spec_en": line.get("spec_en", "")}
    return Sku(shop=shop, code=line["sku"], title=line["title"] or line["sku"], **price, **texts, **english)


def _english(line: LineContent, sku: Sku) -> dict[str, str]:
    """As it was sold; else the SKU's, where the line is called as the SKU is."""
    return {
        "title_en": line.get("title_en") or (sku.title_en if line["title"] in ("", sku.title) else ""),
        "spec_en": line.get("spec_en") or (sku.spec_en if line["spec"] in ("", sku.spec) else ""),
    }


def _store_lines(order: Order, content: OrderContent, prices: list[LinePrice], actor: Actor) -> None:
    skus = _skus(order.shop, content["lines"], order.currency, actor)
    terms = terms_of(order.shop_id, (line["category"] or skus[line["sku"]].category for line in content["lines"]))
    OrderLine.objects.bulk_create(
        _order_line(order, position, line, skus[line["sku"]], priced, terms)
        for position, (line, priced) in enumerate(zip(content["lines"], prices, strict=True), 1)
    )


def _order_line(
    order: Order, position: int, line: LineContent, sku: Sku, priced: LinePrice, terms: dict[str, Terms]
) -> OrderLine:
    """Texts as they were sold, flags of the SKU and the warranty of the category as they are now: all stay as they are
    on the line."""
    category = line["category"] or sku.category
    return OrderLine(
        order=order,
        position=position,
        kind=line.get("kind", OrderLine.Kind.GOODS),
        sku=sku,
        **{name: line[name] or getattr(sku, name) for name in ("title", "spec", "category", "image_url")},
        **_english(line, sku),
        **{name: getattr(sku, name) for name in ("virtual", "exchange_excluded", "no_reason_exempt")},
        **terms.get(key(category), Terms()).longest(of_sku(sku)).columns(),
        **{name: line[name] for name in ("unit_price", "quantity", "discount", "exempt_confirmed")},
        discount_share=priced.discount_share,
        points_share=priced.points_share,
        points=priced.points,
        paid_amount=priced.paid,
    )


def _store_payments(order: Order, content: OrderContent) -> None:
    payments = Payment.objects.bulk_create(
        Payment(
            order=order,
            channel=payment["channel"],
            transaction_no=payment["transaction_no"],
            captured=payment["amount"],
            paid_at=payment["paid_at"] or order.placed_at,
            shared_total=payment.get("shared_total"),
        )
        for payment in content["payments"]
    )
    if payments:
        payments_stored.send(sender=Payment, transactions=[(row.channel, row.transaction_no) for row in payments])
