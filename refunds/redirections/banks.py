"""The banks to whose cards WeChat Pay sends on a refund: its `bank_type` of an abnormal refund, and their names."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Debit cards only. https://pay.weixin.qq.com/doc/v3/merchant/4013071193
BANKS: dict[str, "str | Promise"] = {
    "ABC_DEBIT": gettext_lazy("Agricultural Bank of China"),
    "BOC_DEBIT": gettext_lazy("Bank of China"),
    "CCB_DEBIT": gettext_lazy("China Construction Bank"),
    "CEB_DEBIT": gettext_lazy("China Everbright Bank"),
    "CIB_DEBIT": gettext_lazy("Industrial Bank"),
    "CITIC_DEBIT": gettext_lazy("China CITIC Bank"),
    "CMBC_DEBIT": gettext_lazy("China Minsheng Bank"),
    "CMB_DEBIT": gettext_lazy("China Merchants Bank"),
    "COMM_DEBIT": gettext_lazy("Bank of Communications"),
    "GDB_DEBIT": gettext_lazy("China Guangfa Bank"),
    "ICBC_DEBIT": gettext_lazy("ICBC"),
    "NBCB_DEBIT": gettext_lazy("Bank of Ningbo"),
    "PAB_DEBIT": gettext_lazy("Ping An Bank"),
    "PSBC_DEBIT": gettext_lazy("Postal Savings Bank of China"),
    "SPDB_DEBIT": gettext_lazy("SPD Bank"),
}
_ACCOUNT = re.compile(r"(?P<bank>[A-Z0-9_]+_DEBIT) (?P<digits>[0-9]{4})")


def account_text(account: str) -> str:
    """A receiving account in words: "ICBC_DEBIT 0123" → "ICBC debit card ending 0123". A bank that is not known here
    keeps its code, and an account in the channel's words stays as it is."""
    known = _ACCOUNT.fullmatch(account)
    if known is None:
        return account
    values = {"bank": str(BANKS.get(known["bank"], known["bank"])), "digits": known["digits"]}
    if known["bank"] not in BANKS:
        return _("%(bank)s ending %(digits)s") % values
    return _("%(bank)s debit card ending %(digits)s") % values
