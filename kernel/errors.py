"""Errors that carry their HTTP status. Services raise them, `web.http` turns them into answers; views catch none."""

from collections.abc import Mapping
from typing import Any, Self

from django.utils.translation import gettext as _

from .languages import enumerated


class DomainError(Exception):
    """`code` for programs, `message` for people (it tells what to do), `details` for both."""

    code = "conflict"
    http_status = 409

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
        errors: dict[str, list[str]] | None = None,
    ) -> None:
        self.message = str(message) or self.default_message()
        self.code = code or self.code
        self.details = dict(details or {})
        self.errors = errors
        super().__init__(self.message)

    def default_message(self) -> str:
        return _("This can't be done right now. Reload the page to see where it stands.")


class Invalid(DomainError):
    """400: malformed. `errors` names the fields."""

    code, http_status = "invalid", 400

    def default_message(self) -> str:
        return _("Some entries aren't valid. Correct the fields named below and try again.")


class Forbidden(DomainError):
    """403: the caller may see the row, but not do this with it."""

    code, http_status = "forbidden", 403

    def default_message(self) -> str:
        return _("You can see this, but you don't have permission to do that. Ask someone who does.")


class NotSimple(Forbidden):
    """403: the caller handles simple cases only (S-161)."""

    def __init__(self) -> None:
        super().__init__(details={"level": "simple"})

    def default_message(self) -> str:
        return _("You only handle simple cases, and this isn't one. Ask a colleague who handles all cases.")


class NotFound(DomainError):
    """404: does not exist, or is not the caller's. The answer is the same, so that numbers cannot be guessed."""

    code, http_status = "not_found", 404

    def default_message(self) -> str:
        return _("Nothing was found here.")


class Conflict(DomainError):
    """409: the state has changed since the caller read it."""


class Stale(Conflict):
    """409: the row has another `version` than the one that was decided on."""

    def __init__(self, version: int) -> None:
        super().__init__(details={"version": version})

    def default_message(self) -> str:
        return _("This has changed since you looked. Review it again before deciding.")


class OverRefund(Conflict):
    code = "over_refund"

    def default_message(self) -> str:
        return _("This would refund more than was paid. Reload to see what's left.")


class NeedsConfirmation(Conflict):
    code = "needs_confirmation"

    def default_message(self) -> str:
        return _("Please confirm this step.")


class IllegalTransition(Conflict):
    """409 with the present `status` and what is `allowed` from it: what the caller may do, as entry points say it."""

    code = "illegal_transition"
    narrowed = True

    @classmethod
    def of_machine(cls, verb: str, status: str, transitions: list[str]) -> Self:
        """Of `transitions`, that the machine would run. The caller may do less: the entry point has to ask."""
        error = cls(verb, status, transitions)
        error.narrowed = False
        return error

    def __init__(self, verb: str, status: str, allowed: list[str]) -> None:
        # A machine names its transitions as Python does (ship_back), URLs and answers with a hyphen (ship-back).
        verb, allowed = verb.replace("_", "-"), [name.replace("_", "-") for name in allowed]
        super().__init__(
            _("“%(verb)s” isn't possible while the status is “%(status)s”.") % {"verb": verb, "status": status},
            details={"verb": verb, "status": status, "allowed": allowed},
        )


class Unprocessable(DomainError):
    """422: well-formed, but a rule does not allow it."""

    code, http_status = "unprocessable", 422


class NotEligible(Unprocessable):
    """422 with `details.reasons`, the codes of contract §5."""

    code = "not_eligible"

    def __init__(self, reasons: list[str], message: str = "") -> None:
        self.reasons = reasons
        super().__init__(message, details={"reasons": reasons})

    def default_message(self) -> str:
        return _("After-sales service isn't available: %(reasons)s.") % {"reasons": enumerated(self.reasons)}


class AmountExceeded(Unprocessable):
    code = "amount_exceeded"

    def __init__(self, message: str = "", *, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, details={"reasons": [self.code], **(details or {})})

    def default_message(self) -> str:
        return _("The amount is more than can be refunded. Enter no more than the amount shown.")


class TooLarge(DomainError):
    code, http_status = "too_large", 413


class UnsupportedMedia(DomainError):
    code, http_status = "unsupported_media", 415


class Throttled(DomainError):
    """`retry_after`: seconds, also the header of the answer."""

    code, http_status = "throttled", 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, details={"retry_after": retry_after})


class Unavailable(DomainError):
    """Nothing was stored, and later it may succeed."""

    code, http_status = "unavailable", 503
