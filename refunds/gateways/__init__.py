"""The channels that money goes back through, by name of `Payment.channel`."""

import logging
from importlib import import_module
from typing import Any, cast

from .. import channel_settings
from .accounts import ENVIRONMENT, Accounts, Connection, build_account, named
from .complaining import Complaining, ComplaintReport, ComplaintStatus, complaining
from .port import (
    BankCard,
    ChargebackStatus,
    Configured,
    Deadline,
    Fault,
    Finding,
    Gateway,
    GatewayError,
    Limited,
    Limits,
    Misconfigured,
    Notice,
    NoticeAnswer,
    NoticeKind,
    NoticeRefused,
    Notifying,
    Outcome,
    Receipt,
    Redirecting,
    RequestRefused,
)
from .sandbox import Sandbox
from .transferring import Payer, TransferReceipt, Transferring, transferring

log = logging.getLogger(__name__)
_GATEWAYS: dict[str, Gateway] = {"sandbox": Sandbox()}


def register(channel: str, gateway: Gateway) -> None:
    _GATEWAYS[channel] = gateway


def get(channel: str) -> Gateway | None:
    """That of the environment, which has no shop. None: nobody has set this channel up."""
    return _GATEWAYS.get(channel)


def notifying(channel: str, account: str = "") -> dict[int, Notifying]:
    """Who may read notices that come to the address of a channel, or of an account number at it: by the id of the
    account, `ENVIRONMENT` for that of the environment. Empty: nobody."""
    gateways = named(channel, account)
    return {pk: cast(Notifying, gateway) for pk, gateway in gateways.items() if hasattr(gateway, "read_notice")}


def limits(gateway: Gateway) -> Limits | None:
    """None: the channel has none."""
    return cast(Limited, gateway).limits if hasattr(gateway, "limits") else None


def redirecting(gateway: Gateway) -> Redirecting | None:
    """None: the channel cannot send a refund on."""
    return cast(Redirecting, gateway) if hasattr(gateway, "apply_abnormal_refund") else None


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
    "ENVIRONMENT",
    "Accounts",
    "BankCard",
    "ChargebackStatus",
    "Complaining",
    "ComplaintReport",
    "ComplaintStatus",
    "Configured",
    "Connection",
    "Deadline",
    "Fault",
    "Finding",
    "Gateway",
    "GatewayError",
    "Limited",
    "Limits",
    "Misconfigured",
    "Notice",
    "NoticeAnswer",
    "NoticeKind",
    "NoticeRefused",
    "Notifying",
    "Outcome",
    "Payer",
    "Receipt",
    "Redirecting",
    "RequestRefused",
    "TransferReceipt",
    "Transferring",
    "build",
    "build_account",
    "complaining",
    "get",
    "limits",
    "named",
    "notifying",
    "redirecting",
    "register",
    "register_configured",
    "transferring",
]
