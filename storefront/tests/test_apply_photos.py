"""Photos of an application without a script: sent with the form, kept when it comes back, one's own only."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from aftersales.models import Evidence, Ticket
from orders.models import Order
from tests.browser import Sit, text
from tests.desk import Desk
from tests.world import World

from .filled import body, send, ticket_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
CHOSEN = {"type": "return_refund", "reason_return_refund": "quality"}


def url(order: Order) -> str:
    return f"/orders/{order.order_no}/apply/"


def picture(name: str = "hole.jpg") -> SimpleUploadedFile:
    raw = BytesIO()
    Image.new("RGB", (64, 48), "red").save(raw, "JPEG")
    return SimpleUploadedFile(name, raw.getvalue(), "image/jpeg")


def test_files_of_the_form_go_with_the_ticket(world: World, sit: Sit) -> None:
    done = ticket_of(send(sit("alice"), url(world.delivered()), photos=[picture(), picture("box.jpg")], **CHOSEN))
    assert done.evidence.count() == 2


def test_they_survive_a_refusal_of_something_else(world: World, sit: Sit) -> None:
    client, order = sit("alice"), world.delivered()
    answer = send(client, url(order), photos=[picture()], **(CHOSEN | {"reason_return_refund": ""}))
    page = text(answer)
    assert answer.status_code == 422
    kept = Evidence.objects.get()
    assert body(page)["evidence"] == [str(kept.pk)]
    assert f"/api/v1/evidence/{kept.pk}/thumbnail/" in page
    done = ticket_of(client.post(url(order), body(page) | CHOSEN))
    assert list(done.evidence.all()) == [kept]


def test_what_is_no_picture_is_named_and_nothing_is_sent(world: World, sit: Sit) -> None:
    bad = SimpleUploadedFile("note.txt", b"hello", "text/plain")
    answer = send(sit("alice"), url(world.delivered()), photos=[picture(), bad], **CHOSEN)
    assert answer.status_code == 400
    assert "note.txt: " in text(answer)
    assert body(text(answer))["evidence"] == [str(Evidence.objects.get().pk)]
    assert not Ticket.objects.exists()


def test_nine_at_most(world: World, sit: Sit) -> None:
    answer = send(sit("alice"), url(world.delivered()), photos=[picture() for _ in range(10)], **CHOSEN)
    assert (answer.status_code, Evidence.objects.count()) == (400, 0)
    assert "You can add up to 9 files." in text(answer)


def test_one_can_be_removed_and_moved_by_a_button(world: World, sit: Sit) -> None:
    desk, client, order = Desk(world), sit("alice"), world.delivered()
    first, second, third = (str(desk.photo()) for _ in range(3))
    filled = body(text(client.get(url(order)))) | {"evidence": [first, second, third]}
    for press, expected in (
        ({"remove": second}, [first, third]),
        ({"later": first}, [second, first, third]),
        ({"earlier": third}, [first, third, second]),
        ({"earlier": first}, [first, second, third]),
        ({"later": "nothing"}, [first, second, third]),
    ):
        answer = client.post(url(order), filled | press)
        assert (answer.status_code, body(text(answer))["evidence"]) == (200, expected), press


def test_a_file_of_somebody_else_is_refused_and_not_shown(world: World, sit: Sit) -> None:
    foreign = str(Desk(world).photo(world.bob.pk))
    answer = send(sit("alice"), url(world.delivered()), evidence=foreign, **CHOSEN)
    assert answer.status_code == 400
    assert "Upload each file first" in text(answer)
    assert foreign not in text(answer)
    assert not Ticket.objects.exists()


def test_nor_one_of_another_ticket(world: World, sit: Sit) -> None:
    desk = Desk(world)
    desk.now = world.now
    used = desk.apply(world.delivered(), "return_refund", "quality").evidence.get()
    answer = send(sit("alice"), url(world.delivered()), evidence=str(used.pk), **CHOSEN)
    assert answer.status_code == 400
    assert Ticket.objects.count() == 1
