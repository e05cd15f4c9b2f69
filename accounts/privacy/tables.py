"""Which tables of the account, and of what is below it, hold a person's data."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from knox.models import AuthToken

from kernel.models import Change, History

from ..models import Membership, User
from .export import except_from_export, export
from .models import ErasureRequest

_SECRET = "a secret: whoever reads it could try passwords"  # noqa: S105  (a reason)

export(User, lambda user: User.objects.filter(pk=user.pk), password=_SECRET)
export(Membership, lambda user: Membership.objects.filter(user=user))
export(ErasureRequest, lambda user: ErasureRequest.objects.filter(user=user))
export(AuthToken, lambda user: AuthToken.objects.filter(user=user), digest=_SECRET, token_key=_SECRET)
for _model in (AccessAttempt, AccessFailureLog, AccessLog):
    export(_model, lambda user, model=_model: model.objects.filter(username=user.username))  # type: ignore[misc]
export(LogEntry, lambda user: LogEntry.objects.filter(user=user))
# What they did. What happened to their orders is in the tables of those.
export(History, lambda user: History.objects.filter(actor_id=user.pk))
export(Change, lambda user: Change.objects.filter(actor_id=user.pk))
except_from_export(
    {
        "accounts.shop": "a shop's own contact, which buyers read",
        "accounts.faq": "a shop's own texts",
        "accounts.policy": "a shop's own numbers",
        "accounts.holiday": "names of holidays",
        "kernel.heartbeat": "processes of the program",
        "kernel.delivery": "which event was sent where; the events are in the tables that they are about",
        "kernel.idempotencykey": "answers that the person was given, kept for 24 hours",
        "sessions.session": "a signed login, gone with it; no column says whose",
        "accounts.logintries": "addresses alone, for an hour; whose they are is not known",
        "axes.accessattemptexpiration": "when a lockout ends; the attempts are exported",
        "auth.permission": "names of rights",
        "auth.group": "names of groups",
        "contenttypes.contenttype": "names of tables",
    }.items()
)
