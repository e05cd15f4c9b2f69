"""Whose a number is, asked over real sockets where its look says nothing: what is proposed, and that no page waits for
it (protocols §4.4, §5)."""

import logging
import threading
import time
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from fakes.launched import Launched
from kernel.calls import Deadline
from kernel.watch.breaker import Breaker
from logistics import couriers, likely
from logistics.couriers import CourierError, Fault, Manual, Recogniser
from tests.world import World

pytestmark = pytest.mark.django_db
ONE, SEVERAL, NOBODY = "881234567890", "661234567890", "221234567890"


@pytest.fixture
def fake(launched: Launched, monkeypatch: pytest.MonkeyPatch) -> Any:
    """With its own time since it was last down; the test moves it."""
    fake: Any = launched.server
    fake.hands = 0.0
    own = Breaker(rest=likely.REST, clock=lambda: fake.hands)
    monkeypatch.setattr(likely, "breaker_of", lambda source: own)
    return fake


def proposed(number: str, user_id: int = 1) -> tuple[str, ...]:
    return likely.likely(number, user_id=user_id).codes


# --- what the source says -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (ONE, ("yunda",)),
        (SEVERAL, ("zto", "sto")),
        (NOBODY, ()),
        ("551234567890", ("jd",)),  # and one that is not known here
        ("331234567890", ()),
    ],
)
def test_it_is_asked_where_the_look_says_nothing(fake: Any, number: str, codes: tuple[str, ...]) -> None:
    assert (proposed(number), fake.recognised) == (codes, [number])


def test_what_the_look_says_is_asked_of_nobody(fake: Any) -> None:
    found = likely.likely("SF1405882017346", user_id=1)
    assert (found.codes, found.by_look, fake.recognised) == (("sf",), True, [])


@pytest.mark.parametrize(
    ("number", "asked"),
    [
        ("881234567", 0),
        ("8812345678", 1),
        ("8" * 12, 0),  # none
        ("8812345678901234567890123456789012", 0),
        ("8812-3456 7890", 1),
        ("88123456789?", 0),
        ("later", 0),
    ],
)
def test_what_is_being_typed_or_no_number_is_asked_of_nobody(fake: Any, number: str, asked: int) -> None:
    proposed(number)
    assert len(fake.recognised) == asked


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("HTML123456", "down"),
        ("CUT1234567", "down"),
        ("DENIED1234", "down"),
        ("BUSY123456", "down"),
        ("KEY1234567", "key"),
    ],
)
def test_what_is_no_answer(fake: Any, number: str, fault: str) -> None:
    source = couriers.recogniser()
    assert source is not None
    with pytest.raises(CourierError) as raised:
        source.recognise(tracking_no=number, deadline=Deadline.after(5))
    assert raised.value.fault == Fault(fault)
    assert proposed(number) == ()


def test_a_number_that_is_none_there_is_an_answer(fake: Any) -> None:
    assert [proposed("UNKNOWN123") for _ in range(2)] == [(), ()]
    assert fake.recognised == ["UNKNOWN123"]


def test_a_wrong_key_is_said_once_an_hour_and_is_in_no_log(
    fake: Any, launched: Launched, caplog: pytest.LogCaptureFixture
) -> None:
    secret, fake.key = fake.key, "another"
    with caplog.at_level(logging.DEBUG):
        assert proposed(ONE) == proposed(SEVERAL) == ()
    assert [record.levelname for record in caplog.records if record.name == "logistics.likely"] == ["ERROR"]
    assert secret not in caplog.text
    assert secret not in repr(couriers.get())
    fake.key = secret
    fake.hands = 3599
    assert proposed(ONE) == ()
    fake.hands = 3600
    assert proposed(ONE) == ("yunda",)


def test_a_source_that_does_not_say_it_is_not_asked(fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(couriers, "_COURIER", Manual())
    assert not isinstance(Manual(), Recogniser)
    assert (couriers.recogniser(), proposed(ONE), proposed("SF1405882017346")) == (None, (), ("sf",))


# --- seldom and shortly -------------------------------------------------------------------------------------


def test_a_number_is_asked_about_once_a_day(fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [proposed(number) for number in (ONE, " 8812 3456 7890", NOBODY, NOBODY)] == [("yunda",)] * 2 + [(), ()]
    assert fake.recognised == [ONE, NOBODY]
    assert likely.STORED_SECONDS == 24 * 3600


def test_a_person_asks_six_times_a_minute(fake: Any) -> None:
    numbers = [f"88000000000{place}" for place in range(8)]
    assert [bool(proposed(number)) for number in numbers] == [True] * 6 + [False] * 2
    assert proposed(numbers[0]) == ("yunda",), "what was answered before counts for nobody"
    assert proposed(numbers[7], user_id=2) == ("yunda",)


def test_it_waits_two_seconds_and_then_leaves_the_source_alone(fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert likely.SECONDS == 2.0
    monkeypatch.setattr(likely, "SECONDS", 0.1)
    fake.delay = 1.0
    begun = time.monotonic()
    assert proposed(ONE) == ()
    assert time.monotonic() - begun < 0.9
    asked = len(fake.recognised)
    begun = time.monotonic()
    assert [proposed(f"88000000000{place}") for place in range(5)] == [()] * 5
    assert time.monotonic() - begun < 0.1, "nobody waits behind a source that is down"
    fake.delay, fake.hands = 0.0, likely.REST - 1
    assert proposed(ONE, user_id=2) == ()
    fake.hands = likely.REST
    assert proposed(ONE, user_id=2) == ("yunda",)
    assert len(fake.recognised) <= asked + 2


def test_few_wait_at_once(fake: Any) -> None:
    fake.delay = 0.3
    found: list[tuple[str, ...]] = []
    numbers = [f"88000000000{place}" for place in range(6)]
    threads = [threading.Thread(target=lambda number=number: found.append(proposed(number))) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [()] * 4 + [("yunda",)] * 2


def test_without_a_cache_nobody_is_asked(fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead(*args: Any, **options: Any) -> None:
        raise ConnectionError("no cache")

    monkeypatch.setattr(likely, "STORE", Breaker())
    monkeypatch.setattr(cache, "get", dead)
    assert (proposed(ONE), fake.recognised) == ((), [])


# --- the API ------------------------------------------------------------------------------------------------

THERE = "/api/v1/couriers/likely/"


def test_the_api_says_it(fake: Any, world: World) -> None:
    client = APIClient()
    assert client.get(THERE, {"tracking_no": ONE}).status_code == 401
    client.force_authenticate(world.alice)
    answer = client.get(THERE, {"tracking_no": f" {SEVERAL} "}, headers={"Accept-Language": "en"})
    assert answer.json() == {
        "tracking_no": SEVERAL,
        "couriers": [
            {"courier": "zto", "courier_label": "ZTO Express"},
            {"courier": "sto", "courier_label": "STO Express"},
        ],
        "by_look": False,
    }
    assert client.get(THERE, {"tracking_no": "SF1405882017346"}).json()["by_look"]
    assert [client.get(THERE, {"tracking_no": no}).json()["couriers"] for no in (NOBODY, "")] == [[], []]


@pytest.mark.parametrize("number", ["a\x00b", "1" * 65])
def test_what_is_no_number_is_refused(world: World, number: str) -> None:
    client = APIClient()
    client.force_authenticate(world.alice)
    answer = client.get(THERE, {"tracking_no": number})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["tracking_no"])
