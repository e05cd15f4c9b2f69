from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kernel.shops import SameShop, ShopId
from kernel.shops.relations import ShopForeignKey
from orders.models import Order

from .machine import OPEN, PickupMachine, Status, being_cancelled


class Pickup(PickupMachine):
    """One booking of a courier who comes for a return.

    `key`: what is collected, the number of its ticket; one pickup of it is open at a time. `receiver`: name, phone and
    address of the shop, as the ticket has them. `max_price`: what it may cost at most, in the currency of the order;
    None: no limit. `task_no` and `booking_no`: what the courier's system calls it. `tracking_no`: may be known before
    the collection, or some time after it. `sent_at`: when a request first left. `next_at`: when that system is asked
    next. `starts_at`, `ends_at`, `sent_at` and `next_at` are of the real clock, all others of the shop's.
    """

    machine_name = "pickup"

    shop_id = ShopId(parent="order")
    order = ShopForeignKey(Order, models.PROTECT, related_name="pickups", verbose_name=_("order"))
    pickup_no = models.CharField(_("pickup no."), max_length=32, unique=True)
    key = models.CharField(max_length=80, editable=False)
    courier = models.CharField(_("courier"), max_length=64)
    sender_name = models.CharField(_("sender"), max_length=120)
    sender_phone = models.CharField(_("phone"), max_length=40)
    sender_address = models.CharField(_("address"), max_length=400)
    receiver = models.JSONField(editable=False)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    max_price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True, editable=False)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True, blank=True)
    task_no = models.CharField(max_length=64, blank=True, editable=False)
    booking_no = models.CharField(_("number at the courier"), max_length=64, blank=True)
    tracking_no = models.CharField(_("tracking no."), max_length=64, blank=True)
    person_name = models.CharField(_("who comes"), max_length=64, blank=True)
    person_phone = models.CharField(_("phone of who comes"), max_length=40, blank=True)
    freight = models.DecimalField(_("charged"), max_digits=12, decimal_places=2, null=True, blank=True)
    weight = models.DecimalField(_("weight in kg"), max_digits=8, decimal_places=3, null=True, blank=True)
    reason = models.CharField(_("why it ended"), max_length=240, blank=True)
    created_at = models.DateTimeField(_("created"))
    booked_at = models.DateTimeField(_("booked"), null=True, blank=True)
    collected_at = models.DateTimeField(_("collected"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_asked_at = models.DateTimeField(_("cancellation asked for"), null=True, blank=True)
    cancel_refused_at = models.DateTimeField(_("too late to cancel"), null=True, blank=True)
    next_at = models.DateTimeField(_("next question"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    last_error = models.CharField(_("last error"), max_length=240, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = pgettext_lazy("courier", "pickup"), pgettext_lazy("courier", "pickups")
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="pickup_next")]
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "id"], name="pickup_id_in_shop"),
            SameShop(field="order", name="pickup_order_same_shop"),
            models.UniqueConstraint(
                fields=["shop_id", "order", "key"], condition=Q(status__in=OPEN), name="pickup_one_open"
            ),
            models.UniqueConstraint(fields=["task_no"], condition=~Q(task_no=""), name="pickup_task_no"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="pickup_status"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="pickup_slot"),
            models.CheckConstraint(
                condition=Q(status__in=OPEN, ended_at__isnull=True) | ~Q(status__in=OPEN) & Q(ended_at__isnull=False),
                name="pickup_ended",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.COLLECTED) | Q(collected_at__isnull=False), name="pickup_collected"
            ),
            models.CheckConstraint(
                condition=Q(cancel_refused_at__isnull=True) | Q(cancel_asked_at__isnull=False),
                name="pickup_cancel_refused",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.BOOKED) | Q(sent_at__isnull=False) & ~Q(task_no=""), name="pickup_booked"
            ),
        ]

    def __str__(self) -> str:
        return self.pickup_no

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def may_be_cancelled(self) -> bool:
        return self.is_open and self.cancel_asked_at is None

    @property
    def is_being_cancelled(self) -> bool:
        """Asked for, and the courier's system has neither agreed nor refused."""
        return self.is_open and being_cancelled(self)
