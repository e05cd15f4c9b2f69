"""A message of a ticket's conversation as JSON."""

from kernel.actors import kind_label
from web.api.answers import when

from ..models import Message
from .answers import MessageAnswer
from .representation import evidence_json


def message_json(message: Message) -> MessageAnswer:
    """Prefetch `evidence` for lists."""
    return {
        "id": message.pk,
        "at": when(message.at),
        "author": {
            "kind": message.author_kind,
            "kind_label": kind_label(message.author_kind),
            "name": message.author_name,
        },
        "text": message.text,
        "evidence": [
            evidence_json(file.pk, file.kind, file.media_type, file.created_at) for file in message.evidence.all()
        ],
    }
