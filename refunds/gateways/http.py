"""The client of payment channels: what no answer came to leaves the outcome of the refund unknown."""

from kernel.calls import http
from kernel.calls.http import Answer

from ..labels import NO_ANSWER
from .port import GatewayError

__all__ = ["Answer", "Http"]


class Http(http.Http):
    def no_answer(self, why: str) -> GatewayError:
        return GatewayError(f"{NO_ANSWER}{why}", permanent=False)
