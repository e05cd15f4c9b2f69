"""Reasons of one shop (S-167) and the kinds of a reason (S-026)."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from aftersales import services
from aftersales.models import Reason, reasons_of
from kernel.errors import Invalid, NotEligible
from kernel.models import History
from orders.models import Order
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.world import NOW, World

from .desk_api import ROOT, ApiDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def own(world: World, code: str, **more: Any) -> Reason:
    values = {"label_zh": code, "label_en": code, "fault": "buyer"} | more
    row = Reason(shop=world.lantern, code=code, **({"type": "return_refund"} | values))
    row.full_clean()
    row.save()
    return row


def codes(shop_id: int | None, type_: str = "return_refund") -> list[str]:
    return [reason.code for reason in reasons_of(shop_id, type=type_)]


def test_a_shop_adds_its_own_and_switches_off_what_is_not_the_buyers_right(world: World) -> None:
    own(world, "too_small")
    own(world, "wrong_choice", active=False)
    assert {"too_small", "wrong_choice"} & set(codes(world.lantern.pk)) == {"too_small"}
    assert {"too_small", "wrong_choice"} & set(codes(world.harbor.pk)) == {"wrong_choice"}
    assert {"too_small", "wrong_choice"} & set(codes(None)) == {"wrong_choice"}


def test_an_application_takes_what_the_shop_offers(desk: Desk, world: World) -> None:
    own(world, "too_small")
    own(world, "wrong_choice", active=False)
    for code, taken in (("too_small", True), ("wrong_choice", False)):
        order = world.delivered()
        offered = {reason.code for reason in services.choices(order, now=NOW).reasons["return_refund"]}
        assert (code in offered) is taken
        if taken:
            assert desk.apply(order, "return_refund", code).reason.shop_id == world.lantern.pk
        else:
            with pytest.raises(NotEligible) as refused:
                desk.apply(order, "return_refund", code)
            assert refused.value.reasons == ["unknown_reason"]


@pytest.mark.parametrize(
    ("code", "change", "field"),
    [
        ("quality", {"fault": "buyer", "evidence_required": True}, "fault"),
        ("quality", {"fault": "merchant", "active": False}, "active"),
        ("no_reason", {"active": False}, "active"),
        ("no_reason", {"evidence_required": True}, "evidence_required"),
    ],
)
def test_a_shop_takes_no_right_away(world: World, code: str, change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        own(world, code, **change)
    assert field in refused.value.message_dict
    assert not Reason.objects.filter(shop=world.lantern).exists()


def test_once_in_a_shop_and_once_for_all(world: World) -> None:
    again = {"type": "return_refund", "code": "quality", "label_zh": "x", "label_en": "x", "fault": "merchant"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Reason.objects.create(**again)
    Reason.objects.create(shop=world.lantern, **again)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reason.objects.create(shop=world.lantern, **again)


# --- the kinds of a reason ----------------------------------------------------------------------------------


def kinds(shop_id: int | None, type_: str) -> list[str]:
    return next([kind.code for kind in row.kinds] for row in reasons_of(shop_id, type=type_) if row.kinds)


def test_not_as_described_has_its_kinds(world: World) -> None:
    for type_ in ("return_refund", "exchange"):
        assert kinds(None, type_) == [
            "defect", "colour", "shelf_life", "counterfeit", "quantity", "accessories", "invoice", "postage",
            "shipment",
        ]  # fmt: skip
    # Also where the shop calls the reason by its own words, and has switched one kind off or added one.
    general = Reason.objects.get(type="exchange", code="not_as_described")
    own(world, "not_as_described", type="exchange", fault="merchant", label_en="Not what I saw")
    own(world, "smell", type="exchange", fault="merchant", parent=general)
    assert "smell" in kinds(world.lantern.pk, "exchange")
    assert "smell" not in kinds(world.harbor.pk, "exchange")


def _asked(desk: Desk, order: Order, kind: str, reason: str = "not_as_described") -> Any:
    return replace(desk.application(order, "return_refund", reason), sub_reason=kind)


def test_a_kind_is_optional_kept_and_counted(desk: Desk, world: World, sit: Sit) -> None:
    order = world.delivered()
    ticket = services.apply(order, _asked(desk, order, "colour"), actor=desk.buyer, now=NOW)
    assert (ticket.reason.code, ticket.sub_reason and ticket.sub_reason.code) == ("not_as_described", "colour")
    applied = History.objects.filter(machine="ticket", object_id=ticket.pk).earliest("id")
    assert applied.data["application"]["sub_reason"] == "colour"
    assert "Not as described · Colour, style or size" in text(sit("mei").get(page(ticket)))
    plain = desk.apply(world.delivered(), "return_refund", "not_as_described")
    assert plain.sub_reason is None
    changed = services.amend(ticket, _asked(desk, order, ""), actor=desk.buyer, now=NOW)
    assert changed.sub_reason is None


@pytest.mark.parametrize(("reason", "kind"), [("not_as_described", "nonsense"), ("quality", "colour")])
def test_a_kind_of_another_reason_is_refused(desk: Desk, world: World, reason: str, kind: str) -> None:
    order = world.delivered()
    with pytest.raises(Invalid) as refused:
        services.apply(order, _asked(desk, order, kind, reason), actor=desk.buyer, now=NOW)
    assert set(refused.value.errors or {}) == {"sub_reason"}
    with pytest.raises(NotEligible):  # a kind is no reason by itself
        desk.apply(order, "return_refund", "colour")


def test_over_http(apidesk: ApiDesk) -> None:
    world = apidesk.world
    own(world, "too_small")
    alice = apidesk.api("alice")
    listed = alice.get(f"{ROOT}reasons/?type=return_refund&shop=lantern").json()
    assert "too_small" in [row["code"] for row in listed]
    row = next(row for row in listed if row["code"] == "not_as_described")
    assert {"code": "colour", "label": "Colour, style or size"} in row["sub_reasons"]
    assert "too_small" not in [row["code"] for row in alice.get(f"{ROOT}reasons/?type=return_refund").json()]
    assert "colour" not in [row["code"] for row in alice.get(f"{ROOT}reasons/").json()]
    assert alice.get(f"{ROOT}reasons/?shop=nowhere").status_code == 404
    photo = apidesk.photo()
    ticket = apidesk.apply(
        world.delivered(), "return_refund", "not_as_described", sub_reason="colour", evidence=[photo]
    )
    assert ticket["sub_reason"] == {"code": "colour", "label": "Colour, style or size"}
    body = apidesk.body(world.delivered(), "return_refund", "not_as_described", sub_reason="nonsense")
    for address in ("tickets/", "tickets/quote/"):
        answer = alice.post(f"{ROOT}{address}", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["sub_reason"])


def test_a_manager_keeps_the_reasons_of_the_shop(world: World, sit: Sit) -> None:
    values = {
        "shop": world.lantern.pk, "type": "exchange", "code": "too_small", "label_zh": "太小", "label_en": "Too small",
        "fault": "buyer", "position": "9", "active": "on", "parent": "",
    }  # fmt: skip
    address = "/admin/aftersales/reason/add/"
    assert sit("mei").post(address, values).status_code == 302
    assert Reason.objects.get(code="too_small").shop_id == world.lantern.pk
    wrong = sit("mei").post(address, values | {"code": "quality"})
    assert wrong.status_code == 200
    assert "Every shop uses the same party at fault" in text(wrong)
    assert sit("wen").post(address, values | {"code": "x"}).status_code == 403
    assert sit("mei").post(address, values | {"code": "x", "shop": world.harbor.pk}).status_code == 200
    assert not Reason.objects.filter(code="x").exists()
    general = Reason.objects.get(shop=None, type="exchange", code="quality")
    assert sit("mei").post(f"/admin/aftersales/reason/{general.pk}/change/", values).status_code == 403


def test_the_page_offers_the_kinds(world: World, sit: Sit) -> None:
    order = world.delivered()
    html = text(sit("alice").get(f"/orders/{order.order_no}/apply/"))
    assert 'name="sub_reason_return_refund_not_as_described"' in html
    assert '<option value="colour">Colour, style or size</option>' in html


def test_statistics_tell_the_kinds_apart(desk: Desk, world: World, sit: Sit) -> None:
    world.now = desk.now = timezone.now()
    order = world.delivered()
    services.apply(order, _asked(desk, order, "colour"), actor=desk.buyer, now=world.now)
    assert "Not as described · Colour, style or size" in text(sit("mei").get("/admin/numbers/?range=7"))
