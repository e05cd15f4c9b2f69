"""What was set in a shop is written down with what differs, and nothing where nothing does."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ..actors import CLOCK, MERCHANT, Actor
from ..changes import Values, record_change, values_of
from ..models import Change, History, IdempotencyKey

MEI = Actor(MERCHANT, "mei", 7, "manager")
ROW = History(pk=5, shop_id=3)


def written(before: Values, after: Values) -> list[tuple[str, object]]:
    record_change("limit", ROW, label="wen", before=before, after=after, actor=MEI)
    return list(Change.objects.values_list("action", "fields"))


@pytest.mark.django_db
class TestRecordChange:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            ({"a": 1}, {"a": 2}, [("change", {"a": [1, 2]})]),
            ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("change", {"b": [2, 3]})]),
            ({"a": 1}, {"a": 1}, []),
            ({"a": None}, {"a": 0}, [("change", {"a": [None, 0]})]),
            ({"a": 0}, {"a": ""}, [("change", {"a": [0, ""]})]),
            ({"a": Decimal("1.00")}, {"a": Decimal(1)}, []),  # the same amount, written in another way
            ({"a": 1}, {"b": 1}, [("change", {"a": [1, None], "b": [None, 1]})]),
            ({}, {"a": 1, "b": None}, [("add", {"a": [None, 1]})]),
            ({}, {"a": None}, [("add", {})]),  # that it is new is worth a line, whatever is in it
            ({"a": 1}, {}, [("remove", {"a": [1, None]})]),
            ({"a": None}, {}, [("remove", {})]),
        ],
    )
    def test_what_differs_is_written(self, before: Values, after: Values, expected: list[tuple[str, object]]) -> None:
        assert written(before, after) == expected

    def test_it_says_whose_what_and_who(self) -> None:
        written({"a": 1}, {"a": 2})
        row = Change.objects.get()
        assert (row.shop_id, row.subject, row.object_id, row.label) == (3, "limit", 5, "wen")
        assert (row.actor_kind, row.actor_name, row.actor_id) == ("merchant", "mei", 7)
        assert str(row) == "limit wen: change"

    def test_the_clock_has_no_user(self) -> None:
        record_change("limit", ROW, label="", before={}, after={"a": 1}, actor=CLOCK)
        row = Change.objects.get()
        assert (row.actor_kind, row.actor_name, row.actor_id) == ("clock", "clock", None)

    @pytest.mark.parametrize("shop", [0, 9])
    def test_the_shop_that_is_named_comes_before_the_rows(self, shop: int) -> None:
        record_change("contact", ROW, label="", before={}, after={"a": 1}, actor=MEI, shop_id=shop)
        assert Change.objects.get().shop_id == shop

    def test_an_amount_is_kept_as_text(self) -> None:
        """F-1: as a JSON number it would be read as a float."""
        assert written({"a": Decimal("0.10")}, {"a": Decimal("0.30")}) == [("change", {"a": ["0.10", "0.30"]})]

    def test_the_time_is_the_databases(self) -> None:
        written({}, {"a": 1})
        assert abs(Change.objects.get().at - timezone.now()) < timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [({"action": "rename"}, "change_action"), ({"actor_kind": "ghost"}, "change_actor_kind")],
    )
    def test_the_database_takes_no_other_action_and_no_other_kind(
        self, fields: dict[str, str], constraint: str
    ) -> None:
        facts = {"shop_id": 1, "subject": "limit", "object_id": 1, "action": "add", "actor_kind": "clock"}
        Change.objects.create(**facts)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Change.objects.create(**facts | fields)


def test_values_are_those_that_would_be_read_again() -> None:
    """A text in an integer column is an integer once it was saved: no change."""
    row = IdempotencyKey(user_id="7", key="k", status_code="200", shop_id=None)
    assert values_of(row, ("user_id", "status_code", "shop_id")) == {"user_id": 7, "status_code": 200, "shop_id": None}


def test_only_the_values_that_were_asked_for() -> None:
    assert values_of(IdempotencyKey(user_id=7, key="k"), ["key"]) == {"key": "k"}
    assert values_of(IdempotencyKey(user_id=7, key="k"), []) == {}


def test_a_row_that_is_not_there_has_no_values() -> None:
    assert values_of(None, ["key"]) == {}
