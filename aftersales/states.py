"""The enumerations of tickets: types, statuses, stages, faults and others (contract §5), each with its label."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What a buyer objects to.
NOTE, SETTLEMENT = "note", "settlement"
# Reasons that say that the goods themselves are at fault: of a return or an exchange, and of a repair.
QUALITY_REASONS = frozenset({"quality", "fault"})
NO_REASON = "no_reason"  # the code of the return that is the buyer's right by law


class Type(models.TextChoices):
    REFUND_ONLY = "refund_only", _("refund only")
    RETURN_REFUND = "return_refund", _("return and refund")
    EXCHANGE = "exchange", _("exchange")
    REPAIR = "repair", _("repair")
    REISSUE = "reissue", _("resend")


class InKind(models.TextChoices):
    """What a ticket may end with instead of money or goods, by an offer that the buyer accepted (S-061, S-062)."""

    VOUCHER = "voucher", _("voucher")
    GIFT = "gift", _("gift")


OFFER_TYPES: dict[str, "Promise | str"] = {**dict(Type.choices), **dict(InKind.choices)}
MONEY_TYPES = frozenset({Type.REFUND_ONLY, Type.RETURN_REFUND})
GOODS_TYPES = frozenset({Type.EXCHANGE, Type.REPAIR, Type.REISSUE})
# A reissue is for goods that were lost or missing: there is nothing to send back.
RETURN_TYPES = frozenset({Type.RETURN_REFUND, Type.EXCHANGE, Type.REPAIR})
# A repair sends the buyer's own goods back, so it needs no stock.
STOCK_TYPES = frozenset({Type.EXCHANGE, Type.REISSUE})


class Status(models.TextChoices):
    PENDING_REVIEW = "pending_review", _("pending review")
    PENDING_SUPPLEMENT = "pending_supplement", _("waiting for price difference")
    PENDING_RETURN = "pending_return", _("pending return")
    PENDING_REFUND = "pending_refund", _("pending refund")
    PENDING_RESHIP = "pending_reship", _("waiting for replacement")
    RESHIPPED = "reshipped", _("replacement on its way")
    COMPLETED = "completed", _("completed")
    REJECTED = "rejected", _("rejected")
    CANCELLED = "cancelled", _("withdrawn")
    CLOSED = "closed", _("closed")


# A rejected ticket has not ended: the buyer may apply again (S-039), and the merchant may approve it after all.
ENDED = frozenset({Status.COMPLETED, Status.CANCELLED, Status.CLOSED})
# States in which units, money, freight and stock are reserved for a ticket. Not while it is rejected: its goods may
# be asked for anew.
RESERVING = frozenset(Status) - ENDED - {Status.REJECTED}

# The money is on its way or has arrived.
PAID = (Status.PENDING_REFUND, Status.COMPLETED)


class OverrideState(models.TextChoices):
    """Of a manager's decision without the second person (docs/limits.md)."""

    OPEN = "open", _("to be reviewed")
    ACCEPTED = "accepted", _("accepted")
    OBJECTED = "objected", _("objected to")
    UPHELD = "upheld", _("objection upheld")
    DISMISSED = "dismissed", _("objection dismissed")


# What somebody still has to decide on.
OVERRIDE_OPEN = (OverrideState.OPEN.value, OverrideState.OBJECTED.value)


class BenefitState(models.TextChoices):
    """Of points and coupons that the shop's own system is to move."""

    PENDING = "pending", _("to be carried out")
    ACKNOWLEDGED = "acknowledged", _("carried out")


class Stage(models.TextChoices):
    """The tabs of the list."""

    PENDING = "pending", _("to review")
    APPROVED = "approved", pgettext_lazy("ticket", "under way")
    REJECTED = "rejected", _("rejected")
    COMPLETED = "completed", _("completed")
    CLOSED = "closed", _("closed")


# What may be approved: a rejected request after all.
TO_APPROVE = (Status.PENDING_REVIEW, Status.REJECTED)
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


class QualityPath(models.TextChoices):
    """How a claim of quality is handled: return, exchange, repair or discount within 3 days of signing (S-078), after
    that by agreement (S-079)."""

    EARLY = "early", _("within 3 days of delivery")
    LATE = "late", _("more than 3 days after delivery")


class FreightPayer(models.TextChoices):
    """Who pays for the way back (S-065…S-067)."""

    BUYER = "buyer", _("the buyer")
    MERCHANT = "merchant", _("the merchant")


class RejectionGround(models.TextChoices):
    """On what ground of the law a no-reason return in time is rejected (B-05)."""

    EXEMPT_CONFIRMED = "exempt_confirmed", _("exempt, as the buyer confirmed when ordering")
    NOT_INTACT = "not_intact", _("not intact")
    LATE = "late", _("too late")
    ALREADY_SHIPPED = "already_shipped", _("already shipped")
    # By the count of a parcel and never by `reject`.
    NOTHING_ARRIVED = "nothing_arrived", _("the parcel was empty")


class Alert(models.TextChoices):
    """What the shop has to read before it decides."""

    KEYWORD_MISMATCH = (
        "keyword_mismatch", _("The description suggests a different service. Read it before you approve."),
    )  # fmt: skip
    DOUBTFUL_TRACKING = (
        "doubtful_tracking", _("The return tracking number looks wrong. No automatic refund until the courier scans "
                               "it."),
    )  # fmt: skip
    OBJECTION = "objection", _("The buyer objects to what was withheld. A manager decides, then support.")
    GIFT_DUE = "gift_due", _("The voucher or gift that the buyer accepted still has to be handed over.")
    SETTLEMENT_DISPUTED = (
        "settlement_disputed", _("The buyer says the manually settled money didn't arrive. Support decides."),
    )  # fmt: skip
    REFUND_FAILED = "refund_failed", _("A refund failed. Retry it or settle it manually.")
    REFUND_RETURNED = (
        "refund_returned", _("A refund came back. Open it to see what to do next."),
    )  # fmt: skip
    CHARGEBACK_OPEN = (
        "chargeback_open", _("The bank is deciding on a chargeback. Nothing of that payment is sent until then."),
    )  # fmt: skip
    CHARGEBACK_LOST = (
        "chargeback_lost", _("The bank has given the buyer money of this order back. It can't be refunded as well."),
    )  # fmt: skip
    COMPLAINT_OPEN = (
        "complaint_open", _("The buyer has complained to the payment channel, which gives little time. Solve it."),
    )  # fmt: skip
    CHARGED_BACK = (
        "charged_back", _("The bank has paid the buyer money of this ticket by a chargeback. It isn't paid again."),
    )  # fmt: skip
    DELIVERED_AFTER_REFUND = (
        "delivered_after_refund", _("The parcel was delivered after its goods were refunded. Agree with the buyer and "
                                    "note it."),
    )  # fmt: skip
    # How long the shop owes something, of which the law counts the days: `aftersales.duties`.
    REFUND_LATE = "refund_late", _("The refund hasn't arrived yet. By law, you have 7 days from receiving the goods.")
    REFUND_OVERDUE = (
        "refund_overdue", _("The refund hasn't arrived after 7 days, which is over the legal limit. Pay it now."),
    )  # fmt: skip
    REFUND_PUNISHABLE = (
        "refund_punishable", _("The refund hasn't arrived after 15 days. The shop can be fined. Pay it now."),
    )  # fmt: skip
    ANSWER_PUNISHABLE = (
        "answer_punishable", _("This return hasn't been answered for 15 days. The shop can be fined. Decide now."),
    )  # fmt: skip


DUTY_MARKS = frozenset(
    {Alert.REFUND_LATE, Alert.REFUND_OVERDUE, Alert.REFUND_PUNISHABLE, Alert.ANSWER_PUNISHABLE}
)  # fmt: skip


class Due(models.TextChoices):
    """What the clock does at `due_at`."""

    APPROVE = "approve", _("approved automatically")
    CLOSE = "close", _("closed automatically")
    RECEIVE = "receive", _("counted as received")
    COMPLETE = "complete", _("completed automatically")
    # The clock decides nothing here and only marks the ticket, because a person has to act (E-6, S-152).
    OVERDUE = "overdue", _("overdue")
