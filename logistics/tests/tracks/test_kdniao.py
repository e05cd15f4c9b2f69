"""kdniao over real sockets: its signatures, what its answers mean, and every error (protocols §5)."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from fakes.kdniao.server import Fake, signature
from kernel.calls import Deadline
from logistics import courier_settings
from logistics.couriers import CourierError, Fault, PushRefused
from logistics.couriers.kdniao import callbacks, codes, signing
from logistics.couriers.kdniao.adapter import Kdniao, build
from logistics.couriers.kdniao.traces import scans_of
from logistics.couriers.names import COURIERS

from .conftest import APP_KEY

NOW = datetime.fromisoformat("2026-01-05T00:00:00+08:00")
VECTOR = '{"LogisticCode": "1", "ShipperCode": "SF"}', "appkey", "YzYyZGMzMmY0MThmNDQ2ZWI1YmY0NzY3ZDg0ZDg4ZmY="


def ask(kdniao: Kdniao, number: str, courier: str = "yto", phone: str = "", seconds: float = 5) -> Any:
    return kdniao.trace(courier=courier, tracking_no=number, phone=phone, deadline=Deadline.after(seconds))


def subscribe(kdniao: Kdniao, number: str) -> None:
    kdniao.subscribe(courier="yto", tracking_no=number, phone="", deadline=Deadline.after(5))


def signed(data: str, **more: str) -> dict[str, str]:
    return {"RequestData": data, "RequestType": "101", "DataSign": signing.sign(data, APP_KEY)} | more


# --- signatures -------------------------------------------------------------------------------------------


def test_the_vector_of_the_protocol() -> None:
    data, key, expected = VECTOR
    assert signing.sign(data, key) == signature(data, key) == expected
    assert signing.is_signed(data, key, expected)


@given(st.text(max_size=40), st.text(max_size=20))
def test_only_its_own_signature_fits(data: str, key: str) -> None:
    data, key = (text.encode(errors="ignore").decode() for text in (data, key))
    assert signing.is_signed(data, key, signing.sign(data, key))
    assert not signing.is_signed(data, key + "x", signing.sign(data, key))
    assert not signing.is_signed(data + " ", key + "x", signing.sign(data, key))


@pytest.mark.parametrize(
    ("data", "sign"),
    [
        ('{"LogisticCode":"1","ShipperCode":"SF"}', VECTOR[2]),  # written again, and so other bytes
        (VECTOR[0], VECTOR[2].lower()),
        (VECTOR[0], VECTOR[2].rstrip("=")),
        (VECTOR[0], hashlib.md5(b"", usedforsecurity=False).hexdigest()),
        (VECTOR[0], ""),
        (VECTOR[0], "签名"),
    ],
)
def test_what_is_not_signed_is_refused(data: str, sign: str) -> None:
    with pytest.raises(PushRefused):
        callbacks.read({"RequestData": data, "RequestType": "101", "DataSign": sign}, key="appkey")


@pytest.mark.parametrize(
    "data",
    [
        *["null", "[]", "{}", '"x"', "1", '{"Data":{}}', '{"Data":"x"}', '{"Data":[null,1,{}]}'],
        '{"Data":[{"LogisticCode":""}]}',
        '{"Data":[{"LogisticCode":"YT1","ShipperCode":"YTO","Success":false,"Reason":"系统错误"}]}',
    ],
)
def test_what_is_signed_and_about_no_parcel_changes_nothing(data: str) -> None:
    assert callbacks.read(signed(data), key=APP_KEY) == ()


@pytest.mark.parametrize("data", ["", "{", "[" * 100_000])
def test_what_is_signed_and_not_readable_is_refused(data: str) -> None:
    with pytest.raises(PushRefused):
        callbacks.read(signed(data), key=APP_KEY)


# --- answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *[(code, "delivered") for code in ("3", "301", "302", "304", "311")],
        *[(code, "returned") for code in ("404", "406", "407")],
        ("10", "announced"),
        ("1", "picked_up"),
        *[(code, "in_transit") for code in ("0", "2", "5", "6", "201", "204", "205", "206", "601", "602", "603")],
        *[(code, "in_transit") for code in ("", "30", "3000", "299", "699")],
        *[(code, "delivering") for code in ("202", "211", "419")],
        *[(code, "exception") for code in ("4", "401", "402", "403", "405", "412", "413", "415", "416", "417")],
        *[(code, "exception") for code in ("418", "420", "421", "422", "423", "499", "604")],
        ("414", "damaged"),
    ],
)
def test_what_its_states_mean(code: str, status: str) -> None:
    assert codes.status_of(code) == status


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        *[(text, None) for text in ("暂无轨迹信息", "此单无物流信息", "没有物流轨迹", "查不到物流信息")],
        *[(text, Fault.KEY) for text in ("业务错误[没有可用套餐]", "用户ID不存在", "没有物流跟踪接口权限")],
        *[(text, Fault.PHONE) for text in ("CustomerName不能为空", "用户手机尾号错误")],
        *[(text, Fault.COURIER) for text in ("快递公司编码错误", "快递单号格式有误", "不支持的快递")],
        *[(text, Fault.DOWN) for text in ("", "系统繁忙", "无法获取物流轨迹", "没有物流公司")],
    ],
)
def test_what_its_reasons_mean(reason: str, fault: Fault | None) -> None:
    assert codes.fault_of(reason) == fault


@pytest.mark.parametrize(
    ("reason", "courier", "phone", "fault", "looked"),
    [
        ("快递单号格式有误", "yto", "", Fault.COURIER, True),
        ("不支持的快递", "yto", "", Fault.COURIER, False),
        ("用户手机尾号错误", "sf", "13912345678", Fault.PHONE, True),
        ("CustomerName不能为空", "sf", "", Fault.PHONE, False),
        ("CustomerName不能为空", "yto", "13912345678", Fault.PHONE, False),
        ("没有可用套餐", "yto", "", Fault.KEY, False),
        ("系统繁忙", "yto", "", Fault.DOWN, False),
    ],
)
def test_who_has_looked_for_a_number(
    kdniao: Kdniao, monkeypatch: pytest.MonkeyPatch, reason: str, courier: str, phone: str, fault: Fault, looked: bool
) -> None:
    """Not who refuses our account, or the courier, or was named no phone."""
    answer = {"Success": False, "Reason": reason}
    monkeypatch.setattr("logistics.couriers.kdniao.adapter.answer_of", lambda *args: answer)
    with pytest.raises(CourierError) as raised:
        ask(kdniao, "1", courier, phone)
    assert (raised.value.fault, raised.value.looked) == (fault, looked)


def test_every_shipper_is_a_courier_of_ours() -> None:
    assert set(codes.SHIPPERS) <= set(COURIERS)
    assert len(codes.CODES) == len(codes.SHIPPERS)
    assert "jd" not in codes.SHIPPERS


@pytest.mark.parametrize("whole", [{"State": "3"}, {"State": 3}, {"State": "3", "StateEx": "311"}])
def test_a_row_without_a_code_has_the_state_of_the_parcel_if_it_is_the_newest(whole: dict[str, Any]) -> None:
    rows = [
        {"AcceptTime": "2026-01-02 10:00:00", "AcceptStation": "已揽收"},
        {"AcceptTime": "2026/1/3 9:05:00", "AcceptStation": "已签收"},
    ]
    scans = scans_of({"Traces": rows} | whole)
    assert [(scan.status, scan.text) for scan in scans] == [("in_transit", "已揽收"), ("delivered", "已签收")]
    assert scans[1].at == datetime.fromisoformat("2026-01-03T09:05:00+08:00")


@pytest.mark.parametrize("traces", [None, {}, "x", [None, "x", 1], [{"AcceptTime": "yesterday"}], [{}]])
def test_rows_that_cannot_be_read_are_left_out(traces: object) -> None:
    assert scans_of({"State": "3", "Traces": traces}) == ()


def test_a_question_a_trace(kdniao: Kdniao, kdniao_fake: Fake) -> None:
    assert [len(ask(kdniao, "YT1")) for _ in range(4)] == [1, 2, 3, 4]
    scans = ask(kdniao, "YT1")
    assert [scan.status for scan in scans] == ["picked_up", "in_transit", "delivering", "delivered"]
    assert scans[0].text == "快件已被【深圳南山营业部】揽收"
    assert ask(kdniao, "NONE1") == ()
    assert kdniao_fake.asked == {"YT1": 5, "NONE1": 1}


@pytest.mark.parametrize(
    ("courier", "phone", "sent"),
    [("sf", "+86 139-1234-5678", "5678"), ("zto", "5678", "5678"), ("yto", "13912345678", ""), ("sf", "", "")],
)
def test_no_more_of_a_phone_is_sent_than_is_asked_for(
    kdniao: Kdniao, kdniao_fake: Fake, courier: str, phone: str, sent: str
) -> None:
    ask(kdniao, "1", courier, phone)
    assert kdniao_fake.phones["1"] == sent


@pytest.mark.parametrize(
    ("number", "fault", "waits"),
    [
        ("UNKNOWN1", Fault.COURIER, False),
        ("PHONE1", Fault.PHONE, False),
        ("KEY1", Fault.KEY, True),
        ("BUSY1", Fault.DOWN, False),
        ("HTML1", Fault.DOWN, False),
        ("CUT1", Fault.DOWN, False),
    ],
)
def test_what_its_errors_mean(kdniao: Kdniao, number: str, fault: Fault, waits: bool) -> None:
    with pytest.raises(CourierError) as raised:
        ask(kdniao, number)
    assert (raised.value.fault, raised.value.retry_after is not None) == (fault, waits)


def test_it_is_slower_than_the_deadline(kdniao: Kdniao, kdniao_fake: Fake) -> None:
    kdniao_fake.delay = 0.5
    with pytest.raises(CourierError) as raised:
        ask(kdniao, "YT1", seconds=0.1)
    assert raised.value.fault == Fault.DOWN


@pytest.mark.parametrize("name", ["KDNIAO_APP_KEY", "KDNIAO_EBUSINESS_ID"])
def test_a_wrong_key_is_one(kdniao_configured: Any, name: str) -> None:
    setattr(kdniao_configured, name, "another")
    other = build(kdniao_configured)
    for call in (ask, subscribe):
        with pytest.raises(CourierError) as raised:
            call(other, "YT1")
        assert raised.value.fault == Fault.KEY
    assert kdniao_configured.KDNIAO_APP_KEY not in repr(other)


def test_nobody_answers(kdniao_configured: Any) -> None:
    kdniao_configured.KDNIAO_API_URL = "http://127.0.0.1:9"
    with pytest.raises(CourierError) as raised:
        ask(build(kdniao_configured), "YT1")
    assert raised.value.fault == Fault.DOWN


def test_a_subscription(kdniao: Kdniao, kdniao_fake: Fake) -> None:
    subscribe(kdniao, "YT1")
    subscribe(kdniao, "YT1")  # there is one
    assert kdniao_fake.subscriptions == {"YT1": "YTO"}
    for number, fault in (("UNKNOWN1", Fault.COURIER), ("UNSUBSCRIBED1", Fault.COURIER), ("KEY1", Fault.KEY)):
        with pytest.raises(CourierError) as raised:
            subscribe(kdniao, number)
        assert raised.value.fault == fault


def test_a_push_of_ten_is_read_and_one_of_eleven_refused(kdniao: Kdniao, kdniao_fake: Fake) -> None:
    numbers = [f"YT{number}" for number in range(10)]
    for number in numbers:
        subscribe(kdniao, number)
    data = kdniao_fake.next_push(*numbers)
    pushes = kdniao.read_push(signed(data), now=NOW)
    assert [(set(push.couriers), push.tracking_no, len(push.scans)) for push in pushes] == [
        ({"yto"}, number, 1) for number in numbers
    ]
    assert kdniao.read_push(signed(data, RequestType="103"), now=NOW) == ()  # a pickup
    content = json.loads(data)
    with pytest.raises(PushRefused):
        kdniao.read_push(signed(json.dumps(content | {"Data": content["Data"] * 2})), now=NOW)


def test_that_nothing_is_known_yet_is_news(kdniao: Kdniao, kdniao_fake: Fake) -> None:
    subscribe(kdniao, "NONE1")
    (push,) = kdniao.read_push(signed(kdniao_fake.next_push("NONE1")), now=NOW)
    assert (push.tracking_no, push.scans) == ("NONE1", ())


def test_our_answer_has_the_time_of_beijing(kdniao: Kdniao) -> None:
    at = datetime.fromisoformat("2026-01-01T18:30:00+00:00")
    fields = {"EBusinessID": kdniao.business_id, "UpdateTime": "2026-01-02 02:30:00"}
    assert kdniao.reply(200, "", now=at) == fields | {"Success": True, "Reason": ""}
    assert kdniao.reply(503, "again", now=at) == fields | {"Success": False, "Reason": "again"}


# --- settings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"KDNIAO_APP_KEY": ""}, "KDNIAO_APP_KEY: not set"),
        ({"KDNIAO_EBUSINESS_ID": ""}, "KDNIAO_EBUSINESS_ID: not set"),
        ({"KDNIAO_APP_KEY": "short", "FAKES_ALLOWED": False}, "KDNIAO_APP_KEY is shorter than 16"),
        ({"FAKES_ALLOWED": False}, "KDNIAO_API_URL is an address of this machine"),
        ({"FAKES_ALLOWED": False, "KDNIAO_API_URL": "http://x.org"}, "KDNIAO_API_URL is no https://"),
        ({"FAKES_ALLOWED": False}, "KDNIAO_CALLBACK_URL is an address of this machine"),
        ({"KDNIAO_CALLBACK_URL": "ftp://x"}, "KDNIAO_CALLBACK_URL is no https://"),
        ({"KUAIDI100_SECRET": "s"}, "kuaidi100 and kdniao are both set up"),
    ],
)
def test_what_is_wrong_with_its_settings(kdniao_configured: Any, values: dict[str, Any], words: str) -> None:
    for name, value in values.items():
        setattr(kdniao_configured, name, value)
    assert any(words in sentence for sentence in courier_settings.problems(kdniao_configured))
    with pytest.raises(CommandError, match=words.split(":")[0]):
        call_command("check_channel", "kdniao")


def test_off_is_no_problem(settings: Any) -> None:
    assert courier_settings.problems(settings) == []
    with pytest.raises(CommandError, match="It needs KDNIAO_EBUSINESS_ID, KDNIAO_APP_KEY"):
        call_command("check_channel", "kdniao")


def test_check_channel(kdniao_configured: Any, kdniao_fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_channel", "kdniao")
    output = capsys.readouterr().out
    assert "kdniao knows the customer and our key" in output
    assert "/notify/kdniao/: enter this address in its console" in output
    kdniao_configured.KDNIAO_CALLBACK_URL = ""
    call_command("check_channel", "kdniao")
    assert "KDNIAO_CALLBACK_URL isn't set" in capsys.readouterr().out
    kdniao_configured.KDNIAO_APP_KEY = "another"
    with pytest.raises(CommandError, match="Check KDNIAO_EBUSINESS_ID, KDNIAO_APP_KEY"):
        call_command("check_channel", "kdniao")
    kdniao_fake.down = True
    with pytest.raises(CommandError, match="usable answer"):
        call_command("check_channel", "kdniao")
    with pytest.raises(CommandError, match="Leave out --shop"):
        call_command("check_channel", "kdniao", "--shop", "lantern")


def test_its_times_are_read_to_the_second() -> None:
    rows = [{"AcceptTime": f"2026-01-02 10:00:0{second}", "AcceptStation": str(second)} for second in (1, 0)]
    first, second = scans_of({"Traces": rows, "State": "2"})
    assert second.at - first.at == timedelta(seconds=1)
