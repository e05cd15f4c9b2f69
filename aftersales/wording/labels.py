"""What a status is called: by type, and for goods by where they are (contract §5); what a type means to a buyer."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..conditions import awaits_goods, owes_failed_refund
from ..models import Ticket
from ..states import Alert, Due, RejectionGround, Status, Type
from .failed_refunds import failed_label

PLAIN: dict[str, "str | Promise"] = {status: status.label for status in Status}
BY_TYPE: dict[tuple[str, str], "str | Promise"] = {
    (Type.EXCHANGE, Status.PENDING_RESHIP): _("pending exchange"),
    (Type.REPAIR, Status.PENDING_RESHIP): _("pending repair"),
    (Type.REISSUE, Status.PENDING_RESHIP): _("waiting to be resent"),
    (Type.EXCHANGE, Status.RESHIPPED): _("exchange under way"),
    (Type.REPAIR, Status.RESHIPPED): _("on its way back to the buyer"),
    (Type.REISSUE, Status.RESHIPPED): _("resent, on its way"),
}
GOODS_ON_THE_WAY = _("pending refund · waiting for the shop to receive the goods")
IN_REPAIR = _("in repair")


def label_of(type_: str, status: str) -> str:
    """What a status is called for a type, whatever a ticket of this type waits for."""
    return str(BY_TYPE.get((type_, status)) or PLAIN[status])


def status_label(ticket: Ticket) -> str:
    """What the status of this ticket is called: more exact than its type and status alone."""
    if owes_failed_refund(ticket):
        return failed_label(ticket, label_of(ticket.type, ticket.status))
    if ticket.status == Status.PENDING_REFUND and awaits_goods(ticket):
        return str(GOODS_ON_THE_WAY)
    if ticket.status == Status.PENDING_RESHIP and ticket.type == Type.REPAIR and ticket.received_at is not None:
        return str(IN_REPAIR)
    return label_of(ticket.type, ticket.status)


def due_label(action: str) -> str:
    """What the clock does at a deadline. It may lie ahead, so nothing is overdue yet."""
    return gettext("is overdue") if action == Due.OVERDUE else str(Due(action).label)


_ALERTS: dict[str, "str | Promise"] = {alert.value: alert.label for alert in Alert}
_GROUNDS: dict[str, "str | Promise"] = {ground.value: ground.label for ground in RejectionGround}


# For a list; `alert_label` is the sentence.
SHORT_ALERTS: dict[str, "str | Promise"] = {
    Alert.KEYWORD_MISMATCH: _("different service described"),
    Alert.DOUBTFUL_TRACKING: _("return number in doubt"),
    Alert.OBJECTION: _("objection"),
    Alert.SETTLEMENT_DISPUTED: _("settlement disputed"),
    Alert.COMPLAINT_OPEN: _("complaint to the channel"),
    Alert.REFUND_FAILED: _("refund failed"),
    Alert.REFUND_RETURNED: _("refund returned"),
    Alert.DELIVERED_AFTER_REFUND: _("delivered after refund"),
    Alert.REFUND_LATE: _("refund late"),
    Alert.REFUND_OVERDUE: _("refund late: 7 days"),
    Alert.REFUND_PUNISHABLE: _("refund late: 15 days"),
    Alert.ANSWER_PUNISHABLE: _("no answer: 15 days"),
}


def alert_label(code: str) -> str:
    return str(_ALERTS.get(code, code))


def ground_label(ground: str) -> str:
    """Empty where no ground was given."""
    return str(_GROUNDS.get(ground, ground))


SENTENCES: dict[str, "str | Promise"] = {
    Type.RETURN_REFUND: _("Send the goods back. We refund you once the shop has received them."),
    Type.EXCHANGE: _("Send the goods back and get a new one, or a different size or colour."),
    Type.REPAIR: _("Send the goods in. You get them back repaired."),
    Type.REISSUE: _("Something is missing or got lost. The shop sends it again."),
}


AFTER_FAILED_REPAIRS: dict[str, "str | Promise"] = {
    Type.EXCHANGE: _("Two repairs didn't fix it. Within the warranty, the shop replaces it."),
    Type.RETURN_REFUND: _("Two repairs didn't fix it. You can return it for a refund."),
}


def type_sentence(
    type_: str,
    *,
    at_once: bool,
    unshipped: bool,
    received: bool,
    only_claim: bool,
    nothing_to_send: bool,
    repairs_failed: bool = False,
) -> str:
    """One line on what a type means for these goods. `at_once`: paid back without a review; `unshipped`: none of the
    units has left; `received`: the buyer has them; `only_claim`: money without units; `nothing_to_send`: virtual;
    `repairs_failed`: two repairs did not help (D-8)."""
    if type_ == Type.REFUND_ONLY:
        return _refund_sentence(at_once, unshipped, received, only_claim)
    if repairs_failed:
        return str(AFTER_FAILED_REPAIRS[type_])
    if type_ == Type.RETURN_REFUND and nothing_to_send:
        return gettext("The shop checks your request and refunds you. Nothing to send back.")
    return str(SENTENCES[type_])


def _refund_sentence(at_once: bool, unshipped: bool, received: bool, only_claim: bool) -> str:
    if only_claim:
        return gettext("You keep the goods and ask for part of the price back.")
    if at_once:
        return gettext("Nothing has shipped yet, so you're refunded right away.")
    if unshipped:
        return gettext("Not sent yet. The shop stops the parcel and refunds you.")
    if received:
        return gettext("You keep the goods. The shop reviews your reason and decides.")
    return gettext("For goods that never arrived. The shop checks and refunds you.")


def variant_label(bought: str, title: str, spec: str) -> str:
    """What is wanted instead of the product titled `bought`. For the same product the variant alone is enough."""
    return spec if spec and title == bought else " · ".join(filter(None, (title, spec)))
