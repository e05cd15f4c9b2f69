"""Addresses in the parts that kdniao wants."""

import pytest

from logistics.couriers.kdniao.addresses import Parts, parts_of


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("上海市徐汇区漕溪北路 18 号", ("上海市", "上海市", "徐汇区", "漕溪北路18号")),
        ("北京 北京市 朝阳区 建国路 1 号", ("北京", "北京市", "朝阳区", "建国路1号")),
        ("浙江省杭州市余杭区文一西路 1 号", ("浙江省", "杭州市", "余杭区", "文一西路1号")),
        ("浙江杭州市余杭区文一西路", ("浙江", "杭州市", "余杭区", "文一西路")),
        ("中国江苏省苏州市昆山市花桥镇", ("江苏省", "苏州市", "昆山市", "花桥镇")),
        ("广东省东莞市南城街道 2 号", ("广东省", "东莞市", "东莞市", "南城街道2号")),
        ("新疆维吾尔自治区乌鲁木齐市天山区光明路", ("新疆维吾尔自治区", "乌鲁木齐市", "天山区", "光明路")),
        ("云南省大理白族自治州大理市古城", ("云南省", "大理白族自治州", "大理市", "古城")),
        ("内蒙古自治区呼伦贝尔市鄂温克族自治旗1号", ("内蒙古自治区", "呼伦贝尔市", "鄂温克族自治旗", "1号")),
        ("重庆市酉阳土家族苗族自治县桃花源大道", ("重庆市", "重庆市", "酉阳土家族苗族自治县", "桃花源大道")),
        ("杭州市余杭区文一西路", None),
        ("浙江省杭州文一西路", None),
        ("广东省深圳市科技南十二路 2 号", None),
        ("上海市徐汇区", None),
        ("1 Lantern Street", None),
        ("", None),
    ],
)
def test_the_parts_of_an_address(address: str, parts: tuple[str, ...] | None) -> None:
    assert parts_of(address) == (Parts(*parts) if parts else None)
