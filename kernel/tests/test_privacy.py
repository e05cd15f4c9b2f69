"""What is left of personal data where it is masked (ux 9, D-6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.privacy import masked_address, masked_name, masked_phone


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王**"), ("欧阳小明", "欧**"), ("王", "王**"), ("Alice Smith", "A**"), (" 林 ", "林**"), ("", "")],
)
def test_names(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812341234", "138****1234"),
        ("138 1234 1234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("+86 138-1234-1234", "861****1234"),
        ("0571-86000001", "057****0001"),
        ("8600 0001", "****01"),
        ("110", "****"),
        ("ask the neighbour", "****"),
        ("", ""),
    ],
)
def test_phones(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("浙江省杭州市西湖区龙井路 1 号", "浙江省杭州市****"),
        ("浙江省 杭州市 西湖区龙井路 1 号", "浙江省 杭州市****"),
        ("上海市徐汇区漕溪北路 18 号 6 楼", "上海市****"),
        ("广西壮族自治区桂林市七星区 3 号", "广西壮族自治区桂林市****"),
        ("新疆维吾尔自治区伊犁哈萨克自治州伊宁市 5 号", "新疆维吾尔自治区伊犁哈萨克自治州****"),
        ("香港特别行政区中环皇后大道 9 号", "香港特别行政区****"),
        ("龙井路 1 号", "****"),
        ("西湖区龙井路 1 号", "****"),
        ("1 Lantern Street", "****"),
        ("1 Lantern Street, York", "****"),
        ("1 Lantern Street, York, Yorkshire", "****, York, Yorkshire"),
        ("1 Lantern Street, York, YO1 7HH", "****, York"),
        ("", ""),
    ],
)
def test_addresses(address: str, shown: str) -> None:
    assert masked_address(address) == shown


@given(st.text(alphabet="0123456789 -+", min_size=1, max_size=40))
def test_at_least_four_digits_of_a_number_with_six_are_hidden(phone: str) -> None:
    digits = [sign for sign in phone if sign.isdigit()]
    shown = [sign for sign in masked_phone(phone) if sign.isdigit()]
    assert len(digits) < 6 or len(digits) - len(shown) >= 4


@given(st.text(max_size=40))
def test_a_masked_name_tells_one_character(name: str) -> None:
    assert len(masked_name(name)) in (0, 3)
