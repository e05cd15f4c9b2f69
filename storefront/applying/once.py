"""One application, one ticket: the page carries a token, and sending it again answers the first ticket."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from aftersales.models import Ticket
from kernel import idempotency
from kernel.actors import BUYER


def once(
    user_id: int, token: str, address: str, *, now: datetime, send: Callable[[], Ticket]
) -> tuple[str, Ticket | None]:
    """(ticket no., the ticket where this call opened it). Token and ticket are saved in one transaction: a second
    request waits for the first one, and after a refusal the same token may be used again."""
    with transaction.atomic():
        # The prefix keeps the tokens of pages apart from the Idempotency-Key headers of the API.
        key = f"page:{token}"
        fingerprint = hashlib.sha256(address.encode()).hexdigest()
        # Waiting instead of refusing: a double click is meant once, and both answers lead to the same ticket.
        stored = idempotency.claim(user_id, key, fingerprint, now, wait=True)
        if stored is not None:
            return stored.body, None
        ticket = send()
        idempotency.store(user_id, key, fingerprint, 302, ticket.ticket_no, now, acted=(ticket.shop_id, BUYER))
        return ticket.ticket_no, ticket
