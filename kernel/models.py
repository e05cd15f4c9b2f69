"""The history row, which is also the outbox; the delivery of its news; the idempotency key."""

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .actors import KINDS
from .remarks import note_in_words
from .shops import SameShop, ShopId
from .shops.relations import ShopForeignKey, ShopRow


class History(models.Model):
    """One transition of one machine (S-037). Append only: a trigger refuses UPDATE (but of `dispatched_at`) and DELETE.

    `machine` and `object_id` name the row instead of a foreign key, because the kernel knows no app.
    News for the outside is fanned out from `dispatched_at IS NULL` (kernel/events/outbox.py).
    """

    # No foreign key, because the kernel knows no app. `record` takes it from the row.
    shop_id = models.BigIntegerField()
    machine = models.CharField(max_length=16)
    object_id = models.BigIntegerField()
    # 1, 2, 3 … for each row that history is about. A trigger fills it in where a writer leaves it out.
    sequence = models.PositiveIntegerField(db_default=0, editable=False)
    action = models.CharField(max_length=40)
    source = models.CharField(max_length=32, blank=True)
    target = models.CharField(max_length=32)
    actor_kind = models.CharField(max_length=16)
    # Copies without a foreign key: history keeps who it was, also after a user was renamed or deleted.
    actor_name = models.CharField(max_length=150)
    actor_id = models.BigIntegerField(null=True)
    note = models.TextField(blank=True)
    # The encoder writes Decimals and times as text, so that no amount becomes a float (F-1).
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "history"
        indexes = [
            models.Index(fields=["id"], condition=Q(dispatched_at__isnull=True), name="history_undispatched"),
            models.Index(fields=["at", "id"], name="history_newest"),
            # Who did what, by person and day. What the clock and the courier did is nobody's.
            models.Index(fields=["actor_id", "at"], condition=Q(actor_id__isnull=False), name="history_of_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(actor_kind__in=KINDS), name="history_actor_kind"),
            models.UniqueConstraint(fields=["machine", "object_id", "sequence"], name="history_sequence"),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="history_sequence_from_one"),
            models.UniqueConstraint(fields=["shop_id", "id"], name="history_id_in_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.object_id}: {self.action} {self.source}→{self.target}"

    @property
    def words(self) -> str:
        """What a person noted, or what the system remarks, in the active language."""
        return note_in_words(self.note, self.data, self.actor_kind)


class Change(models.Model):
    """One thing that was set in a shop: from what to what, by whom, when (kernel/changes.py). A trigger refuses UPDATE
    and DELETE."""

    # No foreign key, because the kernel knows no app. `record_change` takes it from the row.
    shop_id = models.BigIntegerField()
    subject = models.CharField(max_length=16)
    object_id = models.BigIntegerField()
    label = models.CharField(max_length=240)
    action = models.CharField(max_length=8)
    # {field: [before, after]}
    fields = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    actor_kind = models.CharField(max_length=16)
    # Copies without a foreign key, as in History.
    actor_name = models.CharField(max_length=150)
    actor_id = models.BigIntegerField(null=True)
    # The clock of the database: no rule is about it, and nobody can set it.
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["shop_id", "at", "id"], name="change_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(action__in=["add", "change", "remove"]), name="change_action"),
            models.CheckConstraint(condition=Q(actor_kind__in=KINDS), name="change_actor_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.label}: {self.action}"


class Delivery(ShopRow):
    """One event for one recipient by one channel: what is sent, retried and shown.

    `pending` is sent from `retry_after` on; `dead` was given up and is sent again only when somebody asks for it.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        DEAD = "dead"

    shop_id = ShopId(parent="history")
    history = ShopForeignKey(History, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=32)
    recipient = models.CharField(max_length=254)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_after = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=240, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["retry_after", "id"], condition=Q(state="pending"), name="delivery_due"),
        ]
        constraints = [
            SameShop(field="history", name="delivery_history_same_shop"),
            models.UniqueConstraint(fields=["history", "channel", "recipient"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=["pending", "sent", "dead"]), name="delivery_state"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at__isnull=True),
                name="delivery_sent_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.recipient}: {self.history_id}"


class IdempotencyKey(models.Model):
    """The answer that a POST with this key gave; written in the transaction of its effect.

    `shop_id`: whose row it is about, NULL for what is about no shop; `acted_as`: the kind of actor that the user was.
    """

    # No foreign key, because the kernel knows no app. The key is the user's and looked up before the shop is known.
    shop_id = models.BigIntegerField(null=True)
    acted_as = models.CharField(max_length=16, blank=True)
    user_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "key"], name="idempotency_key_once"),
            # An answer about a shop says as whom it was given, and one that says so is about a shop.
            models.CheckConstraint(
                condition=Q(shop_id__isnull=True, acted_as="") | Q(shop_id__isnull=False, acted_as__in=KINDS),
                name="idempotency_key_shop",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"


class Heartbeat(models.Model):
    """The last sign of life of a worker or of beat (kernel/watch/heartbeats.py)."""

    class Kind(models.TextChoices):
        WORKER = "worker"
        BEAT = "beat"

    name = models.CharField(max_length=255, primary_key=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # Those that a worker takes messages from.
    queues = ArrayField(models.CharField(max_length=64), default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=("worker", "beat")), name="heartbeat_kind")]

    def __str__(self) -> str:
        return self.name
