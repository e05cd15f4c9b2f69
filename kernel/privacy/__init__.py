"""Personal data: what of it is shown to whom who does not need it. The only place that masks (D-6, ux 9)."""

import re
import unicodedata

HIDDEN = "****"
# A number of at least this many digits shows its first three and its last four.
_LONG_NUMBER = 11
_CHINESE = re.compile(
    r"\s*((?:[^省市区县\s\d]{2,8}?(?:省|自治区|特别行政区))?\s*(?:[^省市区县\s\d]{1,10}?(?:市|自治州|地区|盟))?)"
)


def masked_name(name: str) -> str:
    """王小明 → 王**, Alice Smith → A**. How long it is, is not shown either."""
    name = name.strip()
    return f"{name[:1]}**" if name else ""


def masked_phone(phone: str) -> str:
    """13812341234 → 138****1234; of shorter numbers the last two digits. What is no number is not shown at all."""
    # NFKC: full-width digits are digits too.
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    if len(digits) >= _LONG_NUMBER:
        # An extension or a second number behind the first would show more than the four digits.
        return f"{digits[:3]}{HIDDEN}{digits[-4:]}"
    return f"{HIDDEN}{digits[-2:]}" if len(digits) > 4 else HIDDEN if phone.strip() else ""


def masked_address(address: str) -> str:
    """浙江省杭州市西湖区龙井路 1 号 → 浙江省杭州市****; "1 Lantern Street, York, Yorkshire" → ****, York, Yorkshire.
    Of an address that names neither province nor city in one of these ways nothing is kept."""
    address = address.strip()
    if not address:
        return ""
    match = _CHINESE.match(address)
    if match and match[1].strip():
        return match[1].strip() + HIDDEN
    parts = [part.strip() for part in address.split(",")]
    # Of three parts or more the last two are the place; a part with a digit is a postcode or a house.
    places = [part for part in parts[-2:] if part and not re.search(r"\d", part)] if len(parts) > 2 else []
    return ", ".join([HIDDEN, *places])
