"""A ticket as JSON: plain dictionaries, because building them is most of what a list costs.

Of what hangs on a ticket only columns are read: one statement each for lines, evidence, refunds and history.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone

from accounts.models import Shop
from kernel.actors import BUYER, INTEGRATION, MERCHANT, SUPPORT, Actor, kind_label
from kernel.money import ZERO
from logistics.api.answers import ParcelAnswer
from logistics.api.representation import parcel_json
from logistics.models import ParcelEvent
from refunds.api.representation import failure
from refunds.labels import arrival_text, channel_label, expected
from refunds.machine import Status as RefundStatus
from web.api.answers import money, when

from .. import services
from ..models import Evidence, Reason, Ticket, TicketLine, TicketParcel, TicketRefund
from ..rules.amounts import Quote
from ..states import STAGE_OF, Due, Fault, FreightPayer, Phase, Stage, Status, Type
from ..wording.event_labels import event_label
from ..wording.labels import alert_label, ground_label, label_of, status_label, variant_label
from ..wording.progress import Entry, ProgressStep, progress
from .answers import (
    AlertAnswer,
    EvidenceAnswer,
    QuoteAnswer,
    ReasonAnswer,
    RefundOfTicketAnswer,
    StepAnswer,
    TicketAnswer,
    TicketFacts,
    TicketLineAnswer,
    TicketMoney,
    TicketMoveAnswer,
    TicketParcels,
    TicketShopAnswer,
    TicketSummaryAnswer,
)

_LINE = (
    "ticket_id", "line_id", "line__sku__code", "line__title", "line__spec", "line__image_url",
    "quantity", "refund_amount", "exchange_sku__code", "received_quantity", "exchange_sku__title", "exchange_sku__spec",
)  # fmt: skip
_REFUND = (
    "refund__refund_no", "kind", "refund__status", "refund__amount", "refund__payment__channel",
    "refund__failure_reason", "refund__created_at", "refund__settled_at",
)  # fmt: skip
_MOVE = ("action", "source", "target", "actor_kind", "actor_name", "note", "at")


def _maybe(amount: Decimal | None, currency: str, visible: bool = True) -> str | None:
    return money(amount, currency) if visible and amount is not None else None


# --- lines ---------------------------------------------------------------------------------------------


def lines_of(tickets: Iterable[Ticket]) -> dict[int, list[TicketLineAnswer]]:
    """Ticket id → its goods (S-113, S-114). One statement. Amounts only where the type pays money. Fetch with order."""
    paying, shops = {}, set()
    for ticket in tickets:
        paying[ticket.pk] = (ticket.order.currency, ticket.pays_money)
        shops.add(ticket.shop_id)
    lines: dict[int, list[TicketLineAnswer]] = {pk: [] for pk in paying}
    rows = TicketLine.objects.filter(shop_id__in=shops, ticket_id__in=paying).order_by("id").values_list(*_LINE)
    for pk, line, sku, title, spec, image, quantity, amount, other, received, *variant in rows:
        lines[pk].append(
            {
                "line_id": line,
                "sku": sku,
                "title": title,
                "spec": spec,
                "image_url": image,
                "quantity": quantity,
                "refund_amount": _maybe(amount, *paying[pk]),
                "exchange_sku": other,
                "exchange_label": variant_label(title, *variant) if other not in (None, sku) else "",
                "received_quantity": received,
            }
        )
    return lines


# --- the ticket ------------------------------------------------------------------------------------------


def ticket_json(ticket: Ticket, lines: list[TicketLineAnswer], *, actor: Actor) -> TicketSummaryAnswer:
    """As in a list (S-113). Fetch with order, shop, buyer and reason; `lines` from `lines_of`."""
    pays, stage, currency = ticket.pays_money, STAGE_OF[ticket.status], ticket.order.currency
    return {
        "ticket_no": ticket.ticket_no,
        "order_no": ticket.order.order_no,
        "shop": shop_json(ticket.shop),
        "buyer": ticket.buyer.username,
        "currency": currency,
        "type": ticket.type,
        "type_label": str(Type(ticket.type).label),
        "status": ticket.status,
        "status_label": status_label(ticket),
        "stage": stage,
        "stage_label": str(Stage(stage).label),
        "phase": ticket.phase,
        "phase_label": str(Phase(ticket.phase).label),
        "reason": {"code": ticket.reason.code, "label": ticket.reason.label},
        "lines": lines,
        "requested_amount": _maybe(ticket.requested_amount, currency, pays),
        "approved_amount": _maybe(ticket.approved_amount, currency, pays),
        "refunded_amount": _maybe(ticket.refunded_amount, currency, pays),
        "price_difference": money(ticket.price_difference, currency),
        "due_at": when(ticket.due_at),
        "due_action": ticket.due_action or None,
        "due_action_label": str(Due(ticket.due_action).label) if ticket.due_action else None,
        "overdue": ticket.overdue_since is not None,
        "overdue_since": when(ticket.overdue_since),
        "awaits_answer": ticket.buyer_waits_since is not None,
        # Alerts are notes for whoever decides (S-151).
        "alerts": [] if actor.kind == BUYER else [alert_json(code) for code in ticket.alerts],
        "allowed_actions": services.allowed_actions(ticket, actor),
        "created_at": when(ticket.created_at),
        "updated_at": when(ticket.updated_at),
    }


def ticket_detail(ticket: Ticket, *, actor: Actor) -> TicketAnswer:
    """The whole ticket. Fetch with order, shop, buyer and reason; reads the rest in at most
    eight statements."""
    history = list(ticket.history().values_list(*_MOVE))
    entries = [Entry(move[2], move[1], move[6]) for move in history if move[1] != move[2]]
    return {
        **ticket_json(ticket, lines_of([ticket])[ticket.pk], actor=actor),
        **_money(ticket),
        **_facts(ticket),
        **_parcels(ticket),
        "evidence": [
            evidence_json(*row) for row in ticket.evidence.values_list("id", "kind", "media_type", "created_at")
        ],
        "ceiling": _ceiling(ticket, actor),
        "steps": [step_json(step) for step in progress(ticket, entries)],
        "timeline": [_move_json(*move, type_=ticket.type, actor=actor) for move in history],
        "refunds": _refunds(ticket, actor),
        "dispute": None,
    }


def alert_json(code: str) -> AlertAnswer:
    return {"code": code, "label": alert_label(code)}


def step_json(step: ProgressStep) -> StepAnswer:
    return {
        "status": step.status,
        "label": step.label,
        "at": when(step.at),
        "state": step.state.value,
        "state_label": str(step.state.label),
    }


def shop_json(shop: Shop) -> TicketShopAnswer:
    return {
        "code": shop.code,
        "name": shop.name,
        "contact_name": shop.contact_name,
        "contact_phone": shop.contact_phone,
    }


def _money(ticket: Ticket) -> TicketMoney:
    pays, payer, currency = ticket.pays_money, ticket.return_freight_payer, ticket.order.currency
    return {
        "claimed_amount": _maybe(ticket.claimed_amount, currency),
        "service_fee": _maybe(ticket.service_fee, currency, pays),
        "deduction": _maybe(ticket.deduction, currency, pays),
        "freight_amount": _maybe(ticket.freight_amount, currency, pays),
        "return_freight": {
            "payer": payer,
            "payer_label": str(FreightPayer(payer).label),
            "amount": money(ticket.return_freight_amount, currency),
        },
        "difference_paid": ticket.difference_payment_id is not None,
        "returned_in_kind": {"points": ticket.points_returned, "coupons": ticket.coupons_returned},
    }


def _facts(ticket: Ticket) -> TicketFacts:
    return {
        "description": ticket.description,
        "received": ticket.received,
        "returnless": ticket.returnless,
        "advance_exchange": ticket.advance_exchange,
        "rejection_reason": ticket.rejection_reason,
        "rejection_ground": ticket.rejection_ground,
        "rejection_ground_label": ground_label(ticket.rejection_ground),
        "return_address": ticket.return_address_copy,
        "applied_at": when(ticket.applied_at),
        "received_at": when(ticket.received_at),
        "completed_at": when(ticket.completed_at),
    }


def _ceiling(ticket: Ticket, actor: Actor) -> str | None:
    """What the merchant may approve at most, while it is theirs to decide."""
    undecided = ticket.status in (Status.PENDING_REVIEW, Status.REJECTED)
    if not undecided or not ticket.pays_money or actor.kind not in (MERCHANT, SUPPORT):
        return None
    return money(services.approvable(ticket).ceiling, ticket.order.currency)


# --- what hangs on it ----------------------------------------------------------------------------------


def _parcels(ticket: Ticket) -> TicketParcels:
    """The current one of each kind with its trace, in one statement. Most tickets have none: then nothing is read."""
    trace = ParcelEvent.objects.filter(shop_id=OuterRef("shop_id"), parcel=OuterRef("parcel")).order_by("at", "id")
    scans = ArraySubquery(trace.values(scan=JSONObject(at="at", status="status", text="text")))
    links = TicketParcel.objects.filter(shop_id=ticket.shop_id, ticket=ticket, is_current=True)
    links = links.select_related("parcel").annotate(scans=scans)
    rows = {link.kind: link for link in links} if ticket.has_parcels else {}

    def parcel(kind: str) -> ParcelAnswer | None:
        link = rows.get(kind)
        if link is None:
            return None
        # JSON has no times: they come as texts.
        scans = [{**scan, "at": datetime.fromisoformat(scan["at"])} for scan in link.scans]
        return parcel_json(link.parcel, [ParcelEvent(**scan) for scan in scans])

    return {
        "return_parcel": parcel(TicketParcel.Kind.RETURN),
        "replacement_parcel": parcel(TicketParcel.Kind.REPLACEMENT),
        "send_back_parcel": parcel(TicketParcel.Kind.SEND_BACK),
    }


def evidence_url(pk: object) -> str:
    return reverse("evidence", args=[pk])


def evidence_json(pk: object, kind: str, media_type: str, created_at: datetime) -> EvidenceAnswer:
    picture = media_type.startswith("image/")
    return {
        "id": str(pk),
        "kind": kind,
        "kind_label": str(Evidence.Kind(kind).label),
        "media_type": media_type,
        "url": evidence_url(pk),
        "thumbnail_url": reverse("evidence-thumbnail", args=[pk]) if picture else None,
        "created_at": when(created_at),
    }


def _refunds(ticket: Ticket, actor: Actor) -> list[RefundOfTicketAnswer]:
    if ticket.approved_at is None:
        return []  # money moves only after an approval
    refunds = TicketRefund.objects.filter(shop_id=ticket.shop_id, ticket_id=ticket.pk)
    rows = refunds.order_by("refund_id").values_list(*_REFUND)
    return [_refund_json(*row, currency=ticket.order.currency, actor=actor) for row in rows]


def _refund_json(
    number: str, kind: str, status: str, amount: Decimal, channel: str, reason: str,
    created_at: datetime, settled_at: datetime | None, *, currency: str, actor: Actor,
) -> RefundOfTicketAnswer:  # fmt: skip
    estimate = expected(status, channel, created_at=created_at, settled_at=settled_at)
    text = arrival_text(status, channel, created_at=created_at, settled_at=settled_at, now=timezone.now())
    return {
        "refund_no": number,
        "kind": kind,
        "kind_label": str(TicketRefund.Kind(kind).label),
        "status": status,
        "status_label": str(RefundStatus(status).label),
        "amount": money(amount, currency),
        "channel": channel,
        "channel_label": channel_label(channel),
        "failure_reason": failure(reason, actor),
        "created_at": when(created_at),
        "settled_at": when(settled_at),
        "expected_at": when(estimate.ends) if estimate else None,
        "expected_text": text,
    }


def _move_json(
    action: str, source: str, target: str, kind: str, name: str, note: str, at: datetime, *, type_: str, actor: Actor
) -> TicketMoveAnswer:
    # To the outside a shop's program is the shop.
    kind = MERCHANT if kind == INTEGRATION else kind
    return {
        "at": when(at),
        "actor": {"kind": kind, "kind_label": kind_label(kind), "name": name},
        "action": action,
        "action_label": event_label(action),
        "from": source,
        "from_label": label_of(type_, source) if source else "",
        "to": target,
        "to_label": label_of(type_, target),
        "note": failure(note, actor) if action == "refund_failed" else note,
    }


# --- around tickets --------------------------------------------------------------------------------------


def quote_json(quote: Quote, currency: str) -> QuoteAnswer:
    return {
        "lines": [
            {
                "line_id": priced.requested.line.pk,
                "quantity": priced.requested.quantity,
                "amount": money(priced.amount, currency),
            }
            for priced in quote.priced_lines
        ],
        "goods_amount": money(quote.goods_amount, currency),
        "freight_amount": money(quote.freight_amount, currency),
        "price_difference": money(quote.price_difference, currency),
        "service_fee": money(ZERO, currency),
        "returned_in_kind": {"points": quote.points, "coupons": quote.coupons},
        "total": money(quote.total, currency),
        "tenders": [
            {"channel": payment.channel, "amount": money(amount, currency)} for payment, amount in quote.tenders
        ],
        "eligible": not quote.reasons,
        "reasons": quote.reasons,
    }


def reason_json(reason: Reason) -> ReasonAnswer:
    return {
        "type": reason.type,
        "type_label": str(Type(reason.type).label),
        "code": reason.code,
        "label": reason.label,
        "fault": reason.fault,
        "fault_label": str(Fault(reason.fault).label),
        "evidence_required": reason.evidence_required,
    }
