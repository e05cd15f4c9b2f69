from datetime import datetime

from kernel.actors import Actor
from orders.models import Order

from ..rules.amounts import Quote, add_tenders, price
from ..rules.application import Application
from ..rules.eligibility import verdict
from ..rules.facts import Facts, gather
from ..rules.refusal import Refusal


def quote(order: Order, application: Application, *, actor: Actor, now: datetime) -> Quote:
    """What would be paid, along which payments, and the reasons against the application. Writes nothing."""
    return quote_of(gather(order, application, now=now))


def quote_of(facts: Facts, goods: list[Refusal] | None = None) -> Quote:
    """The quote for facts that were read already; `goods` as in `judged`."""
    result = judged(facts, goods)
    add_tenders(result, facts)
    return result


def judged(facts: Facts, goods: list[Refusal] | None = None) -> Quote:
    """Prices the application and adds every refusal of it. `goods`: those of the goods, where they are known."""
    result = price(facts)
    result.refusals = [*verdict(facts, goods), *result.refusals]
    return result
