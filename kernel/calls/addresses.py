"""Addresses of services outside, as somebody sets them. Settings read this before Django has started."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

LOCAL = ("127.0.0.1", "localhost", "::1")


def is_safe(url: str) -> bool:
    """What goes there cannot be read on its way: https, or a fake on this machine."""
    parts = _parts(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL))


def is_local(url: str) -> bool:
    """Whether it is an address of this machine, in whichever spelling: only a fake can be there."""
    host = (_parts(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost") or host.startswith("127."):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # no address at all
        return urlsplit("")
