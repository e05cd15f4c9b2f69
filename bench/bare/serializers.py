"""The JSON of the API, written the way that the DRF tutorial writes it."""

from dataclasses import asdict
from typing import Any

from django.db.models import Max
from django.utils import timezone
from rest_framework import serializers

from accounts.models import Shop, User
from aftersales import services
from aftersales.api.benefits.representation import benefits_of, deductions_json
from aftersales.api.representation.evidence import evidence_url
from aftersales.models import (
    Evidence,
    NotedConsent,
    Offer,
    Reason,
    Ticket,
    TicketLine,
    TicketPayable,
    TicketRefund,
)
from aftersales.models.ticket_line import Inspection
from aftersales.states import Stage
from aftersales.wording.amounts import deductions_shown
from aftersales.wording.event_labels import event_label
from aftersales.wording.labels import alert_label, ground_label, label_of, status_label
from aftersales.wording.progress import Entry, progress
from kernel.actors import MERCHANT, Actor, kind_label
from kernel.models import History
from logistics.api.representation import pickup_json
from logistics.couriers import label
from logistics.machine import Status as ParcelStatus
from logistics.models import Parcel, ParcelEvent

ANYBODY = Actor(MERCHANT, "anybody", 0, "manager")


class ShopSerializer(serializers.ModelSerializer):
    class Meta:
        model = Shop
        fields = ("code", "name", "contact_name", "contact_phone")


class ReasonSerializer(serializers.ModelSerializer):
    class Meta:
        model = Reason
        fields = ("code", "label")


class InspectionSerializer(serializers.ModelSerializer):
    condition_label = serializers.CharField(source="get_condition_display")

    class Meta:
        model = Inspection
        fields = ("condition", "condition_label", "quantity")


class LineSerializer(serializers.ModelSerializer):
    inspections = InspectionSerializer(many=True)
    line_id = serializers.IntegerField()
    sku = serializers.CharField(source="line.sku.code")
    title = serializers.CharField(source="line.title")
    spec = serializers.CharField(source="line.spec")
    image_url = serializers.CharField(source="line.image_url")
    exchange_sku = serializers.CharField(source="exchange_sku.code", default=None)
    exchange_label = serializers.CharField(source="exchange_sku.spec", default="")
    replacement_line_id = serializers.IntegerField(source="replacement_id")

    class Meta:
        model = TicketLine
        fields = (
            "line_id", "sku", "title", "spec", "image_url", "quantity", "refund_amount", "exchange_sku",
            "exchange_label", "received_quantity", "inspections", "replacement_line_id",
        )  # fmt: skip


class PersonSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="display_name")

    class Meta:
        model = User
        fields = ("username", "name")


class OfferSerializer(serializers.ModelSerializer):
    type_label = serializers.CharField(source="get_type_display")
    status_label = serializers.CharField(source="get_status_display")

    class Meta:
        model = Offer
        fields = (
            "id", "type", "type_label", "amount", "service_fee", "pays", "note", "status", "status_label", "at",
            "answered_at",
        )  # fmt: skip


class NotedConsentSerializer(serializers.ModelSerializer):
    class Meta:
        model = NotedConsent
        fields = ("amount", "note", "at", "objected_at")


LISTED = (
    "ticket_no", "version", "order_no", "shop", "buyer", "assignee", "currency", "type", "type_label", "status",
    "status_label", "stage", "stage_label", "phase", "phase_label", "reason", "lines", "requested_amount",
    "approved_amount", "refunded_amount", "price_difference", "due_at", "due_action", "due_action_label", "overdue",
    "overdue_since", "awaits_answer", "alerts", "allowed_actions", "created_at", "updated_at",
)  # fmt: skip


class TicketSerializer(serializers.ModelSerializer):
    order_no = serializers.CharField(source="order.order_no")
    currency = serializers.CharField(source="order.currency")
    shop = ShopSerializer()
    buyer = serializers.CharField(source="buyer.username")
    assignee = PersonSerializer()
    reason = ReasonSerializer()
    lines = LineSerializer(many=True)
    type_label = serializers.CharField(source="get_type_display")
    phase_label = serializers.CharField(source="get_phase_display")
    due_action_label = serializers.CharField(source="get_due_action_display")
    status_label = serializers.SerializerMethodField()
    stage = serializers.CharField()
    stage_label = serializers.SerializerMethodField()
    alerts = serializers.SerializerMethodField()
    overdue = serializers.SerializerMethodField()
    awaits_answer = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = LISTED

    def get_status_label(self, ticket: Ticket) -> str:
        return status_label(ticket)

    def get_stage_label(self, ticket: Ticket) -> str:
        return str(Stage(ticket.stage).label)

    def get_alerts(self, ticket: Ticket) -> list[dict[str, str]]:
        return [{"code": code, "label": alert_label(code)} for code in ticket.alerts]

    def get_overdue(self, ticket: Ticket) -> bool:
        return ticket.overdue_since is not None

    def get_awaits_answer(self, ticket: Ticket) -> bool:
        return ticket.buyer_waits_since is not None

    def get_allowed_actions(self, ticket: Ticket) -> list[str]:
        return services.allowed_actions(ticket, ANYBODY, now=timezone.now())


class EventSerializer(serializers.ModelSerializer):
    status_label = serializers.SerializerMethodField()

    class Meta:
        model = ParcelEvent
        fields = ("at", "status", "status_label", "text")

    def get_status_label(self, event: ParcelEvent) -> str:
        return str(ParcelStatus(event.status).label)


class ParcelSerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display")
    status_label = serializers.CharField(source="get_status_display")
    courier_label = serializers.SerializerMethodField()
    events = EventSerializer(many=True)

    class Meta:
        model = Parcel
        fields = (
            "id", "kind", "kind_label", "courier", "courier_label", "tracking_no", "status", "status_label",
            "silent_since", "sent_at", "delivered_at", "replaces", "events",
        )  # fmt: skip

    def get_courier_label(self, parcel: Parcel) -> str:
        return label(parcel.courier)


class EvidenceSerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display")
    url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = ("id", "kind", "kind_label", "media_type", "url", "thumbnail_url", "created_at")

    def get_url(self, evidence: Evidence) -> str:
        return evidence_url(evidence.pk)

    def get_thumbnail_url(self, evidence: Evidence) -> str:
        return f"{evidence_url(evidence.pk)}thumbnail/"


class RefundSerializer(serializers.ModelSerializer):
    refund_no = serializers.CharField(source="refund.refund_no")
    kind_label = serializers.CharField(source="get_kind_display")
    status = serializers.CharField(source="refund.status")
    status_label = serializers.CharField(source="refund.get_status_display")
    amount = serializers.DecimalField(source="refund.amount", max_digits=12, decimal_places=2)
    channel = serializers.CharField(source="refund.payment.channel")
    failure_reason = serializers.CharField(source="refund.failure_reason")
    created_at = serializers.DateTimeField(source="refund.created_at")
    settled_at = serializers.DateTimeField(source="refund.settled_at")

    class Meta:
        model = TicketRefund
        fields = (
            "refund_no", "kind", "kind_label", "status", "status_label", "amount", "channel", "failure_reason",
            "created_at", "settled_at",
        )  # fmt: skip


class MoveSerializer(serializers.ModelSerializer):
    """`type` in the context: of the ticket, which says what a status is called."""

    actor = serializers.SerializerMethodField()
    action_label = serializers.SerializerMethodField()
    source_label = serializers.SerializerMethodField()
    to = serializers.CharField(source="target")
    to_label = serializers.SerializerMethodField()

    class Meta:
        model = History
        fields = ("at", "actor", "action", "action_label", "source", "source_label", "to", "to_label", "note")

    def get_actor(self, move: History) -> dict[str, str]:
        return {"kind": move.actor_kind, "kind_label": kind_label(move.actor_kind), "name": move.actor_name}

    def get_action_label(self, move: History) -> str:
        return event_label(move.action)

    def get_source_label(self, move: History) -> str:
        return label_of(self.context["type"], move.source) if move.source else ""

    def get_to_label(self, move: History) -> str:
        return label_of(self.context["type"], move.target)


class PayableSerializer(serializers.ModelSerializer):
    payable_no = serializers.CharField(source="payable.payable_no")
    kind = serializers.CharField(source="payable.kind")
    status = serializers.CharField(source="payable.status")
    amount = serializers.DecimalField(source="payable.amount", max_digits=12, decimal_places=2)
    due_at = serializers.DateTimeField(source="payable.due_at")

    class Meta:
        model = TicketPayable
        fields = ("payable_no", "kind", "status", "amount", "due_at")


class DetailSerializer(TicketSerializer):
    """`history` in the context: the moves of the ticket."""

    rejection_ground_label = serializers.SerializerMethodField()
    return_freight = serializers.SerializerMethodField()
    difference_paid = serializers.SerializerMethodField()
    deductions = serializers.SerializerMethodField()
    returned_in_kind = serializers.SerializerMethodField()
    benefits = serializers.SerializerMethodField()
    return_address = serializers.JSONField(source="return_address_copy")
    return_parcel = serializers.SerializerMethodField()
    replacement_parcel = serializers.SerializerMethodField()
    send_back_parcel = serializers.SerializerMethodField()
    pickup = serializers.SerializerMethodField()
    evidence = EvidenceSerializer(many=True)
    ceiling = serializers.DecimalField(source="requested_amount", max_digits=12, decimal_places=2)
    steps = serializers.SerializerMethodField()
    timeline = serializers.SerializerMethodField()
    refunds = RefundSerializer(source="ticket_refunds", many=True)
    payables = PayableSerializer(source="ticket_payables", many=True)
    offers = OfferSerializer(many=True)
    sub_reason = ReasonSerializer()
    noted_consent = serializers.SerializerMethodField()
    objects_to = serializers.SerializerMethodField()
    dispute = serializers.SerializerMethodField()
    conversation = serializers.SerializerMethodField()
    quality_path = serializers.SerializerMethodField()
    quality_path_label = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()
    extras = serializers.SerializerMethodField()
    overrides = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = (
            *LISTED, "claimed_amount", "service_fee", "deduction", "freight_amount", "return_freight",
            "difference_paid", "deductions", "returned_in_kind", "benefits", "description", "received", "returnless",
            "advance_exchange",
            "rejection_reason", "rejection_ground", "rejection_ground_label", "return_address",
            "applied_at", "received_at", "completed_at",
            "return_parcel", "replacement_parcel", "send_back_parcel", "pickup", "evidence", "ceiling", "steps",
            "timeline", "refunds", "payables", "offers", "sub_reason", "outcome", "noted_consent", "objects_to",
            "dispute", "conversation",
            "after_failed_repairs", "quality_path", "quality_path_label", "versions",
            "extras", "overrides",
        )  # fmt: skip

    def get_extras(self, ticket: Ticket) -> list[Any]:
        """None of the tickets of the benchmark came with any."""
        return []

    def get_overrides(self, ticket: Ticket) -> list[Any]:
        """On none of the tickets of the benchmark somebody decided alone."""
        return []

    def get_versions(self, ticket: Ticket) -> list[Any]:
        """None of the tickets of the benchmark was amended."""
        return []

    def get_quality_path(self, ticket: Ticket) -> str | None:
        return ticket.quality_path or None

    def get_quality_path_label(self, ticket: Ticket) -> str | None:
        return ticket.get_quality_path_display() if ticket.quality_path else None

    def get_noted_consent(self, ticket: Ticket) -> Any:
        return NotedConsentSerializer(ticket.noted_consent).data if ticket.noted_at else None

    def get_objects_to(self, ticket: Ticket) -> str | None:
        return ticket.objects_to.ticket.ticket_no if ticket.objection else None

    def get_rejection_ground_label(self, ticket: Ticket) -> str:
        return ground_label(ticket.rejection_ground)

    def get_return_parcel(self, ticket: Ticket) -> Any:
        return self._parcel(ticket, "return")

    def get_replacement_parcel(self, ticket: Ticket) -> Any:
        return self._parcel(ticket, "replacement")

    def get_pickup(self, ticket: Ticket) -> Any:
        return ticket.pickup and pickup_json(ticket.pickup, in_full=True)

    def get_send_back_parcel(self, ticket: Ticket) -> Any:
        return self._parcel(ticket, "send_back")

    def _parcel(self, ticket: Ticket, kind: str) -> Any:
        links = [link for link in ticket.ticket_parcels.all() if link.kind == kind and link.is_current]
        return ParcelSerializer(links[0].parcel).data if links else None

    def get_return_freight(self, ticket: Ticket) -> dict[str, Any]:
        return {
            "payer": ticket.return_freight_payer,
            "payer_label": ticket.get_return_freight_payer_display(),
            "amount": ticket.return_freight_amount,
        }

    def get_difference_paid(self, ticket: Ticket) -> bool:
        return ticket.difference_payment_id is not None

    def get_deductions(self, ticket: Ticket) -> list[Any]:
        return deductions_json(deductions_shown(ticket), ticket.order.currency)

    def get_benefits(self, ticket: Ticket) -> list[Any]:
        return benefits_of(ticket)

    def get_returned_in_kind(self, ticket: Ticket) -> dict[str, Any]:
        return {"points": ticket.points_returned, "coupons": ticket.coupons_returned}

    def get_steps(self, ticket: Ticket) -> list[dict[str, Any]]:
        moves = self.context["history"]
        entries = [Entry(move.action, move.source, move.target, move.at, move.actor_kind) for move in moves]
        return [asdict(step) | {"state_label": str(step.state.label)} for step in progress(ticket, entries)]

    def get_timeline(self, ticket: Ticket) -> Any:
        return MoveSerializer(self.context["history"], many=True, context={"type": ticket.type}).data

    def get_conversation(self, ticket: Ticket) -> dict[str, int | None]:
        state = ticket.messages.aggregate(read_to=Max("pk"))
        return {"read_to": state["read_to"], "unread": 0}

    def get_dispute(self, ticket: Ticket) -> None:
        return None
