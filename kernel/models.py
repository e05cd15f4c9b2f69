"""The history row, which is also the outbox, and the idempotency key."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from .actors import KINDS


class History(models.Model):
    """One transition of one machine (S-037). Append only: a trigger refuses UPDATE (but of `dispatched_at`) and DELETE.

    `machine` and `object_id` name the row instead of a foreign key, because the kernel knows no app.
    News for the outside is read from `dispatched_at IS NULL`.
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
    actor_name = models.CharField(max_length=150)
    actor_id = models.BigIntegerField(null=True)
    note = models.TextField(blank=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.object_id}: {self.action} {self.source}→{self.target}"


class IdempotencyKey(models.Model):
    """The answer that a POST with this key gave; written in the transaction of its effect."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"
