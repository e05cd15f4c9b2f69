from datetime import datetime

from kernel.actors import Actor
from orders.models import Order
from refunds import services as refunds

from ...rules.amounts import Quote, add_chargebacks, add_tenders, behind_bank, price
from ...rules.application import Application
from ...rules.eligibility import verdict
from ...rules.facts import Facts, gather
from ...rules.refusal import Refusal


def quote(order: Order, application: Application, *, actor: Actor, now: datetime) -> Quote:
    """What would be paid, along which payments, and the reasons against the application. Writes nothing."""
    return quote_of(gather(order, application, now=now))


def quote_of(facts: Facts, goods: list[Refusal] | None = None) -> Quote:
    """The quote for facts that were read already; `goods` as in `judged`."""
    result = judged(facts, goods)
    payments = list(facts.order.payments.all())
    add_tenders(result, facts, payments, refunds.claims(payments, behind_bank=behind_bank(facts)))
    return result


def judged(facts: Facts, goods: list[Refusal] | None = None) -> Quote:
    """Prices the application and adds every refusal of it. `goods`: those of the goods, where they are known."""
    result = price(facts)
    result.refusals = [*verdict(facts, goods), *result.refusals]
    add_chargebacks(result, facts)
    return result
