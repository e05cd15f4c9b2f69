"""The benchmark of pushes: what it sends is stored, what is missing is found, and each bar is judged for itself."""

from typing import Any

import pytest
from django.test import Client

from bench import pushes
from bench.copies import new_id
from logistics.couriers.kuaidi100.adapter import Kuaidi100
from logistics.models import Parcel, ParcelEvent
from orders.models import Order

GOOD: dict[str, Any] = {
    "p95_ms": pushes.BAR_P95_MS,
    "statements": {"scan": 5, "delivery": pushes.BAR_STATEMENTS},
    "rate": pushes.BAR_RATE,
    "lost": 0,
    "refused": 0,
    "asking": {"by_index": True},
}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("reference_data")
def test_every_push_is_stored_and_what_is_missing_is_counted(
    kuaidi100: Kuaidi100, configured: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    configured.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(pushes, "SALT", configured.KUAIDI100_SALT)
    pushes.fill(10)
    pushed = range(1, 11)
    assert pushes.not_stored(pushed) == len(pushed)
    client = Client()
    for g in pushed:
        request = pushes.push(g)
        assert client.post(request.path, request.body, content_type=request.kind).status_code == 200
    assert pushes.not_stored(pushed) == 0
    ParcelEvent.objects.filter(parcel_id=new_id(Parcel, 1)).delete()
    Order.objects.filter(pk=new_id(Order, pushes.EACH_DELIVERED)).update(fulfilment="shipped")
    assert pushes.not_stored(pushed) == 2


@pytest.mark.parametrize(
    "bad",
    [
        {"p95_ms": pushes.BAR_P95_MS + 0.1},
        {"statements": {"scan": 5, "delivery": pushes.BAR_STATEMENTS + 1}},
        {"rate": 0.97 * pushes.BAR_RATE},
        {"lost": 1},
        {"refused": 1},
        {"asking": {"by_index": False}},
    ],
)
def test_each_bar_is_judged_for_itself(bad: dict[str, Any]) -> None:
    assert pushes.met(GOOD)
    assert not pushes.met(GOOD | bad)
