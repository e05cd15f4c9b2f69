"""The mail of an emergency decision, to a real mail server on a socket: each person gets one, and never two."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import override_settings
from django.utils.translation import override as override_language

from accounts.models import Membership, User
from aftersales.models import OverrideAlarm, Ticket
from aftersales.services.authority import alarm
from aftersales.wording.overrides import mails
from kernel.actors import Actor
from kernel.jobs import Outcome, job
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.threads import dismissed, race
from tests.world import NOW

from .test_break_glass import break_glass, review
from .test_limits import claim
from .test_second_person import anna, bought, desk, limited, two_above

__all__ = ["anna", "desk", "dismissed"]

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Server:
    """Answers each mail with the next of `answers`; then takes them. "drop": takes it and hangs up without a word."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.answers: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("gone@"):
            return f"550 no such mailbox: <{address}>"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer[0] in "2d":
            message: Any = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append((envelope.rcpt_tos, message))
        if answer == "drop":
            server.transport.abort()
        return answer


@pytest.fixture
def server() -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=controller.port, EMAIL_TIMEOUT=5,
                           DEFAULT_FROM_EMAIL="Shop <noreply@example.org>"):  # fmt: skip
        yield handler
    controller.stop()


@pytest.fixture
def alarmed(desk: Desk, anna: Actor) -> Desk:
    """`mei` has decided alone; `anna` and `song` have an address, `root` has none."""
    for name in ("mei", "eve", "song", "wen", "alice"):
        User.objects.filter(username=name).update(email=f"{name}@example.org")
    two_above(desk, "200.00")
    break_glass(claim(desk, bought(desk), "250.00"), desk.merchant)
    return desk


def results() -> list[str]:
    return sorted(OverrideAlarm.objects.values_list("result", flat=True))


def test_everybody_who_could_have_been_asked_gets_one_once(alarmed: Desk, server: Server) -> None:
    assert alarm.sweep(NOW, False) == Outcome(done=2)
    assert sorted(to for to, _mail in server.mails) == [["eve@example.org"], ["song@example.org"]]
    mail = server.mails[0][1]
    text = mail.get_content()
    assert mail["From"] == "Shop <noreply@example.org>"
    assert mail["Message-ID"].startswith("<override-alarm-")
    assert "mei" in text
    assert "300.00（未经第二人同意）" in text
    assert "train" not in text, "the reason stays on the ticket"
    assert "alice" not in mail.as_string()
    assert alarm.sweep(NOW + 365 * 24 * 60 * MINUTE, False) == Outcome()
    assert (results(), len(server.mails)) == (["sent", "sent"], 2)


def test_no_mail_leaves_before_the_commit(desk: Desk, anna: Actor, django_capture_on_commit_callbacks: Any) -> None:
    User.objects.filter(username="eve").update(email="eve@example.org")
    two_above(desk, "200.00")
    with django_capture_on_commit_callbacks() as callbacks:
        break_glass(claim(desk, bought(desk), "250.00"), desk.merchant)
    assert len(callbacks) >= 1
    assert results() == ["", ""]


def test_what_the_server_did_not_take_is_sent_later(alarmed: Desk, server: Server) -> None:
    server.answers = ["451 try again later", "552 too much mail"]
    assert alarm.sweep(NOW, False) == Outcome(failed=2)
    assert alarm.sweep(NOW + MINUTE - timedelta(seconds=1), False) == Outcome()
    assert alarm.sweep(NOW + MINUTE, False) == Outcome(done=2)
    assert len(server.mails) == 2


def test_a_server_that_is_down_costs_an_attempt(alarmed: Desk, server: Server) -> None:
    with override_settings(EMAIL_PORT=free_port()):
        assert alarm.sweep(NOW, False) == Outcome(failed=2)
    assert OverrideAlarm.objects.filter(result="", attempts=1, retry_after=NOW + MINUTE).count() == 2
    assert alarm.sweep(NOW + MINUTE, False) == Outcome(done=2)


def test_a_mailbox_that_is_gone_stops_no_other_and_ends_one_day(alarmed: Desk, server: Server) -> None:
    User.objects.filter(username="eve").update(email="gone@example.org")
    now = NOW
    for _ in range(alarm.MAX_ATTEMPTS):
        alarm.sweep(now, False)
        now += alarm.LAST_RETRY
    assert (results(), [to for to, _mail in server.mails]) == (["refused", "sent"], [["song@example.org"]])


def test_what_may_have_been_taken_is_not_sent_again(alarmed: Desk, server: Server) -> None:
    server.answers = ["drop"]
    assert alarm.sweep(NOW, False) == Outcome(done=1, failed=1)
    assert alarm.sweep(NOW + 24 * 60 * MINUTE, False) == Outcome()
    assert (results(), len(server.mails)) == (["sent", "unknown"], 2)


def test_a_worker_that_dies_in_between_sends_nothing_twice(
    alarmed: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(pk: int, now: Any) -> bool:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(alarm, "_send", dies)
        with pytest.raises(SystemExit):
            alarm.sweep(NOW, False)
    assert alarm.sweep(NOW, False) == Outcome(done=1)
    assert results() == ["sent", "unknown"]


def test_a_name_with_a_line_break_keeps_no_alarm_back(alarmed: Desk, server: Server) -> None:
    User.objects.filter(username="mei").update(first_name="Mei\r\nBcc: x@example.org", last_name="")
    assert alarm.sweep(NOW, False) == Outcome(done=2)
    assert all(len(to) == 1 for to, _mail in server.mails)


def test_it_is_a_job_and_a_dry_run_sends_nothing(alarmed: Desk, server: Server) -> None:
    assert job("send_alarms").run(NOW, True) == Outcome(done=2)
    assert (server.mails, results()) == ([], ["", ""])


def test_it_names_the_limits_that_were_passed(desk: Desk, anna: Actor, server: Server) -> None:
    mei = limited(desk, "100.00", "mei")
    User.objects.filter(username="eve").update(email="eve@example.org")
    break_glass(claim(desk, bought(desk), "150.00"), mei, "150.00")
    two_above(desk, "200.00")
    break_glass(claim(desk, bought(desk), "150.00"), mei, "150.00")
    break_glass(claim(desk, bought(desk), "250.00"), mei, "250.00")
    alarm.sweep(NOW, False)
    ends = [mail.get_content().partition("（")[2].partition("）")[0] for _to, mail in server.mails]
    day, both = "超出本人每日额度", "未经第二人同意，且超出本人每日额度"
    assert ends == [day, day, both]


@pytest.mark.parametrize(
    ("results", "line"),
    [
        ({"eve": ["sent"], "song": ["sent"]}, "mailed to Eve, Song"),
        ({"eve": ["unknown"], "song": ["refused"]}, "may have been mailed to Eve"),
        ({"eve": ["sent"], "song": ["unknown"]}, "mailed to Eve · may have been mailed to Song"),
        ({"eve": ["sent", "sent"]}, "mailed to Eve"),
        ({"eve": ["unknown", "sent"], "song": ["unknown", "unknown"]}, "mailed to Eve · may have been mailed to Song"),
        ({"eve": [""], "song": ["refused"]}, "no mail sent yet"),
        ({"eve": ["refused"], "song": ["no_address"]}, "no mail reached anybody"),
        ({}, "no mail reached anybody"),
    ],
)
def test_a_line_names_each_person_once(results: dict[str, list[str]], line: str) -> None:
    """Of two decisions that are open, too; and what may have left is not called nothing."""
    people = {name: User(pk=at, username=name, first_name=name.title()) for at, name in enumerate(results, 1)}
    with override_language("en"):
        assert mails(OverrideAlarm(user=people[name], result=one) for name in results for one in results[name]) == line


def test_the_log_has_nobodys_address(alarmed: Desk, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    User.objects.filter(username="eve").update(email="gone@example.org")
    server.answers = ["451 song@example.org is full", "drop"]
    for minutes in (0, 1):
        alarm.sweep(NOW + minutes * MINUTE, False)
    with override_settings(EMAIL_PORT=free_port()):
        alarm.sweep(NOW + 24 * 60 * MINUTE, False)
    lines = [record.getMessage() for record in caplog.records if record.name == alarm.log.name]
    for name in ("SMTPRecipientsRefused 550", "SMTPDataError 451", "SMTPServerDisconnected", "ConnectionRefusedError"):
        assert any(name in line for line in lines), name
    assert not any(word in line for line in lines for word in ("@", "example.org", "song", "eve"))
    assert not any(record.exc_info for record in caplog.records)


def test_nothing_is_sent_once_it_was_reviewed(alarmed: Desk, server: Server, anna: Actor) -> None:
    server.answers = ["451 try again later", "451 try again later"]
    alarm.sweep(NOW, False)
    review(Ticket.objects.get(), anna)
    assert results() == ["reviewed", "reviewed"]
    # A mail that another worker had in hand meanwhile.
    OverrideAlarm.objects.update(result="", retry_after=NOW)
    assert alarm.sweep(NOW + MINUTE, False) == Outcome(skipped=2)
    assert (server.mails, results()) == ([], ["reviewed", "reviewed"])


def test_what_reaches_nobody_is_not_called_sent(alarmed: Desk, server: Server) -> None:
    User.objects.filter(username="eve").update(email="")
    for name in ("console", "dummy", "filebased"):
        OverrideAlarm.objects.update(result="", retry_after=NOW)
        with override_settings(EMAIL_BACKEND=f"django.core.mail.backends.{name}.EmailBackend"):
            assert alarm.sweep(NOW, False) == Outcome(skipped=2)
        assert results() == ["no_address", "no_server"]
    OverrideAlarm.objects.update(result="", retry_after=NOW)
    Membership.objects.filter(user__username="eve").delete()
    User.objects.filter(username="song").update(is_active=False)
    assert alarm.sweep(NOW, False) == Outcome(skipped=2)
    assert (server.mails, results()) == ([], ["dismissed", "dismissed"])


def test_the_desk_shows_to_whom_it_went(alarmed: Desk, server: Server, sit: Sit) -> None:
    ticket = Ticket.objects.get()
    queue = "/admin/aftersales/ticket/?todo=overrides"
    shown = text(sit("mei").get(queue))
    assert "decided alone: to be reviewed" in shown
    assert "no mail sent yet" in shown
    User.objects.filter(username="eve").update(email="")
    alarm.sweep(NOW, False)
    assert "mailed to song" in text(sit("mei").get(queue))
    shown = text(sit("mei").get(page(ticket)))
    assert "Alarm: mailed to song" in shown
    assert "eve · has no mail address" in shown
    OverrideAlarm.objects.filter(result="sent").update(result="refused", sent_at=None)
    assert "no mail reached anybody" in text(sit("mei").get(queue))
    shown = text(sit("mei").get(page(ticket)))
    assert "Alarm: no mail reached anybody" in shown
    assert "song · failed" in shown


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_two_workers_at_once_send_each_once(alarmed: Desk, server: Server) -> None:
    assert race(*[lambda: alarm.sweep(NOW, False)] * 4) == ["ok"] * 4
    assert (results(), len(server.mails)) == (["sent", "sent"], 2)
