"""For which accounts a notice counts: those whose secrets have verified it, and the shops that they are of."""

from typing import TYPE_CHECKING, TypeVar

from orders.models import Payment

from ..gateways import ENVIRONMENT
from ..models import ChannelNotice, Chargeback, MerchantAccount

if TYPE_CHECKING:
    from django.db.models import QuerySet

OfShops = TypeVar("OfShops", Payment, Chargeback)


def verifiers(row: ChannelNotice) -> list[int]:
    """Ids of accounts, `ENVIRONMENT` for that of the environment. A process of an older version names none, and has
    asked the first in use with the number of the address."""
    if row.verified_by:
        return row.verified_by
    rows = MerchantAccount.objects.filter(channel=row.channel, account=row.account).exclude(secrets="")
    first = rows.order_by("-active", "pk").values_list("pk", flat=True).first() if row.account else None
    return [ENVIRONMENT if first is None else first]


def of_its_shops(rows: "QuerySet[OfShops]", row: ChannelNotice) -> "QuerySet[OfShops]":
    """Those of the shops for which it counts: the account of the environment speaks for each."""
    accounts = verifiers(row)
    if ENVIRONMENT in accounts:
        return rows
    shops = MerchantAccount.objects.filter(channel=row.channel, pk__in=accounts).values("shop_id")
    return rows.filter(shop_id__in=shops)


def payments_of(row: ChannelNotice) -> "QuerySet[Payment]":
    """By the numbers of the transaction. With their orders, in the sequence in which those are locked."""
    numbers = [number for number in (row.transaction_no, row.charge_no) if number]
    rows = Payment.objects.select_related("order").filter(channel=row.channel, transaction_no__in=numbers)
    return of_its_shops(rows, row).order_by("order_id", "pk")
