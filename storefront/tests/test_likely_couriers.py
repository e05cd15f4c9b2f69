"""The courier that the page proposes where the look of a number says nothing, with and without the script."""

import pytest
from django.test import Client

from aftersales.models import Ticket
from tests.browser import text
from tests.desk import Desk
from tests.recognising import connect
from tests.world import World

from .test_ticket_actions import status, url

pytestmark = pytest.mark.usefixtures("stock")
NUMBER = "881234567890"
Patch = pytest.MonkeyPatch


@pytest.fixture
def agreed(desk: Desk, world: World) -> Ticket:
    return desk.approve(desk.apply(world.delivered()))


def listed(client: Client, ticket: Ticket, **query: str) -> str:
    return text(client.get(url(ticket, "ship-back/courier"), {"tracking_no": NUMBER, **query}))


def chosen(html: str) -> list[str]:
    return [part.split('"')[0] for part in html.split('<option value="')[1:] if "selected" in part.split(">")[0]]


def test_the_only_one_is_chosen(alice: Client, agreed: Ticket, monkeypatch: Patch) -> None:
    connect(monkeypatch, "yunda")
    html = listed(alice, agreed)
    assert chosen(html) == ["yunda"]
    assert 'name="proposed" value="yunda"' in html


def test_what_the_buyer_chose_stays_and_nobody_is_asked(alice: Client, agreed: Ticket, monkeypatch: Patch) -> None:
    source = connect(monkeypatch, "yunda")
    assert chosen(listed(alice, agreed, courier="zto")) == ["zto"]
    assert chosen(listed(alice, agreed, courier="other", proposed="zto")) == ["other"]
    assert source.asked == []


@pytest.mark.parametrize(("says", "then"), [(("yunda",), ["yunda"]), ((), []), (("zto", "sto"), [])])
def test_a_proposal_of_before_goes_with_its_number(
    alice: Client, agreed: Ticket, monkeypatch: Patch, says: tuple[str, ...], then: list[str]
) -> None:
    connect(monkeypatch, *says)
    assert chosen(listed(alice, agreed, courier="sf", proposed="sf")) == then


def test_several_come_first_and_none_is_chosen(alice: Client, agreed: Ticket, monkeypatch: Patch) -> None:
    connect(monkeypatch, "zto", "sto")
    html = listed(alice, agreed)
    fitting = html.split("<optgroup")[1].split("</optgroup>")[0]
    assert (chosen(html), fitting.count("<option"), html.count('value="zto"')) == ([], 2, 1)


def test_without_the_script_the_form_comes_back_with_it(alice: Client, agreed: Ticket, monkeypatch: Patch) -> None:
    connect(monkeypatch, "yunda")
    answer = alice.post(url(agreed, "ship-back"), {"courier": "", "tracking_no": NUMBER})
    html = text(answer)
    assert (answer.status_code, chosen(html), status(agreed)) == (400, ["yunda"], "pending_return")
    assert "By the number it's Yunda Express." in html
    alice.post(url(agreed, "ship-back"), {"courier": "yunda", "tracking_no": NUMBER})
    assert Ticket.objects.get().return_parcel.courier == "yunda"  # type: ignore[union-attr]


def test_without_the_script_the_buyer_chooses_among_several(alice: Client, agreed: Ticket, monkeypatch: Patch) -> None:
    connect(monkeypatch, "zto", "sto")
    html = text(alice.post(url(agreed, "ship-back"), {"courier": "", "tracking_no": NUMBER}))
    assert "it may be ZTO Express, STO Express" in html
    assert (chosen(html), "<optgroup" in html) == ([], True)


@pytest.mark.parametrize("down", [True, False])
def test_where_nobody_knows_it_is_as_without_a_source(
    alice: Client, agreed: Ticket, monkeypatch: Patch, down: bool
) -> None:
    connect(monkeypatch, down=down)
    answer = alice.post(url(agreed, "ship-back"), {"courier": "", "tracking_no": NUMBER})
    assert answer.status_code == 400
    assert "Enter the courier and tracking number." in text(answer)
    assert chosen(listed(alice, agreed)) == []
    alice.post(url(agreed, "ship-back"), {"courier": "other", "other_courier": "Pigeon", "tracking_no": NUMBER})
    assert Ticket.objects.get().return_parcel.courier == "Pigeon"  # type: ignore[union-attr]
