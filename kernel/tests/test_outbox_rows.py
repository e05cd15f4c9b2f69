"""Which history rows are news, and what one batch of them leaves behind."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from .. import events
from ..events import outbox
from ..events.outbox import fan_out
from ..models import Delivery, History

AT = datetime.fromisoformat("2026-03-02T10:00:00+08:00")


class Lamp:
    """Stands in for a machine of an app."""

    NO_NEWS: ClassVar[set[Any]] = {"dust", ("turn", "off")}
    EVENTS: ClassVar[dict[str, str]] = {"turn": "lamp.turned", "sell": "lamp.sold", "give": "lamp.sold"}


class Box:
    """A channel whose recipients depend on the row."""

    def __init__(self, name: str, *rows: Iterable[str]) -> None:
        self.name, self.rows = name, list(rows)

    def recipients(self, row: History) -> Iterable[str]:
        return self.rows[row.object_id - 1]


@pytest.fixture(autouse=True)
def _lamps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "machines", lambda: {"lamp": Lamp})
    monkeypatch.setattr(outbox, "_CHANNELS", {})


def row(action: str = "turn", target: str = "on", object_id: int = 1, shop_id: int = 1) -> History:
    return History.objects.create(
        shop_id=shop_id, machine="lamp", object_id=object_id, action=action, target=target, actor_kind="clock", at=AT
    )


@pytest.mark.parametrize(
    ("action", "target", "expected"),
    [
        ("turn", "on", "lamp.turned"), ("turn", "off", None), ("turn", "", "lamp.turned"), ("dust", "on", None),
        ("dust", "off", None), ("sell", "off", "lamp.sold"), ("give", "off", "lamp.sold"),
    ],
)  # fmt: skip
def test_a_row_is_news_by_its_action_and_target(action: str, target: str, expected: str | None) -> None:
    assert events.event_type("lamp", action, target) == expected


@pytest.mark.parametrize(("machine", "action"), [("lamp", "break"), ("lamp", "off"), ("clock", "turn")])
def test_what_nobody_listed_is_a_fault_and_not_silent(machine: str, action: str) -> None:
    with pytest.raises(KeyError):
        events.event_type(machine, action, "on")


def test_a_type_of_two_actions_is_listed_once() -> None:
    assert events.event_types("lamp") == ["lamp.turned", "lamp.sold"]


@pytest.mark.django_db
class TestFanOut:
    @pytest.mark.parametrize(("batch", "runs"), [(2, [2, 1, 0]), (3, [3, 0, 0]), (4, [3, 0, 0]), (1, [1, 1, 1])])
    def test_a_batch_is_no_larger_than_was_said(self, batch: int, runs: list[int]) -> None:
        for _ in range(3):
            row()
        assert [fan_out(now=AT, batch=batch) for _ in range(3)] == runs

    def test_the_oldest_come_first(self) -> None:
        first, second, third = row(), row(), row()
        fan_out(now=AT, batch=2)
        assert list(History.objects.filter(dispatched_at=None)) == [third]
        assert set(History.objects.filter(dispatched_at=AT)) == {first, second}

    def test_each_row_has_its_own_recipients_in_its_own_shop(self) -> None:
        outbox.register(Box("mail", ["ann"], [], ["ben", "ann"]))
        for object_id, shop_id in [(1, 7), (2, 8), (3, 9)]:
            row(object_id=object_id, shop_id=shop_id)
        assert fan_out(now=AT) == 3
        rows = Delivery.objects.order_by("id").values_list("history__object_id", "shop_id", "recipient")
        assert list(rows) == [(1, 7, "ann"), (3, 9, "ben"), (3, 9, "ann")]

    def test_a_recipient_who_is_named_twice_gets_it_once(self) -> None:
        outbox.register(Box("mail", ["ann", "ben", "ann"]))
        row()
        fan_out(now=AT)
        assert sorted(Delivery.objects.values_list("recipient", flat=True)) == ["ann", "ben"]

    def test_the_same_recipient_by_two_channels_gets_it_twice(self) -> None:
        outbox.register(Box("mail", ["ann"]))
        outbox.register(Box("calls", ["ann"]))
        row()
        fan_out(now=AT)
        assert sorted(Delivery.objects.values_list("channel", flat=True)) == ["calls", "mail"]

    def test_a_channel_that_registers_again_takes_the_place_of_the_first(self) -> None:
        outbox.register(Box("mail", ["ann"]))
        outbox.register(Box("mail", ["ben"]))
        row()
        fan_out(now=AT)
        assert [delivery.recipient for delivery in Delivery.objects.all()] == ["ben"]

    def test_no_news_is_marked_between_news(self) -> None:
        outbox.register(Box("mail", ["ann"]))
        for action, target in [("turn", "on"), ("turn", "off"), ("dust", "on"), ("sell", "off")]:
            row(action, target)
        assert fan_out(now=AT) == 4
        actions = Delivery.objects.order_by("id").values_list("history__action", flat=True)
        assert list(actions) == ["turn", "sell"]
        assert not History.objects.filter(dispatched_at=None).exists()

    def test_what_was_dispatched_before_keeps_its_time(self) -> None:
        row()
        fan_out(now=AT)
        row()
        assert fan_out(now=AT + timedelta(hours=1)) == 1
        times = History.objects.order_by("id").values_list("dispatched_at", flat=True)
        assert list(times) == [AT, AT + timedelta(hours=1)]
