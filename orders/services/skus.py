from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import ADMINISTRATOR
from accounts.models import Shop
from kernel.actors import INTEGRATION, RULE_KIND, Actor
from kernel.changes import record_change, values_of
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.money import TOO_FINE, is_whole
from kernel.numbers import comparable, fault_of, trimmed
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
    sku, new = _locked(shop, code), False
    before = values_of(sku, values)
    if sku is None:
        sku, new = _made(shop, code, {"title": code, "currency": shop.currency, **values})
    if not new:
        for name, value in values.items():
            setattr(sku, name, value)
        sku.save(update_fields=list(values))
    _check_price(sku)
    if values or new:
        after = values_of(sku, values or ("title",))
        record_change("sku", sku, label=sku.code, before=before, after=after, actor=actor)
    return sku, new


def _locked(shop: Shop, code: str) -> Sku | None:
    known = by_codes(shop.pk, [code]).get(code)
    return known and Sku.objects.select_for_update(no_key=True).get(shop_id=shop.pk, pk=known.pk)


def _made(shop: Shop, code: str, values: Mapping[str, Any]) -> tuple[Sku, bool]:
    try:
        with transaction.atomic():
            return Sku.objects.create(shop=shop, code=code, **values), True
    except IntegrityError:
        sku = _locked(shop, code)  # somebody else made it at the same moment
        if sku is None:
            raise
        return sku, False


def by_codes(shop_id: int, codes: Iterable[str]) -> dict[str, Sku]:
    """Code as typed → the SKU of the shop that it names, whatever its width, case, blanks and hyphens (contract §5);
    unknown ones are left out. One statement. Of older SKUs whose codes differ only in that, the one to the letter."""
    codes = set(codes)
    rows = Sku.objects.filter(shop_id=shop_id, code__same_number_in=codes).order_by("spelling") if codes else ()
    by_code: dict[str, Sku] = {}
    by_key: dict[str, Sku] = {}
    for sku in rows:
        by_code[sku.code] = sku
        by_key.setdefault(comparable(sku.code), sku)
    pairs = ((code, by_code.get(code) or by_key.get(comparable(code))) for code in codes)
    return {code: sku for code, sku in pairs if sku is not None}


def of_code(shop: Shop, code: str) -> Sku:
    """404 where the shop has none."""
    sku = by_codes(shop.pk, [code]).get(code)
    if sku is None:
        raise NotFound()
    return sku


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
    known = by_codes(shop.pk, [code]).get(code)
    return known.currency if known else shop.currency
