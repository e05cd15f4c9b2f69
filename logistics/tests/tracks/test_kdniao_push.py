"""Pushes of kdniao: up to ten parcels, each applied by itself, whichever shop's (F24)."""

import json
import sys
import urllib.parse
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fakes.kdniao.server import Fake
from logistics.couriers.kdniao import signing
from logistics.couriers.kdniao.adapter import MAX_PUSH, Kdniao
from logistics.models import Parcel, ParcelEvent, Tracking
from logistics.services import ship
from logistics.tracks import policy
from logistics.tracks.ask import ask_couriers
from orders.models import Order
from tests.world import World

from .conftest import APP_KEY, BUSINESS_ID, sent

pytestmark = pytest.mark.django_db
PATH = "/notify/kdniao/"
# Scans have the same times in each push.
BEGUN = timezone.localtime()  # of each test (`begun`)
Step = tuple[int, str, str]  # minutes ago, code, text
PICKED_UP, ON_ITS_WAY = (50, "1", "已揽收"), (40, "2", "发往广州")
SIGNED, REFUSED, BACK = (10, "301", "已签收"), (10, "404", "拒收"), (5, "406", "已退回")


def item(number: str, *steps: Step, shipper: str = "YTO", **more: Any) -> dict[str, Any]:
    rows = [
        {
            "AcceptTime": f"{BEGUN - timedelta(minutes=ago):%Y-%m-%d %H:%M:%S}",
            "AcceptStation": text,
            "Action": code,
        }
        for ago, code, text in steps
    ]
    fields = {"EBusinessID": BUSINESS_ID, "ShipperCode": shipper, "LogisticCode": number, "Success": True}
    return fields | {"State": "2", "Traces": rows} | more


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parcel of an hour ago has been sent before its scans, however long the suite has been running."""
    monkeypatch.setattr(sys.modules[__name__], "BEGUN", timezone.localtime())


def body(*items: dict[str, Any]) -> str:
    fields = {"EBusinessID": BUSINESS_ID, "PushTime": "2026-01-01 10:00:00", "Count": str(len(items))}
    return json.dumps(fields | {"Data": items}, ensure_ascii=False)


def push(data: str, sign: str | None = None, kind: str = "101") -> Any:
    form = {"RequestData": data, "RequestType": kind}
    form["DataSign"] = signing.sign(data, APP_KEY) if sign is None else sign
    return Client().post(PATH, urllib.parse.urlencode(form), content_type="application/x-www-form-urlencoded")


def status(parcel: Parcel) -> str:
    return Parcel.objects.get(pk=parcel.pk).status


def texts(parcel: Parcel) -> list[str]:
    return list(ParcelEvent.objects.filter(parcel=parcel).order_by("at", "id").values_list("text", flat=True))


def test_a_push_moves_the_parcel_and_the_order(world: World, kdniao: Kdniao) -> None:
    parcel = sent(world, "YT1")
    answer = push(body(item("YT1", PICKED_UP, ON_ITS_WAY)))
    fields = answer.json()
    assert (answer.status_code, fields.pop("UpdateTime")[:2]) == (200, "20")
    assert fields == {"EBusinessID": BUSINESS_ID, "Success": True, "Reason": ""}
    assert (status(parcel), texts(parcel)) == ("in_transit", ["已揽收", "发往广州"])
    push(body(item("YT1", PICKED_UP, ON_ITS_WAY, SIGNED)))
    assert (status(parcel), len(texts(parcel))) == ("delivered", 3)
    assert Order.objects.get(pk=parcel.order_id).fulfilment == "delivered"
    row = Tracking.objects.get()
    assert (row.next_at, row.heard_at is not None) == (None, True)


def test_ten_parcels_in_one_push(world: World, kdniao: Kdniao) -> None:
    parcels = [sent(world, f"YT{number}") for number in range(1, 11)]
    items = [item(f"YT{number}", PICKED_UP, SIGNED if number % 2 else BACK) for number in range(1, 11)]
    assert push(body(*items)).status_code == 200
    assert [status(parcel) for parcel in parcels] == ["delivered", "returned"] * 5
    assert push(body(*items, item("YT11"))).status_code == 400


def test_twice_and_out_of_order_is_once(world: World, kdniao: Kdniao) -> None:
    parcel = sent(world, "YT1")
    first, last = item("YT1", PICKED_UP), item("YT1", PICKED_UP, ON_ITS_WAY, SIGNED)
    for items in ([last], [first], [last, first], [first, last, last]):
        assert push(body(*items)).status_code == 200
    assert (status(parcel), len(texts(parcel))) == ("delivered", 3)
    assert parcel.history().filter(action="deliver").count() == 1


def test_the_last_word_counts(world: World, kdniao: Kdniao) -> None:
    parcel = sent(world, "YT1")
    push(body(item("YT1", PICKED_UP, REFUSED, BACK)))
    assert status(parcel) == "returned"


@pytest.mark.parametrize("kind", ["none", "zeros", "another body", "another key"])
def test_a_forged_one_changes_nothing(world: World, kdniao: Kdniao, kind: str, django_assert_num_queries: Any) -> None:
    parcel, data = sent(world, "YT1"), body(item("YT1", SIGNED))
    signs = {"none": "", "zeros": "0" * 44, "another body": signing.sign("{}", APP_KEY)}
    with django_assert_num_queries(0):
        answer = push(data, signs.get(kind, signing.sign(data, "another app key of us")))
    assert (answer.status_code, answer.json()["Success"], answer.json()["Reason"]) == (400, False, "refused")
    assert (status(parcel), texts(parcel)) == ("in_transit", [])


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"RequestData=1&RequestData=2&DataSign=x", b"a=1&" * 20, b"{}", b"DataSign=x"]
)
def test_whatever_comes_is_no_fault_of_ours(kdniao: Kdniao, content: bytes) -> None:
    answer = Client().post(PATH, content, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


def test_it_is_sent_and_not_fetched_and_has_a_bound(kdniao: Kdniao) -> None:
    assert Client().get(PATH).status_code == 405
    sizes = {MAX_PUSH: 400, MAX_PUSH + 1: 413}
    for size, expected in sizes.items():
        answer = Client().post(PATH, b"x" * size, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == expected


def test_an_unknown_number_is_answered_and_changes_nothing(
    world: World, kdniao: Kdniao, django_assert_num_queries: Any
) -> None:
    parcel = sent(world, "YT1")
    others = [item("YT9", SIGNED), item("YT1", SIGNED, shipper="SF"), item("YT1", SIGNED, shipper="NOBODY")]
    with django_assert_num_queries(3):
        assert push(body(*others)).status_code == 200
    assert push(body(item("YT1", SIGNED)), kind="103").status_code == 200  # about a pickup
    for number in ("YT1\x00", "\ud83dYT1", "YT1\n"):
        data = body(item("YT1", SIGNED)).replace('"YT1"', json.dumps(number))
        assert push(data).status_code == 200
    assert status(parcel) == "in_transit"


def test_a_parcel_of_another_shop_and_one_typed_otherwise(world: World, kdniao: Kdniao) -> None:
    """The account is the installation's: a number moves the parcels of every shop that has it, and no others."""
    one = sent(world, "YT 1")
    at = timezone.now() - timedelta(hours=1)
    order = world.place_order(shop=world.harbor, placed_at=at)
    ship(order, courier="yto", tracking_no="yt1", actor=world.actor("rui", world.harbor), now=at)
    bystander = sent(world, "YT2")
    assert push(body(item("YT1", PICKED_UP, SIGNED))).status_code == 200
    assert (status(one), status(order.parcels.get()), status(bystander)) == ("delivered", "delivered", "in_transit")


def test_that_nothing_is_known_is_an_answer_and_an_error_is_none(world: World, kdniao: Kdniao) -> None:
    sent(world, "YT1")
    nothing: dict[str, Any] = {"Success": False, "State": "0", "Traces": []}
    push(body(item("YT1", **nothing, Reason="系统错误")))
    assert Tracking.objects.get().answered_at is None
    push(body(item("YT1", **nothing, Reason="暂无轨迹信息")))
    assert Tracking.objects.get().answered_at is not None


def test_an_error_with_scans_is_heard(world: World, kdniao: Kdniao) -> None:
    parcel = sent(world, "YT1")
    push(body(item("YT1", PICKED_UP, Success=False, Reason="系统错误")))
    assert (texts(parcel), Tracking.objects.get().answered_at is not None) == (["已揽收"], True)


def test_one_that_fails_here_leaves_the_others_and_comes_again(
    world: World, kdniao: Kdniao, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = sent(world, "YT1"), sent(world, "YT2")
    from logistics.tracks import push as module

    real = module.report_trace

    def fails(parcel: Parcel, *args: Any, **kwargs: Any) -> Parcel:
        if parcel.pk == one.pk:
            raise RuntimeError("a receiver is broken")
        return real(parcel, *args, **kwargs)

    both, codes = body(item("YT1", SIGNED), item("YT2", SIGNED)), []
    with monkeypatch.context() as broken:
        broken.setattr(module, "report_trace", fails)
        for _ in range(policy.PUSHED_AGAIN + 1):
            answer = push(both)
            codes.append((answer.status_code, answer.json()["Success"]))
    assert codes == [(503, False)] * policy.PUSHED_AGAIN + [(200, True)]
    assert (status(one), status(other)) == ("in_transit", "delivered")
    assert push(both).status_code == 200
    assert status(one) == "delivered"


@pytest.mark.django_db(transaction=True)
def test_over_the_wire(world: World, kdniao: Kdniao, kdniao_fake: Fake, live_server: Any) -> None:
    """Subscribed, pushed by the service itself, and delivered."""
    kdniao_fake.callback = f"{live_server.url}{PATH}"
    one, other = sent(world, "YT1"), sent(world, "RETURNED2")
    ask_couriers(world.now, False)
    assert [kdniao_fake.push("YT1", "RETURNED2") for _ in range(4)] == [200] * 4
    assert all(fields["Success"] for _, fields in kdniao_fake.pushes)
    assert kdniao_fake.push("YT1", key="another app key of us") == 400
    assert (status(one), len(texts(one)), status(other)) == ("delivered", 4, "returned")
