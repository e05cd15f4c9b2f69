"""What a status is called: by type, and for goods by where they are (contract §5)."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .machine import awaits_goods
from .states import Status, Type

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
    """For a type in general, as in a plan of steps."""
    return str(BY_TYPE.get((type_, status)) or PLAIN[status])


def status_label(ticket: Any) -> str:
    if ticket.status == Status.PENDING_REFUND and awaits_goods(ticket):
        return str(GOODS_ON_THE_WAY)
    if ticket.status == Status.PENDING_RESHIP and ticket.type == Type.REPAIR and ticket.received_at is not None:
        return str(IN_REPAIR)
    return label_of(ticket.type, ticket.status)
