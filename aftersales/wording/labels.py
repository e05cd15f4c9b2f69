"""What a status is called: by type, and for goods by where they are (contract §5); what a type means to a buyer."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..machine import awaits_goods
from ..models import Ticket
from ..states import Alert, RejectionGround, Status, Type

PLAIN: dict[str, "str | Promise"] = {status: status.label for status in Status}
BY_TYPE: dict[tuple[str, str], "str | Promise"] = {
    (Type.EXCHANGE, Status.PENDING_RESHIP): _("pending exchange"),
    (Type.REPAIR, Status.PENDING_RESHIP): _("pending repair"),
    (Type.REISSUE, Status.PENDING_RESHIP): _("pending reissue"),
    (Type.EXCHANGE, Status.RESHIPPED): _("exchange under way"),
    (Type.REPAIR, Status.RESHIPPED): _("on its way back to the buyer"),
    (Type.REISSUE, Status.RESHIPPED): _("reissue under way"),
}
GOODS_ON_THE_WAY = _("pending refund · waiting for the merchant to receive")
IN_REPAIR = _("in repair")


def label_of(type_: str, status: str) -> str:
    """What a status is called for a type, whatever a ticket of this type waits for."""
    return str(BY_TYPE.get((type_, status)) or PLAIN[status])


def status_label(ticket: Ticket) -> str:
    """What the status of this ticket is called: more exact than its type and status alone."""
    if ticket.status == Status.PENDING_REFUND and awaits_goods(ticket):
        return str(GOODS_ON_THE_WAY)
    if ticket.status == Status.PENDING_RESHIP and ticket.type == Type.REPAIR and ticket.received_at is not None:
        return str(IN_REPAIR)
    return label_of(ticket.type, ticket.status)


_ALERTS: dict[str, "str | Promise"] = {alert.value: alert.label for alert in Alert}
_GROUNDS: dict[str, "str | Promise"] = {ground.value: ground.label for ground in RejectionGround}


def alert_label(code: str) -> str:
    return str(_ALERTS.get(code, code))


def ground_label(ground: str) -> str:
    """Empty where no ground was given."""
    return str(_GROUNDS.get(ground, ground))


SENTENCES: dict[str, "str | Promise"] = {
    Type.RETURN_REFUND: _("Send the goods back; the money follows once the shop has received them."),
    Type.EXCHANGE: _("Send the goods back and get a new one, or another size or colour."),
    Type.REPAIR: _("Send the goods in and get them back repaired."),
    Type.REISSUE: _("Something is missing or was lost: the shop sends it again."),
}


def type_sentence(
    type_: str, *, at_once: bool, unshipped: bool, received: bool, only_claim: bool, nothing_to_send: bool
) -> str:
    """One line on what a type means for these goods. `at_once`: paid back without a review; `unshipped`: none of the
    units has left; `received`: the buyer has them; `only_claim`: money without units; `nothing_to_send`: virtual."""
    if type_ == Type.REFUND_ONLY:
        return _refund_sentence(at_once, unshipped, received, only_claim)
    if type_ == Type.RETURN_REFUND and nothing_to_send:
        return gettext("The shop checks it and pays the money back; there is nothing to send.")
    return str(SENTENCES[type_])


def _refund_sentence(at_once: bool, unshipped: bool, received: bool, only_claim: bool) -> str:
    if only_claim:
        return gettext("You keep the goods and ask for a part of the price.")
    if at_once:
        return gettext("The money goes back at once; nothing has been shipped.")
    if unshipped:
        return gettext("Not shipped yet: the shop stops the parcel and pays the money back.")
    if received:
        return gettext("You keep the goods; the shop looks at your reason and decides.")
    return gettext("For goods that have not arrived; the shop checks and pays the money back.")


def variant_label(bought: str, title: str, spec: str) -> str:
    """What is wanted instead of the product titled `bought`. For the same product the variant alone is enough."""
    return spec if spec and title == bought else f"{title} {spec}".strip()
