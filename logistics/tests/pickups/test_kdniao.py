"""kdniao's pickups over real sockets: what is sent, what its answers mean, every error (docs/pickups.md)."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from fakes.kdniao.server import Fake, signature
from fakes.pickups import BUSY, DEAR, FAR, HIGH_PRICE, LATE, PRICE
from kernel.calls import Deadline
from logistics.courier_settings import problems
from logistics.couriers import (
    AddressFault,
    Booking,
    Contact,
    CourierError,
    Fault,
    PickupRefused,
    PushRefused,
    What,
    build_pickups,
)  # fmt: skip
from logistics.couriers.kdniao.pickups import KdniaoPickups

from .conftest import APP_KEY, RECEIVER, SENDER, only

pytestmark = only("kdniao")


def booking(clock: list[datetime], *, address: str = "", number: str = "PU1", **facts: Any) -> Booking:
    starts_at = clock[0] + timedelta(hours=3)
    sender = Contact(SENDER.name, SENDER.phone, SENDER.address + address)
    given = Booking(number, "yto", sender, Contact(**RECEIVER), starts_at, starts_at + timedelta(hours=2))
    return replace(given, **facts)


def soon() -> Deadline:
    return Deadline.after(5)


def push(*items: dict[str, Any], key: str = APP_KEY) -> dict[str, str]:
    data = json.dumps({"EBusinessID": "1000001", "Data": list(items)}, ensure_ascii=False)
    return {"RequestData": data, "RequestType": "103", "DataSign": signature(data, key)}


def test_a_booking_as_it_is_sent(source: KdniaoPickups, fake: Fake, clock: list[datetime]) -> None:
    news = source.book(booking(clock), deadline=soon())
    assert (news.task_no, news.number, news.tracking_no, news.what) == ("PU1", "PU1", "YT9000000000000", What.BOOKED)
    day = f"{clock[0] + timedelta(hours=8):%Y-%m-%d}"  # Beijing's
    assert fake.pickups.bookings["PU1"].param == {
        "TransportType": 1,
        "ShipperType": 5,
        "ShipperCode": "YTO",
        "OrderCode": "PU1",
        "ExpType": 1,
        "PayType": 3,
        "Sender": {
            "Name": "艾丽",
            "Mobile": "13800010001",
            "ProvinceName": "上海市",
            "CityName": "上海市",
            "ExpAreaName": "徐汇区",
            "Address": "漕溪北路18号",
        },
        "Receiver": {
            "Name": "退货组",
            "Tel": "0571-86000001",
            "ProvinceName": "浙江省",
            "CityName": "杭州市",
            "ExpAreaName": "余杭区",
            "Address": "文一西路1号",
        },
        "Weight": 1,
        "Quantity": 1,
        "StartDate": f"{day} 13:00:00",
        "EndDate": f"{day} 15:00:00",
        "Commodity": [{"GoodsName": "退货商品", "GoodsQuantity": 1}],
    }


def test_the_same_number_is_the_same_booking(source: KdniaoPickups, fake: Fake, clock: list[datetime]) -> None:
    with pytest.raises(CourierError) as lost:
        source.book(booking(clock, address=BUSY), deadline=soon())
    assert lost.value.fault == Fault.DOWN
    news = source.book(booking(clock, address=BUSY), deadline=soon())
    assert (news.task_no, news.what, len(fake.pickups.bookings)) == ("PU1", What.BOOKED, 1)


@pytest.mark.parametrize(("address", "price"), [("", PRICE), (DEAR, HIGH_PRICE)])
def test_the_price(source: KdniaoPickups, clock: list[datetime], address: str, price: str) -> None:
    assert source.price(booking(clock, address=address), deadline=soon()) == Decimal(price)


def test_a_courier_without_a_price_does_not_come(source: KdniaoPickups, clock: list[datetime]) -> None:
    with pytest.raises(PickupRefused):
        source.price(booking(clock, courier="deppon"), deadline=soon())


def test_an_address_where_nobody_comes_is_refused(source: KdniaoPickups, clock: list[datetime]) -> None:
    with pytest.raises(PickupRefused, match="揽收范围"):
        source.book(booking(clock, address=FAR), deadline=soon())


def test_a_cancellation_and_one_that_comes_too_late(source: KdniaoPickups, fake: Fake, clock: list[datetime]) -> None:
    news = source.book(booking(clock), deadline=soon())
    source.cancel(task_no=news.task_no, booking_no="", deadline=soon())
    assert source.ask(task_no=news.task_no, deadline=soon()).what == What.CANCELLED
    source.book(booking(clock, address=LATE, number="PU2"), deadline=soon())
    with pytest.raises(PickupRefused, match="已取件"):
        source.cancel(task_no="PU2", booking_no="", deadline=soon())


def test_the_states_one_after_the_other(source: KdniaoPickups, fake: Fake, clock: list[datetime]) -> None:
    source.book(booking(clock), deadline=soon())
    news = []
    for _ in range(3):
        fake.pickups.move("PU1")
        news.append(source.ask(task_no="PU1", deadline=soon()))
    assert [each.what for each in news] == [What.ASSIGNED, What.COLLECTED, What.COLLECTED]
    assert (news[0].person_name, news[0].person_phone) == ("周师傅", "13900000000")
    assert (news[1].freight, news[2].freight, news[2].weight) == (None, Decimal("13.5"), Decimal("1.2"))


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ("99", What.REFUSED), ("102", What.ASSIGNED), ("103", What.ASSIGNED), ("109", What.ASSIGNED),
        ("120", What.BOOKED), ("104", What.COLLECTED), ("301", What.COLLECTED), ("2", What.COLLECTED),
        ("3", What.COLLECTED), ("203", What.CANCELLED), (104, What.COLLECTED),
        # Told beside the way of a pickup, or not known here: nothing moves.
        ("206", What.NOTHING), ("207", What.NOTHING), ("208", What.NOTHING), ("302", What.NOTHING),
        ("502", What.NOTHING), ("601", What.NOTHING), ("701", What.NOTHING), ("999", What.NOTHING), ("", What.NOTHING),
        (None, What.NOTHING),
    ],
)  # fmt: skip
def test_only_known_states_move_a_pickup(source: KdniaoPickups, state: object, what: What) -> None:
    (news,) = source.read_notices(push({"OrderCode": "PU1", "State": state}))
    assert (news.what, news.number, news.task_no) == (what, "PU1", "PU1")


def test_who_tries_it_out_sees_the_courier_come(
    source: KdniaoPickups, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    forms: list[dict[str, str]] = []

    def send(data: str, key: str, kind: str = "101") -> tuple[int, dict[str, Any]]:
        forms.append({"RequestData": data, "RequestType": kind, "DataSign": signature(data, key)})
        return 200, {}

    monkeypatch.setattr(fake, "send", send)
    source.book(booking(clock), deadline=soon())
    fake.pause = 0
    fake.come("PU1")
    told = [news.what for form in forms if source.shares(form) for news in source.read_notices(form)]
    assert told == [What.ASSIGNED, What.COLLECTED, What.COLLECTED]


# --- errors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda source: replace(source, key="another key of ours"), Fault.KEY),
        (lambda source: replace(source, business_id="2"), Fault.KEY),
        (lambda source: replace(source, url="http://127.0.0.1:1"), Fault.DOWN),
    ],
)
def test_what_is_no_answer_says_nothing_about_the_pickup(
    source: KdniaoPickups, clock: list[datetime], change: Callable[[Any], Any], fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    with caplog.at_level(logging.DEBUG), pytest.raises(CourierError) as error:
        change(source).book(booking(clock), deadline=soon())
    assert error.value.fault == fault
    assert APP_KEY not in caplog.text + repr(source)


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        ("105", "系统繁忙，请稍后再试", Fault.DOWN),
        ("105", "", Fault.DOWN),
        ("", "", Fault.DOWN),
        ("104", "未开通该服务", Fault.KEY),
        ("105", "没有可用套餐", Fault.KEY),
        ("105", "账户余额不足", Fault.KEY),
        ("105", "暂不支持该路线", None),
        ("101", "寄件人电话格式错误", None),
    ],
)
def test_every_answer_of_a_booking(
    source: KdniaoPickups, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch, code: str, reason: str,
    error: Fault | None,
) -> None:  # fmt: skip
    monkeypatch.setattr(fake.pickups, "answer", lambda kind, param: fake.pickups._no(code, reason))
    with pytest.raises(PickupRefused if error is None else CourierError) as raised:
        source.book(booking(clock), deadline=soon())
    assert getattr(raised.value, "fault", None) == error


@pytest.mark.parametrize(("code", "reason"), [("106", "已接收"), ("105", "订单号重复"), ("105", "该订单已存在")])
def test_that_it_has_it_already_is_a_booking(
    source: KdniaoPickups, fake: Fake, clock: list[datetime], monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    monkeypatch.setattr(fake.pickups, "answer", lambda kind, param: fake.pickups._no(code, reason))
    assert source.book(booking(clock), deadline=soon()).what == What.BOOKED
    with pytest.raises(PickupRefused):
        source.cancel(task_no="PU1", booking_no="", deadline=soon())


@pytest.mark.parametrize(
    "answer",
    [
        {"Success": False, "ResultCode": "105", "Reason": "订单不存在"},
        {"Success": False, "ResultCode": "104", "Reason": "无权限"},
        {"Success": True, "ResultCode": "100"},
        {"Success": True, "ResultCode": "100", "Data": "x", "Order": []},
        {"Success": True, "ResultCode": "100", "Data": {"State": "no state"}},
    ],
)
def test_a_question_whose_answer_cannot_be_read_has_learned_nothing(
    source: KdniaoPickups, fake: Fake, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(fake.pickups, "answer", lambda kind, param: answer)
    assert source.ask(task_no="PU1", deadline=soon()).what == What.NOTHING
    fake.down = True
    with pytest.raises(CourierError):
        source.ask(task_no="PU1", deadline=soon())


# --- notices ------------------------------------------------------------------------------------------------


def test_a_notice_is_believed_by_its_signature_alone(source: KdniaoPickups) -> None:
    form = push({"OrderCode": "PU1", "State": "301"})
    assert source.shares(form)
    assert not source.shares(form | {"RequestType": "101"})
    assert [news.number for news in source.read_notices(form)] == ["PU1"]
    for wrong in ({"DataSign": ""}, {"RequestData": form["RequestData"] + " "}, push(key="another key of ours")):
        with pytest.raises(PushRefused):
            source.read_notices(form | wrong)


@pytest.mark.parametrize(("count", "taken"), [(10, True), (11, False)])
def test_no_more_than_ten_in_a_notice(source: KdniaoPickups, count: int, taken: bool) -> None:
    form = push(*({"OrderCode": f"PU{place}", "State": "301"} for place in range(count)))
    if taken:
        assert len(source.read_notices(form)) == count
        return
    with pytest.raises(PushRefused):
        source.read_notices(form)


@pytest.mark.parametrize("items", [(), ({"State": "301"},), ({"OrderCode": None},)])
def test_what_is_about_no_pickup_changes_nothing(source: KdniaoPickups, items: tuple[dict[str, Any], ...]) -> None:
    assert source.read_notices(push(*items)) == ()


@pytest.mark.parametrize("fee", ["abc", "NaN", "-1", "1e9", "", None, 0, "0.00"])
def test_a_charge_that_is_none_is_not_believed(source: KdniaoPickups, fee: object) -> None:
    (news,) = source.read_notices(push({"OrderCode": "PU1", "State": 301, "TotalFee": fee, "Weight": fee}))
    assert (news.what, news.freight, news.weight) == (What.COLLECTED, None, None)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("北京市朝阳区" + "a" * 282, None), ("北京市朝阳区" + "a" * 283, AddressFault.TOO_LONG),
        ("建国路 1 号", AddressFault.NO_DISTRICT),
    ],
)  # fmt: skip
def test_which_addresses_it_takes(
    source: KdniaoPickups, clock: list[datetime], address: str, fault: AddressFault | None
) -> None:
    assert source.address_fault(address) == fault
    if fault == AddressFault.NO_DISTRICT:
        with pytest.raises(PickupRefused):
            source.price(booking(clock, receiver=Contact("x", "1", address)), deadline=soon())


# --- settings -----------------------------------------------------------------------------------------------


def test_they_are_off_until_they_are_switched_on(source: KdniaoPickups, settings: Any) -> None:
    assert build_pickups("kdniao", settings) is not None
    settings.KDNIAO_PICKUPS = False
    assert build_pickups("kdniao", settings) is None


def test_they_need_an_address_for_pushes(source: KdniaoPickups, settings: Any) -> None:
    assert problems(settings) == []
    settings.KDNIAO_CALLBACK_URL = ""
    (sentence,) = problems(settings)
    assert sentence.startswith("KDNIAO_CALLBACK_URL: not set")


def test_the_settings_are_proved_without_booking_anything(
    source: KdniaoPickups,
    settings: Any,
    fake: Fake,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    call_command("check_channel", "kdniao")
    assert "Its pickups are on" in capsys.readouterr().out
    assert (fake.pickups.asked, fake.pickups.bookings) == ({"1815": 1}, {})
    monkeypatch.setattr(fake.pickups, "answer", lambda kind, param: fake.pickups._no("104", "无权限"))
    with pytest.raises(CommandError, match="KDNIAO_PICKUPS"):
        call_command("check_channel", "kdniao")
    settings.KDNIAO_PICKUPS = False
    call_command("check_channel", "kdniao")
    assert "KDNIAO_PICKUPS isn't set" in capsys.readouterr().out
