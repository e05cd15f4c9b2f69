"""A file of evidence, and a message of the conversation with its files, as JSON."""

from datetime import datetime

from django.urls import reverse

from kernel.actors import Actor, kind_label
from orders.models import Order
from web.api.answers import when

from ... import services
from ...models import Evidence, Message, Ticket
from ...selectors.messages.unread import reading
from ..answers import MessageAnswer, ReadingAnswer
from ..answers_proof import EvidenceAnswer


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


def reading_json(about: Ticket | Order, actor: Actor) -> ReadingAnswer:
    """One statement."""
    state = reading(services.conversation(about), actor.kind)
    return {"read_to": state.read_to, "unread": state.unread}


def message_json(message: Message) -> MessageAnswer:
    """Fetch with `ticket` and prefetch `evidence` for lists."""
    return {
        "id": message.pk,
        "ticket_no": message.ticket.ticket_no if message.ticket else "",
        "at": when(message.at),
        "author": {
            "kind": message.author_kind,
            "kind_label": kind_label(message.author_kind),
            "name": message.author_name,
        },
        "text": message.words,
        "evidence": [
            evidence_json(file.pk, file.kind, file.media_type, file.created_at) for file in message.evidence.all()
        ],
    }
