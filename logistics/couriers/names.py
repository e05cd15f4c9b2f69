"""Common couriers by code, and which one a number looks like. Only a help: any text is a courier, any text a number."""

import re
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COURIERS: dict[str, str | Promise] = {
    "sf": _("SF Express"),
    "jd": _("JD Logistics"),
    "ems": _("EMS"),
    "youzheng": _("China Post"),
    "zto": _("ZTO Express"),
    "yto": _("YTO Express"),
    "sto": _("STO Express"),
    "yunda": _("Yunda Express"),
    "jtexpress": _("J&T Express"),
    "deppon": _("Deppon Express"),
    "cainiao": _("Cainiao Express"),
    "pingyou": _("Ordinary post"),
}

_LOOKS = (
    ("sf", r"SF\d{12,15}"),
    ("jd", r"JD[A-Z0-9]{11,20}"),
    ("ems", r"E[A-Z]\d{9}CN|1[01]\d{11}"),
    ("youzheng", r"99\d{11}"),
    ("yto", r"YT\d{13,15}"),
    ("jtexpress", r"JT\d{13}"),
    ("deppon", r"DPK\d{12}"),
    ("sto", r"77\d{13}"),
    ("zto", r"7[3-68]\d{12,13}"),
    ("yunda", r"4\d{14}|31\d{13}"),
)


ORDINARY_POST = "pingyou"  # no trace, and nobody signs for it (S-073)
EMS = "ems"


def label(courier: str) -> str:
    return str(COURIERS.get(courier.lower(), courier))


def code_of(text: str) -> str:
    """The code of a courier as people write it: "SF", "SF Express", "顺丰". What is unknown stays as it was written."""
    name = text.strip().casefold()
    known = _spoken()
    if name in known:
        return known[name]
    # Only a beginning that fits a single courier: a wrong courier would be worse than the text as it was written.
    begun = {code for other, code in known.items() if len(name) > 1 and other.startswith(name)}
    return begun.pop() if len(begun) == 1 else text.strip()


@cache
def _spoken() -> dict[str, str]:
    """Name in each language, and code → code."""
    by_name = {code: code for code in COURIERS}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            by_name |= {str(name).casefold(): code for code, name in COURIERS.items()}
    return by_name


def guess(tracking_no: str) -> str:
    """The code of the courier whose numbers look like this; "" when none does."""
    number = tracking_no.strip().upper()
    return next((code for code, look in _LOOKS if re.fullmatch(look, number, re.ASCII)), "")
