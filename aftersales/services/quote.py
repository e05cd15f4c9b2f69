from datetime import datetime

from kernel.actors import Actor
from orders.models import Order

from ..rules.amounts import Quote, add_tenders, price
from ..rules.application import Application
from ..rules.eligibility import verdict
from ..rules.facts import Facts, gather


def quote(order: Order, application: Application, *, actor: Actor, now: datetime) -> Quote:
    """What would be paid, along which payments, and the reasons against the application. Writes nothing."""
    return quote_of(gather(order, application, now=now))


def quote_of(facts: Facts) -> Quote:
    """The quote for facts that were read already."""
    result = price(facts)
    result.reasons = list(dict.fromkeys([*verdict(facts), *result.reasons]))
    add_tenders(result, facts.order)
    return result
