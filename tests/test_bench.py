"""The benchmark's rows and requests are sound. How fast they are is for `make bench` to say."""

import json
import re

import pytest
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from accounts.models import User
from aftersales import audit
from aftersales.models import Ticket
from bench import jobs, plain
from bench.bare import views
from bench.fill import KINDS, fill
from orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data"), pytest.mark.slow]


def test_copies_are_as_good_as_what_they_were_copied_from(subtests: pytest.Subtests, settings, tmp_path) -> None:
    settings.MEDIA_ROOT, settings.ALLOWED_HOSTS = tmp_path, ["localhost", "testserver"]
    filled = fill(0.0005)
    g = {kind: first for kind, (first, _) in filled.ranges.items()}
    assert len(g) == len(KINDS)
    with subtests.test("the books add up"):
        # What the sandbox remembers is outside of the orders, so it is not copied.
        assert [str(found) for found in audit.run() if "sandbox" not in found.what] == []
    with subtests.test("a full benchmark has the sizes of the issue"):
        assert sum(kind.count for kind in KINDS) == 100_000
        assert sum(kind.count for kind in KINDS if kind.scene.type) == 30_000
    with subtests.test("the bare view answers what the API answers"):
        bare_is_the_same(g["refunded"], filled.merchant_token)
    with subtests.test("recorded statements run for another row"):
        replays(g["apply"], filled.buyer_token)
    with subtests.test("applying and approving work on copies"):
        verbs(g, filled.buyer_token, filled.merchant_token)


def bare_is_the_same(g: int, token: str) -> None:
    ours = api(token).get(f"{jobs.API}AS-{g}/").json()
    request = APIRequestFactory().get("/")
    force_authenticate(request, User.objects.get(username="mei"))
    bare = json.loads(views.Detail.as_view()(request, ticket_no=f"AS-{g}").render().content)
    assert ours["evidence"]
    assert ours["refunds"]
    assert missing(ours, bare) == set()


def missing(ours: dict, bare: dict) -> set[str]:
    """Keys that only we have."""
    return ours.keys() - bare.keys()


def replays(g: int, token: str) -> None:
    script = plain.record(jobs._apply(g, token), jobs._rows(g))
    assert "'E-:g'" in script.text
    # Not within a longer number: the token of the request is hexadecimal and may end with the same digit.
    assert not re.search(rf"(?<![0-9a-f]){g}'", script.text)
    assert "\\gset" in script.text
    assert 10 < script.statements <= 30


def verbs(g: dict[str, int], buyer: str, merchant: str) -> None:
    request = jobs._apply(g["apply"] + 1, buyer)
    made = api(buyer).post(request.path, json.loads(request.body), format="json")
    assert made.status_code == 201
    assert Order.objects.get(order_no=f"E-{g['apply'] + 1}").open_cases == 1
    done = api(merchant).post(f"{jobs.API}AS-{g['approve']}/approve/", {}, format="json")
    assert done.status_code == 200
    assert Ticket.objects.get(ticket_no=f"AS-{g['approve']}").status == "pending_return"


def api(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client
