"""Refunds at the desk: trying again, and settling by hand with two people."""

from decimal import Decimal

import pytest

from refunds import services
from refunds.models import Refund
from tests.browser import Sit, listing, page
from tests.world import World


@pytest.fixture
def failed(world: World) -> Refund:
    order = world.place_order(payments=[("FAIL-1", "198.00")])
    refund = services.reserve(order.payments.get(), Decimal("50.00"), actor=world.actor("mei"), now=world.now)
    services.send(refund.pk, now=world.now)
    return Refund.objects.get(pk=refund.pk)


def test_try_again(failed: Refund, world: World, sit: Sit) -> None:
    assert failed.status == "failed"
    assert sit("wen").post(page(failed, "retry")).status_code == 403
    assert sit("mei").post(page(failed, "retry")).status_code == 302
    assert Refund.objects.get(retry_of=failed).status == "pending"
    assert sit("mei").get(page(failed)).context["buttons"] == []


def test_one_person_proposes_and_another_confirms(failed: Refund, world: World, sit: Sit) -> None:
    mei, song = sit("mei"), sit("song")
    assert mei.post(page(failed, "settle"), {"proof": "", "note": ""}).status_code == 400
    assert mei.post(page(failed, "settle"), {"proof": "TRANSFER-9", "note": ""}).status_code == 302
    assert Refund.objects.get(pk=failed.pk).status == "failed"
    assert "settle" not in [button.verb.name for button in mei.get(page(failed)).context["buttons"]]
    assert mei.post(page(failed, "settle"), {"proof": "x"}).status_code == 403
    assert "TRANSFER-9" in song.get(page(failed, "settle")).content.decode()
    assert song.post(page(failed, "settle"), {"note": "seen on the statement"}).status_code == 302
    settled = Refund.objects.get(pk=failed.pk)
    assert (settled.status, settled.proof) == ("succeeded", "TRANSFER-9")


def test_the_list_counts_what_failed(failed: Refund, sit: Sit) -> None:
    response = sit("mei").get(listing(Refund, "?status__exact=failed"))
    assert [row.pk for row in response.context["cl"].result_list] == [failed.pk]
    late = [tile for tile in response.context["counters"] if tile["tone"] == "late"]
    assert [tile["count"] for tile in late] == [1]
    for query in ("?q=FAIL-1", f"?q={failed.refund_no}", "?payment__channel=sandbox", "?shop=lantern"):
        assert sit("mei").get(listing(Refund, query)).status_code == 200
