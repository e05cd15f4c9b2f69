"""An address in the parts that kdniao wants: province, city, district, the rest (protocols §5)."""

import re
from dataclasses import dataclass

_OF_ITSELF = ("北京", "天津", "上海", "重庆")  # no city below the province
_PROVINCES = (
    "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南",
    "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆",
    "香港", "澳门",
)  # fmt: skip
# Cities without districts: the city stands for one.
_WHOLE = frozenset({"东莞市", "中山市", "儋州市", "嘉峪关市"})
_PROVINCE = re.compile(
    rf"({'|'.join((*_OF_ITSELF, *_PROVINCES))})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?"
)
_CITY = re.compile(r"([^省市区县\d]{1,10}?(?:市|自治州|地区|盟))")
_DISTRICT = re.compile(r"([^省市\d]{1,14}?(?:自治县|自治旗|区|县|市|旗))")


@dataclass(frozen=True, slots=True)
class Parts:
    province: str
    city: str
    district: str
    rest: str


def parts_of(address: str) -> Parts | None:
    """None: it does not begin with province, city and district, or has nothing behind them."""
    text = re.sub(r"\s+", "", address.removeprefix("中国"))
    if (begins := _PROVINCE.match(text)) is None:
        return None
    province, rest = begins[0], text[begins.end() :]
    if begins[1] in _OF_ITSELF:
        city = f"{begins[1]}市"
        rest = rest.removeprefix(city)
    elif match := _CITY.match(rest):
        city, rest = match[1], rest[match.end() :]
    else:
        return None
    if match := _DISTRICT.match(rest):
        district, rest = match[1], rest[match.end() :]
    elif city in _WHOLE:
        district = city
    else:
        return None
    return Parts(province, city, district, rest) if rest else None
