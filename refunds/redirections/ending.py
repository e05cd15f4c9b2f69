"""How a redirection ends, stored, and where the money is once the channel calls such a refund paid."""

from datetime import datetime

from ..models import Redirection, Refund
from ..policy import TEXT_LENGTH
from .models import State, Target


def end(row: Redirection, state: State, error: str = "") -> None:
    rows = Redirection.objects.filter(shop_id=row.shop_id, pk=row.pk)
    rows.update(state=state, sealed="", error=error[:TEXT_LENGTH])


def forget_account(refund: Refund) -> None:
    """What becomes of it is not about the account that two people chose."""
    refund.redirected_to = ""
    Refund.objects.filter(shop_id=refund.shop_id, pk=refund.pk).update(redirected_to="")


def closed(refund: Refund, reason: str) -> None:
    """The refund that was sent on has failed: its money goes to no account any more. “Not sent on” is only said where
    no request of ours had left. The caller has the refund locked."""
    rows = Redirection.objects.filter(shop_id=refund.shop_id, refund=refund, state__in=(State.CONFIRMED, State.SENT))
    if row := rows.order_by("-pk").first():
        asked = row.asked_at is not None or row.state == State.SENT
        end(row, State.REFUSED if asked else State.WITHDRAWN, reason)


def is_conclusive(refund: Refund, account: str, at: datetime | None) -> bool:
    """Whether a success of which the channel tells unasked settles `refund`. Of one that was sent on it has to name the
    `account` that has the money, and to be said (`at`) since then: what it leaves out only a question tells."""
    return refund.redirected_at is None or (bool(account) and at is not None and at >= refund.redirected_at)


def came_to_the_shop(refund: Refund, account: str) -> bool:
    """Whether the shop has the money of a refund that is paid, and the buyer nothing: a request of ours had sent it
    there, and the channel, which was asked (`is_conclusive`), names no other `account`. Where nothing of ours had
    left, or the shop was to have it and the channel names another account, somebody sent it on in the channel's
    console: the account that two people chose is forgotten. The caller has the refund locked."""
    if not refund.redirected_to:
        return False
    rows = Redirection.objects.filter(shop_id=refund.shop_id, refund=refund, state__in=(State.CONFIRMED, State.SENT))
    row = rows.order_by("-pk").first()
    # Of “sent” a process of an older version has not noted when it asked.
    asked = row is not None and (row.asked_at is not None or row.state == State.SENT)
    to_the_shop = row is not None and row.target == Target.MERCHANT
    if row is not None and asked and to_the_shop and not account:
        end(row, State.SENT)
        return True
    if to_the_shop or not asked:
        forget_account(refund)
    return False
