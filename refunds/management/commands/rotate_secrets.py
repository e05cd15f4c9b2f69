"""`manage.py rotate_secrets`: encrypts every stored secret again, by the first key of SECRETS_KEYS."""

import contextlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.crypto import encryption
from kernel.errors import DomainError
from kernel.progress import SOON, progress
from refunds.models import MerchantAccount, Redirection


class Command(BaseCommand):
    help = "Encrypts every secret in the database again, by the first key of SECRETS_KEYS (docs/operations.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = MerchantAccount.objects.exclude(secrets="").order_by("shop_id", "pk")
        keys, unreadable = list(rows.values_list("shop_id", "pk")), []
        with progress(len(keys), label="rotate_secrets", unit="accounts", after=SOON) as bar:
            for shop_id, pk in keys:
                try:
                    rotate(shop_id, pk)
                except encryption.Undecryptable:
                    unreadable.append(pk)
                except DomainError as refusal:
                    raise CommandError(str(refusal.message)) from refusal
                bar.update(1)
        for shop_id, pk in list(Redirection.objects.exclude(sealed="").values_list("shop_id", "pk")):
            # One that cannot be read any more is entered again; it is forgotten within days anyway.
            with contextlib.suppress(encryption.Undecryptable):
                rotate_card(shop_id, pk)
        if unreadable:
            # Those that could be read are done all the same; the old key is still needed for these.
            text = _("Merchant accounts that none of these keys can read: %(ids)s.")
            raise CommandError(text % {"ids": ", ".join(map(str, unreadable))})
        self.stdout.write(_("Merchant accounts encrypted by the first key now: %(n)d.") % {"n": len(keys)})


@transaction.atomic
def rotate(shop_id: int, pk: int) -> None:
    """The version stays: the secrets are the same."""
    row = MerchantAccount.objects.select_for_update().get(shop_id=shop_id, pk=pk)
    row.secrets = encryption.encrypt_again(row.secrets)
    row.save(update_fields=["secrets"])


@transaction.atomic
def rotate_card(shop_id: int, pk: int) -> None:
    row = Redirection.objects.select_for_update().get(shop_id=shop_id, pk=pk)
    if row.sealed:  # not sent meanwhile
        row.sealed = encryption.encrypt_again(row.sealed)
        row.save(update_fields=["sealed"])
