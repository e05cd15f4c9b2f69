"""The alarm of an emergency decision: a mail to each who could have been the second person. It is at the desk as well,
with what became of each mail, until somebody has reviewed it (docs/limits.md).

No mail is sent twice: its row says `unknown` before the mail server is spoken to, and becomes due again only where the
server took nothing. The log names rows and errors by number, and nobody's address: what a server answers has it in it.
"""

import logging
import smtplib
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import SupportRole, User
from accounts.second_person import confirms_for_shop, seasoned_managers
from kernel.jobs import Outcome, enqueue_after_commit
from web.money import format_money

from ...models import EmergencyOverride, OverrideAlarm
from ...wording.overrides import instead_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = logging.getLogger(__name__)
TASK = "aftersales.send_alarms"
BATCH = 20  # each may take as long as a mail server that hangs
FIRST_RETRY, LAST_RETRY, MAX_ATTEMPTS = timedelta(minutes=1), timedelta(hours=6), 14
# They take every mail, and nobody gets it.
NOT_MAIL = frozenset(f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased"))
Result = OverrideAlarm.Result


def raise_alarm(row: EmergencyOverride, *, now: datetime) -> None:
    """To everybody but who decided, and the buyer. Sent once the transaction has committed."""
    managers = seasoned_managers(row.shop_id, now=now).values("user_id")
    supervisors = Q(support_role=SupportRole.SUPERVISOR) | Q(is_superuser=True)
    people = User.objects.filter(Q(pk__in=managers) | supervisors, is_active=True)
    alarms = [
        OverrideAlarm(shop_id=row.shop_id, override=row, user=person, retry_after=now)
        for person in people.exclude(pk__in=(row.user_id, row.ticket.buyer_id)).order_by("pk")
    ]
    OverrideAlarm.objects.bulk_create(alarms)
    if alarms:
        enqueue_after_commit(TASK)


def call_off(row: EmergencyOverride) -> None:
    """It was reviewed: what has not been sent is sent no more."""
    rows = OverrideAlarm.objects.filter(shop_id=row.shop_id, override=row, result=Result.PENDING)
    rows.update(result=Result.REVIEWED, retry_after=None)


def sweep(now: datetime, dry_run: bool) -> Outcome:
    """Sends what is due."""
    ids = list(due(now).order_by("retry_after", "pk").values_list("pk", flat=True)[:BATCH])
    if dry_run:
        return Outcome(done=len(ids))
    outcome = Outcome()
    for pk in ids:
        if not due(now).filter(pk=pk).update(result=Result.UNKNOWN, retry_after=None):
            outcome += Outcome(skipped=1)  # another worker sends it
            continue
        outcome += _deliver(pk, now)
    return outcome


def due(now: datetime) -> "QuerySet[OverrideAlarm]":
    return OverrideAlarm.objects.filter(result=Result.PENDING, retry_after__lte=now)


def _deliver(pk: int, now: datetime) -> Outcome:
    """One mail, with no transaction open."""
    alarm = OverrideAlarm.objects.select_related("user", "override__ticket__order", "override__ticket__shop").get(pk=pk)
    obstacle = _obstacle(alarm, now)
    if obstacle is not None:
        _rows(alarm).update(result=obstacle)
        return Outcome(skipped=1)
    return Outcome(done=1) if _send(alarm, now) else Outcome(failed=1)


def _obstacle(alarm: OverrideAlarm, now: datetime) -> Result | None:
    """Why no mail is to be sent, as things are now."""
    if alarm.override.reviewed_at is not None:
        return Result.REVIEWED
    if not confirms_for_shop(alarm.user_id, alarm.shop_id, now=now):
        return Result.DISMISSED
    if not alarm.user.email.strip():
        return Result.NO_ADDRESS
    return Result.NO_SERVER if settings.EMAIL_BACKEND in NOT_MAIL else None


def _send(alarm: OverrideAlarm, now: datetime) -> bool:
    """False: the server did not take it, or nobody knows whether it did."""
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are such
        log.warning("no mail server for alarm %s: %s", alarm.pk, _named(error))
        _again(alarm, now)
        return False
    try:
        _mail(alarm, connection).send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError) as error:
        log.warning("the mail server refused alarm %s: %s", alarm.pk, _named(error))
        _again(alarm, now)
        return False
    except Exception as error:
        # No traceback: it ends with what the server answered.
        log.error("nobody knows whether alarm %s was sent, it is not sent again: %s", alarm.pk, _named(error))
        return False
    finally:
        connection.close()
    _rows(alarm).update(result=Result.SENT, sent_at=now)
    return True


def _named(error: Exception) -> str:
    """The kind of an error, with the number that the mail server or the system gave it."""
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((answer[0] for answer in error.recipients.values()), None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"


def _again(alarm: OverrideAlarm, now: datetime) -> None:
    if alarm.attempts + 1 >= MAX_ATTEMPTS:
        _rows(alarm).update(result=Result.REFUSED, attempts=F("attempts") + 1)
        return
    wait = min(FIRST_RETRY * 2**alarm.attempts, LAST_RETRY)
    _rows(alarm).update(result=Result.PENDING, retry_after=now + wait, attempts=F("attempts") + 1)


def _rows(alarm: OverrideAlarm) -> "QuerySet[OverrideAlarm]":
    return OverrideAlarm.objects.filter(shop_id=alarm.shop_id, pk=alarm.pk)


def _mail(alarm: OverrideAlarm, connection: Any) -> EmailMessage:
    """Says what happened and where to look; the reason, in which people may be named, is on the ticket."""
    override, ticket = alarm.override, alarm.override.ticket
    with translation.override(settings.LANGUAGE_CODE):
        texts = {
            "name": _one_line(override.user.display_name),
            "shop": _one_line(ticket.shop.shown_name),
            "ticket": ticket.ticket_no,
            "amount": format_money(override.amount, ticket.order.currency),
            "limits": instead_of(override),
        }
        subject = _("%(shop)s: decided alone on ticket %(ticket)s") % texts
        body = _(
            "In an emergency, %(name)s decides alone on ticket %(ticket)s of %(shop)s, up to %(amount)s (%(limits)s)."
            " The reason is on the ticket.\n\nPlease review it at the desk: accept it, or object."
        )
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<override-alarm-{alarm.pk}@{domain}>"}
    return EmailMessage(subject, body % texts, to=[alarm.user.email], connection=connection, headers=headers)


def _one_line(text: str) -> str:
    """A line break in a name would make the mail a faulty one, and nobody would get it."""
    return " ".join(text.split())
