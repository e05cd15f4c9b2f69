from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Kind

NEXT_STEPS: dict[str, "str | Promise"] = {
    Kind.MISSING_THERE: _(
        "Look for the refund no. in the channel's console. Near midnight it is often in the next day's bill; if the"
        " channel does not know it, the buyer has no money: pay it another way."
    ),
    Kind.MISSING_HERE: _(
        "Find out who refunded this from the channel's console. Nothing here counts it, so the buyer may be paid a"
        " second time."
    ),
    Kind.AMOUNT: _("Compare with the channel's console, and settle the difference with the buyer or the channel."),
    Kind.TWICE: _("The buyer has been paid more than once. Ask the channel or the buyer to return one payment."),
    Kind.PAID_THERE: _(
        "Don't retry this refund: the channel has paid it. If it was paid again since, get one payment back."
    ),
    Kind.RETURNED_THERE: _(
        "The buyer's bank sent the money back, or the channel says that the refund failed after all: the buyer does not"
        " have it. Ask the buyer for another account."
    ),
    Kind.STUCK: _("Retry the refund: the channel is asked for the same number again, and nothing is paid twice."),
}


def next_step(kind: str) -> str:
    return str(NEXT_STEPS[kind])
