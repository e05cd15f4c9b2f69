"""The enumerations of tickets: types, statuses, stages, faults and others (contract §5), each with its label."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Type(models.TextChoices):
    REFUND_ONLY = "refund_only", _("refund only")
    RETURN_REFUND = "return_refund", _("return and refund")
    EXCHANGE = "exchange", _("exchange")
    REPAIR = "repair", _("repair")
    REISSUE = "reissue", _("reissue")


MONEY_TYPES = frozenset({Type.REFUND_ONLY, Type.RETURN_REFUND})
GOODS_TYPES = frozenset({Type.EXCHANGE, Type.REPAIR, Type.REISSUE})
# A reissue is for goods that were lost or missing: there is nothing to send back.
RETURN_TYPES = frozenset({Type.RETURN_REFUND, Type.EXCHANGE, Type.REPAIR})
# A repair sends the buyer's own goods back, so it needs no stock.
STOCK_TYPES = frozenset({Type.EXCHANGE, Type.REISSUE})


class Status(models.TextChoices):
    PENDING_REVIEW = "pending_review", _("pending review")
    PENDING_SUPPLEMENT = "pending_supplement", _("pending payment of the difference")
    PENDING_RETURN = "pending_return", _("pending return")
    PENDING_REFUND = "pending_refund", _("pending refund")
    PENDING_RESHIP = "pending_reship", _("pending reshipment")
    RESHIPPED = "reshipped", _("replacement under way")
    COMPLETED = "completed", _("completed")
    REJECTED = "rejected", _("rejected")
    CANCELLED = "cancelled", _("withdrawn")
    CLOSED = "closed", _("closed")


# A rejected ticket has not ended: the buyer may apply again (S-039), and the merchant may approve it after all.
ENDED = frozenset({Status.COMPLETED, Status.CANCELLED, Status.CLOSED})
# States in which units, money, freight and stock are reserved for a ticket. Not while it is rejected: its goods may
# be asked for anew.
RESERVING = frozenset(Status) - ENDED - {Status.REJECTED}


class Stage(models.TextChoices):
    """The tabs of the list."""

    PENDING = "pending", _("to review")
    APPROVED = "approved", _("under way")
    REJECTED = "rejected", _("rejected")
    COMPLETED = "completed", _("completed")
    CLOSED = "closed", _("closed")


STAGES: dict[str, tuple[str, ...]] = {
    Stage.PENDING: (Status.PENDING_REVIEW,),
    Stage.APPROVED: (
        Status.PENDING_SUPPLEMENT,
        Status.PENDING_RETURN,
        Status.PENDING_REFUND,
        Status.PENDING_RESHIP,
        Status.RESHIPPED,
    ),
    Stage.REJECTED: (Status.REJECTED,),
    Stage.COMPLETED: (Status.COMPLETED,),
    # Both ended without a result, and nobody has to act: one tab is enough.
    Stage.CLOSED: (Status.CANCELLED, Status.CLOSED),
}
STAGE_OF: dict[str, str] = {status: str(stage) for stage, statuses in STAGES.items() for status in statuses}


class Phase(models.TextChoices):
    ONSALE = "onsale", _("before receipt")
    AFTERSALE = "aftersale", _("after receipt")


class Fault(models.TextChoices):
    BUYER = "buyer", _("the buyer")
    MERCHANT = "merchant", _("the merchant")
    COURIER = "courier", _("the courier")


class FreightPayer(models.TextChoices):
    """Who pays for the way back (S-065…S-067)."""

    BUYER = "buyer", _("the buyer")
    MERCHANT = "merchant", _("the merchant")


class RejectionGround(models.TextChoices):
    """On what ground of the law a no-reason return in time is rejected (B-05)."""

    EXEMPT_CONFIRMED = "exempt_confirmed", _("exempt, confirmed by the buyer at purchase")
    NOT_INTACT = "not_intact", _("not intact")
    LATE = "late", _("too late")
    ALREADY_SHIPPED = "already_shipped", _("already shipped")


class Alert(models.TextChoices):
    """What the shop has to read before it decides."""

    KEYWORD_MISMATCH = (
        "keyword_mismatch", _("The description speaks of another service. Read it before you approve."),
    )  # fmt: skip
    REFUND_FAILED = "refund_failed", _("A refund failed. Try it again, or settle it by hand.")


class Due(models.TextChoices):
    """What the clock does at `due_at`."""

    APPROVE = "approve", _("approved automatically")
    CLOSE = "close", _("closed automatically")
    RECEIVE = "receive", _("counted as received")
    COMPLETE = "complete", _("completed automatically")
    # The clock decides nothing here and only marks the ticket, because a person has to act (E-6, S-152).
    OVERDUE = "overdue", _("overdue")
