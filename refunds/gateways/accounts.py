"""Through which account a payment's money goes back: the one that took it, which no other account can refund.

An adapter is built once a process, and again when its account has changed. Which accounts there are is read anew for
each share of refunds, by one statement.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from urllib.parse import quote

from django.conf import settings

from kernel.calls.addresses import is_local
from kernel.crypto import encryption

from .. import channel_settings
from ..models import MerchantAccount
from .port import Configured, Fault, Finding, Gateway, Misconfigured

log = logging.getLogger(__name__)
# In place of the id of a merchant account: that of the environment, which has no row.
ENVIRONMENT = 0


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The settings of one account, as `build` of a channel reads those of the environment. What is not set is empty."""

    values: Mapping[str, str] = field(repr=False)

    def __getattr__(self, name: str) -> str:
        if not name.isupper():
            raise AttributeError(name)
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True)
class Connection:
    """`gateway` is None where the channel isn't connected. `account_id`: None for the account of the environment."""

    gateway: Gateway | None
    account_id: int | None = None


class Accounts:
    """The accounts of some shops, as they were at one moment."""

    def __init__(self, rows: Iterable[MerchantAccount]) -> None:
        self._rows = {row.pk: row for row in rows}

    @classmethod
    def of_shops(cls, shop_ids: Iterable[int]) -> Self:
        rows = MerchantAccount.objects.filter(shop_id__in=set(shop_ids)).exclude(secrets="")
        return cls(rows.defer("secrets").order_by("pk"))

    def candidates(self, channel: str, shop_id: int, paid_at: datetime) -> list[int | None]:
        """Every account that may have taken a payment, never empty: first the one that was in use when it was made, or
        that of the environment where none was. Which it was is not certain: a shop's system may have changed to another
        account earlier or later than this one was told so."""
        rows = [row for row in self._rows.values() if (row.shop_id, row.channel) == (shop_id, channel)]
        ids = sorted((row.pk for row in rows), key=lambda pk: not self._rows[pk].was_used_at(paid_at))
        first = [pk for pk in ids[:1] if self._rows[pk].was_used_at(paid_at)]
        # One that isn't set up has taken nothing, unless there is no other.
        environment = [None] if _of_environment(channel) or not ids else []
        return [*first, *environment, *ids[len(first) :]]

    def connection(self, channel: str, shop_id: int, paid_at: datetime) -> Connection:
        """For what was never sent, of a payment that was made at `paid_at`."""
        return self.sent_through(channel, self.candidates(channel, shop_id, paid_at)[0])

    def sent_through(self, channel: str, account_id: int | None) -> Connection:
        """For what was sent before, through this account."""
        if account_id is None:
            return Connection(_of_environment(channel))
        row = self._rows.get(account_id)
        return Connection(_gateway(row) if row else None, account_id)


def named(channel: str, account: str) -> dict[int, Gateway]:
    """Every account with this number at the channel, by its id; an empty number is the environment's. Whoever manages
    a shop may type any number: only its secrets prove whose it is, so each account is verified with its own."""
    gateways = {ENVIRONMENT: _of_environment(channel)} if account in ("", number_of_environment(channel)) else {}
    if account:
        rows = MerchantAccount.objects.filter(channel=channel, account=account).exclude(secrets="").defer("secrets")
        gateways |= {row.pk: _gateway(row) for row in rows.order_by("pk")}
    return {pk: gateway for pk, gateway in gateways.items() if gateway is not None}


def number_of_environment(channel: str) -> str:
    """The channel's number of that account; empty where it has none, or is not set."""
    name = channel_settings.NUMBERS.get(channel)
    return str(getattr(settings, name)) if name else ""


def build_account(row: MerchantAccount) -> Configured:
    """A new adapter. Raises Misconfigured."""
    from . import build

    values, url = _values(row), channel_settings.URLS[row.channel]
    if is_local(values[url]) and not settings.FAKES_ALLOWED:
        raise Misconfigured(Finding(Fault.URL, url))
    return build(row.channel, AccountSettings(values))


def _of_environment(channel: str) -> Gateway | None:
    from . import get

    return get(channel)


# Account → the version that was built, and the adapter; None where its settings cannot be used.
_built: dict[int, tuple[int, Gateway | None]] = {}


def _gateway(row: MerchantAccount) -> Gateway | None:
    """Never the environment's instead: that would be somebody else's money."""
    version, gateway = _built.get(row.pk, (0, None))
    if version == row.version:
        return gateway
    fresh = MerchantAccount.objects.get(shop_id=row.shop_id, pk=row.pk)
    try:
        gateway = build_account(fresh)
    except Misconfigured as error:
        log.error("merchant account %s stays off: %s", row, error)
        return None  # not remembered: a key of the server may be set without a change of the row
    _built[row.pk] = fresh.version, gateway
    return gateway


def _values(row: MerchantAccount) -> dict[str, str]:
    try:
        secrets: dict[str, str] = json.loads(encryption.decrypt(row.secrets))
    except encryption.Undecryptable:
        raise Misconfigured(Finding(Fault.SEALED, encryption.NAME)) from None
    url = channel_settings.URLS[row.channel]
    values = {**secrets, url: row.url or str(getattr(settings, url))}
    if name := channel_settings.NUMBERS.get(row.channel):
        values[name] = row.account
    for name in channel_settings.TRANSFERS.get(row.channel, ()):
        value = row.transfer_scene_id if name.endswith("_SCENE_ID") else "on"
        values[name] = value if row.transfers else ""
    # Where the channel is told in each request where to send its notice.
    name = f"{row.channel.upper()}_NOTIFY_URL"
    if notify := getattr(settings, name, ""):
        values[name] = f"{notify.rstrip('/')}/{quote(row.account)}/"
    return values
