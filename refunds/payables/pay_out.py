"""Paying a payable out through the channel: chosen by the second person, called off by one, or by two."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.second_person import require_second
from kernel.actors import Actor
from kernel.calls import clock
from kernel.errors import Conflict, IllegalTransition, Invalid
from kernel.machine import advance
from kernel.numbers import new_number

from ..access import only_deciders
from ..transfers.models import Transfer
from ..transfers.routes import is_answered, routes
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


def call_off_transfer(payable: Payable, *, note: str = "", actor: Actor, now: datetime) -> Payable:
    """It is not sent any more. Whether it had left, the channel says: only where it does not know the number, or takes
    the transfer back, the payable is open again.

    What may have left and the channel does not answer for any more takes two people, because it could be paid twice:
    one says with a note what the channel's console shows, another confirms (as in services.call_off)."""
    only_deciders(actor)
    with transaction.atomic():
        order, fresh = locked_with_order(payable)
        if fresh.status != Status.PAYING:
            raise IllegalTransition.of_machine("call_off_transfer", fresh.status, fresh.allowed_to(actor))
        rows = Transfer.objects.select_for_update(of=("self",), no_key=True).select_related("payment")
        row = rows.get(shop_id=fresh.shop_id, payable=fresh, failed_at__isnull=True)
        wall = clock.wall()
        answered = row.checked_at is None and is_answered(row, wall)
        if row.checked_at is not None or (answered and not row.may_be_called_off):
            raise Conflict(_("It was called off already. The payment channel is asked whether it had left before."))
        data: dict[str, object] = {"transfer_no": row.transfer_no}
        row.called_off_at = row.called_off_at or wall
        if not answered and fresh.call_off_proposed_by is None:
            if not note.strip():
                raise Invalid(errors={"note": [_("Say what the payment channel's console shows for this number.")]})
            row.save(update_fields=["called_off_at"])
            move, facts = fresh.propose_call_off, {"user_id": actor.user_id}
            return with_order(order, advance(move, actor=actor, now=now, note=note.strip(), data=data, **facts))
        if not answered:
            own = _("You proposed to call this transfer off, so someone else has to confirm it.")
            first = fresh.call_off_proposed_by
            require_second(actor.user_id, first=first, shop_id=fresh.shop_id, own=own, now=now)
            row.checked_at = wall
        row.next_attempt_at = wall
        row.save(update_fields=["called_off_at", "checked_at", "next_attempt_at"])
        return with_order(order, advance(fresh.call_off_transfer, actor=actor, now=now, note=note.strip(), data=data))
