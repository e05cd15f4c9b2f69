"""The filters of lists: what is read, what is refused, what costs nothing."""

from datetime import datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils import timezone

from kernel.errors import Invalid

from ..api.filters import IsSet, ListFilter, Moment, MomentField, OneOf, OneOfField, Text

User = get_user_model()


class People(ListFilter):
    username = Text(lookup_expr="icontains", help_text="A part of the name.")
    since = Moment(field_name="date_joined", lookup_expr="gte", help_text="Joined at or after.")
    until = Moment(field_name="date_joined", lookup_expr="lt", end=True, help_text="Joined before.")
    role = OneOf(field_name="first_name", choices=["buyer", "seller"], help_text="Only this role.")
    came = IsSet(field_name="last_login", help_text="Who has logged in.")


def local(*parts: int) -> datetime:
    return timezone.make_aware(datetime(*parts))  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "end", "at"),
    [
        ("2026-01-31", False, (2026, 1, 31)),
        ("2026-01-31", True, (2026, 2, 1)),
        ("2026-01-31T10:00:00", True, (2026, 1, 31, 10)),
        ("2026-01-31T10:00:00+08:00", False, (2026, 1, 31, 10)),
        ("2026-01-31T10:00:00 08:00", False, (2026, 1, 31, 10)),
        ("2026-01-31 10:00", False, (2026, 1, 31, 10)),
    ],
)
def test_a_moment(text: str, end: bool, at: tuple[int, ...]) -> None:
    assert MomentField(end=end).clean(text) == local(*at)


@pytest.mark.parametrize("text", ["odd", "2026-13-01", "0001-01-01", "9999-12-31", "1989-12-30", "2200-01-01T00:00:00"])
@pytest.mark.parametrize("end", [False, True])
def test_what_is_no_moment(text: str, end: bool) -> None:
    with pytest.raises(ValidationError):
        MomentField(end=end).clean(text)


def test_one_of() -> None:
    assert OneOfField(choices=["a", "b"]).clean("a") == "a"
    with pytest.raises(ValidationError) as refusal:
        OneOfField(choices=["a", "b"]).clean("c")
    assert refusal.value.messages == ["Choose one of: a, b."]


@pytest.mark.django_db
def test_a_list() -> None:
    User.objects.create(username="ann", first_name="buyer", date_joined=local(2026, 1, 31, 12))
    User.objects.create(
        username="bob", first_name="seller", date_joined=local(2026, 2, 1), last_login=local(2026, 2, 2)
    )

    def names(**query: str) -> list[str]:
        return list(People.apply(User.objects.order_by("username"), query).values_list("username", flat=True))

    assert names() == names(username="", role="", other="x") == ["ann", "bob"]
    assert names(username="NN") == names(until="2026-01-31") == names(role="buyer") == ["ann"]
    assert names(came="false") == names(came="0") == ["ann"]
    assert names(came="true") == names(came="1") == names(since="2026-02-01") == ["bob"]
    assert names(username="b", role="buyer") == []


@pytest.mark.parametrize(
    "query", [{"role": "odd"}, {"since": "odd"}, {"came": "yes"}, {"username": "a\0"}, {"cursor": "\0"}]
)
def test_what_is_refused_names_its_parameter(query: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        People.apply(User.objects.all(), query)
    assert list(refusal.value.errors or {}) == list(query)


def test_the_schema_is_made_from_the_filters() -> None:
    parameters = {each.name: each for each in People.parameters()}
    assert list(parameters) == ["username", "since", "until", "role", "came"]
    assert parameters["role"].enum == ["buyer", "seller", ""]
    assert parameters["since"].description == "Joined at or after."
    assert [each.name for each in People.parameters("role")] == ["role"]
