"""Names and guesses: a help, never a rule."""

import pytest
from django.utils import translation

from kernel.calls import Deadline
from logistics import couriers


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("SF1234567890123", "sf"),
        (" sf1234567890123 ", "sf"),
        ("JDVA12345678901", "jd"),
        ("EA123456789CN", "ems"),
        ("1012345678901", "ems"),
        ("YT1234567890123", "yto"),
        ("JT1234567890123", "jtexpress"),
        ("773123456789012", "sto"),
        ("9912345678901", "youzheng"),
        ("432112345678901", "yunda"),
        ("", ""),
        ("包裹 7/7", ""),
        ("١٢٣", ""),
    ],
)
def test_guess(number: str, code: str) -> None:
    assert couriers.guess(number) == code


def test_every_guess_has_a_name() -> None:
    assert {code for code, _ in couriers.names._LOOKS} <= set(couriers.COURIERS)


def test_label_of_anything() -> None:
    with translation.override("en"):
        assert couriers.label("SF") == "SF Express"
        assert couriers.label("Uncle Wang") == "Uncle Wang"


def test_the_manual_courier_knows_no_scans() -> None:
    assert couriers.get().trace(courier="sf", tracking_no="1", phone="", deadline=Deadline.after(1)) == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("sf", "sf"), (" SF ", "sf"), ("SF Express", "sf"), ("顺丰速运", "sf"), ("顺丰", "sf"), ("圆通", "yto"),
        ("中国", "youzheng"), ("中", "中"), ("Pigeon Post", "Pigeon Post"), ("", ""),
    ],
)  # fmt: skip
def test_couriers_as_people_write_them(written: str, code: str) -> None:
    assert couriers.code_of(written) == code
