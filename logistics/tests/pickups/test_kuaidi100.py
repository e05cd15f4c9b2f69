"""kuaidi100's pickups over real sockets: what is sent, what its answers mean, every error (protocols §4.4)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from fakes.kuaidi100.server import Fake, signature
from fakes.pickups import BUSY, DEAR, FAR, HIGH_PRICE, LATE, PRICE
from kernel.calls import Deadline
from logistics.couriers import Booking, Contact, CourierError, Fault, PickupRefused, PushRefused, What
from logistics.couriers.kuaidi100.pickups import Kuaidi100Pickups

from .conftest import RECEIVER, SALT, SENDER, only

pytestmark = only("kuaidi100")


def booking(clock: list[datetime], *, address: str = SENDER.address, number: str = "PU1", days: int = 0) -> Booking:
    starts_at = clock[0] + timedelta(days=days, hours=3)
    sender = Contact(SENDER.name, SENDER.phone, address)
    return Booking(number, "yto", sender, Contact(**RECEIVER), starts_at, starts_at + timedelta(hours=2))


def soon() -> Deadline:
    return Deadline.after(5)


def test_a_booking_as_it_is_sent(source: Kuaidi100Pickups, fake: Fake, clock: list[datetime]) -> None:
    news = source.book(booking(clock), deadline=soon())
    assert (news.task_no, news.booking_no, news.what) == ("T000001", "OT000001", What.BOOKED)
    assert news.tracking_no == "YT9000000000000"
    param = fake.pickups.bookings["PU1"].param
    assert param == {
        "kuaidicom": "yuantong",
        "sendManName": "艾丽",
        "sendManMobile": "13800010001",
        "sendManPrintAddr": SENDER.address,
        "recManName": "退货组",
        "recManMobile": "0571-86000001",
        "recManPrintAddr": RECEIVER["address"],
        "cargo": "退货商品",
        "payment": "SHIPPER",
        "serviceType": "标准快递",
        "weight": "1",
        "dayType": "今天",
        "pickupStartTime": "13:00",
        "pickupEndTime": "15:00",
        "thirdOrderId": "PU1",
        "salt": SALT,
    }


@pytest.mark.parametrize(("days", "word"), [(0, "今天"), (1, "明天"), (2, "后天")])
def test_the_day_counts_from_the_moment_of_the_request(
    source: Kuaidi100Pickups, fake: Fake, clock: list[datetime], days: int, word: str
) -> None:
    source.book(booking(clock, days=days), deadline=soon())
    assert fake.pickups.bookings["PU1"].param["dayType"] == word


@pytest.mark.parametrize("days", [-1, 3])
def test_a_day_that_cannot_be_said_is_no_answer_of_the_source(
    source: Kuaidi100Pickups, fake: Fake, clock: list[datetime], days: int
) -> None:
    with pytest.raises(ValueError, match="passed"):
        source.book(booking(clock, days=days), deadline=soon())
    assert not fake.pickups.asked


@pytest.mark.parametrize(("length", "taken"), [(299, True), (300, True), (301, False)])
def test_the_longest_address(source: Kuaidi100Pickups, clock: list[datetime], length: int, taken: bool) -> None:
    assert source.address_fault("北" * 100) is None
    given = booking(clock, address="a" * length)
    if taken:
        assert source.book(given, deadline=soon()).task_no
        return
    with pytest.raises(PickupRefused, match="地址"):
        source.book(given, deadline=soon())


def test_the_same_number_is_the_same_booking(source: Kuaidi100Pickups, fake: Fake, clock: list[datetime]) -> None:
    with pytest.raises(CourierError) as lost:
        source.book(booking(clock, address=BUSY), deadline=soon())
    assert lost.value.fault == Fault.DOWN
    first = source.book(booking(clock, address=BUSY), deadline=soon())
    assert first == source.book(booking(clock, address=BUSY), deadline=soon())
    assert len(fake.pickups.bookings) == 1


def test_an_address_where_nobody_comes_is_refused(source: Kuaidi100Pickups, clock: list[datetime]) -> None:
    with pytest.raises(PickupRefused, match="揽收范围"):
        source.book(booking(clock, address=FAR), deadline=soon())


@pytest.mark.parametrize(("address", "price"), [("上海", PRICE), (DEAR, HIGH_PRICE)])
def test_the_price(source: Kuaidi100Pickups, clock: list[datetime], address: str, price: str) -> None:
    assert source.price(booking(clock, address=address), deadline=soon()) == Decimal(price)


def test_a_cancellation_and_one_that_comes_too_late(
    source: Kuaidi100Pickups, fake: Fake, clock: list[datetime]
) -> None:
    news = source.book(booking(clock), deadline=soon())
    source.cancel(task_no=news.task_no, booking_no=news.booking_no, deadline=soon())
    assert source.ask(task_no=news.task_no, deadline=soon()).what == What.CANCELLED
    late = source.book(booking(clock, address=LATE, number="PU2"), deadline=soon())
    with pytest.raises(PickupRefused, match="已取件"):
        source.cancel(task_no=late.task_no, booking_no=late.booking_no, deadline=soon())


def test_the_states_one_after_the_other(source: Kuaidi100Pickups, fake: Fake, clock: list[datetime]) -> None:
    news = source.book(booking(clock), deadline=soon())
    said = []
    for _ in range(3):
        fake.pickups.step("PU1")
        said.append(source.ask(task_no=news.task_no, deadline=soon()))
    assert [each.what for each in said] == [What.ASSIGNED, What.COLLECTED, What.COLLECTED]
    assert (said[0].person_name, said[0].person_phone) == ("周师傅", "13900000000")
    assert (said[1].freight, said[2].freight, said[2].weight) == (None, Decimal("13.50"), Decimal("1.2"))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda source: replace(source, secret="other"), Fault.KEY),
        (lambda source: replace(source, key="other"), Fault.KEY),
        (lambda source: replace(source, url="http://127.0.0.1:1/"), Fault.DOWN),
    ],
)
def test_what_is_no_answer_says_nothing_about_the_pickup(
    source: Kuaidi100Pickups, clock: list[datetime], change: Callable[[Any], Any], fault: Fault
) -> None:
    with pytest.raises(CourierError) as error:
        change(source).book(booking(clock), deadline=soon())
    assert error.value.fault == fault


def test_a_notice_is_believed_by_its_signature_alone(
    source: Kuaidi100Pickups, fake: Fake, clock: list[datetime]
) -> None:
    source.book(booking(clock), deadline=soon())
    param = fake.pickups.notice("PU1")
    form = {"taskId": "T000001", "param": param, "sign": signature(param, SALT)}
    (news,) = source.read_notices(form)
    assert (news.task_no, news.booking_no, news.what) == ("T000001", "OT000001", What.BOOKED)
    for wrong in ({"sign": ""}, {"sign": signature(param, "other")}, {"param": param + " "}, {"taskId": ""}):
        with pytest.raises(PushRefused):
            source.read_notices(form | wrong)


@pytest.mark.parametrize("param", ["", "null", "[]", "{}", '"x"', '{"data":[]}', '{"data":1}'])
def test_what_is_signed_and_about_no_pickup_is_refused(source: Kuaidi100Pickups, param: str) -> None:
    with pytest.raises(PushRefused):
        source.read_notices({"taskId": "T1", "param": param, "sign": signature(param, SALT)})


@pytest.mark.parametrize("freight", ["abc", "NaN", "-1", "1e9", "", None])
def test_a_charge_that_is_none_is_not_believed(source: Kuaidi100Pickups, freight: str | None) -> None:
    param = json.dumps({"data": {"orderId": "O1", "status": 15, "freight": freight}})
    (news,) = source.read_notices({"taskId": "T1", "param": param, "sign": signature(param, SALT)})
    assert (news.what, news.freight) == (What.COLLECTED, None)


@pytest.fixture
def configured(source: Kuaidi100Pickups, fake: Fake, settings: Any) -> Any:
    settings.KUAIDI100_POLL_URL = fake.url
    return settings


def test_the_settings_are_proved_without_booking_anything(
    configured: Any, fake: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("check_channel", "kuaidi100")
    assert "Its pickups are on" in capsys.readouterr().out
    assert (fake.pickups.asked, fake.pickups.bookings) == ({"price": 1}, {})
    configured.KUAIDI100_SECRET = ""
    call_command("check_channel", "kuaidi100")
    assert "KUAIDI100_SECRET isn't set" in capsys.readouterr().out


def test_a_wrong_secret_is_said_so(configured: Any) -> None:
    configured.KUAIDI100_SECRET = "other"
    with pytest.raises(CommandError, match="KUAIDI100_SECRET"):
        call_command("check_channel", "kuaidi100")
