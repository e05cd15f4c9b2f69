"""The channels that money goes back through, by name of `Payment.channel`."""

import logging
from importlib import import_module
from typing import Any

from .. import channel_settings
from .port import Configured, Deadline, Fault, Finding, Gateway, GatewayError, Misconfigured, Outcome, Receipt
from .sandbox import Sandbox

log = logging.getLogger(__name__)
_GATEWAYS: dict[str, Gateway] = {"sandbox": Sandbox()}


def register(channel: str, gateway: Gateway) -> None:
    _GATEWAYS[channel] = gateway


def get(channel: str) -> Gateway | None:
    """None: nobody has set this channel up."""
    return _GATEWAYS.get(channel)


def register_configured(settings: Any) -> None:
    """Every channel whose settings are there. One that cannot be used stays off, and its refunds wait."""
    for channel in channel_settings.REQUIRED:
        if not channel_settings.is_on(channel, settings):
            continue
        try:
            register(channel, build(channel, settings))
        except Misconfigured as error:
            log.error("channel %s stays off: %s", channel, error)


def build(channel: str, settings: Any) -> Configured:
    """The adapter of a channel of `channel_settings.REQUIRED`. Raises Misconfigured.

    Its folder is imported here and not above: who has no such channel loads neither HTTP nor cryptography for it.
    """
    if not channel_settings.is_on(channel, settings):
        raise Misconfigured(Finding(Fault.OFF, ", ".join(channel_settings.missing(channel, settings))))
    gateway: Configured = import_module(f"{__name__}.{channel}.configuration").build(settings)
    return gateway


__all__ = [
    "Configured",
    "Deadline",
    "Fault",
    "Finding",
    "Gateway",
    "GatewayError",
    "Misconfigured",
    "Outcome",
    "Receipt",
    "build",
    "get",
    "register",
    "register_configured",
]
