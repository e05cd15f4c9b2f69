from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey, ShopRow

from ..labels import error_text


class Target(models.TextChoices):
    CARD = "card", _("another bank card of the buyer")
    MERCHANT = "merchant", _("the shop's own account")


class State(models.TextChoices):
    PROPOSED = "proposed", _("waits for a second person")
    CONFIRMED = "confirmed", _("being sent on")
    SENT = "sent", _("sent on")
    REFUSED = "refused", _("refused by the channel")
    WITHDRAWN = "withdrawn", _("not sent on")


OPEN = (State.PROPOSED.value, State.CONFIRMED.value)


class Redirection(ShopRow):
    """Where a returned refund is to go instead, under its own number. `account`: the last digits of the card, all that
    is ever shown of its number. `sealed`: number and holder, encrypted (kernel.crypto), and only until the channel has
    them."""

    shop_id = ShopId(parent="refund")
    refund = ShopForeignKey("Refund", models.PROTECT, related_name="redirections", verbose_name=_("refund"))
    target = models.CharField(_("to"), max_length=8, choices=Target.choices)
    bank = models.CharField(_("bank, as the channel calls it"), max_length=32, blank=True)
    account = models.CharField(_("account, its last digits"), max_length=4, blank=True)
    sealed = models.TextField(blank=True, editable=False)
    note = models.CharField(_("note"), max_length=240)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PROPOSED)
    error = models.CharField(_("last error"), max_length=240, blank=True)
    proposed_by = models.BigIntegerField(editable=False)
    proposed_at = models.DateTimeField(_("proposed"))
    confirmed_by = models.BigIntegerField(null=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    # Since when, by the real clock, the channel may have it. NULL: nothing of ours was sent.
    asked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("redirection of a refund"), _("redirections of refunds")
        indexes = [models.Index(fields=["proposed_at"], condition=Q(state__in=OPEN), name="redirection_open")]
        constraints = [
            SameShop(field="refund", name="redirection_refund_same_shop"),
            models.UniqueConstraint(fields=["refund"], condition=Q(state__in=OPEN), name="redirection_one_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=State.values) & ~Q(note=""), name="redirection_state"),
            models.CheckConstraint(
                condition=Q(target=Target.CARD) & ~Q(bank="") & ~Q(account="")
                | Q(target=Target.MERCHANT, bank="", account="", sealed=""),
                name="redirection_target",
            ),
            models.CheckConstraint(
                # Nothing of the card is kept once the channel has it, or nobody sends it any more.
                condition=Q(state__in=OPEN) | Q(sealed=""),
                name="redirection_card_forgotten",
            ),
            models.CheckConstraint(
                # Two people. NULL passes a CHECK, so both columns are asked for.
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True, state__in=("proposed", "withdrawn"))
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~Q(confirmed_by=F("proposed_by"))
                & ~Q(state="proposed"),
                name="redirection_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True) | Q(confirmed_at__isnull=False),
                name="redirection_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}: {self.destination}"

    @property
    def destination(self) -> str:
        """As the API has it: "ICBC_DEBIT 3445"; empty: the shop's own account. In words: `account_text`."""
        return f"{self.bank} {self.account}".strip()

    @property
    def error_text(self) -> str:
        """What the channel said, or our own reason in the reader's language."""
        return error_text(self.error)
