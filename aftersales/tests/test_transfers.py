"""A payable paid through its channel, as people see it: API, desk and the buyer's page."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from kernel.calls import clock
from orders.models import Payment
from refunds.gateways import Deadline, GatewayError, Outcome, Payer, TransferReceipt
from refunds.models import Payable, Refund, Transfer
from refunds.tests.helpers import Scripted, channel, later
from refunds.transfers.send import attempt
from tests.browser import Sit, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import World

ROOT = "/api/v1/payables/"
NUMBER = "20261129110070000006"
Answer = TransferReceipt | Exception


class Transfers:
    """Answers from a list."""

    on, currency, least, most = True, "CNY", Decimal("0.10"), Decimal(1000)

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def payer_of(self, *, transaction_no: str, total: Decimal, deadline: Deadline) -> Payer:
        return Payer("2088000000000001", account="150****8675")

    def transfer(self, **call: object) -> TransferReceipt:
        return self.query()

    def query(self, **call: object) -> TransferReceipt:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    withdraw = query


class Channel(Scripted):
    def __init__(self) -> None:
        super().__init__()
        self.transfers = Transfers()


@pytest.fixture
def transfers() -> Iterator[Transfers]:
    connected = Channel()
    with channel(connected, "alipay"):
        yield connected.transfers


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def number(desk: Desk, api: Login) -> str:
    """Of goodwill for an order that was paid with Alipay, approved by mei."""
    ticket = desk.apply(desk.world.completed())
    ticket.order.payments.update(channel="alipay")
    body = {"ticket_no": ticket.ticket_no, "kind": "goodwill", "amount": "20.00", "ground": "Too late"}
    made: str = api("mei").post(ROOT, body).json()["payable_no"]
    assert api("mei").post(f"{ROOT}{made}/approve/").status_code == 200
    return made


def send(now: datetime, steps: int = 1) -> None:
    attempt(Transfer.objects.latest("pk").pk, now=now, wall=later(steps))


def buyers_page(sit: Sit) -> str:
    ticket = Payable.objects.get().ticket_payable.ticket
    return sit("alice").get(f"/tickets/{ticket.ticket_no}/").content.decode()


def test_from_the_choice_to_the_channels_word(
    number: str, api: Login, sit: Sit, transfers: Transfers, world: World
) -> None:
    assert "transfer" not in api("mei").get(f"{ROOT}{number}/").json()["allowed_actions"]
    assert api("mei").post(f"{ROOT}{number}/transfer/").status_code == 403
    seen = api("song").get(f"{ROOT}{number}/").json()
    assert (seen["transfer"], seen["allowed_actions"]) == (None, ["pay", "transfer", "cancel"])
    chosen = api("song").post(f"{ROOT}{number}/transfer/").json()
    assert (chosen["status"], chosen["paying_by"], chosen["paid_by"], chosen["allowed_actions"]) == (
        "paying", "song", "", ["call-off-transfer"],
    )  # fmt: skip
    assert (chosen["transfer"]["status"], chosen["transfer"]["sent_at"]) == ("pending", None)
    assert api("song").post(f"{ROOT}{number}/pay/", {"proof": "x"}).status_code == 409
    assert api("song").post(f"{ROOT}{number}/transfer/").status_code == 409
    assert "being sent to Alipay" in buyers_page(sit)
    transfers.answers = [TransferReceipt(Outcome.PROCESSING, NUMBER, NUMBER, "150****8675")]
    send(world.now)
    page = buyers_page(sit)
    assert "It isn't confirmed yet" in page.replace("&#x27;", "'")
    assert "Paid to" not in page
    transfers.answers = [TransferReceipt(Outcome.SUCCEEDED, NUMBER, NUMBER, amount=Decimal("20.00"))]
    send(world.now, 2)
    done = api("song").get(f"{ROOT}{number}/").json()
    assert (done["status"], done["proof"], done["paid_through"], done["paid_by"]) == ("paid", NUMBER, "alipay", "song")
    shown = done["transfer"]
    assert (shown["status"], shown["account"], shown["trace_no"]) == ("succeeded", "150****8675", NUMBER)
    assert f"Transfer no.: {NUMBER}" in buyers_page(sit)
    assert "get it?" not in buyers_page(sit)  # the channel has said that it arrived


def test_why_it_did_not_arrive_is_for_the_shop(number: str, api: Login, transfers: Transfers, world: World) -> None:
    api("song").post(f"{ROOT}{number}/transfer/")
    transfers.answers = [GatewayError("收款账号不存在 (PAYEE_NOT_EXIST)", permanent=True)]
    send(world.now)
    row = api("song").get(f"{ROOT}{number}/").json()
    assert (row["status"], row["transfer"]["status"]) == ("approved", "failed")
    assert row["transfer"]["reason"] == "收款账号不存在 (PAYEE_NOT_EXIST)"
    assert row["allowed_actions"] == ["pay", "transfer", "cancel"]
    assert api("alice").get(f"{ROOT}{number}/").json()["transfer"]["reason"] == ""
    assert api("song").post(f"{ROOT}{number}/pay/", {"proof": "slip"}).json()["paid_through"] == ""


def test_the_buyer_reads_until_when_to_accept_it(
    number: str, api: Login, sit: Sit, transfers: Transfers, world: World
) -> None:
    api("song").post(f"{ROOT}{number}/transfer/")
    until = later() + timedelta(days=1)
    transfers.answers = [TransferReceipt(Outcome.PROCESSING, NUMBER, NUMBER, confirm_by=until, confirmation="affff")]
    send(world.now)
    seen = api("alice").get(f"{ROOT}{number}/").json()
    assert (seen["transfer"]["status"], seen["status"]) == ("confirming", "paying")
    assert "until you accept it in Alipay" in seen["text"]
    assert "until you accept it" in buyers_page(sit)


def test_calling_it_off(number: str, api: Login, transfers: Transfers, world: World) -> None:
    assert api("song").post(f"{ROOT}{number}/call-off-transfer/").status_code == 409
    api("song").post(f"{ROOT}{number}/transfer/")
    off = api("mei").post(f"{ROOT}{number}/call-off-transfer/")
    assert (off.status_code, off.json()["status"], off.json()["allowed_actions"]) == (200, "paying", [])
    assert api("mei").post(f"{ROOT}{number}/call-off-transfer/").status_code == 409
    send(world.now)
    row = api("song").get(f"{ROOT}{number}/").json()
    assert (row["status"], row["transfer"]["status"]) == ("approved", "failed")
    assert "called off" in row["transfer"]["reason"]


def test_off_for_a_channel_without_transfers(number: str, api: Login) -> None:
    with channel(Scripted(), "alipay"):
        assert api("song").get(f"{ROOT}{number}/").json()["allowed_actions"] == ["pay", "cancel"]
        refused = api("song").post(f"{ROOT}{number}/transfer/")
    assert (refused.status_code, "another way" in refused.json()["message"]) == (409, True)


@pytest.mark.parametrize(("name", "status"), [("wen", 403), ("oms", 403), ("alice", 403), ("bob", 404), ("", 401)])
def test_who_may_not(number: str, api: Login, transfers: Transfers, name: str, status: int) -> None:
    for verb in ("transfer", "call-off-transfer"):
        assert api(name).post(f"{ROOT}{number}/{verb}/").status_code == status
    assert not Transfer.objects.exists()


def test_the_desk_says_to_whom_and_how_much(number: str, sit: Sit, transfers: Transfers, world: World) -> None:
    row = Payable.objects.get(payable_no=number)
    url = f"/admin/refunds/payable/{row.pk}/"
    assert "/transfer/" not in sit("mei").get(f"{url}change/").content.decode()
    assert "/transfer/" in sit("song").get(f"{url}change/").content.decode()
    form = sit("song").get(f"{url}transfer/").content.decode()
    payment = row.order.payments.get()
    assert payment.transaction_no in form
    assert "20.00" in form
    assert "alice" in form
    page = sit("song").post(f"{url}transfer/", follow=True).content.decode()
    assert "Chosen. It counts as paid once the channel confirms." in page
    assert Transfer.objects.get().transfer_no in page
    assert "/call_off_transfer/" in page
    # What may have left and the channel doesn't answer for any more takes two.
    sent = clock.wall() - timedelta(days=25)
    Transfer.objects.update(sent_at=sent, last_sent_at=sent)
    Payment.objects.update(channel="wechatpay")
    shown = text(sit("mei").get(f"{url}call_off_transfer/"))
    assert "Say what the channel's console shows" in shown
    assert "Say what" in text(sit("mei").post(f"{url}call_off_transfer/", {"note": ""}))
    noted = text(sit("mei").post(f"{url}call_off_transfer/", {"note": "Not in the statement"}, follow=True))
    assert "Noted. A second person has to confirm it. Ask a supervisor of platform support" in noted
    assert "/call_off_transfer/" not in noted
    shown = text(sit("song").get(f"{url}change/"))
    assert "mei has looked for the transfer and says: “Not in the statement”" in shown
    assert "the buyer would be paid twice" in text(sit("song").get(f"{url}call_off_transfer/"))
    assert "It isn't sent any more" in text(sit("song").post(f"{url}call_off_transfer/", {"note": ""}, follow=True))
    assert Transfer.objects.get().checked_at is not None
    Payment.objects.update(channel="alipay")
    assert "/pay/" not in page


def test_the_list_counts_no_statement_a_row(
    number: str, desk: Desk, api: Login, transfers: Transfers, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    """What is approved costs two more, what was transferred one."""
    ticket = Payable.objects.get().ticket_payable.ticket
    made = []
    for key in ("a", "b"):
        body = {"ticket_no": ticket.ticket_no, "kind": "goodwill", "amount": "1.00", "ground": "x", "key": key}
        made.append(api("mei").post(ROOT, body).json()["payable_no"])
        api("mei").post(f"{ROOT}{made[-1]}/approve/")
    api("song").post(f"{ROOT}{made[0]}/transfer/")
    assert not Refund.objects.exists()
    caller = api("song")
    caller.get(ROOT)
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        rows = caller.get(ROOT).json()["results"]
    assert [row["status"] for row in rows] == ["approved", "paying", "approved"]
