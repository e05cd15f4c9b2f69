"""Pushes: believed by their signature, the same in any order and number, each for the parcels of its number (F24)."""

import json
import re
import sys
import urllib.parse
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fakes.kuaidi100.server import Fake
from logistics.couriers.kuaidi100 import signing
from logistics.couriers.kuaidi100.adapter import Kuaidi100
from logistics.models import Parcel, ParcelEvent, Tracking
from logistics.services import ship
from logistics.tracks import policy
from logistics.tracks.ask import ask_couriers
from logistics.tracks.push import followed
from orders.models import Order
from tests.indexes import begins_by_index
from tests.world import World

from .conftest import SALT, sent

pytestmark = pytest.mark.django_db
PATH = "/notify/kuaidi100/"
# Scans have the same times in each push.
BEGUN = timezone.localtime()  # of each test (`begun`)
Step = tuple[int, str, str]  # minutes ago, code, text
PICKED_UP, ON_ITS_WAY = (50, "103", "已揽收"), (40, "1002", "发往广州")
SIGNED, BACK = (10, "301", "已签收"), (5, "4", "已退回")


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parcel of an hour ago has been sent before its scans, however long the suite has been running."""
    monkeypatch.setattr(sys.modules[__name__], "BEGUN", timezone.localtime())


def body(number: str, *steps: Step, status: str = "polling", company: str = "yuantong", **more: Any) -> str:
    rows = [
        {"time": f"{BEGUN - timedelta(minutes=ago):%Y-%m-%d %H:%M:%S}", "context": text, "statusCode": code}
        for ago, code, text in steps
    ]
    result = {"nu": number, "com": company, "state": "0", "status": "200", "data": rows[::-1]}
    return json.dumps({"status": status, "message": "", "lastResult": result} | more, ensure_ascii=False)


def push(param: str, sign: str | None = None) -> Any:
    form = {"sign": signing.sign(param, SALT) if sign is None else sign, "param": param}
    return Client().post(PATH, urllib.parse.urlencode(form), content_type="application/x-www-form-urlencoded")


def status(parcel: Parcel) -> str:
    return Parcel.objects.get(pk=parcel.pk).status


def texts(parcel: Parcel) -> list[str]:
    return list(ParcelEvent.objects.filter(parcel=parcel).order_by("at", "id").values_list("text", flat=True))


def test_nobody_pushes_where_no_source_is_connected(db: None) -> None:
    assert push(body("YT1")).status_code == 404


def test_a_push_moves_the_parcel_and_the_order(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    answer = push(body("YT1", PICKED_UP, ON_ITS_WAY))
    assert (answer.status_code, answer.json()) == (200, {"result": True, "returnCode": "200", "message": "成功"})
    assert (status(parcel), texts(parcel)) == ("in_transit", ["已揽收", "发往广州"])
    push(body("YT1", PICKED_UP, ON_ITS_WAY, SIGNED, status="shutdown"))
    assert (status(parcel), len(texts(parcel))) == ("delivered", 3)
    assert Order.objects.get(pk=parcel.order_id).fulfilment == "delivered"
    row = Tracking.objects.get()
    assert (row.next_at, row.heard_at is not None) == (None, True)


def test_twice_and_out_of_order_is_once(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    first, last = body("YT1", PICKED_UP), body("YT1", PICKED_UP, ON_ITS_WAY, SIGNED)
    for param in (last, first, last, first):
        assert push(param).status_code == 200
    assert (status(parcel), len(texts(parcel))) == ("delivered", 3)
    assert parcel.history().filter(action="deliver").count() == 1


def test_a_trace_that_regresses_takes_nothing_back(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    push(body("YT1", PICKED_UP, SIGNED))
    push(body("YT1", PICKED_UP, ON_ITS_WAY, (1, "1002", "又发出")))
    assert (status(parcel), len(texts(parcel))) == ("delivered", 4)


def test_the_last_word_counts(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    push(body("YT1", PICKED_UP, (20, "14", "拒收"), BACK))
    assert status(parcel) == "returned"


@pytest.mark.parametrize("kind", ["none", "zeros", "another body", "another salt"])
def test_a_forged_one_changes_nothing(
    world: World, kuaidi100: Kuaidi100, kind: str, django_assert_num_queries: Any
) -> None:
    parcel, param = sent(world, "YT1"), body("YT1", SIGNED)
    signs = {"none": "", "zeros": "0" * 32, "another body": signing.sign("{}", SALT)}
    with django_assert_num_queries(0):
        answer = push(param, signs.get(kind, signing.sign(param, "another salt of us")))
    assert (answer.status_code, answer.json()["result"]) == (400, False)
    assert (status(parcel), texts(parcel)) == ("in_transit", [])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"param=1&param=2&sign=x", b"a=1&" * 20, b"{}", b"sign=x"])
def test_whatever_comes_is_no_fault_of_ours(kuaidi100: Kuaidi100, content: bytes) -> None:
    answer = Client().post(PATH, content, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


def test_it_is_sent_and_not_fetched_and_has_a_bound(kuaidi100: Kuaidi100) -> None:
    assert Client().get(PATH).status_code == 405
    large = Client().post(PATH, b"x" * (256 * 1024 + 1), content_type="application/x-www-form-urlencoded")
    assert large.status_code == 413


def test_an_unknown_number_is_answered_and_changes_nothing(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    for param in (body("YT9", SIGNED), body("YT1", SIGNED, company="shunfeng"), body("YT1", SIGNED, company="nobody")):
        assert push(param).status_code == 200
    assert status(parcel) == "in_transit"


def test_a_number_of_two_shops_is_told_to_both(world: World, kuaidi100: Kuaidi100) -> None:
    """One waybill for two orders, or one that was typed with blanks."""
    one, other = sent(world, "YT 1"), sent(world, "yt1")
    push(body("YT1", PICKED_UP, SIGNED))
    assert (status(one), status(other)) == ("delivered", "delivered")


def test_the_company_may_be_another_than_was_named(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    push(body("YT1", SIGNED, company="shentong", autoCheck="1", comOld="yuantong", comNew="shentong"))
    assert status(parcel) == "delivered"


def test_scans_of_an_earlier_parcel_with_this_number_and_of_the_future_are_left_out(
    world: World, kuaidi100: Kuaidi100
) -> None:
    """Couriers give their numbers again; the order was placed two hours ago."""
    parcel = sent(world, "YT1")
    push(
        body(
            "YT1", (180 * 24 * 60, "301", "半年前签收"), (121, "301", "下单前签收"), PICKED_UP, (-60, "301", "将来签收")
        )
    )
    assert (status(parcel), texts(parcel)) == ("picked_up", ["已揽收"])


def test_sixty_days_of_silence_are_a_loss(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    for _ in range(2):
        push(body("YT1", PICKED_UP, status="abort", message="60天无变化"))
    assert (status(parcel), len(texts(parcel))) == ("lost", 2)
    assert Tracking.objects.get().next_at is None


def test_a_subscription_that_ends_early_is_made_again_and_not_at_once(
    world: World, kuaidi100: Kuaidi100, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(world, "YT1")
    ask_couriers(world.now, False)
    hands = [timezone.now()]
    monkeypatch.setattr("kernel.calls.clock.wall", lambda: hands[0])
    push(body("YT1", status="abort", message="3天查询无记录"))
    row = Tracking.objects.get()
    assert (row.subscribed_at, row.next_at) == (None, hands[0] + policy.APART)
    fake.subscriptions.clear()
    hands[0] += policy.APART
    ask_couriers(world.now, False)
    assert list(fake.subscriptions) == ["YT1"]


@pytest.mark.parametrize("status", ["polling", "shutdown"])
@pytest.mark.parametrize("code", ["400", "408", "501", "601"])
def test_an_error_is_no_sign_of_life(
    world: World, kuaidi100: Kuaidi100, fake: Fake, monkeypatch: pytest.MonkeyPatch, status: str, code: str
) -> None:
    """It is asked for as if nothing had come."""
    sent(world, "YT1")
    Tracking.objects.update(failures=3, fault="down")
    before = Tracking.objects.values().get()
    content = json.loads(body("YT1", status=status))
    content["lastResult"] |= {"status": code, "message": "错误"}
    assert push(json.dumps(content)).status_code == 200
    assert Tracking.objects.values().get() == before
    content["lastResult"]["status"] = "500"  # it was looked for, and no scan is known
    push(json.dumps(content))
    assert (Tracking.objects.get().answered_at is not None, Tracking.objects.get().fault) == (True, "")


def test_an_error_with_scans_or_at_the_end_is_heard(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    content = json.loads(body("YT1", PICKED_UP))
    content["lastResult"]["status"] = "501"
    push(json.dumps(content))
    assert (texts(parcel), Tracking.objects.get().heard_at is not None) == (["已揽收"], True)
    Tracking.objects.update(subscribed_at=timezone.now())
    content = json.loads(body("YT1", status="abort", message="3天查询无记录"))
    content["lastResult"]["status"] = "408"
    push(json.dumps(content))
    assert Tracking.objects.get().subscribed_at is None


def test_a_fault_of_ours_makes_it_come_again(
    world: World, kuaidi100: Kuaidi100, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = sent(world, "YT1"), sent(world, "YT1")
    from logistics.tracks import push as module

    real = module.report_trace

    def fails(parcel: Parcel, *args: Any, **kwargs: Any) -> Parcel:
        if parcel.pk == one.pk:
            raise RuntimeError("a receiver is broken")
        return real(parcel, *args, **kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(module, "report_trace", fails)
        answer = push(body("YT1", SIGNED))
    assert (answer.status_code, answer.json()["result"]) == (503, False)
    assert (status(one), status(other)) == ("in_transit", "delivered")
    assert push(body("YT1", SIGNED)).status_code == 200
    assert status(one) == "delivered"


def test_a_fault_of_ours_that_lasts_is_asked_for_and_not_pushed_for_ever(
    world: World, kuaidi100: Kuaidi100, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel, codes = sent(world, "YT1"), []
    with monkeypatch.context() as broken:
        broken.setattr("logistics.tracks.push.report_trace", lambda *args, **kwargs: 1 / 0)
        for _ in range(policy.PUSHED_AGAIN + 2):
            codes.append(push(body("YT1", SIGNED)).status_code)
    assert codes == [503] * policy.PUSHED_AGAIN + [200, 200]
    row = Tracking.objects.get()
    assert (row.fault, row.failures, row.next_at is not None) == ("ours", policy.PUSHED_AGAIN + 2, True)
    assert push(body("YT1", SIGNED)).status_code == 200
    row = Tracking.objects.get()
    assert (status(parcel), row.fault, row.failures) == ("delivered", "", 0)


@pytest.mark.parametrize("text", ["已\x00签\ud83d收", "已\n签\t收\x1b[2J"])
def test_what_no_database_stores_is_left_out_of_a_text(world: World, kuaidi100: Kuaidi100, text: str) -> None:
    parcel, escaped = sent(world, "YT1"), json.loads(body("YT1", (10, "301", "TEXT")))
    escaped["lastResult"]["data"][0]["context"] = text
    assert push(json.dumps(escaped)).status_code == 200  # as \u0000 and \ud83d
    assert status(parcel) == "delivered"
    assert texts(parcel)[0].startswith("已 签")


@pytest.mark.parametrize("time", ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-02-30 00:00:00", None])
def test_a_time_that_cannot_be_is_left_out(world: World, kuaidi100: Kuaidi100, time: str | None) -> None:
    parcel, content = sent(world, "YT1"), json.loads(body("YT1", PICKED_UP, SIGNED))
    content["lastResult"]["data"][0]["time"] = time
    assert push(json.dumps(content)).status_code == 200
    assert (status(parcel), texts(parcel)) == ("picked_up", ["已揽收"])


def test_a_number_that_no_database_stores_is_nobodys(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    for number in ("YT1\x00", "\ud83dYT1", "YT1\n"):
        content = json.loads(body("YT1", SIGNED))
        content["lastResult"]["nu"] = number
        assert push(json.dumps(content)).status_code == 200
    assert status(parcel) == "in_transit"


@pytest.mark.parametrize(("codes", "ends"), [(("14", "301"), "delivered"), (("301", "4"), "returned")])
def test_of_one_second_the_newest_counts(world: World, kuaidi100: Kuaidi100, codes: tuple[str, str], ends: str) -> None:
    """Newest first, as they are listed."""
    parcel = sent(world, "YT1")
    push(body("YT1", PICKED_UP, *[(10, code, f"scan {code}") for code in codes]))
    assert status(parcel) == ends
    assert texts(parcel)[1:] == [f"scan {code}" for code in codes]


def test_a_fresh_order_arrives_with_the_fake(world: World, kuaidi100: Kuaidi100, fake: Fake) -> None:
    """Its scans are dated from the first question on."""
    order = world.place_order(placed_at=timezone.now())
    ship(order, courier="yto", tracking_no="YT1", actor=world.actor("mei"), now=timezone.now())
    ask_couriers(world.now, False)
    for _ in range(4):
        assert push(fake.next_push("YT1")).status_code == 200
    assert (status(order.parcels.get()), ParcelEvent.objects.count()) == ("delivered", 4)


def test_a_push_takes_few_statements(world: World, kuaidi100: Kuaidi100, django_assert_max_num_queries: Any) -> None:
    """However many scans it holds, and where the number was typed after the first of them. Two of each are the
    transaction."""
    for number, late in (("YT1", False), ("YT2", True)):
        parcel = sent(world, number)
        early = [(100, "103", "前一天揽收")] if late else []
        param = body(number, *early, PICKED_UP, *[(39 - n, "1002", f"第 {n} 站") for n in range(20)])
        push(body(number, PICKED_UP))
        with django_assert_max_num_queries(10 + late):  # from picked up to in transit, with its history
            push(param)
        with django_assert_max_num_queries(7 + late):
            push(param)
        assert len(texts(parcel)) == 21 + late
    with django_assert_max_num_queries(1):
        push(body("YT9", PICKED_UP))
    with django_assert_max_num_queries(12):  # it moves parcel, lines and order, with their history
        push(body("YT1", PICKED_UP, SIGNED))
    assert Order.objects.get(parcels__tracking_no="YT1").fulfilment == "delivered"


def test_every_lock_is_taken_once_and_the_orders_first(world: World, kuaidi100: Kuaidi100) -> None:
    sent(world, "YT1")
    with CaptureQueriesContext(connection) as captured:
        push(body("YT1", PICKED_UP, SIGNED))
    locks = [query["sql"] for query in captured if "FOR NO KEY UPDATE" in query["sql"]]
    assert [re.search(r'FROM "(\w+)"', sql)[1] for sql in locks] == ["orders_order", "logistics_parcel"]  # type: ignore[index]


def test_the_parcels_of_a_number_are_read_by_its_index(world: World, kuaidi100: Kuaidi100) -> None:
    assert begins_by_index(Parcel, "tracking_no")
    assert "number_key(" in str(followed("YT1").query).lower()


def test_after_erasure_nothing_is_told_any_more(world: World, kuaidi100: Kuaidi100) -> None:
    """D-6: a later push would bring back who signed."""
    parcel = sent(world, "YT1")
    push(body("YT1", PICKED_UP, (10, "301", "签收人：王小明")))
    from logistics.privacy import _erase

    _erase(parcel.order, world.alice, world.actor("song"))
    push(body("YT1", PICKED_UP, (10, "301", "签收人：王小明")))
    assert not any("王小明" in text for text in texts(parcel))


@pytest.mark.django_db(transaction=True)
def test_over_the_wire(world: World, kuaidi100: Kuaidi100, fake: Fake, live_server: Any) -> None:
    """Subscribed, pushed by the service itself, and delivered."""
    object.__setattr__(kuaidi100, "callback", f"{live_server.url}{PATH}")
    parcel = sent(world, "YT1")
    ask_couriers(world.now, False)
    assert [fake.push("YT1") for _ in range(4)] == [200] * 4
    assert fake.push("YT1", salt="another salt of us") == 400
    assert (status(parcel), len(texts(parcel))) == ("delivered", 4)


def test_the_hour_is_that_of_beijing(world: World, kuaidi100: Kuaidi100) -> None:
    parcel = sent(world, "YT1")
    push(body("YT1", SIGNED))
    at = Parcel.objects.get(pk=parcel.pk).delivered_at
    assert at is not None
    assert abs(at - (BEGUN - timedelta(minutes=10))) < timedelta(minutes=1)
    assert isinstance(at, datetime)
