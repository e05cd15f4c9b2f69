"""Nothing about an application is judged twice in one request: every part of a page uses the verdict that was made."""

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from aftersales import services
from aftersales.rules import eligibility
from aftersales.rules.facts import Facts
from kernel.errors import NotEligible
from tests.browser import Sit
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import DAY, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

Judged = Counter[tuple[Any, ...]]


def _key(facts: Facts) -> tuple[Any, ...]:
    goods = tuple(
        (each.line.pk, each.quantity, each.sku.pk if each.sku else None, each.unshipped)
        for each in facts.requested_lines
    )
    reason = facts.reason.code if facts.reason else ""
    return facts.type, goods, facts.claimed is not None, facts.received, facts.has_evidence, reason


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judged:
    """What the rules of the goods and of the reason were asked, and how often."""
    counter: Judged = Counter()

    def counting(rule: Callable[[Facts], Any], reads_reason: bool) -> Callable[[Facts], Any]:
        def count(facts: Facts) -> Any:
            key = _key(facts)
            counter[(rule.__name__, *(key if reads_reason else key[:4]))] += 1
            return rule(facts)

        return count

    for rule, reads_reason in ((eligibility.check_goods, False), (eligibility.check_reason, True)):
        counted = counting(rule, reads_reason)
        for module in [module for name, module in sys.modules.items() if name.startswith("aftersales.")]:
            if getattr(module, rule.__name__, None) is rule:
                monkeypatch.setattr(module, rule.__name__, counted)
    return counter


def twice(judged: Judged) -> dict[tuple[Any, ...], int]:
    assert judged
    return {key: times for key, times in judged.items() if times > 1}


@pytest.fixture
def order(world: World) -> Any:
    for code in ("TEE", "CAP"):
        world.sku(code, on_hand=9, category="apparel")
    return world.delivered(lines=[("TEE", "10.00", 3), ("CAP", "5.00", 2)], freight="8.00")


@pytest.mark.parametrize("more", [{}, {"type": "return_refund", "reason_return_refund": "quality"}])
def test_the_page_of_an_application(sit: Sit, order: Any, judged: Judged, more: dict[str, str]) -> None:
    address = f"/orders/{order.order_no}/apply/"
    client, lines = sit("alice"), [line.pk for line in order.lines.all()]
    assert client.get(address).status_code == 200
    assert not twice(judged)
    judged.clear()
    body = {"line": lines, **{f"quantity_{pk}": "1" for pk in lines}, **more}
    assert client.post(f"{address}quote/", body).status_code == 200
    assert not twice(judged)


def test_the_page_of_a_claim(sit: Sit, order: Any, judged: Judged) -> None:
    body = {
        "line": [order.lines.first().pk], "type": "refund_only", "reason_refund_only": "compensation", "how": "part",
        "claimed_amount": "1.00",
    }  # fmt: skip
    assert sit("alice").post(f"/orders/{order.order_no}/apply/quote/", body).status_code == 200
    assert not twice(judged)


def test_the_options_of_the_api_and_the_page_of_the_order(api: Login, sit: Sit, order: Any, judged: Judged) -> None:
    assert api("alice").get(f"/api/v1/orders/{order.order_no}/options/").status_code == 200
    assert not twice(judged)
    judged.clear()
    assert sit("alice").get(f"/orders/{order.order_no}/").status_code == 200
    assert not twice(judged)


@pytest.mark.parametrize("days", [0, 9, 40])
def test_an_application_and_its_quote(world: World, order: Any, judged: Judged, days: int) -> None:
    desk, now = Desk(world), world.now + days * DAY
    asked = desk.application(order, "return_refund", "no_reason")
    services.quote(order, asked, actor=desk.buyer, now=now)
    assert not twice(judged)
    judged.clear()
    with pytest.raises(NotEligible) if days else nullcontext():
        services.apply(order, asked, actor=desk.buyer, now=now)
    assert not twice(judged)
