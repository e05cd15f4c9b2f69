"""Who may enter the desk, and what of another shop can be seen from there: nothing."""

import pytest
from django.contrib import admin
from django.db.models import Model

from accounts.models import Faq, Membership, Shop, User
from aftersales.models import CannedResponse, Keyword, Reason, Ticket
from logistics.models import Parcel, ReturnAddress
from orders.models import Order, Payment, Sku
from refunds.models import Refund
from tests.browser import Sit, listing, page, text
from tests.desk import Desk
from tests.world import World
from web.admin.base import ReadOnlyAdmin


@pytest.fixture
def rows(world: World) -> dict[type[Model], Model]:
    """One row of everything in `lantern`."""
    desk = Desk(world)
    world.sku(on_hand=5)
    order = world.delivered()
    ticket = desk.apply(order)
    desk.approve(ticket)
    desk.ship_back(ticket)
    desk.receive(ticket)
    ticket = desk.pay_out(ticket)
    return {
        Order: order,
        Ticket: ticket,
        Refund: Refund.objects.get(),
        Parcel: Parcel.objects.get(),
        ReturnAddress: ReturnAddress.objects.get(shop=world.lantern),
        Sku: Sku.objects.get(code="TEE"),
        Shop: world.lantern,
        Membership: Membership.objects.get(user=world.wen),
        Faq: Faq.objects.create(shop=world.lantern, question="Q?", answer="A."),
        Keyword: Keyword.objects.create(shop=world.lantern, type="repair", word="lamp"),
        CannedResponse: CannedResponse.objects.create(shop=world.lantern, text="No photo of the damage."),
    }


def ours() -> dict[type[Model], admin.ModelAdmin]:
    return dict(admin.site._registry)


# --- the door ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mei", "wen", "rui", "sun", "song", "root"])
def test_who_has_a_desk_may_enter(sit: Sit, name: str) -> None:
    response = sit(name).get("/admin/")
    assert response.status_code == 200
    assert "After-sales desk" in text(response)


@pytest.mark.parametrize("name", ["alice", "eve", "oms"])
def test_for_others_nothing_is_there(sit: Sit, name: str) -> None:
    client = sit(name)
    for address in ("/admin/", listing(Ticket), "/admin/password_change/", "/admin/jsi18n/", "/admin/nowhere/"):
        assert client.get(address).status_code == 404, address


def test_is_staff_opens_nothing(world: World, sit: Sit) -> None:
    User.objects.filter(username="eve").update(is_staff=True)
    assert sit("eve").get("/admin/").status_code == 404


def test_anonymous_is_sent_to_the_login(sit: Sit) -> None:
    response = sit("").get(listing(Ticket))
    assert (response.status_code, response.headers["Location"]) == (302, f"/login/?next={listing(Ticket)}")
    assert sit("").get("/admin/login/?next=/admin/").headers["Location"] == "/login/?next=/admin/"


def test_who_leaves_the_shop_leaves_the_desk(world: World, sit: Sit) -> None:
    client = sit("wen")
    assert client.get("/admin/").status_code == 200
    Membership.objects.filter(user=world.wen).delete()
    assert client.get("/admin/").status_code == 404


# --- other shops ---------------------------------------------------------------------------------------


def test_another_shops_manager_finds_none_of_it(rows: dict[type[Model], Model], sit: Sit) -> None:
    client = sit("rui")
    for model, row in rows.items():
        assert client.get(page(row)).status_code == 404, model
        assert client.post(page(row), {}).status_code == 404 or isinstance(ours()[model], ReadOnlyAdmin), model
        assert client.get(page(row, "delete")).status_code in (403, 404), model
        assert client.get(page(row, "history")).status_code == 404, model
        assert str(row) not in text(client.get(listing(model))), model


def test_no_verb_of_another_shop_can_be_reached(rows: dict[type[Model], Model], sit: Sit) -> None:
    client, seen = sit("rui"), 0
    for model, row in rows.items():
        for verb in getattr(ours()[model], "verbs", ()):
            seen += 1
            assert client.get(page(row, verb.name)).status_code == 404, verb.name
            assert client.post(page(row, verb.name), {}).status_code == 404, verb.name
    assert seen > 25


def test_its_own_people_and_support_see_it(rows: dict[type[Model], Model], sit: Sit) -> None:
    for name in ("mei", "wen", "sun", "song", "root"):
        client = sit(name)
        for model, row in rows.items():
            assert client.get(page(row)).status_code == 200, (name, model)
            assert client.get(listing(model)).status_code == 200, (name, model)


def test_a_missing_row_is_404(sit: Sit) -> None:
    assert sit("mei").get("/admin/aftersales/ticket/999999/change/").status_code == 404
    assert sit("mei").get("/admin/aftersales/ticket/99999999999999999999999/change/").status_code == 404
    assert sit("mei").get("/admin/aftersales/ticket/x/change/").status_code == 404


def test_counts_stop_at_the_shop(rows: dict[type[Model], Model], sit: Sit) -> None:
    for client, expected in ((sit("mei"), 1), (sit("rui"), 0)):
        context = client.get(listing(Ticket)).context
        assert context["cl"].result_count == expected
        assert max(tile["count"] for tile in context["counters"]) <= expected


# --- agents and support look; managers keep --------------------------------------------------------------

KEPT = [Faq, Keyword, CannedResponse]


def test_an_agent_edits_nothing_of_the_shop(rows: dict[type[Model], Model], sit: Sit) -> None:
    client = sit("wen")
    for model in KEPT:
        assert client.post(page(rows[model]), {"text": "x"}).status_code == 403, model
        assert client.get(listing(model) + "add/").status_code == 403, model
        assert client.post(page(rows[model], "delete"), {"post": "yes"}).status_code == 403, model


def test_support_edits_nothing_of_a_shop(rows: dict[type[Model], Model], sit: Sit) -> None:
    for name in ("sun", "song"):
        for model in KEPT:
            assert sit(name).post(page(rows[model]), {"text": "x"}).status_code == 403, (name, model)


def test_a_manager_keeps_the_shops_texts(rows: dict[type[Model], Model], world: World, sit: Sit) -> None:
    client = sit("mei")
    data = {"shop": world.lantern.pk, "use": "reject", "text": "Human damage."}
    assert client.post(listing(CannedResponse) + "add/", data).status_code == 302
    assert CannedResponse.objects.filter(shop=world.lantern, text="Human damage.").exists()
    foreign = {"shop": world.harbor.pk, "use": "reject", "text": "Not mine."}
    assert client.post(listing(CannedResponse) + "add/", foreign).status_code == 200
    assert not CannedResponse.objects.filter(text="Not mine.").exists()
    assert client.post(page(rows[CannedResponse], "delete"), {"post": "yes"}).status_code == 302


def test_words_for_all_shops_are_the_supervisors(world: World, sit: Sit) -> None:
    word = Keyword.objects.create(shop=None, type="repair", word="broken")
    data = {"type": "repair", "word": "cracked", "shop": ""}
    for name in ("mei", "wen", "sun"):
        assert sit(name).get(page(word)).status_code == 200
        assert sit(name).post(page(word), data).status_code == 403, name
    assert sit("song").post(page(word), data).status_code == 302
    word.refresh_from_db()
    assert word.word == "cracked"


def test_reasons_are_switched_off_and_never_deleted(world: World, sit: Sit) -> None:
    reason = Reason.objects.filter(type="repair").first()
    assert reason is not None
    data = {"label_zh": "故障", "label_en": "Fault", "fault": "merchant", "position": 0}
    assert sit("mei").post(page(reason), data).status_code == 403
    assert sit("song").post(page(reason), data).status_code == 302
    reason.refresh_from_db()
    assert (reason.active, reason.label_en) == (False, "Fault")
    assert sit("root").post(page(reason, "delete"), {"post": "yes"}).status_code == 403


def test_users_are_the_administrators(world: World, sit: Sit) -> None:
    for name in ("mei", "sun", "song"):
        assert sit(name).get(listing(User)).status_code == 403, name
        assert sit(name).post(page(world.alice), {}).status_code == 403, name
    assert sit("root").get(listing(User)).status_code == 200
    assert sit("root").get(page(world.alice)).status_code == 200
    assert sit("root").post(page(world.alice, "delete"), {"post": "yes"}).status_code == 403
    assert sit("root").get("/admin/auth/group/").status_code == 404
    assert sit("root").get("/admin/knox/authtoken/").status_code == 404


def test_tickets_stand_first(sit: Sit) -> None:
    apps = sit("mei").get("/admin/").context["available_apps"]
    assert [app["app_label"] for app in apps] == ["aftersales", "orders", "refunds", "logistics", "accounts"]
    assert apps[0]["models"][0]["object_name"] == "Ticket"


# --- nothing writes a status ---------------------------------------------------------------------------


def test_no_page_has_a_field_for_a_status(sit: Sit, rf: object, world: World) -> None:
    sit("root")
    request = rf.get("/admin/")  # type: ignore[attr-defined]
    request.user = world.users["root"]
    for model, model_admin in ours().items():
        assert not model_admin.list_editable, model
        if isinstance(model_admin, ReadOnlyAdmin):
            assert not model_admin.has_change_permission(request), model
            assert not model_admin.has_delete_permission(request), model
            names = [name for verb in model_admin.verbs for name in verb.form.base_fields]
        else:
            names = []
        names += (
            list(model_admin.get_form(request, None).base_fields) if model_admin.has_add_permission(request) else []
        )
        assert not {"status", "fulfilment", "refunded", "captured", "policy"} & set(names), model


def test_rows_with_a_machine_are_read_only(world: World) -> None:
    from kernel.machine import Stateful

    for model, model_admin in ours().items():
        if issubclass(model, Stateful):
            assert isinstance(model_admin, ReadOnlyAdmin), model
    assert Payment not in ours()


def test_post_to_the_page_of_a_row_changes_nothing(rows: dict[type[Model], Model], sit: Sit) -> None:
    for name in ("mei", "root"):
        for model in (Ticket, Order, Refund, Parcel):
            before = model.objects.get(pk=rows[model].pk).status  # type: ignore[attr-defined]
            assert sit(name).post(page(rows[model]), {"status": "closed"}).status_code == 405
            assert model.objects.get(pk=rows[model].pk).status == before  # type: ignore[attr-defined]
