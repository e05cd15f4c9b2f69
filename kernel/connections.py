"""What `manage.py check_channel` can prove: each channel and courier registers the check of its settings."""

from collections.abc import Callable


class NotProved(Exception):
    """What is wrong, and what to do, in a sentence for whoever sets it up."""


# Shop code, or an empty text for the settings of the environment → what was proved, in lines. Raises NotProved.
Check = Callable[[str], list[str]]
_CHECKS: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    _CHECKS[name] = check


def checks() -> dict[str, Check]:
    return dict(_CHECKS)
