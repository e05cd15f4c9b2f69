"""A remark is words and facts; what a person wrote comes first."""

from collections.abc import Iterator

import pytest
from django.utils.translation import gettext_lazy, override

from .. import remarks
from ..actors import CLOCK, COURIER, MERCHANT, Actor


@pytest.fixture(autouse=True)
def _texts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        remarks, "_texts", {"by": "by %(who)s", "half": "50%% of %(amount)s", "kind": gettext_lazy("merchant")}
    )
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"kind": "merchant", "name": "mei"}, "by merchant mei"), ({"kind": "merchant", "name": ""}, "by merchant"),
        ({"kind": "merchant", "name": "merchant"}, "by merchant"), ({"kind": "merchant"}, "by merchant"),
        ({"kind": "gateway", "name": "gateway"}, "by payment gateway"), ({"kind": "ghost", "name": "g"}, "by ghost g"),
        ({"kind": "buyer", "name": "merchant"}, "by buyer merchant"), ({}, "by "),
    ],
)  # fmt: skip
def test_who_it_was(person: dict[str, str], words: str) -> None:
    assert remarks.in_words("by", {"by": person}) == words


def test_a_remark_without_a_person_names_none() -> None:
    assert remarks.in_words("by", {}) == "by "


@pytest.mark.parametrize(
    ("actor", "words"),
    [(Actor(MERCHANT, "mei", 7, "manager"), "by merchant mei"), (CLOCK, "by system"), (COURIER, "by courier")],
)
def test_an_actor_is_remembered_by_kind_and_name(actor: Actor, words: str) -> None:
    assert remarks.by(actor) == {"kind": actor.kind, "name": actor.name}
    assert remarks.in_words("by", {"by": remarks.by(actor)}) == words


def test_facts_that_the_text_does_not_use_do_no_harm() -> None:
    assert remarks.in_words("half", {"amount": "9.00", "box": 3}) == "50% of 9.00"


@pytest.mark.parametrize(
    ("note", "data", "words"),
    [
        ("", {}, ""), ("", {"box": 3}, ""), ("Torn.", {}, "Torn."),
        ("Torn.", {"remark": "half", "amount": "1"}, "Torn."),
        ("", {"remark": "half", "amount": "1"}, "50% of 1"), ("", {"remark": "unknown_code"}, "unknown_code"),
        ("100% %(who)s", {"remark": "by"}, "100% %(who)s"),
    ],
)  # fmt: skip
def test_a_note_comes_before_the_remark(note: str, data: dict[str, str], words: str) -> None:
    assert remarks.note_in_words(note, data, "merchant") == words


def test_a_note_of_a_channel_is_read_in_the_reader_s_language_and_one_of_a_person_as_it_was_written() -> None:
    with override("zh-hans"):
        assert remarks.note_in_words("returned", {}, "gateway") == "款项被银行退回。"
        assert remarks.note_in_words("returned", {}, "merchant") == "returned"
        assert "挂失" in remarks.note_in_words("The buyer's card was reported lost or stolen.", {}, "gateway")
        assert (
            remarks.note_in_words("The test channel refuses this payment.", {}, "gateway")
            == "测试渠道拒绝了这笔付款的退款。"
        )
        assert remarks.note_in_words("ACCOUNT_CLOSED", {}, "gateway") == "ACCOUNT_CLOSED"


def test_a_text_that_is_registered_again_is_the_later_one() -> None:
    remarks.register({"by": "from %(who)s", "new": "new"})
    assert remarks.in_words("by", {"by": {"kind": "rule", "name": "rule"}}) == "from rule"
    assert remarks.in_words("new", {}) == "new"
    assert remarks.in_words("half", {"amount": 1}) == "50% of 1"


def test_each_reader_has_their_language() -> None:
    english = remarks.in_words("kind", {})
    with override("zh-hans"):
        assert remarks.in_words("kind", {}) != english
