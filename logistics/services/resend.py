from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, IllegalTransition, Invalid
from kernel.machine import allowed_actors
from kernel.numbers import comparable
from orders import services as orders
from orders.machine import Status as OrderStatus
from orders.models import Order

from ..machine import NOT_ARRIVED, Status
from ..models import Parcel
from .count import take_off_the_shelf
from .parcels import create_parcel
from .report import report

SENT = (OrderStatus.PAID, OrderStatus.SHIPPED)  # paid: a part has left


@transaction.atomic
def resend(order: Order, replaces: int | str, *, courier: str, tracking_no: str, actor: Actor, now: datetime) -> Order:
    """A parcel that did not reach the buyer is sent again under a new waybill; the receipt has 10 days more (S-094).
    What was counted and put on the shelf is taken off it: 422 `out_of_stock` where it is gone since."""
    if actor.kind not in allowed_actors(Order, "ship"):
        raise Forbidden()
    order = orders.lock(order.pk, shop_id=order.shop_id, like=order)
    if order.status not in SENT:
        raise IllegalTransition.of_machine("ship", order.status, order.allowed_to(actor))
    old = _find(order, replaces)
    if old.is_on_the_way:
        # Whoever sends it again has it back in their hands.
        old = report(old, status=Status.RETURNED, actor=actor, now=now)
    if old.status not in NOT_ARRIVED:
        raise Conflict(_("This parcel reached the buyer. Only lost or returned parcels can be resent."))
    units = dict(old.lines.values_list("line_id", "quantity"))
    take_off_the_shelf(old)
    create_parcel(
        order, old.kind, courier=courier, tracking_no=tracking_no, units=units, actor=actor, now=now, replaces=old
    )
    return orders.extend_for_resend(order, actor=actor, now=now)


def _find(order: Order, replaces: int | str) -> Parcel:
    """By tracking number or id; of several with one number the one that was not sent again yet."""
    parcels = list(order.parcels.filter(kind=Parcel.Kind.OUTBOUND).order_by("id"))
    reference = str(replaces)
    # A text is a tracking number first: some couriers' numbers look like our ids.
    matching = (
        [p for p in parcels if comparable(p.tracking_no) == comparable(reference)] if isinstance(replaces, str) else []
    )
    matching = matching or [p for p in parcels if str(p.pk) == reference]
    if not matching:
        raise Invalid(errors={"replaces": [_("The order doesn't have that outbound parcel.")]})
    sent_again = set(order.parcels.filter(replaces__in=matching).values_list("replaces_id", flat=True))
    left = [p for p in matching if p.pk not in sent_again]
    if not left:
        raise Conflict(_("This parcel has already been resent."))
    return left[-1]
