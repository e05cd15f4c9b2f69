"""Which variables each payment channel needs, and which of them are missing.

Imports no model: the entry points of production read it before the apps are loaded (config/guard.py).
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# A channel: what it needs, each as one variable or as several of which one is enough.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "alipay": (
        ("ALIPAY_APP_ID",),
        ("ALIPAY_PRIVATE_KEY", "ALIPAY_PRIVATE_KEY_FILE"),
        ("ALIPAY_PUBLIC_KEY", "ALIPAY_PUBLIC_KEY_FILE"),
    ),
}
URLS = {"alipay": "ALIPAY_GATEWAY_URL"}
LOCAL = ("127.0.0.1", "localhost", "::1")


def is_on(channel: str, settings: Any) -> bool:
    """Whether somebody has begun to set it up."""
    return any(getattr(settings, name) for names in REQUIRED[channel] for name in names)


def missing(channel: str, settings: Any) -> list[str]:
    """As people read it: "A or A_FILE"."""
    return [" or ".join(names) for names in REQUIRED[channel] if not any(getattr(settings, name) for name in names)]


def problems(settings: Any) -> list[str]:
    """One sentence a channel that is set up by half, or that would be asked in clear over the network."""
    faults = []
    for channel in REQUIRED:
        if not is_on(channel, settings):
            continue
        if names := missing(channel, settings):
            faults.append(f"{', '.join(names)}: not set, but other settings of {channel} are. Set all of them or none.")
        elif not is_safe(getattr(settings, URLS[channel])):
            faults.append(f"{URLS[channel]} is no https:// address. Only a fake on this machine may be plain http://.")
    return faults


def is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL))


def text_of(name: str, settings: Any) -> str:
    """The text of a key: the variable itself, or the file that NAME_FILE names. Raises OSError or ValueError where that
    file cannot be read."""
    text = getattr(settings, name) or Path(getattr(settings, f"{name}_FILE")).read_text(encoding="utf-8")
    return str(text)
