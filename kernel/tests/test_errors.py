"""A refusal says what it is to programs, what to do to people, and what it knows to both."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.utils.translation import gettext_lazy, override

from .. import errors
from ..access import SeveralShops, get_or_not_found
from ..actors import ARBITER, KINDS, MERCHANT, PEOPLE, Actor, kind_label
from ..models import IdempotencyKey

PLAIN: list[type[errors.DomainError]] = [
    errors.DomainError, errors.Invalid, errors.Forbidden, errors.NotFound, errors.Conflict, errors.OverRefund,
    errors.NeedsConfirmation, errors.Unprocessable, errors.AmountExceeded, errors.TooLarge, errors.UnsupportedMedia,
]  # fmt: skip


@pytest.mark.parametrize("kind", PLAIN)
def test_the_words_that_are_given_come_before_the_usual_ones(kind: type[errors.DomainError]) -> None:
    assert kind().message
    assert kind().message == str(kind()) == kind().default_message()
    assert kind("Only once.").message == str(kind("Only once.")) == "Only once."


@pytest.mark.parametrize(
    ("error", "details"),
    [
        (errors.Conflict(), {}),
        (errors.Stale(3), {"version": 3}),
        (errors.Stale(0), {"version": 0}),
        (errors.NotEligible(["window_closed", "gift"]), {"reasons": ["window_closed", "gift"]}),
        (errors.AmountExceeded(), {"reasons": ["amount_exceeded"]}),
        (errors.AmountExceeded(details={"max": "9.00"}), {"reasons": ["amount_exceeded"], "max": "9.00"}),
        (
            errors.IllegalTransition("ship_back", "open", ["agree_by_note", "reject"]),
            {"verb": "ship-back", "status": "open", "allowed": ["agree-by-note", "reject"]},
        ),
        (errors.IllegalTransition("pay", "pending_payment", []), {
            "verb": "pay", "status": "pending_payment", "allowed": [],
        }),
        (SeveralShops(["harbor", "lantern"]), {"shops": ["harbor", "lantern"]}),
    ],
)  # fmt: skip
def test_what_it_knows(error: errors.DomainError, details: Mapping[str, Any]) -> None:
    assert error.details == details


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.NotEligible(["window_closed", "gift"]), "window_closed、gift"),
        (errors.IllegalTransition("ship_back", "pending_review", ["reject"]), "“ship-back”"),
        (errors.IllegalTransition("ship_back", "pending_review", ["reject"]), "“pending_review”"),
        (SeveralShops(["harbor", "lantern"]), "harbor、lantern"),
    ],
)
def test_people_read_it_too(error: errors.DomainError, words: str) -> None:
    assert words in error.message


def test_a_code_of_its_own_is_this_refusals_alone() -> None:
    assert errors.Conflict(code="open_ticket").code == "open_ticket"
    assert (errors.Conflict().code, errors.Conflict.code, errors.Conflict(code="").code) == ("conflict",) * 3


def test_details_are_a_copy() -> None:
    facts = {"a": 1}
    error = errors.Conflict(details=facts)
    facts["a"] = 2
    assert error.details == {"a": 1}


def test_the_fields_are_named_where_there_are_any() -> None:
    assert errors.Invalid().errors is None
    assert errors.Invalid(errors={"quantity": ["Too many."]}).errors == {"quantity": ["Too many."]}


def test_a_lazy_text_is_put_into_words_where_it_is_raised() -> None:
    with override("zh-hans"):
        error = errors.Conflict(gettext_lazy("merchant"))  # type: ignore[arg-type]
    assert error.message == "商家"


@pytest.mark.parametrize(
    ("error", "parent"),
    [
        (errors.Stale(1), errors.Conflict), (errors.OverRefund(), errors.Conflict),
        (errors.NeedsConfirmation(), errors.Conflict), (errors.IllegalTransition("a", "b", []), errors.Conflict),
        (SeveralShops([]), errors.Conflict), (errors.NotEligible([]), errors.Unprocessable),
        (errors.AmountExceeded(), errors.Unprocessable),
    ],
)  # fmt: skip
def test_who_catches_the_general_one_catches_the_special_ones(
    error: errors.DomainError, parent: type[errors.DomainError]
) -> None:
    assert isinstance(error, parent)
    assert error.http_status == parent.http_status


@pytest.mark.django_db
@pytest.mark.parametrize("pk", [0, 1, -1, 2**63 - 1, 2**63, 10**40, "", "x", "1.5", None])
def test_what_no_column_can_hold_is_not_found_either(pk: object) -> None:
    with pytest.raises(errors.NotFound):
        get_or_not_found(IdempotencyKey.objects.all(), pk=pk)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["manager", "agent", "supervisor", ""])
def test_only_the_manager_of_a_shop_is_a_manager(kind: str, role: str) -> None:
    assert Actor(kind, "x", 1, role).is_manager is (kind == MERCHANT and role == "manager")


def test_an_actor_is_not_changed_and_is_the_same_for_the_same_facts() -> None:
    actor = Actor(MERCHANT, "mei", 7)
    with pytest.raises(AttributeError):
        actor.role = "manager"  # type: ignore[misc]
    assert actor == Actor(MERCHANT, "mei", 7, "", None)
    assert actor != Actor(MERCHANT, "mei", 8)


def test_labels_and_people() -> None:
    assert [kind_label(kind) for kind in (MERCHANT, ARBITER, "gateway", "ghost", "")] == [
        "merchant", "arbiter", "payment gateway", "ghost", "",
    ]  # fmt: skip
    assert len(set(KINDS)) == len(KINDS) == len({kind_label(kind) for kind in KINDS})
    assert set(KINDS) - PEOPLE == {"clock", "gateway", "courier", "rule", "arbiter", "guest", "agent"}
