"""The channels that money goes back through, by name of `Payment.channel`."""

from .port import Deadline, Gateway, GatewayError, Outcome, Receipt
from .sandbox import Sandbox

_GATEWAYS: dict[str, Gateway] = {"sandbox": Sandbox()}


def register(channel: str, gateway: Gateway) -> None:
    _GATEWAYS[channel] = gateway


def get(channel: str) -> Gateway | None:
    """None: nobody has set this channel up."""
    return _GATEWAYS.get(channel)


__all__ = ["Deadline", "Gateway", "GatewayError", "Outcome", "Receipt", "get", "register"]
