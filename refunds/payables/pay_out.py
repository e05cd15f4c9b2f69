"""Paying a payable out through the channel: chosen by the second person, called off by either."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.calls import clock
from kernel.errors import Conflict, IllegalTransition
from kernel.machine import advance
from kernel.numbers import new_number

from ..access import only_deciders
from ..transfers.models import Transfer
from ..transfers.routes import routes
from .machine import Payee, Status
from .models import Payable
from .services import locked_with_order, require_payer, with_order


def transfer(payable: Payable, *, actor: Actor, now: datetime) -> Payable:
    """The second person (`require_payer`) pays it to whom the order's payment came from, through its
    channel. Nothing is sent before this is committed. 409 where no channel of the order can do that."""
    only_deciders(actor)
    with transaction.atomic():
        order, fresh = locked_with_order(payable)
        fresh.order = order
        if fresh.status != Status.APPROVED:
            raise IllegalTransition.of_machine("transfer", fresh.status, fresh.allowed_to(actor))
        require_payer(fresh, actor, now=now)
        if fresh.payee != Payee.BUYER:
            raise Conflict(_("This isn't owed to the buyer, so it can't be paid through the payment channel."))
        route = routes([fresh]).get(fresh.pk)
        if route is None:
            raise Conflict(
                _("It can't be paid through the payment channel of this order. Pay it another way and mark it as paid.")
            )
        number = new_number("TF", now)
        facts = {"transfer_no": number, "channel": route.payment.channel}
        moved = advance(fresh.transfer, actor=actor, now=now, data=facts, user_id=actor.user_id, transfer_no=number)
        Transfer.objects.create(
            payable=moved,
            shop_id=moved.shop_id,
            payment=route.payment,
            merchant_account_id=route.account_id,
            transfer_no=number,
            created_at=now,
            next_attempt_at=clock.wall(),
        )
        return with_order(order, moved)


def call_off_transfer(payable: Payable, *, actor: Actor, now: datetime) -> Payable:
    """It is not sent any more. Whether it had left, the channel says: only where it does not know the number, or takes
    the transfer back, the payable is open again. Called off once more when the channel has stopped answering for it, by
    somebody who looked in its console, it is open again at once."""
    only_deciders(actor)
    with transaction.atomic():
        order, fresh = locked_with_order(payable)
        if fresh.status != Status.PAYING:
            raise IllegalTransition.of_machine("call_off_transfer", fresh.status, fresh.allowed_to(actor))
        rows = Transfer.objects.select_for_update(no_key=True).filter(shop_id=fresh.shop_id, payable=fresh)
        row = rows.get(failed_at__isnull=True)
        wall = clock.wall()
        if not row.may_be_called_off(wall):
            raise Conflict(_("It was called off already. The payment channel is asked whether it had left before."))
        row.called_off_at = row.next_attempt_at = wall
        row.save(update_fields=["called_off_at", "next_attempt_at"])
        data = {"transfer_no": row.transfer_no}
        return with_order(order, advance(fresh.call_off_transfer, actor=actor, now=now, data=data))
