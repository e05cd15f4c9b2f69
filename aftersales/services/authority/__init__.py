"""How far a person of the shop decides alone: by level (levels.py), by amount on an order and in a day (limits.py), and
above a shop's threshold only after a second person has agreed (second.py), or in an emergency (override.py)."""

from .levels import is_own, is_simple, not_own, only_a_manager, only_simple, require_level, within_level
from .limits import above_limit, daily_limit_on, give, given_so_far, given_today, limit_on, take_turns
from .may_review import may_review
from .refusal import NotAlone
from .second import needs_second_on, require_second, threshold_on

__all__ = [
    "NotAlone",
    "above_limit",
    "daily_limit_on",
    "give",
    "given_so_far",
    "given_today",
    "is_own",
    "is_simple",
    "limit_on",
    "may_review",
    "needs_second_on",
    "not_own",
    "only_a_manager",
    "only_simple",
    "require_level",
    "require_second",
    "take_turns",
    "threshold_on",
    "within_level",
]
