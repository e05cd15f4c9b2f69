"""Sending on a refund that the buyer's account did not take: one person says where to, another confirms (as in
settle_by_hand), and the sender asks the channel (`sending`). The refund keeps its number.

A person types the receiving card, so a second one compares it with what the buyer wrote, and the buyer reads where the
money goes. From the confirmation on the money is reserved on the payment again: nothing else can use it.
"""

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from accounts.second_person import may_confirm, require_second
from kernel.actors import Actor
from kernel.calls import clock
from kernel.crypto import encryption
from kernel.errors import Conflict, IllegalTransition, Invalid
from kernel.jobs import enqueue_after_commit
from kernel.machine import advance
from kernel.privacy import masked_name
from orders import services as orders

from ..access import may_decide, only_deciders
from ..machine import Status
from ..models import Redirection, Refund
from ..policy import REDIRECTS
from ..services.reserve import take
from ..services.retry import not_held, not_retried
from ..signals import refund_redirected
from .models import OPEN, State, Target

if TYPE_CHECKING:
    from django.db.models import QuerySet

CONFIRM_WITHIN = timedelta(days=3)  # then the card is forgotten, and somebody proposes it again
_BANK = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)*_DEBIT")
_CARD = re.compile(r"[0-9]{12,19}")
LAST_DIGITS = 4


def propose_redirection(
    refund: Refund,
    *,
    to: str,
    note: str,
    bank_type: str = "",
    bank_account: str = "",
    real_name: str = "",
    actor: Actor,
    now: datetime,
) -> Refund:
    """Takes the place of a proposal that nobody has confirmed yet. 403 for others than a manager or support; 409 where
    the channel cannot do it, or is not asked to (`_require`); NoKeys (409) where a card cannot be encrypted."""
    only_deciders(actor)
    with transaction.atomic():
        fresh = _locked(refund)
        _require(fresh, actor)
        row = Redirection(
            shop_id=fresh.shop_id, refund=fresh, target=to, note=note.strip(), proposed_by=actor.user_id or 0,
            proposed_at=now,
        )  # fmt: skip
        _fill(row, bank_type.strip(), re.sub(r"[\s-]", "", bank_account), " ".join(real_name.split()))
        withdraw(Redirection.objects.filter(shop_id=fresh.shop_id, refund=fresh, state__in=OPEN))
        row.save(force_insert=True)
        data = {"redirection": row.pk, "to": to}
        return advance(fresh.propose_redirection, actor=actor, now=now, note=row.note, data=data, user_id=actor.user_id)


def confirm_redirection(refund: Refund, *, redirection: int, note: str = "", actor: Actor, now: datetime) -> Refund:
    """The second person: from here on the refund is under way again, and its money reserved (OverRefund, 409, where it
    went another way meanwhile)."""
    only_deciders(actor)
    with transaction.atomic():
        fresh = _locked(refund)
        _require(fresh, actor)
        row = Redirection.objects.filter(shop_id=fresh.shop_id, refund=fresh, pk=redirection).first()
        if row is None or row.state != State.PROPOSED or now - row.proposed_at > CONFIRM_WITHIN:
            raise Conflict(_("This account isn't proposed any more. Look at the refund again."))
        own = _("You entered this account, so someone else has to confirm it.")
        require_second(actor.user_id, first=row.proposed_by, shop_id=fresh.shop_id, own=own, now=now)
        take(fresh.payment, fresh.amount)
        row.state, row.confirmed_by, row.confirmed_at = State.CONFIRMED, actor.user_id, now
        row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
        data = {"redirection": row.pk}
        sent = advance(
            fresh.redirect,
            actor=actor,
            now=now,
            note=note,
            data=data,
            wall=clock.wall(),
            to=row.destination or row.target,
        )
        refund_redirected.send(sender=Refund, refund=sent, actor=actor, now=now)
        enqueue_after_commit("refunds.send", sent.pk)
        return sent


def may_redirect(refund: Refund, actor: Actor) -> bool:
    """As far as the refund itself tells."""
    with_bank = refund.charged_back or refund.payment.disputed
    returned = refund.status == Status.RETURNED and refund.may_arrive and not with_bank
    return returned and refund.payment.channel in REDIRECTS and may_decide(actor)


def may_confirm_redirection(refund: Refund, actor: Actor, *, now: datetime) -> bool:
    first = refund.redirection_proposed_by
    proposed_once = first is not None and may_redirect(refund, actor)
    return proposed_once and may_confirm(actor.user_id, first=first, shop_id=refund.shop_id, now=now)


def proposed(refund: Refund) -> Redirection | None:
    """What waits for a second person. Nothing is read of a refund without a proposal."""
    if refund.redirection_proposed_by is None:
        return None
    return Redirection.objects.filter(shop_id=refund.shop_id, refund=refund, state=State.PROPOSED).first()


def masked_holder(row: Redirection) -> str:
    """Of the card that is entered, 张**; empty where there is none, or it cannot be decrypted any more."""
    if not row.sealed:
        return ""
    try:
        _number, holder = json.loads(encryption.decrypt(row.sealed))
    except encryption.Undecryptable:
        return ""
    return masked_name(holder)


def withdraw(rows: "QuerySet[Redirection]") -> int:
    """What is not sent on any more, and nothing of its card is kept. Where a request of ours may have left, it was."""
    state = Case(When(asked_at__isnull=False, then=Value(State.SENT)), default=Value(State.WITHDRAWN))
    return rows.update(state=state, sealed="")


def _locked(refund: Refund) -> Refund:
    order = orders.lock(refund.payment.order_id, shop_id=refund.shop_id)
    fresh = Refund.locked(refund.pk, shop_id=refund.shop_id)
    fresh.payment.order = order
    return fresh


def _require(refund: Refund, actor: Actor) -> None:
    if refund.status != Status.RETURNED:
        raise IllegalTransition.of_machine("redirect", refund.status, refund.allowed_to(actor))
    not_retried(refund)
    if refund.payment.channel not in REDIRECTS:
        raise Conflict(_("This payment channel can't send a refund on. Retry it or settle it manually."))
    if not refund.may_arrive:
        raise Conflict(_("The payment channel is finished with this refund. Retry it or settle it manually."))
    not_held(refund)


def _fill(row: Redirection, bank: str, number: str, holder: str) -> None:
    errors: dict[str, list[str]] = {}
    if not row.note:
        errors["note"] = [_("Say how the buyer gave you this account.")]
    if row.target == Target.MERCHANT:
        if bank or number or holder:
            errors["to"] = [_("The shop's own account is known to the channel. Enter no card.")]
    else:
        if not _BANK.fullmatch(bank):
            errors["bank_type"] = [_("Enter the channel's code of the bank, such as ICBC_DEBIT.")]
        if not _CARD.fullmatch(number):
            errors["bank_account"] = [_("Enter the number of the card: 12 to 19 digits.")]
        if not holder:
            errors["real_name"] = [_("Enter the name of the card's holder.")]
    if errors:
        raise Invalid(errors=errors)
    if row.target == Target.CARD:
        row.bank, row.account = bank, number[-LAST_DIGITS:]
        row.sealed = encryption.encrypt(json.dumps([number, holder]))
