"""Which variables a source of traces needs, and what is wrong with them. Imports no model (as
refunds/channel_settings.py)."""

from dataclasses import dataclass
from typing import Any

from kernel.calls.addresses import is_local, is_safe

# Who guesses it can tell us that any parcel was delivered.
SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Needs:
    """Names of variables. `required`: all of them or none. `signing`: what pushes are signed with. `callback`: the
    address of pushes; `in_console`: the source knows it from its own console, and not from us; `callback_bytes`: the
    longest that it takes, 0: any. `pickups`: the variable that its pickups need besides;
    `pickups_need_pushes`: what becomes of one is only heard by pushes."""

    required: tuple[str, ...]
    signing: str
    callback: str
    addresses: tuple[str, ...]
    pickups: str
    pickups_need_pushes: bool = False
    in_console: bool = False
    callback_bytes: int = 0


SOURCES = {
    "kuaidi100": Needs(
        required=("KUAIDI100_CUSTOMER", "KUAIDI100_KEY", "KUAIDI100_SALT"),
        signing="KUAIDI100_SALT",
        callback="KUAIDI100_CALLBACK_URL",
        addresses=("KUAIDI100_POLL_URL", "KUAIDI100_ORDER_URL", "KUAIDI100_NUMBERS_URL"),
        pickups="KUAIDI100_SECRET",
        callback_bytes=180,  # it takes 200, and the addresses of parcels and pickups begin with ours
    ),
    "kdniao": Needs(
        required=("KDNIAO_EBUSINESS_ID", "KDNIAO_APP_KEY"),
        signing="KDNIAO_APP_KEY",
        callback="KDNIAO_CALLBACK_URL",
        addresses=("KDNIAO_API_URL",),
        pickups="KDNIAO_PICKUPS",
        pickups_need_pushes=True,
        in_console=True,
    ),
}


def begun(settings: Any) -> list[str]:
    """The sources that somebody has begun to set up; one of them, where nothing is wrong."""
    return [
        source
        for source, needs in SOURCES.items()
        if any(getattr(settings, name) for name in (*needs.required, needs.pickups))
    ]


def problems(settings: Any) -> list[str]:
    """A sentence each; empty where all are off, or one is set up and no other."""
    sources = begun(settings)
    faults = [sentence for source in sources for sentence in _problems(source, SOURCES[source], settings)]
    if len(sources) > 1:
        faults.append(f"{' and '.join(sources)} are both set up. Scans come from one source: unset the other one.")
    return faults


def _problems(source: str, needs: Needs, settings: Any) -> list[str]:
    faults = []
    if missing := [name for name in needs.required if not getattr(settings, name)]:
        faults.append(f"{', '.join(missing)}: not set, but other settings of {source} are. Set all of them or none.")
    elif len(getattr(settings, needs.signing)) < SHORTEST_SECRET and not settings.FAKES_ALLOWED:
        faults.append(f"{needs.signing} is shorter than {SHORTEST_SECRET} characters: pushes could be forged.")
    callback = getattr(settings, needs.callback)
    if needs.pickups_need_pushes and getattr(settings, needs.pickups) and not callback:
        faults.append(
            f"{needs.callback}: not set, so that nothing would be heard of pickups. {needs.pickups} needs it."
        )
    if needs.callback_bytes and len(callback.encode()) > needs.callback_bytes:
        faults.append(f"{needs.callback} is longer than {needs.callback_bytes} bytes: {source} would not take it.")
    for name in (*needs.addresses, needs.callback):
        if not (url := getattr(settings, name)):
            continue
        if not is_safe(url):
            faults.append(f"{name} is no https:// address. Only a fake on this machine may be plain http://.")
        elif is_local(url) and not settings.FAKES_ALLOWED:
            faults.append(f"{name} is an address of this machine, where only a fake can be, which makes scans up.")
    return faults
