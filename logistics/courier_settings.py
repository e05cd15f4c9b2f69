"""Which variables kuaidi100 needs, and what is wrong with them. Imports no model (as refunds/channel_settings.py)."""

from typing import Any

from kernel.calls.addresses import is_local, is_safe

REQUIRED = ("KUAIDI100_CUSTOMER", "KUAIDI100_KEY", "KUAIDI100_SALT")
ADDRESSES = ("KUAIDI100_POLL_URL", "KUAIDI100_CALLBACK_URL", "KUAIDI100_ORDER_URL")
# Who guesses it can tell us that any parcel was delivered.
SHORTEST_SALT = 16


def is_on(settings: Any) -> bool:
    """Whether somebody has begun to set it up."""
    return any(getattr(settings, name) for name in (*REQUIRED, "KUAIDI100_SECRET"))


def problems(settings: Any) -> list[str]:
    """A sentence each; empty where it is off or whole."""
    if not is_on(settings):
        return []
    faults = []
    if missing := [name for name in REQUIRED if not getattr(settings, name)]:
        faults.append(f"{', '.join(missing)}: not set, but other settings of kuaidi100 are. Set all of them or none.")
    elif len(settings.KUAIDI100_SALT) < SHORTEST_SALT and not settings.FAKES_ALLOWED:
        faults.append(f"KUAIDI100_SALT is shorter than {SHORTEST_SALT} characters: pushes could be forged.")
    for name in ADDRESSES:
        if not (url := getattr(settings, name)):
            continue
        if not is_safe(url):
            faults.append(f"{name} is no https:// address. Only a fake on this machine may be plain http://.")
        elif is_local(url) and not settings.FAKES_ALLOWED:
            faults.append(f"{name} is an address of this machine, where only a fake can be, which makes scans up.")
    return faults
