"""Notices of channels that do not fit: who of support sees which, in which words, and says what became of it."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.errors import Conflict, Forbidden, Invalid
from kernel.watch import figures
from refunds.gateways import ENVIRONMENT
from refunds.models import ChannelNotice, MerchantAccount, Refund
from refunds.notices import wording
from refunds.notices.models import Flag
from refunds.notices.review import review, to_review
from tests.browser import Sit, text
from tests.threads import dismissed, race  # noqa: F401
from tests.world import NOW, World

from .chargebacks.steps import payment, report
from .helpers import paid, reserve

pytestmark = pytest.mark.django_db
LIST = "/admin/refunds/channelnotice/"


def flagged(number: str = "E-1", flag: str = Flag.OTHER_AMOUNT, **more: Any) -> ChannelNotice:
    values = {"channel": "alipay", "account": "2088-1", "kind": "refund", "verified_by": [ENVIRONMENT],
               "outcome": "succeeded", "currency": "CNY",
              "refund_no": "RF-NOT-HERE", "transaction_no": "T-77", "amount": Decimal("61.00"),
              "received_at": timezone.now()}  # fmt: skip
    return ChannelNotice.objects.create(event_id=number, state="flagged", flag=flag, **(values | more))


def say(row: ChannelNotice, by: Any, note: str = "Refunded by hand in the console") -> ChannelNotice:
    return review(ChannelNotice.objects.get(pk=row.pk), note=note, actor=by, now=NOW)


def address(row: ChannelNotice, page: str = "change") -> str:
    return f"{LIST}{row.pk}/{page}/"


@pytest.mark.parametrize("flag", Flag.values)
def test_every_flag_has_words_and_a_next_step(flag: str) -> None:
    row = ChannelNotice(kind="refund", flag=flag)
    assert wording.why(row).startswith(str(Flag(flag).label))
    assert len(wording.why(row)) > len(str(Flag(flag).label)) + 20


@pytest.mark.parametrize(
    ("name", "status"), [("song", 200), ("sun", 200), ("root", 200), ("mei", 403), ("wen", 403), ("alice", 404)]
)
def test_for_support_alone(world: World, sit: Sit, name: str, status: int) -> None:
    row = flagged()
    assert sit(name).get(LIST).status_code == status
    assert sit(name).get(address(row)).status_code in ((200,) if status == 200 else (403, 404))
    answer = sit(name).post(address(row, "review"), {"note": "Seen"})
    assert (answer.status_code == 302) is (status == 200)
    assert bool(ChannelNotice.objects.get().reviewed_at) is (status == 200)
    assert ("channelnotice" in sit(name).get("/admin/").content.decode()) is (status == 200)


def test_what_is_listed_and_what_it_says(world: World, sit: Sit) -> None:
    refund = reserve(paid(world), now=NOW)
    row = flagged(refund=refund, shop_id=refund.shop_id, refund_no=refund.refund_no, reason="card 6222020200112233445")
    flagged("E-2", Flag.CHARGEBACK, kind="chargeback", outcome="", chargeback_no="CB-9", chargeback_status="lost")
    ChannelNotice.objects.create(
        channel="alipay", event_id="E-3", kind="refund", received_at=NOW, next_look_at=NOW, verified_by=[ENVIRONMENT]
    )
    listed = text(sit("song").get(LIST))
    for part in ("E-1", "E-2", "The channel names another amount.", "2088-1", "¥61.00", "a chargeback"):
        assert part in listed, part
    assert "E-3" not in listed
    shown = text(sit("song").get(address(row)))
    for part in ("the refund was paid", refund.refund_no, "T-77", "card ****3445", "Nothing was moved here."):
        assert part in shown, part
    assert "62220202" not in shown
    other = ChannelNotice.objects.get(event_id="E-2")
    assert "the payer has the money" in text(sit("song").get(address(other)))


def test_a_review_takes_it_off_the_list_and_moves_nothing(world: World, sit: Sit) -> None:
    refund = reserve(paid(world), now=NOW)
    row, other = flagged(), flagged("E-2")
    before = Refund.objects.values().get(pk=refund.pk)
    assert "Notices of channels to review 2" in finance(sit("song"))
    sit("song").post(address(row, "review"), {"note": " Paid by hand "})
    stored = ChannelNotice.objects.get(pk=row.pk)
    assert (stored.note, stored.reviewed_by, stored.state) == ("Paid by hand", world.song.pk, "flagged")
    assert "Notices of channels to review 1" in finance(sit("sun"))
    todo: Any = sit("sun").get(f"{LIST}?reviewed=0")
    assert [one.pk for one in todo.context_data["cl"].result_list] == [other.pk]
    done: Any = sit("sun").get(f"{LIST}?reviewed=1&flag=other_amount")
    assert [one.pk for one in done.context_data["cl"].result_list] == [row.pk]
    page = text(sit("sun").get(address(row)))
    assert "Paid by hand" in page
    assert world.song.display_name in page
    assert Refund.objects.values().get(pk=refund.pk) == before
    assert [figure.read() for figure in figures() if figure.name == "flagged_notices"] == [{"": 1.0}]


def finance(client: Any) -> str:
    import re

    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text(client.get("/admin/finance/"))))


def test_managers_have_no_tile(world: World, sit: Sit) -> None:
    flagged()
    assert "Notices of channels" not in finance(sit("mei"))


def test_who_may_and_with_which_words(world: World) -> None:
    row = flagged()
    for name in ("mei", "wen", "alice", "oms"):
        with pytest.raises(Forbidden):
            say(row, world.actor(name))
    for note in ("", "  ", "x" * 241):
        with pytest.raises(Invalid):
            say(row, world.actor("song"), note)
    say(row, world.actor("sun"))
    with pytest.raises(Conflict):
        say(row, world.actor("song"))
    parked = ChannelNotice.objects.create(
        channel="alipay", event_id="E-3", kind="refund", received_at=NOW, next_look_at=NOW, verified_by=[ENVIRONMENT]
    )
    with pytest.raises(Conflict):
        say(parked, world.actor("song"))


def test_the_database_refuses_half_a_review(world: World) -> None:
    row = ChannelNotice.objects.filter(pk=flagged().pk)
    whole = {"reviewed_by": 1, "reviewed_at": NOW, "note": "Seen"}
    for bad in (
        {**whole, "note": ""},
        {**whole, "reviewed_by": None},
        {**whole, "reviewed_at": None},
        {"note": "Seen"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**bad)
    row.update(**whole)


def test_the_count_is_one_statement(world: World) -> None:
    flagged()
    with CaptureQueriesContext(connection) as queries:
        rows, oldest = to_review()
    assert (rows, oldest is None, len(queries)) == (1, False, 1)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_two_reviews_at_once_are_one(world: World) -> None:
    row = flagged()
    answers = race(partial(say, row, world.actor("song")), partial(say, row, world.actor("sun")))
    assert sorted(answers) == ["conflict", "ok"]


def test_a_dispute_that_is_recorded_in_part_says_so(world: World, sit: Sit) -> None:
    """Of a transaction whose other orders never came: money is held, and the page must not say that nothing moved."""
    order = paid(world)
    known = report(world, order, "60.00", channel="sandbox")
    facts = {"kind": "chargeback", "outcome": "", "channel": "sandbox", "chargeback_no": "CB-1",
             "transaction_no": payment(order).transaction_no, "amount": Decimal("90.00")}  # fmt: skip
    shown = text(sit("song").get(address(flagged("E-8", Flag.UNKNOWN_PAYMENT, chargeback_status="open", **facts))))
    for part in ("not every order that it paid", "Of ¥90.00, ¥60.00 is recorded", f"/chargeback/{known.pk}/change/"):
        assert part in shown, part
    assert "Nothing was moved" not in shown
    # What a notice in another currency says is not compared with it.
    dollars = flagged("E-9", Flag.OTHER_CURRENCY, chargeback_status="open", **facts)
    assert "is recorded" not in text(sit("song").get(address(dollars)))


@pytest.mark.parametrize("own", [True, False])
def test_only_what_the_accounts_may_speak_of_is_compared(world: World, sit: Sit, own: bool) -> None:
    """A shop that types the number of another's chargeback is shown nothing of it, and is not compared with it."""
    order = paid(world)
    known = report(world, order, "60.00", channel="sandbox")
    shop = world.lantern if own else world.harbor
    account = MerchantAccount.objects.create(shop=shop, channel="sandbox", account="M-1", secrets="sealed")
    row = flagged(
        "E-8", Flag.CHARGEBACK, kind="chargeback", outcome="", channel="sandbox", chargeback_no="CB-1",
        chargeback_status="open", transaction_no=payment(order).transaction_no, verified_by=[account.pk],
    )  # fmt: skip
    shown = text(sit("song").get(address(row)))
    for part in (f"/chargeback/{known.pk}/", f"/order/{order.pk}/", "recorded already, with ¥60.00"):
        assert (part in shown) is own, part


def test_a_dispute_that_is_recorded_with_another_amount_leads_to_it(world: World, sit: Sit) -> None:
    order = paid(world)
    known = report(world, order, "60.00", channel="sandbox")
    number = payment(order).transaction_no
    facts = {"kind": "chargeback", "outcome": "", "channel": "sandbox", "transaction_no": number}
    other = flagged("E-8", Flag.CHARGEBACK, chargeback_no="CB-1", chargeback_status="open", **facts)
    shown = text(sit("song").get(address(other)))
    for part in ("recorded already, with ¥60.00; the notice says ¥61.00", f"/refunds/chargeback/{known.pk}/change/",
                 f"/orders/order/{order.pk}/change/", f"{order.order_no} · ¥"):  # fmt: skip
        assert part in shown, part
    same = flagged("E-9", Flag.CHARGEBACK, chargeback_no="CB-1", chargeback_status="open", **facts, amount="60.00")
    assert "recorded already" not in text(sit("song").get(address(same)))
    unknown = flagged("E-10", Flag.CHARGEBACK, chargeback_no="CB-2", chargeback_status="open", **facts)
    shown = text(sit("song").get(address(unknown)))
    assert "A chargeback that couldn't be recorded." in shown
    assert f"/refunds/chargeback/{known.pk}/" not in shown
