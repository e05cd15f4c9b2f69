from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ErasureRequest(models.Model):
    """That a person's data be erased. It is the person's own, who buys in several shops, so it has no shop.

    `requested` may be withdrawn until it is carried out, from `due_at` on. `carried_out`: the account is gone, and what
    the law keeps is erased bit by bit, next at `keep_until`. `done`: nothing is left.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        WITHDRAWN = "withdrawn", _("withdrawn")
        CARRIED_OUT = "carried_out", _("account deleted, records kept by law")
        DONE = "done", _("everything deleted")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure_requests", verbose_name=_("user")
    )
    # As it was: by it the records are found that still name the person. Empty once nothing of them is left.
    username = models.CharField(_("user name"), max_length=150, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.REQUESTED)
    # Who asked for it: the person, or support and administrators on their behalf. Copies, as in history.
    by_kind = models.CharField(max_length=16)
    by_name = models.CharField(_("requested by"), max_length=150)
    by_id = models.BigIntegerField(null=True)
    requested_at = models.DateTimeField(pgettext_lazy("time", "requested"))
    due_at = models.DateTimeField(_("earliest date"))
    withdrawn_at = models.DateTimeField(pgettext_lazy("time", "withdrawn"), null=True, blank=True)
    carried_out_at = models.DateTimeField(pgettext_lazy("time", "carried out"), null=True, blank=True)
    keep_until = models.DateTimeField(_("next records kept until"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("deletion request"), _("deletion requests")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["requested", "withdrawn", "carried_out", "done"]), name="erasure_state"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["requested", "carried_out"]), name="erasure_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | ~Q(state="withdrawn") & Q(withdrawn_at__isnull=True),
                name="erasure_withdrawn_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "withdrawn"], carried_out_at__isnull=True)
                | Q(state__in=["carried_out", "done"], carried_out_at__isnull=False),
                name="erasure_carried_out_at",
            ),
            models.CheckConstraint(
                condition=Q(keep_until__isnull=True) | Q(state="carried_out"), name="erasure_keep_until"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.state}"
