"""Numbers that look like a courier's, to the digit, and the names of every courier in every language."""

import pytest
from django.conf import settings
from django.utils import translation

from logistics.couriers import COURIERS, code_of, guess, label


@pytest.mark.parametrize(
    ("code", "head", "tail", "shortest", "longest"),
    [
        ("sf", "SF", "", 12, 15),
        ("jd", "JD", "", 11, 20),
        ("ems", "EX", "CN", 9, 9),
        ("ems", "10", "", 11, 11),
        ("ems", "11", "", 11, 11),
        ("youzheng", "99", "", 11, 11),
        ("yto", "YT", "", 13, 15),
        ("jtexpress", "JT", "", 13, 13),
        ("deppon", "DPK", "", 12, 12),
        ("sto", "77", "", 13, 13),
        ("zto", "73", "", 12, 13),
        ("zto", "76", "", 12, 13),
        ("zto", "78", "", 12, 13),
        ("yunda", "4", "", 14, 14),
        ("yunda", "31", "", 13, 13),
    ],
)
def test_the_number_of_digits_of_each_courier(code: str, head: str, tail: str, shortest: int, longest: int) -> None:
    found = {digits: guess(f"{head}{'0' * digits}{tail}") for digits in range(shortest - 1, longest + 2)}
    assert found == {digits: code if shortest <= digits <= longest else "" for digits in found}


@pytest.mark.parametrize("number", ["72" + "0" * 12, "79" + "0" * 12, "12" + "0" * 11, "30" + "0" * 13, "5" + "0" * 14])
def test_the_first_digits_next_to_those_of_a_courier(number: str) -> None:
    assert guess(number) == ""


@pytest.mark.parametrize("number", ["XSF000000000000", "SF000000000000X", "SF 000000000000", "SF٠٠٠٠٠٠٠٠٠٠٠٠"])
def test_a_number_is_looked_at_whole(number: str) -> None:
    assert guess(number) == ""


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("code", COURIERS)
def test_every_name_in_every_language_leads_back_to_its_code(code: str, language: str) -> None:
    with translation.override(language):
        name = label(code)
    for written in (name, name.upper(), f"\t{name} ", code, code.upper()):
        assert code_of(written) == code, written


@pytest.mark.parametrize("code", COURIERS)
def test_a_code_that_was_found_is_found_again(code: str) -> None:
    assert code_of(code_of(label(code))) == code


def test_a_beginning_has_to_fit_one_courier_and_two_characters() -> None:
    assert {text: code_of(text) for text in ("d", "de", "S", "YTO E", "SF Expresso")} == {
        "d": "d",
        "de": "deppon",
        "S": "S",
        "YTO E": "yto",
        "SF Expresso": "SF Expresso",
    }
