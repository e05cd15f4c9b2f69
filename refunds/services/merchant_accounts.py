"""The accounts of a shop at payment channels: added, changed, taken out of use, and checked (docs/channels.md).

Secrets go in and never come out: nobody reads them here, and the history of settings keeps when each was set.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.models import Shop
from accounts.services import only_manager
from kernel.actors import Actor
from kernel.changes import record_change
from kernel.crypto import encryption
from kernel.errors import Conflict, Invalid

from .. import channel_settings, gateways
from ..gateways.wording import finding_text, transfers_text
from ..models import MerchantAccount

SUBJECT = "merchant_account"
CHECK_SECONDS = 10
# An account is checked once in this time: a check holds a thread of the web server until the channel has answered.
CHECK_PAUSE = 10
MAX_SECRET_LENGTH = 10_000
Secrets = Mapping[str, str]
Periods = list[DateTimeTZRange]


@transaction.atomic
def add_account(
    shop: Shop,
    *,
    channel: str,
    account: str,
    secrets: Secrets,
    url: str = "",
    since: datetime | None = None,
    transfers: bool = False,
    transfer_scene_id: str = "",
    actor: Actor,
    now: datetime,
) -> MerchantAccount:
    """In use instead of the one before it, which stays for the payments that it took. `since`: from when on payments
    were taken by the new one; now, where it is not named. `secrets`: by variable. `transfers`: payables may be paid out
    of it. 409 without keys to encrypt them; 400 for a channel, number, address, key or date that cannot be used."""
    only_manager(actor)
    _lock(shop)
    row = MerchantAccount(shop=shop, channel=channel, account=account.strip(), url=url, transfers=transfers)
    row.transfer_scene_id = transfer_scene_id.strip()
    _check_account(row)
    if since and since > now:
        raise Invalid(errors={"since": [_("This is in the future. Add the account once payments are taken by it.")]})
    _store(row, {}, secrets, now)
    row.periods = [DateTimeTZRange(since or now, None)]
    _end_others(row, since or now, actor)
    row.save(force_insert=True)
    record_change(SUBJECT, row, label=f"{row.channel} {row.account}", before={}, after=_recorded(row), actor=actor)
    return row


@transaction.atomic
def revise_account(
    row: MerchantAccount,
    *,
    secrets: Secrets,
    url: str = "",
    transfers: bool | None = None,
    transfer_scene_id: str | None = None,
    actor: Actor,
    now: datetime,
) -> MerchantAccount:
    """A secret that is empty or missing in `secrets` stays as it is, and what of transfers is None. Refused as
    `add_account`."""
    only_manager(actor)
    stored = _locked(row)
    before, stored.url = _recorded(stored), url
    stored.transfers = stored.transfers if transfers is None else transfers
    stored.transfer_scene_id = stored.transfer_scene_id if transfer_scene_id is None else transfer_scene_id.strip()
    _check_transfers(stored)
    _check_address(stored)
    _store(stored, _secrets_of(stored), secrets, now)
    _save(stored, before, actor)
    return stored


@transaction.atomic
def use_account(row: MerchantAccount, *, actor: Actor, now: datetime) -> MerchantAccount:
    """Instead of the one of its channel that is in use, for payments from now on."""
    only_manager(actor)
    stored = _locked(row)
    if not stored.active:
        _end_others(stored, now, actor)
        stored.periods = [*_until(stored.periods, now), DateTimeTZRange(now, None)]
    return _switch(stored, True, actor)


@transaction.atomic
def retire_account(row: MerchantAccount, *, actor: Actor, now: datetime) -> MerchantAccount:
    """Payments from now on are those of the installation's account, where it has one. What this one has taken goes back
    through it, so it is never deleted."""
    only_manager(actor)
    stored = _locked(row)
    stored.periods = _until(stored.periods, now)
    return _switch(stored, False, actor)


def check_account(row: MerchantAccount, *, actor: Actor, now: datetime) -> str:
    """Asks the channel without moving money, for at most `CHECK_SECONDS`. Answers the sentence that says it works;
    409 with the reason where it does not. Not in a transaction: none may be open while a channel is asked."""
    only_manager(actor)
    if not cache.add(f"refunds:check:{row.pk}", 1, CHECK_PAUSE):
        raise Conflict(_("This account was checked just now. Wait %(n)d seconds.") % {"n": CHECK_PAUSE})
    finding = checked(row)
    text = finding_text(finding, row.channel, of_shop=True)
    if finding.fault:
        raise Conflict(text)
    return f"{text} {transfers_text(row.channel, on=row.transfers)}".rstrip()


def checked(row: MerchantAccount) -> gateways.Finding:
    """As it is stored now, with an adapter of its own."""
    try:
        gateway = gateways.build_account(MerchantAccount.objects.get(shop_id=row.shop_id, pk=row.pk))
    except gateways.Misconfigured as error:
        return error.finding
    return gateway.check(deadline=gateways.Deadline.after(CHECK_SECONDS))


def _lock(shop: Shop) -> None:
    """One at a time a shop: which account is in use is decided on what is stored."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)


def _locked(row: MerchantAccount) -> MerchantAccount:
    _lock(row.shop)
    return MerchantAccount.objects.select_for_update().get(shop_id=row.shop_id, pk=row.pk)


def _end_others(row: MerchantAccount, at: datetime, actor: Actor) -> None:
    """No other account of the shop at this channel takes payments from `at` on."""
    for other in MerchantAccount.objects.filter(shop_id=row.shop_id, channel=row.channel).exclude(pk=row.pk):
        periods = _until(other.periods, at)
        if other.active or periods != other.periods:
            other.periods = periods
            _switch(other, False, actor)


def _until(periods: Periods, at: datetime) -> Periods:
    """What of them was before `at`."""
    earlier = [period for period in periods if period.lower < at]
    return [DateTimeTZRange(each.lower, min(each.upper or at, at)) for each in earlier]


def _switch(row: MerchantAccount, active: bool, actor: Actor) -> MerchantAccount:
    before, row.active = _recorded(row), active
    _save(row, before, actor)
    return row


def _save(row: MerchantAccount, before: dict[str, object], actor: Actor) -> None:
    row.version += 1
    row.save()
    record_change(SUBJECT, row, label=f"{row.channel} {row.account}", before=before, after=_recorded(row), actor=actor)


def _recorded(row: MerchantAccount) -> dict[str, object]:
    """For the history of settings: of a secret only when it was set."""
    facts = {"channel": row.channel, "account": row.account, "url": row.url, "active": row.active}
    return {**facts, "transfers": row.transfers, "transfer_scene_id": row.transfer_scene_id, **row.secrets_set}


def _check_account(row: MerchantAccount) -> None:
    if row.channel not in channel_settings.REQUIRED:
        raise Invalid(errors={"channel": [_("Choose a channel from the list.")]})
    if not row.account or len(row.account) > 128 or not row.account.isprintable() or "/" in row.account:
        raise Invalid(errors={"account": [_("Give the account number as the channel shows it.")]})
    if MerchantAccount.objects.filter(shop_id=row.shop_id, channel=row.channel, account=row.account).exists():
        raise Invalid(errors={"account": [_("The shop has an account with this number already. Change that one.")]})
    _check_transfers(row)
    _check_address(row)


def _check_transfers(row: MerchantAccount) -> None:
    if row.transfers and row.channel not in channel_settings.TRANSFERS:
        raise Invalid(errors={"transfers": [_("This channel has no transfers.")]})
    scene = row.transfer_scene_id
    if scene and not (scene.isascii() and scene.isalnum() and len(scene) <= 36):
        raise Invalid(errors={"transfer_scene_id": [_("Give the number of the scene as WeChat Pay shows it.")]})
    if row.transfers and row.channel == "wechatpay" and not scene:
        raise Invalid(errors={"transfer_scene_id": [_("Enter the scene that WeChat Pay has granted for transfers.")]})


def _check_address(row: MerchantAccount) -> None:
    """A manager of a shop chooses among addresses of the channel: any other would let them call what this server can
    reach."""
    if row.url and row.url not in channel_settings.addresses_of(row.channel, settings):
        raise Invalid(errors={"url": [_("Choose an address from the list.")]})


def _secrets_of(row: MerchantAccount) -> dict[str, str]:
    """409 where they cannot be read any more, so that nothing is half lost."""
    try:
        return dict(json.loads(encryption.decrypt(row.secrets))) if row.secrets else {}
    except encryption.Undecryptable:
        fault = gateways.Finding(gateways.Fault.SEALED, encryption.NAME)
        raise Conflict(finding_text(fault, row.channel)) from None


def _store(row: MerchantAccount, stored: Secrets, secrets: Secrets, now: datetime) -> None:
    """Onto the row, encrypted, and only what an adapter can be built from."""
    known = channel_settings.secrets_of(row.channel)
    fresh = {name: secrets[name].strip() for name in known if secrets.get(name, "").strip()}
    for name, value in fresh.items():
        if len(value) > MAX_SECRET_LENGTH:
            raise Invalid(errors={name.lower(): [_("This is too long for a key.")]})
    row.secrets = encryption.encrypt(json.dumps({**stored, **fresh}))
    row.secrets_set = {**row.secrets_set, **dict.fromkeys(fresh, now.isoformat())}
    try:
        gateway = gateways.build_account(row)
    except gateways.Misconfigured as error:
        raise Invalid(
            errors={_field(error.finding.detail, known): [finding_text(error.finding, row.channel, of_shop=True)]}
        ) from None
    transfers = gateways.transferring(gateway)
    if row.transfers and transfers and not transfers.on:
        needed = gateways.Finding(gateways.Fault.CERTIFICATE, ", ".join(channel_settings.CERTIFICATES))
        raise Invalid(errors={"transfers": [finding_text(needed, row.channel, of_shop=True)]})


def _field(detail: str, known: tuple[str, ...]) -> str:
    """The field of the form that a fault is about; "": of several, or none."""
    names = [name for name in known if name in detail.replace(",", " ").split()]
    return names[0].lower() if len(names) == 1 else ""
