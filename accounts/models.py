"""People, shops, who works where, and the shop's policy in immutable versions."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.languages import pick
from kernel.money import DEFAULT_CURRENCY
from kernel.shops import SameShop
from kernel.shops.relations import KeyOfShop
from web.fields import check_currency

from . import policy
from .holidays import Holiday as Holiday  # a model of this app

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

    # In whose shop and as whom the user acted in this request (`access.actor_for`): it is kept with the answer.
    acted: "tuple[int, str] | None" = None

    def may_see_again(self, shop_id: int | None, kind: str) -> bool:
        """Whether an answer that the user got as this kind of actor in the shop may be given to them once more."""
        from .access import still_acts

        return shop_id is None or still_acts(self, shop_id, kind)

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class Shop(models.Model):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True, default="", db_default="")
    contact_name = models.CharField(_("contact person"), max_length=80, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=32, blank=True)
    contact_address = models.CharField(_("contact address"), max_length=240, blank=True)
    hotline = models.CharField(
        _("hotline"), max_length=32, blank=True,
        help_text=_("Buyers see this when they can no longer request after-sales service (S-164)."),
    )  # fmt: skip
    # Advice to buyers in the shop's own words; empty: the usual text (accounts.advice).
    not_quality_zh = models.TextField(_("what is no quality problem, in Chinese"), max_length=600, blank=True)
    not_quality_en = models.TextField(_("what is no quality problem, in English"), max_length=600, blank=True)
    refuse_parcel_zh = models.TextField(_("when to refuse a parcel, in Chinese"), max_length=600, blank=True)
    refuse_parcel_en = models.TextField(_("when to refuse a parcel, in English"), max_length=600, blank=True)
    # Shop and policy point at each other: both keys are checked at COMMIT (services.open_shop).
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, default=DEFAULT_CURRENCY, validators=[check_currency],
        help_text=_("For its prices, limits and standards, and for orders that don't name a currency. It can't be "
                    "changed later."),
    )  # fmt: skip
    # Where buyers pay what is due, and the key that signs the way there and back (accounts.shop_settings.payment_page).
    payment_page_url = models.CharField(_("payment page"), max_length=400, blank=True, editable=False)
    payment_page_key = models.CharField(_("key of the payment page"), max_length=64, blank=True, editable=False)
    policy = KeyOfShop("Policy", models.PROTECT, verbose_name=_("policy"), related_name="current_of")
    # Part C, holiday pause: between the two the clocks of the shop's tickets stand still. Set by announcing it.
    pause_starts_at = models.DateTimeField(_("holiday pause from"), null=True, blank=True, editable=False)
    pause_ends_at = models.DateTimeField(_("holiday pause until"), null=True, blank=True, editable=False)
    # Every announced pause, [from, until], that one included (accounts.pauses).
    pauses = models.JSONField(default=list, blank=True, editable=False)
    # Above it two people decide on an order (accounts.shop_settings.second_approval). Raised or taken away, the value
    # before counts beside the new one until `since`.
    second_approval_above = models.DecimalField(
        _("second approval above"), max_digits=12, decimal_places=2, null=True, blank=True, editable=False
    )
    second_approval_before = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True, editable=False)
    second_approval_since = models.DateTimeField(null=True, blank=True, editable=False)
    # Which columns the lists of the desk have (S-165); empty: the usual ones (accounts.shop_settings.columns).
    ticket_columns = models.JSONField(_("columns of the tickets"), default=list, blank=True, editable=False)
    order_columns = models.JSONField(_("columns of the orders"), default=list, blank=True, editable=False)
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
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="shop_currency"),
            models.CheckConstraint(
                condition=(Q(second_approval_above__isnull=True) | Q(second_approval_above__gte=0))
                & (Q(second_approval_before__isnull=True) | Q(second_approval_since__isnull=False)),
                name="shop_second_approval",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return pick(self.name, self.name_en)


class Role(models.TextChoices):
    MANAGER = "manager", _("manager")
    AGENT = "agent", _("agent")
    INTEGRATION = "integration", _("integration")


class Level(models.TextChoices):
    """Of an agent (S-161)."""

    FULL = "full", _("all cases")
    SIMPLE = "simple", _("simple cases only")


class Membership(models.Model):
    """Who works where. It gives its rights once the person has accepted it (contract §4); an invitation gives none.

    Triggers refuse a member who is support, and support who is a member (migration 0006): they would act as a member
    in that shop, and a manager could so take support's rights there from them.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, verbose_name=_("shop"))
    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("user"), related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    review_limit = models.DecimalField(
        _("review limit"), max_digits=12, decimal_places=2, null=True, blank=True,
        help_text=_("The most this agent can give away per order, in money and goods. Empty means nothing."),
    )  # fmt: skip
    daily_limit = models.DecimalField(
        _("daily limit"), max_digits=12, decimal_places=2, null=True, blank=True,
        help_text=_("The most this person can give away per day, in money and goods. Empty means no daily limit."),
    )  # fmt: skip
    level = models.CharField(_("level"), max_length=8, choices=Level.choices, default=Level.FULL)
    accepted_at = models.DateTimeField(pgettext_lazy("time", "accepted"), null=True, blank=True, editable=False)
    # Since when the present role counts: another role begins anew, where `accepted_at` stays.
    role_since = models.DateTimeField(null=True, blank=True, editable=False)
    # No emergency decision before: support agreed with an objection to an earlier one (docs/limits.md).
    barred_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("member"), _("members")
        constraints = [
            # One role a person and shop: `access.memberships` has one entry for each shop.
            models.UniqueConstraint(fields=["shop", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role"),
            models.CheckConstraint(
                condition=Q(review_limit__isnull=True) | Q(review_limit__gte=0), name="membership_limit"
            ),
            models.CheckConstraint(
                condition=Q(daily_limit__isnull=True) | Q(daily_limit__gte=0), name="membership_daily_limit"
            ),
            models.CheckConstraint(
                condition=Q(level=Level.FULL) | Q(level=Level.SIMPLE, role=Role.AGENT), name="membership_level"
            ),
            models.CheckConstraint(
                # Nobody has a role before they accepted it. NULL passes a CHECK, so it is asked for.
                condition=Q(role_since__isnull=True)
                | Q(accepted_at__isnull=False, role_since__gte=models.F("accepted_at")),
                name="membership_role_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.shop}"

    @property
    def state(self) -> str:
        return "invited" if self.accepted_at is None else "accepted"

    @property
    def state_label(self) -> str:
        return str(_("invited, not yet accepted") if self.accepted_at is None else _("accepted"))


def _days(
    label: "StrOrPromise", default: int, help_text: "StrOrPromise" = "", *, in_database: bool = False
) -> models.PositiveSmallIntegerField:
    """`in_database`: the version before, which does not know the column, writes policies beside a migration."""
    db_default = default if in_database else models.NOT_PROVIDED
    return models.PositiveSmallIntegerField(label, default=default, help_text=help_text, db_default=db_default)


class Consent(models.TextChoices):
    """How the buyer agrees to be paid less (B-13)."""

    OFFER = "offer", _("only if the buyer accepts an offer")
    NOTE = "note", _("also with a note of how the buyer agreed; the buyer can object")


class PromotionRefund(models.TextChoices):
    """What a return pays that breaks the threshold of a promotion (F-6, D-4 art. 17)."""

    APPORTIONED = "apportioned", _("the item's share of what was paid")
    RECALCULATE = "recalculate", _("what was paid minus the price of what's kept, without the lost discount")


class Policy(models.Model):
    """One version of a shop's numbers. Never changed: an edit makes a new version, an order keeps its own
    (so that today's policy does not judge an old sale)."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="policies", editable=False, verbose_name=_("shop"))

    window_days = _days(_("after-sales window, days"), policy.WINDOW_DAYS)
    no_reason_days = _days(_("no-reason return period, days"), policy.NO_REASON_DAYS, _("At least 7 by law."))
    receipt_days = _days(_("automatic confirmation, days after shipping"), policy.RECEIPT_DAYS)
    extension_days = _days(_("extra days after an approved return"), policy.EXTENSION_DAYS)
    review_hours = _days(_("review, hours"), policy.REVIEW_HOURS)
    supplement_hours = _days(_("paying a price difference, hours"), policy.SUPPLEMENT_HOURS)
    ship_back_days = _days(_("sending goods back, days"), policy.SHIP_BACK_DAYS)
    receive_days = _days(_("receiving, days after the tracking number"), policy.RECEIVE_DAYS)
    receive_after_delivery_hours = _days(_("receiving, hours after delivery"), policy.RECEIVE_AFTER_DELIVERY_HOURS)
    tracking_hours = _days(_("first scan of a return, hours"), policy.TRACKING_HOURS)
    silent_days = _days(
        _("no news of a parcel, days"), policy.SILENT_DAYS,
        _("A parcel on its way that the courier hasn't scanned for so long needs chasing."),
        in_database=True,
    )  # fmt: skip
    return_goods_days = _days(_("returning refused goods, days"), policy.RETURN_GOODS_DAYS)
    reship_days = _days(_("sending the replacement, days"), policy.RESHIP_DAYS)
    replacement_confirm_days = _days(_("confirming the replacement, days"), policy.REPLACEMENT_CONFIRM_DAYS)
    not_arrived_hours = _days(_("responding to “it didn't arrive”, hours"), policy.NOT_ARRIVED_HOURS)
    ship_hours = _days(_("shipping after payment, hours"), policy.SHIP_HOURS)
    rejected_days = _days(_("responding to a rejection, days"), policy.REJECTED_DAYS)
    refund_alarm_days = _days(_("alert for an unpaid refund, days"), policy.REFUND_ALARM_DAYS)
    max_applications = _days(_("unsuccessful requests per item"), policy.MAX_APPLICATIONS)
    photos_required = models.BooleanField(_("require photos when the reason asks for them"), default=True)
    video_allowed = models.BooleanField(_("videos allowed as evidence"), default=False)
    exchange_only_in_stock = models.BooleanField(_("only exchange for items in stock"), default=True)  # S-153 a
    exchange_lock_stock = models.BooleanField(_("reserve stock for exchanges"), default=True)  # S-153 b
    exchange_deduct_offline = models.BooleanField(
        _("reduce stock for exchanges without a reservation"), default=True
    )  # S-153 c
    collect_couriers = models.CharField(
        _("couriers accepted for collect returns"),
        max_length=200,
        blank=True,
        default=policy.COLLECT_COURIERS,
        help_text=_("Courier codes separated by commas, such as sf,sto. Empty means none."),
    )  # S-072
    return_freight_standard = models.DecimalField(
        _("most return shipping reimbursed"), max_digits=12, decimal_places=2, null=True, blank=True
    )  # S-063
    # For a shop of its own; on a marketplace nobody can prove what was said on the phone.
    consent = models.CharField(
        _("agreeing to a lower refund"), max_length=8, choices=Consent.choices, default=Consent.OFFER
    )
    promotion_refund = models.CharField(
        _("returns that break a promotion"), max_length=16, choices=PromotionRefund.choices,
        default=PromotionRefund.APPORTIONED,
    )  # fmt: skip
    free_shipping_deducted = models.BooleanField(
        _("deduct shipping when free shipping is lost"), default=False
    )  # D-4 art. 18
    coupon_days = _days(_("an expired coupon is reissued for, days"), policy.COUPON_DAYS)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("policy"), _("policies")
        constraints = [
            # Also against SQL by hand.
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__gte": bounds.floor, f"{name}__lte": bounds.ceiling}),
                    name=f"policy_{name}_bounds",
                )
                for name, bounds in policy.BOUNDS.items()
            ),
            models.CheckConstraint(condition=Q(consent__in=Consent.values), name="policy_consent"),
            models.CheckConstraint(
                condition=Q(promotion_refund__in=PromotionRefund.values), name="policy_promotion_refund"
            ),
            models.UniqueConstraint(fields=["shop", "id"], name="policy_id_in_shop"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Faq(models.Model):
    """A question that a shop's buyers ask (S-122)."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="faqs", verbose_name=_("shop"))
    question = models.CharField(_("question"), max_length=240)
    question_en = models.CharField(_("question in English"), max_length=240, blank=True, default="", db_default="")
    answer = models.TextField(_("answer"))
    answer_en = models.TextField(_("answer in English"), blank=True, default="", db_default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("FAQ"), _("FAQ")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.shown_question

    @property
    def shown_question(self) -> str:
        return pick(self.question, self.question_en)

    @property
    def shown_answer(self) -> str:
        return pick(self.answer, self.answer_en)
