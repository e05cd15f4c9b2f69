"""What is known of following one parcel. Its scans are the parcel's (`ParcelEvent`)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopOneToOneField, ShopRow


class TrackingFault(models.TextChoices):
    """Why nothing is heard of the parcel: as `couriers.Fault`, or a fault here."""

    COURIER = "courier", _("The courier doesn't know this number. Check courier and number.")
    PHONE = "phone", _("This courier tells only who knows the phone of sender or receiver.")
    KEY = "key", _("The tracking service refused our key.")
    DOWN = "down", _("The tracking service doesn't answer.")
    OURS = "ours", _("What the tracking service said could not be stored here. It is tried again.")


class Tracking(ShopRow):
    """`next_at`: when to subscribe or ask next; empty once the parcel has ended, or nobody asks for it any more.
    `asked_at`: the last question that the source has reacted to, were it by a refusal. `answered_at`: when it last told
    of the parcel, by an answer or a push, were it that there is no scan, or, asked, that it does not know the number;
    `silence` reads it.
    `subscription_refused`: for this parcel; it is asked for instead. `failures`: attempts in a row that have learned
    nothing."""

    shop_id = ShopId(parent="parcel")
    parcel = ShopOneToOneField("Parcel", models.CASCADE, related_name="tracking", verbose_name=_("parcel"))
    subscribed_at = models.DateTimeField(_("subscribed"), null=True)
    heard_at = models.DateTimeField(_("last push"), null=True)
    asked_at = models.DateTimeField(_("last asked"), null=True)
    answered_at = models.DateTimeField(_("last answer"), null=True)
    subscription_refused = models.BooleanField(default=False, db_default=False)
    next_at = models.DateTimeField(_("next question"), null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(_("problem"), max_length=16, choices=TrackingFault.choices, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("tracking"), _("tracking")
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="tracking_next")]
        constraints = [
            SameShop(field="parcel", name="tracking_parcel_same_shop"),
            models.CheckConstraint(condition=Q(fault__in=["", *TrackingFault.values]), name="tracking_fault"),
        ]

    def __str__(self) -> str:
        return str(self.parcel)
