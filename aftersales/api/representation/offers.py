"""The offers of a ticket, and less money on a note, as JSON."""

from kernel.actors import BUYER, Actor
from web.api.answers import money, when

from ...models import NotedConsent, Offer, Ticket
from ...policy import objection_ends
from ...states import OFFER_TYPES, FreightPayer, InKind
from ..answers import NotedConsentAnswer, OfferAnswer, OutcomeAnswer


def offers_json(ticket: Ticket) -> list[OfferAnswer]:
    """Every version, oldest first. One statement."""
    return [_offer_json(offer, ticket.order.currency) for offer in ticket.offers.all()]


def _offer_json(offer: Offer, currency: str) -> OfferAnswer:
    payer = offer.goods.get("return_freight_payer")
    return {
        "id": offer.pk,
        "type": offer.type,
        "type_label": str(OFFER_TYPES[offer.type]),
        "amount": money(offer.amount, currency),
        "service_fee": money(offer.service_fee, currency),
        "pays": money(offer.pays, currency),
        "return_freight_payer": payer,
        "return_freight_payer_label": str(FreightPayer(payer).label) if payer else None,
        "note": offer.note,
        "what": offer.what,
        "valid_until": offer.valid_until.isoformat() if offer.valid_until else None,
        "status": offer.status,
        "status_label": str(Offer.Status(offer.status).label),
        "at": when(offer.at),
        "answered_at": when(offer.answered_at),
    }


def outcome_json(ticket: Ticket, actor: Actor) -> OutcomeAnswer | None:
    """One statement where there is one."""
    if not ticket.outcome:
        return None
    row = ticket.offers.get(status=Offer.Status.ACCEPTED, type=ticket.outcome)
    # What a gift costs the shop is not for the buyer; a voucher says it itself.
    hidden = actor.kind == BUYER and ticket.outcome == InKind.GIFT
    return {
        "type": ticket.outcome,
        "type_label": str(InKind(ticket.outcome).label),
        "what": row.what,
        "cost": None if hidden else money(ticket.outcome_cost, ticket.order.currency),
        "voucher_code": row.code if ticket.handed_over_at else "",
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "due_at": when(ticket.gift_due_at),
        "handed_over_at": when(ticket.handed_over_at),
    }


def noted_consent_json(ticket: Ticket) -> NotedConsentAnswer | None:
    if ticket.noted_at is None:
        return None
    rows = NotedConsent.objects.filter(shop_id=ticket.shop_id, ticket=ticket)
    amount, note, at, objected_at, number = rows.values_list(
        "amount", "note", "at", "objected_at", "claim__ticket_no"
    ).get()  # fmt: skip
    return {
        "amount": money(amount, ticket.order.currency),
        "note": note,
        "at": when(at),
        "object_until": when(objection_ends(ticket)),
        "objected_at": when(objected_at),
        "objection": number,
    }


def objects_to(ticket: Ticket) -> str | None:
    if not ticket.objection:
        return None
    rows = NotedConsent.objects.filter(shop_id=ticket.shop_id, claim=ticket)
    return rows.values_list("ticket__ticket_no", flat=True).get()
