"""People, shops, who works where, and the shop's policy in immutable versions."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop

from . import policy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class SupportRole(models.TextChoices):
    NONE = "", _("not support")
    AGENT = "agent", _("support agent")
    SUPERVISOR = "supervisor", _("support supervisor")


class User(AbstractUser):
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    support_role = models.CharField(
        _("platform support"), max_length=16, blank=True, choices=SupportRole.choices, default=SupportRole.NONE
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(support_role__in=SupportRole.values), name="user_support_role"),
        ]

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class Shop(models.Model):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    contact_name = models.CharField(_("contact person"), max_length=80, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=32, blank=True)
    contact_address = models.CharField(_("contact address"), max_length=240, blank=True)
    hotline = models.CharField(
        _("hotline"), max_length=32, blank=True,
        help_text=_("Shown to buyers where the after-sales entry is closed (S-164)."),
    )  # fmt: skip
    policy = models.ForeignKey(
        # Shop and policy point at each other: both keys are checked at COMMIT (services.open_shop).
        "Policy",
        models.PROTECT,
        db_constraint=False,
        verbose_name=_("policy"),
        related_name="current_of",
    )
    # Part C, holiday pause: between the two the clocks of the shop's tickets stand still. Set by announcing it.
    pause_starts_at = models.DateTimeField(_("holiday pause from"), null=True, blank=True, editable=False)
    pause_ends_at = models.DateTimeField(_("holiday pause until"), null=True, blank=True, editable=False)
    members = models.ManyToManyField(User, through="Membership", related_name="shops")

    class Meta:
        verbose_name, verbose_name_plural = _("shop"), _("shops")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pause_starts_at__isnull=True, pause_ends_at__isnull=True)
                | Q(pause_ends_at__gt=models.F("pause_starts_at")),
                name="shop_pause",
            ),
            SameShop(field="policy", shop="id", name="shop_policy_same_shop"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    MANAGER = "manager", _("manager")
    AGENT = "agent", _("agent")
    INTEGRATION = "integration", _("integration")


class Membership(models.Model):
    shop = models.ForeignKey(Shop, models.CASCADE, verbose_name=_("shop"))
    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("user"), related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    review_limit = models.DecimalField(
        _("review limit"), max_digits=12, decimal_places=2, null=True, blank=True,
        help_text=_("The highest amount this agent may refund. Empty: no limit."),
    )  # fmt: skip

    class Meta:
        verbose_name, verbose_name_plural = _("member"), _("members")
        constraints = [
            # One role a person and shop: `access.memberships` has one entry for each shop.
            models.UniqueConstraint(fields=["shop", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role"),
            models.CheckConstraint(
                condition=Q(review_limit__isnull=True) | Q(review_limit__gte=0), name="membership_limit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.shop}"


def _days(label: "StrOrPromise", default: int, help_text: "StrOrPromise" = "") -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, default=default, help_text=help_text)


class Policy(models.Model):
    """One version of a shop's numbers. Never changed: an edit makes a new version, an order keeps its own
    (so that today's policy does not judge an old sale)."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="policies", editable=False, verbose_name=_("shop"))

    window_days = _days(_("after-sales window, days"), policy.WINDOW_DAYS)
    no_reason_days = _days(_("no-reason return, days"), policy.NO_REASON_DAYS, _("At least 7 by law."))
    receipt_days = _days(_("automatic receipt, days after shipment"), policy.RECEIPT_DAYS)
    extension_days = _days(_("extension on an agreed return, days"), policy.EXTENSION_DAYS)
    review_hours = _days(_("review, hours"), policy.REVIEW_HOURS)
    supplement_hours = _days(_("paying a difference, hours"), policy.SUPPLEMENT_HOURS)
    ship_back_days = _days(_("shipping back, days"), policy.SHIP_BACK_DAYS)
    receive_days = _days(_("receiving, days after the number was given"), policy.RECEIVE_DAYS)
    receive_after_delivery_hours = _days(
        _("receiving, hours after the parcel arrived"), policy.RECEIVE_AFTER_DELIVERY_HOURS
    )
    reship_days = _days(_("sending the replacement, days"), policy.RESHIP_DAYS)
    replacement_confirm_days = _days(_("confirming the replacement, days"), policy.REPLACEMENT_CONFIRM_DAYS)
    rejected_days = _days(_("answering a rejection, days"), policy.REJECTED_DAYS)
    refund_alarm_days = _days(_("alarm for an unpaid refund, days"), policy.REFUND_ALARM_DAYS)
    max_applications = _days(_("unsuccessful applications a line"), policy.MAX_APPLICATIONS)
    photos_required = models.BooleanField(_("photos required where the reason asks for them"), default=True)
    video_allowed = models.BooleanField(_("videos allowed as evidence"), default=False)
    exchange_only_in_stock = models.BooleanField(_("exchange only what is in stock"), default=True)  # S-153 a
    exchange_lock_stock = models.BooleanField(_("reserve stock for exchanges"), default=True)  # S-153 b
    exchange_deduct_offline = models.BooleanField(
        _("deduct stock for exchanges without a reservation"), default=True
    )  # S-153 c
    return_freight_standard = models.DecimalField(
        _("return freight repaid, at most"), max_digits=12, decimal_places=2, null=True, blank=True
    )  # S-063
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("policy"), _("policies")
        constraints = [
            # The least that the law allows, also against SQL by hand (D-4 art. 10).
            models.CheckConstraint(condition=Q(no_reason_days__gte=7), name="policy_no_reason_law"),
            models.CheckConstraint(condition=Q(max_applications__gte=1), name="policy_max_applications"),
            models.UniqueConstraint(fields=["shop", "id"], name="policy_id_in_shop"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Faq(models.Model):
    """A question that a shop's buyers ask (S-122)."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="faqs", verbose_name=_("shop"))
    question = models.CharField(_("question"), max_length=240)
    answer = models.TextField(_("answer"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("FAQ"), _("FAQ")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.question
