"""The evidence pack of a chargeback: what a shop sends to the bank (docs/chargebacks.md)."""

from .access import chargeback_of, check_may_take, may_take
from .pack import Pack, make_pack

__all__ = ["Pack", "chargeback_of", "check_may_take", "make_pack", "may_take"]
