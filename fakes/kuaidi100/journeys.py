"""What the fake says of a parcel, by how often it was looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fakes.parcels import Script

Row = Mapping[str, Any]  # as JSON
_ARRIVES = [
    ("103", "揽收", "快件已被【深圳南山营业部】揽收"),
    ("1002", "干线", "快件已发往【广州转运中心】"),
    ("501", "投柜或驿站", "快件已暂存至丰巢柜，请凭取件码领取"),
    ("301", "本人签收", "已签收，签收人：本人"),
]
_RETURNED = [*_ARRIVES[:2], ("14", "拒签", "收件人拒收，快件退回寄件人"), ("4", "退签", "快件已由寄件人签收")]
STEPS: dict[Script, list[tuple[str, str, str]]] = {
    Script.RETURNED: _RETURNED,
    Script.LOST: _ARRIVES[:2],
    Script.NONE: [],
    Script.SILENT: [],
}


def steps(script: Script) -> list[tuple[str, str, str]]:
    return STEPS.get(script, _ARRIVES)


def result(company: str, number: str, script: Script, times: Sequence[datetime]) -> Row:
    """After as many looks as `times`: a scan for each, dated by it. Newest first, as kuaidi100 lists them."""
    shown = steps(script)[: len(times)]
    rows = [
        {
            "time": f"{at:%Y-%m-%d %H:%M:%S}",
            "ftime": f"{at:%Y-%m-%d %H:%M:%S}",
            "context": text,
            "status": status,
            "statusCode": code,
        }
        for at, (code, status, text) in zip(times, shown, strict=False)
    ]
    state = shown[-1][0] if shown else "0"
    return {
        "message": "ok",
        "nu": number,
        "com": company,
        "ischeck": str(int(state.startswith("3"))),
        "status": "200",
        "state": state if len(state) <= 2 else state[0],
        "condition": "F00",
        "data": rows[::-1],
    }
