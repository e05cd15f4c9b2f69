from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import ADMINISTRATOR
from accounts.models import Shop
from kernel.actors import INTEGRATION, RULE_KIND, Actor
from kernel.changes import record_change, values_of
from kernel.errors import Forbidden, Invalid
from kernel.money import TOO_FINE, is_whole
from kernel.numbers import fault_of, trimmed
from web.fields import MORE_DECIMALS, TOO_FINE_CURRENCY

from ..models import Sku

MAX_CODE = 64


def keeps_goods(actor: Actor) -> bool:
    """Goods and shelves of a shop are its manager's and its programs', the administrator's, and an import's."""
    return actor.is_manager or actor.kind in (INTEGRATION, RULE_KIND) or actor.role == ADMINISTRATOR


def only_keepers(actor: Actor) -> None:
    if not keeps_goods(actor):
        raise Forbidden()


@transaction.atomic
def put_sku(shop: Shop, code: str, values: Mapping[str, Any], *, actor: Actor) -> tuple[Sku, bool]:
    """Creates or changes an SKU; what is left out stays as it is. Lines that were sold keep their flags."""
    only_keepers(actor)
    code = trimmed(code)
    if fault := fault_of(code, in_address=True):
        raise Invalid(errors={"sku": [str(fault)]})
    if not trimmed(code) or len(code) > MAX_CODE:
        raise Invalid(errors={"sku": [_("Use up to %(max)d printable characters.") % {"max": MAX_CODE}]})
    before = values_of(Sku.objects.select_for_update(no_key=True).filter(shop=shop, code=code).first(), values)
    made = {"title": code, "currency": shop.currency, **values}
    sku, new = Sku.objects.update_or_create(shop=shop, code=code, defaults=values, create_defaults=made)
    _check_price(sku)
    if values or new:
        after = values_of(sku, values or ("title",))
        record_change("sku", sku, label=code, before=before, after=after, actor=actor)
    return sku, new


def _check_price(sku: Sku) -> None:
    # Forms of the desk take any text; the API has checked it before.
    if not (sku.currency.isascii() and sku.currency.isalpha() and sku.currency.isupper() and len(sku.currency) == 3):
        raise Invalid(errors={"currency": [_("Enter a three-letter currency code, such as CNY.")]})
    if sku.currency in TOO_FINE:
        raise Invalid(errors={"currency": [TOO_FINE_CURRENCY.format(currency=sku.currency)]})
    if not is_whole(sku.price, sku.currency):
        raise Invalid(errors={"price": [MORE_DECIMALS.format(currency=sku.currency)]})


def currency_of(shop: Shop, code: str, named: object) -> str:
    """Of an SKU whose price is about to be read: as named, else as it is, else the shop's."""
    if isinstance(named, str):
        return named
    known = Sku.objects.filter(shop=shop, code=code).values_list("currency", flat=True).first()
    return known or shop.currency
