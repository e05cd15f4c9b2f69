"""Proves the settings of a payment channel for `manage.py check_channel`, without moving money."""

from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Shop
from kernel.connections import NotProved, register

from .. import channel_settings, gateways
from ..gateways.wording import finding_text, transfers_text
from ..models import MerchantAccount
from ..services.merchant_accounts import CHECK_SECONDS, checked


def check(channel: str, shop: str) -> list[str]:
    """Raises NotProved."""
    account = _account(channel, shop) if shop else None
    finding = checked(account) if account else _of_environment(channel)
    text = finding_text(finding, channel)
    if finding.fault:
        raise NotProved(text)
    on = account.transfers if account else channel_settings.transfers_on(channel, settings)
    return [line for line in (text, transfers_text(channel, on=on)) if line]


def _of_environment(channel: str) -> gateways.Finding:
    try:
        gateway = gateways.build(channel, settings)
    except gateways.Misconfigured as error:
        return error.finding
    return gateway.check(deadline=gateways.Deadline.after(CHECK_SECONDS))


def _account(channel: str, code: str) -> MerchantAccount:
    shop = Shop.objects.filter(code=code).first()
    if shop is None:
        raise NotProved(_("There is no shop “%(code)s”.") % {"code": code})
    rows = MerchantAccount.objects.filter(shop_id=shop.pk, channel=channel, active=True)
    row = rows.exclude(secrets="").first()
    if row is None:
        text = _(
            "%(shop)s has no account of its own at this channel. Without --shop, that of the installation is checked."
        )
        raise NotProved(text % {"shop": shop.name})
    return row


for _channel in channel_settings.REQUIRED:
    register(_channel, partial(check, _channel))
