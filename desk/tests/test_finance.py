"""`/admin/finance/`: who may see it, what it counts, closing a difference, and its exports."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from aftersales.services.payables import create_payable
from desk.pages import PAGES
from kernel.machine import advance
from orders.models import Payment
from refunds.chargebacks.record import record_chargeback
from refunds.models import ChannelFee, Comparison, Difference, LedgerEntry, Refund, Transfer
from refunds.payables import services as payables
from refunds.reconciliation import run
from reports import finance
from reports.queries import Scope
from reports.ranges import span
from tests.browser import Sit
from tests.browser import text as html
from tests.desk import Desk
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db
URL = "/admin/finance/"
SEEN = {"source": "bill", "first_seen": NOW - timedelta(hours=30), "last_seen": NOW, "currency": "CNY"}


def text(response: Any) -> str:
    """What one reads, without the marks."""
    body = html(response).partition("<main")[2] or html(response)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@pytest.fixture(autouse=True)
def now(time_machine: Any) -> None:
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)


def difference(world: World, number: str = "RF1", shop: Any = "lantern", **more: Any) -> Difference:
    shop_id = getattr(world, shop).pk if shop else None
    values = {"channel": "alipay", "kind": "amount", "here": 10, "there": 12} | SEEN | more
    return Difference.objects.create(shop_id=shop_id, number=number, **values)


@pytest.fixture
def money(world: World) -> Desk:
    """One refund arrived, one failed, one is under way."""
    desk = Desk(world)
    for number in ("PAY-1", "FAIL-1", "SLOW-1"):
        order = world.place_order(lines=[("TEE", "99.00", 1)], payments=[(number, "99.00")])
        desk.apply(order, "refund_only", "dont_want")
    desk.send_refunds()
    return desk


@pytest.mark.parametrize(
    ("name", "status"), [("mei", 200), ("song", 200), ("sun", 200), ("wen", 403), ("alice", 404), ("rui", 200)]
)
def test_for_managers_and_support(name: str, status: int, sit: Sit) -> None:
    client = sit(name)
    assert client.get(URL).status_code == status
    assert client.get(f"{URL}export/?card=out").status_code == status
    assert client.get(f"{URL}ledger/?first=2026-03-01&last=2026-03-02").status_code == status
    assert client.post(URL, {"difference": "1", "note": "x"}).status_code == (404 if status == 200 else status)


def test_the_menu_has_it_for_who_may(sit: Sit) -> None:
    assert reverse("admin:desk_finance") == URL
    assert f'href="{URL}"' in sit("mei").get("/admin/").content.decode()
    assert f'href="{URL}"' not in sit("wen").get("/admin/").content.decode()
    assert [page.name for page in PAGES if page.route == "finance/"] == ["desk_finance"]


def test_what_is_owed_beyond_refunds_and_what_the_bank_holds(money: Desk, world: World, sit: Sit) -> None:
    """Each tile leads to the list that it counts."""
    order = world.delivered()
    ticket = money.apply(order)
    for number, kind in enumerate(("goodwill", "compensation", "courier_claim")):
        owed = create_payable(ticket, kind=kind, amount=Decimal(5), ground="Late", actor=money.merchant, now=NOW)
        if number:
            payables.approve(owed, actor=money.merchant, now=NOW)
    payment = order.payments.get()
    record_chargeback(
        order, transaction_no=payment.transaction_no, chargeback_no="CB-1", amount=payment.captured, status="open",
        actor=money.integration, now=NOW,
    )  # fmt: skip
    page = html(sit("mei").get(URL))
    for part in ("Payables to approve 1 ¥5.00", "Payables to pay 2 ¥10.00", "Open chargebacks 1 ¥"):
        assert part in text(sit("mei").get(URL)), part
    for url, rows in (("payable/?status__exact=pending", 1), ("payable/?status__exact=approved", 2),
                      ("chargeback/?status__exact=open", 1)):  # fmt: skip
        assert f'href="/admin/refunds/{url}"' in page
        listed: Any = sit("mei").get(f"/admin/refunds/{url}")
        assert listed.context_data["cl"].result_count == rows
    assert "Payables to approve 0" in text(sit("rui").get(URL))  # of another shop


def test_all_that_leaves_is_shown_by_what_it_left_for(money: Desk, world: World, sit: Sit) -> None:
    """Refunds, payables to buyers and what banks took. What a courier pays the shop comes in and is none of it."""
    order = world.delivered()
    ticket = money.apply(order)
    for kind, amount in (("goodwill", 5), ("courier_claim", 70)):
        owed = create_payable(ticket, kind=kind, amount=Decimal(amount), ground="x", actor=money.merchant, now=NOW)
        approved = payables.approve(owed, actor=money.merchant, now=NOW)
        payables.pay(approved, proof="TR-1", actor=world.actor("song"), now=NOW)
    for number, amount, states in (("CB-1", 11, ["lost"]), ("CB-2", 13, ["open", "won"]), ("CB-3", 17, ["open"])):
        for state in states:
            record_chargeback(
                order, transaction_no=order.payments.get().transaction_no, chargeback_no=number,
                amount=Decimal(amount), status=state, actor=money.integration, now=NOW,
            )  # fmt: skip
    rows = [(row.about, row.account, row.rows, row.amount) for row in finance.out(scope_of(world))]
    assert rows == [
        ("refund", "channel", 1, Decimal(99)), ("payable", "cash", 1, Decimal(5)), ("chargeback", "channel", 3, 28),
    ]  # fmt: skip
    page = text(sit("mei").get(URL))
    assert "¥132.00 left in this period (refunds ¥99.00 · payables ¥5.00 · chargebacks ¥28.00)." in page
    assert "2026-03-02 payables another way" in page


def scope_of(world: World) -> Scope:
    return Scope((world.lantern.pk,), span("7", timezone.now()))


def fee(payment: Payment | None, amount: str, **more: Any) -> ChannelFee:
    """As a bill lists it: above zero charged, below zero given back."""
    values = {"channel": "alipay", "number": "N", "transaction_no": "N", "currency": "CNY", "at": NOW} | more
    return ChannelFee.objects.create(
        payment=payment, line_id=f"L{ChannelFee.objects.count()}", occurrence=1, amount=Decimal(amount), **values
    )


@pytest.fixture
def fees(world: World) -> dict[str, ChannelFee]:
    """Of two shops, in two currencies, one corrected, one too early, and two of nobody's."""
    mine, theirs = world.place_order().payments.get(), world.place_order(shop=world.harbor).payments.get()
    Payment.objects.filter(pk__in=(mine.pk, theirs.pk)).update(channel="alipay")
    rows = {
        "charged": fee(mine, "0.59"), "back": fee(mine, "-0.20"), "dollars": fee(mine, "3.00", currency="USD"),
        "early": fee(mine, "8.00", at=NOW - 40 * DAY), "theirs": fee(theirs, "7.00"),
        "nobodys": fee(None, "5.00"), "back to nobody": fee(None, "-1.00"),
    }  # fmt: skip
    wrong = fee(mine, "9.00")
    ChannelFee.objects.filter(pk=wrong.pk).update(amount=1)
    wrong = fee(mine, "-6.00")
    ChannelFee.objects.filter(pk=wrong.pk).update(amount=0)
    # The clock of the database is not that of the test: a correction is of the day on which it is made.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE refunds_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE refunds_ledgerentry SET at = %s WHERE about = 'fee' AND at > %s", [NOW, NOW])
        cursor.execute("ALTER TABLE refunds_ledgerentry ENABLE TRIGGER USER")
    return rows


def test_fees_of_the_channels(fees: dict[str, ChannelFee], world: World, sit: Sit) -> None:
    d = Decimal
    assert [tuple(row) for row in finance.fees(scope_of(world))] == [
        ("alipay", "CNY", d("1.59"), d("0.20"), 0), ("alipay", "USD", d("3.00"), 0, 0),
    ]  # fmt: skip
    assert finance.fees(Scope(None, span("7", timezone.now())))[0][2:] == (d("8.59"), d("0.20"), d("4.00"))
    page = text(sit("mei").get(URL))
    assert "Fees of this period, net: ¥1.39, US$3.00." in page
    assert "not booked" not in page
    assert "1.59 0.20 1.39" in page
    assert "8.59 0.20 8.39 4.00" in text(sit("song").get(URL))
    assert "Of unknown payments, not booked" in text(sit("song").get(URL))


def test_fees_in_chinese(fees: dict[str, ChannelFee], sit: Sit) -> None:
    page = text(sit("mei").get(URL, headers={"accept-language": "zh-hans"}))
    for part in ("渠道手续费", "已收取", "已退回", "净额"):
        assert part in page, part


@pytest.mark.parametrize(("second", "counted"), [(-1, 0), (0, 1), (1, 1)])
def test_a_fee_is_of_the_day_on_which_it_was_charged(second: int, counted: int, world: World) -> None:
    """By the shop's day, from midnight on."""
    now = timezone.now()
    first = span("7", now).start
    fee(world.place_order().payments.get(), "0.59", at=first + timedelta(seconds=second))
    assert len(finance.fees(Scope((world.lantern.pk,), span("7", now)))) == counted


def test_a_transfer_that_hangs_is_seen_with_its_age(money: Desk, world: World, sit: Sit) -> None:
    """Since the transfer was chosen, not since the payable was made."""
    ticket = money.apply(world.delivered())
    owed = create_payable(ticket, kind="goodwill", amount=Decimal(5), ground="x", actor=money.merchant, now=NOW)
    approved, song = payables.approve(owed, actor=money.merchant, now=NOW), world.actor("song")
    chosen = NOW - 25 * DAY
    moved = advance(approved.transfer, actor=song, now=chosen, user_id=song.user_id, transfer_no="TF-1")
    Transfer.objects.create(
        payable=moved, shop_id=moved.shop_id, payment=ticket.order.payments.get(), transfer_no="TF-1",
        created_at=chosen, next_attempt_at=NOW,
    )  # fmt: skip
    shown = html(sit("mei").get(URL))
    assert "Payables being paid through the channel 1 ¥5.00 · oldest: 25.0 days" in text(sit("mei").get(URL))
    assert 'href="/admin/refunds/payable/?status__exact=paying"' in shown


def test_what_waits_what_left_and_what_differs(money: Desk, world: World, sit: Sit) -> None:
    row = difference(world)
    page = text(sit("mei").get(URL))
    for part in (
        "Under way 1 ¥99.00 · oldest: 1.0 h",
        "Failed or returned, and not settled 1",
        "Waits for a second person 0",
        "Another amount · Alipay · RF1",
        "open for: 31.0 h",
        "here: ¥10.00 · at the channel: ¥12.00",
        "settle the difference with the buyer or the channel",
        "¥99.00 left in this period",
        "2026-03-02 refunds through the channel",
    ):
        assert part in page, (part, page)
    assert row.resolved_at is None


def test_in_chinese(money: Desk, world: World, sit: Sit) -> None:
    difference(world)
    page = text(sit("mei").get(URL, headers={"accept-language": "zh-hans"}))
    for part in ("财务", "金额不一致", "与渠道的差异", "本系统：", "承诺"):
        assert part in page, (part, page)


def test_another_shops_money_is_not_there(money: Desk, world: World, sit: Sit) -> None:
    difference(world)
    difference(world, "NOBODYS", None, kind="missing_here")
    page = text(sit("rui").get(URL))
    assert "RF1" not in page
    assert "¥99.00" not in page
    assert "NOBODYS" in text(sit("song").get(URL))
    assert "NOBODYS" not in text(sit("mei").get(URL))
    assert sit("rui").get(f"{URL}?shop=lantern").status_code == 404


def test_closing_a_difference(world: World, sit: Sit) -> None:
    row, client = difference(world), sit("mei")
    refused = client.post(URL, {"difference": row.pk, "note": " "})
    assert (refused.status_code, "Say in up to 240 characters" in text(refused)) == (400, True)
    done = client.post(f"{URL}?range=7", {"difference": row.pk, "note": "Paid the rest."})
    assert (done.status_code, done["Location"]) == (302, f"{URL}?range=7")
    row.refresh_from_db()
    assert (row.note, row.resolved_by) == ("Paid the rest.", world.mei.pk)
    again = client.post(URL, {"difference": row.pk, "note": "Again."})
    assert (again.status_code, "Nothing has been compared with the channels yet." in text(again)) == (409, True)


def test_what_was_compared_last_and_when(money: Desk, sit: Sit) -> None:
    shown = text(sit("mei").get(URL))
    assert "Nothing has been compared with the channels yet." in shown
    assert "agrees" not in shown
    run.of_channel("sandbox", day=NOW.date(), now=NOW + DAY)
    shown = text(sit("mei").get(URL))
    assert "Nothing has been compared" not in shown
    assert f"compared on {timezone.localtime(NOW + DAY):%Y-%m-%d %H:%M}" in shown
    [row] = Comparison.objects.all()
    assert (row.channel, row.first, row.last) == ("sandbox", NOW.date(), NOW.date())


@pytest.mark.parametrize("number", ["", "x", "9" * 17, "٣", "-1"])
def test_a_difference_that_is_not_there(number: str, sit: Sit) -> None:
    assert sit("mei").post(URL, {"difference": number, "note": "x"}).status_code == 404


def test_nobody_closes_another_shops(world: World, sit: Sit) -> None:
    row = difference(world)
    assert sit("rui").post(URL, {"difference": row.pk, "note": "Mine."}).status_code == 404
    assert sit("sun").post(URL, {"difference": row.pk, "note": "Known."}).status_code == 302


def test_the_ledger_of_the_own_shop_as_csv(money: Desk, world: World, sit: Sit) -> None:
    world.place_order(shop=world.harbor)
    answer: Any = sit("mei").get(f"{URL}ledger/?first=2026-03-01&last=2026-03-02")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert {row["Shop"] for row in rows} == {"lantern"}
    assert len(rows) == LedgerEntry.objects.filter(shop_id=world.lantern.pk).count()


@pytest.mark.parametrize("query", ["", "first=x&last=2026-03-02", "first=2026-03-02&last=2026-03-01"])
def test_days_that_are_none(query: str, sit: Sit) -> None:
    assert sit("mei").get(f"{URL}ledger/?{query}").status_code == 400


@pytest.mark.parametrize("card", ["out", "fees", "promises"])
def test_each_table_as_csv(card: str, money: Desk, sit: Sit) -> None:
    Refund.objects.update(expected_at=NOW)
    fee(Payment.objects.earliest("pk"), "0.59")
    answer: Any = sit("mei").get(f"{URL}export/?card={card}")
    assert b"".join(answer.streaming_content).decode("utf-8-sig").count("\n") > 1
    assert sit("mei").get(f"{URL}export/?card=none").status_code == 404


@pytest.mark.parametrize(("late", "kept"), [(-1, 1), (0, 1), (1, 0)])
def test_a_refund_is_confirmed_in_time_until_the_promised_second(
    late: int, kept: int, money: Desk, world: World
) -> None:
    refund = Refund.objects.get(status="succeeded")
    Refund.objects.exclude(pk=refund.pk).update(expected_at=None)
    promised = NOW - timedelta(hours=1)
    Refund.objects.filter(pk=refund.pk).update(expected_at=promised, settled_at=promised + late * timedelta(seconds=1))
    scope = Scope((world.lantern.pk,), span("7", NOW))
    assert [row[1:] for row in finance.promises(scope)] == [(1, kept, 1 - kept, 0)]


def test_the_page_says_that_the_confirmation_is_measured_and_not_the_arrival(money: Desk, sit: Sit) -> None:
    """The channel's yes, or that of two people. When the bank shows the money, nobody tells."""
    Refund.objects.filter(status="succeeded").update(expected_at=NOW)
    page, chinese = text(sit("mei").get(URL)), text(sit("mei").get(URL, headers={"accept-language": "zh-hans"}))
    assert "confirmed by the promised day (" in page
    assert "no channel says when the buyer's bank shows it" in page
    assert "Confirmed in time" in page
    assert "arrived" not in page
    assert ("在承诺日前已确认" in chinese, "到账日" in chinese) == (True, False)


def test_the_same_statements_whatever_there_is(
    money: Desk, world: World, sit: Sit, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        difference(world, f"RF{number}")
    client = sit("mei")
    client.get(URL)
    with django_assert_max_num_queries(14):
        page = client.get(URL)
    assert "60" in text(page)
    assert text(page).count("Another amount") == 50
