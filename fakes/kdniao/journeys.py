"""What the fake says of a parcel, by how often it was looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fakes.parcels import Script

Row = Mapping[str, Any]  # as JSON
NOTHING = "暂无轨迹信息"
_ARRIVES = [
    ("1", "快件已被【深圳南山营业部】揽收"),
    ("2", "快件已发往【广州转运中心】"),
    ("211", "快件已暂存至丰巢柜，请凭取件码领取"),
    ("301", "已签收，签收人：本人"),
]
_RETURNED = [*_ARRIVES[:2], ("404", "收件人拒收，快件退回寄件人"), ("406", "快件已由寄件人签收")]
STEPS: dict[Script, list[tuple[str, str]]] = {
    Script.RETURNED: _RETURNED,
    Script.LOST: _ARRIVES[:2],
    Script.NONE: [],
    Script.SILENT: [],
}


def steps(script: Script) -> list[tuple[str, str]]:
    return STEPS.get(script, _ARRIVES)


def result(business_id: str, shipper: str, number: str, script: Script, times: Sequence[datetime]) -> Row:
    """After as many looks as `times`: a scan for each, dated by it. Oldest first, as kdniao lists them."""
    seen = steps(script)[: len(times)]
    code = seen[-1][0] if seen else "0"
    fields = {"EBusinessID": business_id, "OrderCode": "", "ShipperCode": shipper, "LogisticCode": number}
    fields |= {"State": code[0], "StateEx": code, "Location": ""}
    rows = [
        {"AcceptTime": f"{at:%Y-%m-%d %H:%M:%S}", "AcceptStation": text, "Action": code, "Location": "", "Remark": ""}
        for at, (code, text) in zip(times, seen, strict=False)
    ]
    return fields | {"Success": bool(rows), "Reason": "" if rows else NOTHING, "Traces": rows}
