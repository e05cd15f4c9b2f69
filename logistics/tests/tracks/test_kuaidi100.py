"""kuaidi100 over real sockets: its signatures, what its answers mean, and every error (protocols §4)."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from fakes.kuaidi100.server import Fake
from kernel.calls import Deadline
from logistics import courier_settings
from logistics.couriers import CourierError, Fault, PushRefused
from logistics.couriers.kuaidi100 import callbacks, codes, signing
from logistics.couriers.kuaidi100.adapter import Kuaidi100, build
from logistics.couriers.kuaidi100.traces import scans_of
from logistics.couriers.names import COURIERS

from .conftest import CUSTOMER, KEY, SALT

NOW = datetime.fromisoformat("2026-01-05T00:00:00+08:00")


def ask(kuaidi100: Kuaidi100, number: str, courier: str = "yto", phone: str = "", seconds: float = 5) -> Any:
    return kuaidi100.trace(courier=courier, tracking_no=number, phone=phone, deadline=Deadline.after(seconds))


def subscribe(kuaidi100: Kuaidi100, number: str) -> None:
    kuaidi100.subscribe(courier="yto", tracking_no=number, phone="", deadline=Deadline.after(5))


# --- signatures -------------------------------------------------------------------------------------------


def test_the_vectors_of_the_protocol() -> None:
    param = '{"com":"yuantong","num":"YT9693083639795"}'
    assert signing.sign(param, "testkey", "TESTCUSTOMER") == "AD6AD77E9C389B78E1A3A97E52384EEE"
    assert signing.is_signed('{"status":"polling"}', "salt123", "D3E37349DAA1504C5808621A3D636F88")
    assert (
        signing.sign('{"taskId":"T1"}', "1576123932000", "testkey", "testsecret") == "0444AB5711BFA8F51740FA81BC810BD1"
    )


@pytest.mark.parametrize(
    ("param", "sign"),
    [
        ('{"status": "polling"}', "D3E37349DAA1504C5808621A3D636F88"),  # written again, and so other bytes
        ('{"status":"polling"}', "d3e37349daa1504c5808621a3d636f88"),
        ('{"status":"polling"}', ""),
        ('{"status":"polling"}', "签名"),
    ],
)
def test_what_is_not_signed_is_refused(param: str, sign: str) -> None:
    with pytest.raises(PushRefused):
        callbacks.read({"param": param, "sign": sign}, salt="salt123", now=NOW)


@pytest.mark.parametrize("param", ["", "null", "[]", "{}", '"x"', "1", '{"lastResult":[]}', '{"lastResult":{"nu":""}}'])
def test_what_is_signed_and_about_no_parcel_changes_nothing(param: str) -> None:
    form = {"param": param, "sign": signing.sign(param, SALT)}
    if param:
        assert callbacks.read(form, salt=SALT, now=NOW) is None
    else:
        with pytest.raises(PushRefused):
            callbacks.read(form, salt=SALT, now=NOW)


# --- answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *[(code, "delivered") for code in ("3", "301", "302", "303", "304")],
        *[(code, "returned") for code in ("4", "6", "14")],
        *[(code, "announced") for code in ("101", "102")],
        *[(code, "picked_up") for code in ("1", "103")],
        *[(code, "in_transit") for code in ("0", "7", "8", "10", "11", "12", "1001", "1002", "1003")],
        *[(code, "in_transit") for code in ("", "30", "3000", "199", "599", "９")],
        *[(code, "delivering") for code in ("5", "501")],
        *[(code, "exception") for code in ("2", "201", "202", "203", "204", "205", "206", "207", "208", "210", "299")],
        *[(code, "exception") for code in ("13", "401")],
        ("209", "damaged"),
    ],
)
def test_what_its_states_mean(code: str, status: str) -> None:
    assert codes.status_of(code) == status


def test_every_company_is_a_courier_of_ours() -> None:
    assert set(codes.COMPANIES) <= set(COURIERS)
    assert len(codes.CODES) == len(codes.COMPANIES)


def test_a_row_without_a_code_has_the_state_of_the_whole_if_it_is_the_newest() -> None:
    rows = [{"time": "2026-01-03 10:00:00", "context": "已签收"}, {"time": "2026-01-02 10:00:00", "context": "已揽收"}]
    scans = scans_of({"state": "3", "data": rows})
    assert [(scan.status, scan.text) for scan in scans] == [("in_transit", "已揽收"), ("delivered", "已签收")]
    assert scans[0].at == datetime.fromisoformat("2026-01-02T10:00:00+08:00")


@pytest.mark.parametrize("data", [None, {}, "x", [None, "x", 1], [{"time": "yesterday"}], [{}]])
def test_rows_that_cannot_be_read_are_left_out(data: object) -> None:
    assert scans_of({"state": "3", "data": data}) == ()


def test_a_question_a_trace(kuaidi100: Kuaidi100, fake: Fake) -> None:
    assert [len(ask(kuaidi100, "YT1")) for _ in range(4)] == [1, 2, 3, 4]
    scans = ask(kuaidi100, "YT1")
    assert [scan.status for scan in scans] == ["picked_up", "in_transit", "delivering", "delivered"]
    assert scans[0].text == "快件已被【深圳南山营业部】揽收"
    assert ask(kuaidi100, "NONE1") == ()


@pytest.mark.parametrize(
    ("courier", "phone", "sent"),
    [("sf", "+86 139-1234-5678", "5678"), ("zto", "5678", "5678"), ("yto", "13912345678", ""), ("sf", "", "")],
)
def test_no_more_of_a_phone_is_sent_than_is_asked_for(
    kuaidi100: Kuaidi100, fake: Fake, courier: str, phone: str, sent: str
) -> None:
    ask(kuaidi100, "1", courier, phone)
    assert fake.phones["1"] == sent


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
def test_what_its_errors_mean(kuaidi100: Kuaidi100, number: str, fault: Fault, waits: bool) -> None:
    with pytest.raises(CourierError) as raised:
        ask(kuaidi100, number)
    assert (raised.value.fault, raised.value.retry_after is not None) == (fault, waits)


@pytest.mark.parametrize(
    ("code", "message", "fault", "looked"),
    [
        ("400", "找不到对应公司", Fault.COURIER, True),
        ("400", "提交的数据不完整，或者贵公司没授权", Fault.KEY, False),
        ("408", "验证码错误", Fault.PHONE, True),
        ("503", "验证签名失败", Fault.KEY, False),
        ("501", "服务器错误", Fault.DOWN, False),
        ("", "", Fault.DOWN, False),
    ],
)
def test_who_has_looked_for_a_number(
    kuaidi100: Kuaidi100, monkeypatch: pytest.MonkeyPatch, code: str, message: str, fault: Fault, looked: bool
) -> None:
    """Not who refuses our account."""
    answer = {"result": False, "returnCode": code, "message": message}
    monkeypatch.setattr("logistics.couriers.kuaidi100.adapter.answer_of", lambda *args: answer)
    with pytest.raises(CourierError) as raised:
        ask(kuaidi100, "1", "sf", "13912345678")
    assert (raised.value.fault, raised.value.looked) == (fault, looked)


@pytest.mark.parametrize(
    ("courier", "phone", "looked"),
    [("sf", "13912345678", True), ("sf", "", False), ("sf", "none", False), ("yto", "13912345678", False)],
)
def test_a_phone_that_was_not_named_is_not_a_wrong_one(
    kuaidi100: Kuaidi100, monkeypatch: pytest.MonkeyPatch, courier: str, phone: str, looked: bool
) -> None:
    answer = {"result": False, "returnCode": "408", "message": "验证码错误"}
    monkeypatch.setattr("logistics.couriers.kuaidi100.adapter.answer_of", lambda *args: answer)
    with pytest.raises(CourierError) as raised:
        ask(kuaidi100, "1", courier, phone)
    assert (raised.value.fault, raised.value.looked) == (Fault.PHONE, looked)


def test_a_wrong_key_is_one(configured: Any) -> None:
    configured.KUAIDI100_KEY = "another"
    other = build(configured)
    for call in (ask, subscribe):
        with pytest.raises(CourierError) as raised:
            call(other, "YT1")
        assert raised.value.fault == Fault.KEY
    assert "another" not in repr(other)
    assert SALT not in repr(other)


def test_nobody_answers(configured: Any) -> None:
    configured.KUAIDI100_POLL_URL = "http://127.0.0.1:9/poll"
    with pytest.raises(CourierError) as raised:
        ask(build(configured), "YT1")
    assert raised.value.fault == Fault.DOWN


def test_a_subscription(kuaidi100: Kuaidi100, fake: Fake) -> None:
    subscribe(kuaidi100, "YT1")
    subscribe(kuaidi100, "YT1")  # answered with 501: there is one
    assert fake.subscriptions["YT1"].company == "yuantong"
    assert fake.subscriptions["YT1"].callback == kuaidi100.callback
    with pytest.raises(CourierError) as raised:
        subscribe(kuaidi100, "UNKNOWN1")
    assert raised.value.fault == Fault.COURIER


def test_a_push_is_read(kuaidi100: Kuaidi100, fake: Fake) -> None:
    subscribe(kuaidi100, "YT1")
    param = fake.next_push("YT1")
    (push,) = kuaidi100.read_push({"param": param, "sign": signing.sign(param, SALT)}, now=NOW)
    assert (set(push.couriers), push.tracking_no, len(push.scans), push.over) == ({"yto"}, "YT1", 1, False)


def test_sixty_days_without_a_change_are_a_loss() -> None:
    rows = [{"time": "2026-01-02 10:00:00", "context": "已揽收", "statusCode": "103"}]
    result = {"com": "yuantong", "nu": "YT1", "state": "0", "data": rows}
    for message, statuses in (("60天无变化", ["picked_up", "lost"]), ("3天查询无记录", ["picked_up"])):
        param = json.dumps({"status": "abort", "message": message, "lastResult": result})
        push = callbacks.read({"param": param, "sign": signing.sign(param, SALT)}, salt=SALT, now=NOW)
        assert push is not None
        assert ([scan.status for scan in push.scans], push.over) == (statuses, True)


@pytest.mark.parametrize("status", ["polling", "shutdown", "updateall", "abort", "", None])
@pytest.mark.parametrize("code", ["200", "400", "408", "500", "501", "601", "", None])
@pytest.mark.parametrize("scanned", [True, False])
def test_an_error_is_no_news_of_a_parcel(status: str | None, code: str | None, scanned: bool) -> None:
    """But for what was scanned, that nothing was, and that the subscription is over."""
    rows = [{"time": "2026-01-02 10:00:00", "context": "已揽收", "statusCode": "103"}] * scanned
    result = {"com": "yuantong", "nu": "YT1", "status": code, "message": "错误", "data": rows}
    param = json.dumps({"status": status, "message": "", "lastResult": result})
    push = callbacks.read({"param": param, "sign": signing.sign(param, SALT)}, salt=SALT, now=NOW)
    assert (push is not None) is (scanned or status == "abort" or code in ("200", "500"))


# --- settings ---------------------------------------------------------------------------------------------


def test_a_host_alone_is_its_api(configured: Any, fake: Fake) -> None:
    configured.KUAIDI100_POLL_URL = fake.url.removesuffix("/poll")
    assert len(ask(build(configured), "YT1")) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"KUAIDI100_KEY": ""}, "KUAIDI100_KEY: not set"),
        ({"KUAIDI100_SALT": "short", "FAKES_ALLOWED": False}, "KUAIDI100_SALT is shorter than 16"),
        ({"FAKES_ALLOWED": False}, "KUAIDI100_POLL_URL is an address of this machine"),
        ({"FAKES_ALLOWED": False, "KUAIDI100_POLL_URL": "https://localhost"}, "KUAIDI100_POLL_URL is an address of"),
        ({"FAKES_ALLOWED": False, "KUAIDI100_POLL_URL": "http://x.org"}, "KUAIDI100_POLL_URL is no https://"),
        ({"FAKES_ALLOWED": False}, "KUAIDI100_CALLBACK_URL is an address of this machine"),
        ({"KUAIDI100_CALLBACK_URL": "ftp://x"}, "KUAIDI100_CALLBACK_URL is no https://"),
        ({"KUAIDI100_CALLBACK_URL": "https://" + "x" * 173}, "KUAIDI100_CALLBACK_URL is longer than 180 bytes"),
    ],
)
def test_what_is_wrong_with_its_settings(configured: Any, values: dict[str, Any], words: str) -> None:
    for name, value in values.items():
        setattr(configured, name, value)
    assert any(words in sentence for sentence in courier_settings.problems(configured))
    with pytest.raises(CommandError, match=words.split(":")[0]):
        call_command("check_channel", "kuaidi100")


def test_off_is_no_problem(settings: Any) -> None:
    assert courier_settings.problems(settings) == []
    with pytest.raises(CommandError, match="KUAIDI100_CUSTOMER"):
        call_command("check_channel", "kuaidi100")


def test_check_channel(configured: Any, fake: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_channel", "kuaidi100")
    assert "knows the customer and our key" in capsys.readouterr().out
    configured.KUAIDI100_KEY = "another"
    with pytest.raises(CommandError, match="refused the key"):
        call_command("check_channel", "kuaidi100")
    fake.down = True
    with pytest.raises(CommandError, match="usable answer"):
        call_command("check_channel", "kuaidi100")
    with pytest.raises(CommandError, match="Leave out --shop"):
        call_command("check_channel", "kuaidi100", "--shop", "lantern")


def test_the_fake_and_the_program_agree_about_the_key() -> None:
    assert (CUSTOMER, KEY) == ("TESTCUSTOMER", "testkey")
