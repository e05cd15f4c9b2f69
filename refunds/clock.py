"""The real clock, by which gateways are asked again."""

from kernel.calls.clock import wall

__all__ = ["wall"]
