"""The evidence on one chargeback as one file: a PDF to read, the same facts for programs, the original files, and the
hashes of all of them (docs/chargebacks.md)."""

import errno
import json
import logging
import re
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.actors import Actor
from kernel.errors import Unavailable
from kernel.machine import advance
from orders import services as orders
from orders.models import Order
from refunds.models import Chargeback
from web.limits.turns import Turns

from . import order_facts, ticket_facts
from .access import check_may_take
from .archive import archive, temporary
from .document import pdf
from .files import Files, copy_files
from .shapes import Facts

log = logging.getLogger(__name__)
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
# A document takes memory, and its library makes one at a time (`document.pdf`).
TURNS = Turns(10, gettext_lazy("Other files are being made. Try again in a few seconds."))


@dataclass(frozen=True)
class Pack:
    """`file` is at its beginning; whoever sends it closes it."""

    name: str
    file: BinaryIO


def make_pack(chargeback: Chargeback, *, actor: Actor, now: datetime, language: str = "") -> Pack:
    """Fetch with `payment__order` and its shop and buyer. `language`: of settings.LANGUAGES; empty: the active one.

    History says who took it, and that the address was shown. 403 for who may not; 429 while others are being made; 503
    where it cannot be written.
    """
    check_may_take(actor)
    with TURNS.turn(), translation.override(language or translation.get_language()), temporary() as file:
        try:
            _write(chargeback, file, now)
        except OSError as error:
            log.exception("the evidence on a chargeback could not be written")
            raise _not_written(error) from error
        _note(chargeback, actor, now)
        file.seek(0)
    return Pack(f"evidence-{re.sub(r'[^A-Za-z0-9._-]+', '-', chargeback.chargeback_no)}.zip", file)


def _write(chargeback: Chargeback, file: BinaryIO, now: datetime) -> None:
    with archive(file, now) as target:
        files = copy_files(chargeback.payment.order, target)
        facts = collect(chargeback, files)
        target.add("evidence.json", json.dumps(facts, ensure_ascii=False, indent=1).encode(), now)
        target.add("evidence.pdf", pdf(facts, files.previews, now), now)


def collect(chargeback: Chargeback, files: Files) -> Facts:
    """The same facts in the same language are the same, whenever they are read. A constant number of statements."""
    order: Order = chargeback.payment.order
    tickets = ticket_facts.tickets_of(order)
    lines = ticket_facts.histories(chargeback, order, tickets)
    return {
        "language": translation.get_language() or "",
        "time_zone": timezone.get_current_timezone_name(),
        "currency": order.currency,
        "chargeback": order_facts.chargeback_facts(chargeback, lines["chargeback", chargeback.pk]),
        "order": order_facts.order_facts(order, lines["order", order.pk]),
        "payments": order_facts.payments_facts(order, chargeback.payment_id),
        "parcels": order_facts.parcels_facts(order, ticket_facts.parcels_of(order, tickets)),
        "refunds": order_facts.refunds_facts(order),
        "payables": order_facts.payables_facts(order),
        "tickets": ticket_facts.tickets_facts(order, tickets, lines),
        "messages": ticket_facts.messages_facts(order, files.of_message),
        "files": files.facts,
    }


@transaction.atomic
def _note(chargeback: Chargeback, actor: Actor, now: datetime) -> None:
    order: Order = chargeback.payment.order
    columns = tuple(name for name in ("name", "address") if getattr(order, f"receiver_{name}"))
    if columns:
        facts = {"chargeback_no": chargeback.chargeback_no}
        orders.note_receiver_in_file(order, columns, remark="evidence_pack", facts=facts, actor=actor, now=now)
    advance(chargeback.take_evidence, actor=actor, now=now)


def _not_written(error: OSError) -> Unavailable:
    if error.errno in NO_SPACE:
        return Unavailable(_("There is no space for the file right now. Try again later."))
    return Unavailable(_("The file could not be made right now. Try again later."))
