from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.actors import BUYER, Actor
from refunds.access import may_decide
from refunds.labels import channel_label
from refunds.models import Payable
from refunds.payables.machine import Kind, Payee, Status
from refunds.payables.models import FOR_BUYERS
from refunds.payables.services import allowed_actions, payable_by
from refunds.transfers.models import Transfer
from refunds.transfers.routes import NONE, Payout, payouts
from refunds.transfers.wording import reason_text, transfer_text
from web.api.answers import money, when

from ...models import Evidence, Ticket
from ..answers_proof import EvidenceAnswer
from ..representation.evidence import evidence_json
from ..representation.settlements import settlement_of
from .answers import PayableAnswer, TransferAnswer

if TYPE_CHECKING:
    from datetime import datetime


def payable_json(
    payable: Payable,
    *,
    actor: Actor,
    people: Mapping[int, str],
    files: Iterable[EvidenceAnswer] = (),
    payout: Payout = NONE,
    payer: bool = False,
) -> PayableAnswer:
    """Fetch with order and `ticket_payable__ticket`. `people`: id → name (`people_of`); `files`: those that prove
    payments (`proofs_of`); `payer`: the actor may pay it now (`payable_by`)."""
    link, currency, inside = getattr(payable, "ticket_payable", None), payable.order.currency, actor.kind != BUYER
    return {
        "payable_no": payable.payable_no,
        "order_no": payable.order.order_no,
        "ticket_no": link.ticket.ticket_no if link else None,
        "kind": payable.kind,
        "kind_label": str(Kind(payable.kind).label),
        "payee": payable.payee,
        "payee_label": str(Payee(payable.payee).label),
        "status": payable.status,
        "status_label": str(Status(payable.status).label),
        "amount": money(payable.amount, currency),
        "currency": currency,
        "ground": payable.ground,
        "text": state_text(payable, payout),
        "proof": payable.proof,
        "paid_through": payable.paid_through,
        "settlement": settlement_of(link, payable.proof, files),
        "transfer": transfer_json(payout.transfer, inside=inside) if payout.transfer else None,
        "created_at": when(payable.created_at),
        "due_at": when(payable.due_at),
        "approved_at": when(payable.approved_at),
        "approved_by": people.get(payable.approved_by or 0, "") if inside else "",
        "paid_at": when(payable.paid_at),
        "voided_at": when(payable.voided_at),
        "call_off_proposed_by": people.get(payable.call_off_proposed_by or 0, "") if inside else "",
        "paying_by": people.get(payable.paying_by or 0, "") if inside else "",
        "paid_by": people.get(payable.paid_by or 0, "") if inside else "",
        "cancelled_at": when(payable.cancelled_at),
        "allowed_actions": allowed_now(payable, actor, payout, payer=payer),
    }


def allowed_now(payable: Payable, actor: Actor, payout: Payout, *, payer: bool) -> list[str]:
    transferable = bool(payout.channel)
    return allowed_actions(payable, actor, payer=payer, transferable=transferable, stoppable=payout.stoppable)


def transfer_json(transfer: Transfer, *, inside: bool) -> TransferAnswer:
    """Fetch with its payment. `inside`: for people of the shop and support."""
    channel = transfer.payment.channel
    return {
        "channel": channel,
        "channel_label": channel_label(channel),
        "number": transfer.transfer_no,
        "status": transfer.state,
        "status_label": str(transfer.state.label),
        "created_at": when(transfer.created_at),
        "sent_at": when(transfer.sent_at),
        "trace_no": transfer.trace_no,
        "account": transfer.received_account,
        "reason": reason_text(transfer) if inside else "",
        "confirmation": "" if inside else transfer.confirmation,
        "confirm_by": when(transfer.confirm_by),
        "ended_at": when(transfer.ended_at),
    }


def state_text(payable: Payable, payout: Payout = NONE) -> str:
    """One sentence: owed, approved and to be paid by when, on its way, paid on which day and with which proof."""
    if payable.status == Status.PAYING and payout.transfer:
        return transfer_text(payout.transfer)
    if payable.status == Status.PAID and payable.paid_at and payable.paid_through:
        values = {"channel": channel_label(payable.paid_through), "on": _day(payable.paid_at), "proof": payable.proof}
        return _("Paid to %(channel)s on %(on)s. Transfer no.: %(proof)s") % values
    if payable.status == Status.PAID and payable.paid_at:
        return _("Paid on %(on)s. Proof: %(proof)s") % {"on": _day(payable.paid_at), "proof": payable.proof}
    if payable.status == Status.CANCELLED:
        return _("Cancelled.")
    by = {"by": _day(payable.due_at)}
    if payable.status == Status.APPROVED and payable.voided_at:
        return _("Platform support found that it hadn't arrived. To be paid by %(by)s.") % by
    if payable.status == Status.APPROVED:
        return _("Approved, to be paid by %(by)s.") % by
    return _("The shop is checking it. It should be paid by %(by)s.") % by


def people_of(payables: Iterable[Payable]) -> dict[int, str]:
    """Who approved, who paid, who chose the transfer and who would call it off, by id. One statement, and none where
    nobody has."""
    people = [(row.approved_by, row.paying_by, row.paid_by, row.call_off_proposed_by) for row in payables]
    ids = {pk for row in people for pk in row if pk is not None}
    return {user.pk: user.display_name for user in User.objects.filter(pk__in=ids)} if ids else {}


def proofs_of(payables: Iterable[Payable]) -> list[EvidenceAnswer]:
    """The files of what was paid by hand, fetched with `ticket_payable`. One statement, none where there is none."""
    links = [getattr(row, "ticket_payable", None) for row in payables]
    ids = {pk for link in links if link for pk in link.proof_files}
    shops = {link.shop_id for link in links if link}
    rows = Evidence.objects.filter(shop_id__in=shops, pk__in=ids) if ids else Evidence.objects.none()
    return [evidence_json(*row) for row in rows.values_list("id", "kind", "media_type", "created_at")]


def payables_of(ticket: Ticket, files: list[EvidenceAnswer], *, actor: Actor) -> list[PayableAnswer]:
    """Read only of a ticket that has some. Its buyer sees `FOR_BUYERS`. `files`: all evidence of the ticket."""
    if not ticket.has_payables:
        return []
    rows = Payable.objects.filter(shop_id=ticket.shop_id, ticket_payable__ticket=ticket)
    if actor.kind == BUYER:
        rows = rows.filter(FOR_BUYERS)
    payables = list(rows.select_related("ticket_payable__ticket").order_by("pk"))
    for row in payables:
        row.order = ticket.order
    people, paid_out = people_of(payables) if actor.kind != BUYER else {}, payouts_for(payables, actor)
    to_pay = paid_by(payables, actor)
    return [
        payable_json(row, actor=actor, people=people, files=files, payout=paid_out[row.pk], payer=row.pk in to_pay)
        for row in payables
    ]


def paid_by(payables: list[Payable], *actors: Actor) -> set[int]:
    """Ids of those that the one person who is all `actors` may pay now. Read only for those who decide."""
    deciders = {actor.user_id for actor in actors if may_decide(actor)}
    return {pk for user_id in deciders for pk in payable_by(user_id, payables, now=timezone.now())}


def payouts_for(payables: list[Payable], *actors: Actor) -> dict[int, Payout]:
    """Fetched with their orders. By which channel one could be paid is read only for those who may choose it."""
    return payouts(payables, choose=any(may_decide(actor) for actor in actors))


def _day(at: "datetime") -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
