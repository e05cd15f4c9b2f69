"""A ticket as JSON: plain dictionaries, because building them is most of what a list costs.

Of what hangs on a ticket only columns are read: one statement each for lines, evidence, refunds and history.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.models import Shop
from kernel.actors import BUYER, INTEGRATION, MERCHANT, SUPPORT, Actor, kind_label
from kernel.languages import pick
from kernel.remarks import note_in_words
from logistics.api.answers import ParcelAnswer
from logistics.api.representation import parcel_json, pickup_json
from logistics.models import ParcelEvent
from refunds.api.representation import failure
from web.api.answers import money, when

from ... import services
from ...models import Ticket, TicketLine, TicketParcel
from ...news import INTERNAL
from ...states import STAGE_OF, FreightPayer, Phase, QualityPath, Stage, Status, Type
from ...wording.amounts import deductions_shown
from ...wording.event_labels import event_label
from ...wording.flow import Entry
from ...wording.labels import alert_label, due_label, ground_label, label_of, status_label, variant_label
from ...wording.progress import ProgressStep, progress
from ..answers import (
    AlertAnswer,
    AssigneeAnswer,
    ReasonOfTicketAnswer,
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
from ..benefits.representation import benefits_of, deductions_json
from ..overrides import overrides_json
from ..payables.representation import payables_of
from ..versions import versions_json
from .evidence import evidence_json, reading_json
from .inspections import INSPECTED, extras_json, inspections_json
from .offers import noted_consent_json, objects_to, offers_json, outcome_json
from .refunds import refunds_json

_LINE = (
    "ticket_id", "line_id", "line__sku__code",
    "line__title", "line__title_en", "line__spec", "line__spec_en",
    "exchange_sku__title", "exchange_sku__title_en", "exchange_sku__spec", "exchange_sku__spec_en",
    "line__image_url", "quantity", "refund_amount", "exchange_sku__code", "received_quantity", "inspected",
    "replacement_id",
)  # fmt: skip
_MOVE = ("action", "source", "target", "actor_kind", "actor_name", "note", "at", "data")


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
    of_tickets = TicketLine.objects.filter(shop_id__in=shops, ticket_id__in=paying).order_by("id")
    rows: Iterable[Any] = of_tickets.annotate(inspected=INSPECTED).values_list(*_LINE)
    for pk, line, sku, *texts, image, quantity, amount, other, received, inspected, replacement in rows:
        title, spec, *variant = (
            pick(chinese or "", english or "") for chinese, english in zip(texts[::2], texts[1::2], strict=True)
        )
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
                "inspections": inspections_json(inspected),
                "replacement_line_id": replacement,
            }
        )
    return lines


# --- the ticket ------------------------------------------------------------------------------------------


def ticket_json(ticket: Ticket, lines: list[TicketLineAnswer], *, actor: Actor) -> TicketSummaryAnswer:
    """As in a list (S-113). Fetch with order, shop, buyer and reason; `lines` from `lines_of`."""
    pays, stage, currency = ticket.pays_money, STAGE_OF[ticket.status], ticket.order.currency
    return {
        "ticket_no": ticket.ticket_no,
        "version": ticket.version,
        "order_no": ticket.order.order_no,
        "shop": shop_json(ticket.shop),
        "buyer": ticket.buyer.username,
        "assignee": _assignee(ticket, actor),
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
        "due_action_label": due_label(ticket.due_action) if ticket.due_action else None,
        "overdue": ticket.overdue_since is not None,
        "overdue_since": when(ticket.overdue_since),
        "awaits_answer": ticket.buyer_waits_since is not None,
        # Alerts are notes for whoever decides (S-151).
        "alerts": [] if actor.kind == BUYER else [alert_json(code) for code in ticket.alerts],
        "allowed_actions": services.allowed_actions(ticket, actor, now=timezone.now()),
        "created_at": when(ticket.created_at),
        "updated_at": when(ticket.updated_at),
    }


def ticket_detail(ticket: Ticket, *, actor: Actor) -> TicketAnswer:
    """The whole ticket. Fetch with order, shop, buyer and reason; reads the rest in at most
    eight statements."""
    history = list(ticket.history().values_list(*_MOVE))
    if actor.kind == BUYER:  # who works on it, and what colleagues tell each other, stays in the shop
        history = [move for move in history if move[0] not in INTERNAL]
    entries = [Entry(move[0], move[1], move[2], move[6], move[3]) for move in history]
    files = [evidence_json(*row) for row in ticket.evidence.values_list("id", "kind", "media_type", "created_at")]
    return {
        **ticket_json(ticket, lines_of([ticket])[ticket.pk], actor=actor),
        **_money(ticket),
        **_facts(ticket),
        **_parcels(ticket, in_full=actor.kind == BUYER),
        "extras": extras_json(ticket) if any("extras" in move[7] for move in history) else [],
        "evidence": files,
        "ceiling": _ceiling(ticket, actor),
        "steps": [step_json(step) for step in progress(ticket, entries)],
        "timeline": [_move_json(*move, type_=ticket.type, actor=actor) for move in history],
        "refunds": refunds_json(ticket, files, actor=actor),
        "benefits": benefits_of(ticket),
        "payables": payables_of(ticket, files, actor=actor),
        # Most tickets have none, which the history tells.
        "overrides": overrides_json(ticket) if any(move[0] == "break_glass" for move in history) else [],
        "offers": offers_json(ticket) if any(move[0] == "offer" for move in history) else [],
        "outcome": outcome_json(ticket, actor),
        "noted_consent": noted_consent_json(ticket),
        "objects_to": objects_to(ticket),
        "versions": versions_json(ticket, [(move[0], move[6], move[7]) for move in history]),
        "dispute": None,
        "conversation": reading_json(ticket, actor),
    }


def _assignee(ticket: Ticket, actor: Actor) -> AssigneeAnswer | None:
    """Who does what inside the shop is not for its buyers."""
    person = None if actor.kind == BUYER else ticket.assignee
    return None if person is None else {"username": person.username, "name": person.display_name}


def alert_json(code: str) -> AlertAnswer:
    return {"code": code, "label": alert_label(code)}


def step_json(step: ProgressStep) -> StepAnswer:
    return {
        "name": step.name.value,
        "status": step.status,
        "label": step.label,
        "at": when(step.at),
        "state": step.state.value,
        "state_label": step.state_label,
        "automatic": step.automatic,
    }


def shop_json(shop: Shop) -> TicketShopAnswer:
    return {
        "code": shop.code,
        "name": shop.shown_name,
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
            "collect": ticket.return_freight_collect,
        },
        "difference_paid": ticket.difference_payment_id is not None,
        "deductions": deductions_json(deductions_shown(ticket), currency),
        "returned_in_kind": {"points": ticket.points_returned, "coupons": ticket.coupons_returned},
    }


def _facts(ticket: Ticket) -> TicketFacts:
    return {
        "sub_reason": sub_reason_json(ticket),
        "description": ticket.description,
        "received": ticket.received,
        "returnless": ticket.returnless,
        "after_failed_repairs": ticket.after_failed_repairs,
        "quality_path": ticket.quality_path or None,
        "quality_path_label": str(QualityPath(ticket.quality_path).label) if ticket.quality_path else None,
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


def sub_reason_json(ticket: Ticket) -> ReasonOfTicketAnswer | None:
    kind = ticket.sub_reason
    return {"code": kind.code, "label": kind.label} if kind else None


# --- what hangs on it ----------------------------------------------------------------------------------


def _parcels(ticket: Ticket, *, in_full: bool) -> TicketParcels:
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
        "pickup": None if ticket.pickup is None else pickup_json(ticket.pickup, in_full=in_full),
    }


def _move_json(
    action: str, source: str, target: str, kind: str, name: str, note: str, at: datetime, data: Mapping[str, object],
    *, type_: str, actor: Actor,
) -> TicketMoveAnswer:  # fmt: skip
    # To the outside a shop's program is the shop.
    stored_kind, kind = kind, MERCHANT if kind == INTEGRATION else kind
    return {
        "at": when(at),
        "actor": {"kind": kind, "kind_label": kind_label(kind), "name": name},
        "action": action,
        "action_label": event_label(action, data),
        "from": source,
        "from_label": label_of(type_, source) if source else "",
        "to": target,
        "to_label": label_of(type_, target),
        "note": failure(note, actor, returned=action == "refund_returned")
        if action in ("refund_failed", "refund_returned")
        else note_in_words(note, data, stored_kind),
    }
