"""Faults of a sender, planted on purpose: a campaign that does not find them proves nothing (`--plant`)."""

import uuid
from typing import Any

from refunds.gateways import Gateway, Outcome, Receipt

from . import PLANTS


class NewNumber:
    """Asks with a new number each time, and never for the outcome of the last one: pays twice (F3)."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def request(self, **call: Any) -> Receipt:
        return self.gateway.request(**call | {"refund_no": f"{call['refund_no']}-{uuid.uuid4().hex[:8]}"})

    def query(self, **call: Any) -> Receipt:
        return Receipt(Outcome.NOT_FOUND)


class Dropped(NewNumber):
    """Says that it was paid, and asks nobody."""

    def request(self, **call: Any) -> Receipt:
        return Receipt(Outcome.SUCCEEDED, "D1")


class Endless(NewNumber):
    """Says for ever that the channel works on it."""

    def request(self, **call: Any) -> Receipt:
        return Receipt(Outcome.PROCESSING)


PLANTED = dict(zip(PLANTS, (Dropped, Endless, NewNumber), strict=True))


def in_front_of(gateway: Gateway, plant: str) -> Gateway:
    return PLANTED[plant](gateway) if plant else gateway
