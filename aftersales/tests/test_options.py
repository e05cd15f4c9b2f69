"""What may be asked for: the same verdict as applying, asked before anything is chosen."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales import services
from aftersales.models import Reason
from aftersales.states import Type
from kernel.errors import Invalid, NotEligible
from orders.api.representation import LINES
from orders.models import Order, OrderLine
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import DAY, NOW, SECOND, World

from ..rules.application import Application, LineRequest, application_of
from ..rules.eligibility import no_reason_ends
from ..rules.refusal import Refusal, codes
from ..selectors.options import Choices, Option
from ..wording.refusals import TEXTS, detailed, sentence

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def look(order: Order, now: Any = NOW) -> Choices:
    return services.choices(Order.objects.select_related("policy", "shop").get(pk=order.pk), now=now)


def by_type(options: list[Option]) -> dict[str, Option]:
    return {option.type: option for option in options}


def whole(order: Order) -> tuple[LineRequest, ...]:
    return tuple(LineRequest(line.pk, line.quantity) for line in order.lines.all())


def possible(options: list[Option]) -> list[str]:
    return [option.type for option in options if option.possible]


SENT = ["return_refund", "exchange", "repair", "reissue"]


@pytest.mark.parametrize(
    ("state", "types"),
    [
        ("place_order", ["refund_only"]),
        ("shipped", ["refund_only", "return_refund", "reissue"]),
        ("delivered", ["refund_only", *SENT]),
        ("completed", ["refund_only", *SENT]),
    ],
)
def test_types_by_state(desk: Desk, state: str, types: list[str]) -> None:
    desk.world.sku("TEE", on_hand=5)
    order = getattr(desk.world, state)()
    assert possible(look(order).options()) == types
    assert possible(look(order).options(whole(order))) == types


def test_an_unpaid_order_and_a_closed_one(desk: Desk) -> None:
    unpaid = look(desk.world.place_order(paid=False))
    assert {code for option in unpaid.options() for code in option.reasons} == {"not_paid"}
    order = desk.world.place_order()
    desk.pay_out(desk.apply(order, "refund_only", "dont_want"))
    assert {code for option in look(order).options() for code in option.reasons} == {"order_closed"}
    assert look(order).entries() == {order.lines.get().pk: []}


@pytest.mark.parametrize("state", ["place_order", "shipped", "delivered", "completed"])
@pytest.mark.parametrize("now", [NOW, NOW + 9 * DAY, NOW + 40 * DAY])
def test_an_option_never_says_other_than_applying(desk: Desk, state: str, now: Any) -> None:
    """For each type and reason: what the option and its reasons refuse is what the quote refuses."""
    desk.world.sku("TEE", on_hand=1, exchange_excluded=state == "completed")
    order = getattr(desk.world, state)(lines=[("TEE", "10.00", 2), ("CAP", "5.00", 1)])
    order.lines.update(no_reason_exempt=True, exempt_confirmed=state == "shipped")
    order, choices = Order.objects.get(pk=order.pk), look(order, now)
    for reason in Reason.objects.filter(parent__isnull=True):
        option = by_type(choices.options(whole(order)))[reason.type]
        refused = codes(choices.refused_reasons(reason.type, whole(order)).get(reason.code, []))
        wanted = Application(reason.type, reason.code, whole(order), evidence=(desk.photo(),))
        said = services.quote(order, wanted, actor=desk.buyer, now=now).reasons
        assert sorted({*option.reasons, *refused}) == sorted(said), reason.code


def test_goods_chosen_together(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=9, exchange_excluded=True)
    desk.world.sku("CAP", on_hand=9)
    order = desk.world.delivered(lines=[("TEE", "10.00", 2), ("CAP", "5.00", 1)])
    tee, cap = desk.world.lines(order)
    choices = look(order)
    assert by_type(choices.options((LineRequest(tee.pk, 1), LineRequest(cap.pk, 1))))["exchange"].reasons == [
        "type_excluded"
    ]
    assert by_type(choices.options((LineRequest(cap.pk, 1),)))["exchange"].possible
    assert by_type(choices.options())["exchange"].possible  # one of the lines can
    assert by_type(choices.options((LineRequest(cap.pk, 2),)))["exchange"].reasons == ["quantity_exceeded"]
    entries = choices.entries()
    assert "exchange" not in possible(entries[tee.pk])
    assert "exchange" in possible(entries[cap.pk])


def test_units_by_line_and_type(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=1)
    order = desk.world.place_order(lines=[("TEE", "10.00", 4), ("CAP", "5.00", 3)])
    tee, cap = desk.world.lines(order)
    desk.world.ship(order, {tee.pk: 3})
    OrderLine.objects.filter(pk=tee.pk).update(delivered_at=NOW)
    choices = look(order)
    assert choices.max_units("refund_only") == {tee.pk: 4, cap.pk: 3}
    assert choices.max_units("return_refund") == {tee.pk: 3, cap.pk: 0}
    assert choices.max_units("exchange") == {tee.pk: 1, cap.pk: 0}  # one in stock
    taken = Application("return_refund", "quality", (LineRequest(tee.pk, 2),), evidence=(desk.photo(),))
    services.apply(order, taken, actor=desk.buyer, now=NOW)
    assert look(order).max_units("return_refund") == {tee.pk: 1, cap.pk: 0}


def test_an_exchange_for_another_sku(desk: Desk) -> None:
    desk.world.sku("TEE", on_hand=0)
    desk.world.sku("RED", on_hand=2)
    order = desk.world.delivered()
    line = order.lines.get()
    choices = look(order)
    assert by_type(choices.options((LineRequest(line.pk, 1),)))["exchange"].reasons == ["out_of_stock"]
    assert by_type(choices.options((LineRequest(line.pk, 2, "RED"),)))["exchange"].possible
    assert by_type(choices.options((LineRequest(line.pk, 1, "TEE"),)))["exchange"].reasons == ["out_of_stock"]
    with pytest.raises(Invalid):
        choices.options((LineRequest(line.pk, 1, "BLUE"),))
    with pytest.raises(Invalid):
        choices.options((LineRequest(0, 1),))


def test_money_without_units(desk: Desk) -> None:
    """While an exchange holds all units, a part of the price may still be asked for."""
    desk.world.sku("TEE", on_hand=9)
    order = desk.world.delivered(lines=[("TEE", "10.00", 2)], freight="3.00")
    assert by_type(look(order).options())["refund_only"].claim_up_to == Decimal("23.00")
    desk.apply(order, "exchange", "quality")
    option = by_type(look(order).options())["refund_only"]
    assert (option.possible, option.claim_up_to) == (True, Decimal("23.00"))
    assert option.sentence == "You keep the goods and ask for part of the price back."
    assert look(order).max_units("refund_only") == {order.lines.get().pk: 0}
    desk.apply(order, "refund_only", "compensation", claimed_amount=Decimal("23.00"))
    option = by_type(look(order).options())["refund_only"]
    assert (option.reasons, option.claim_up_to) == (["open_ticket_exists"], Decimal(0))


def test_the_sentence_of_a_refund_says_how_it_goes(desk: Desk) -> None:
    def says(order: Order, **more: Any) -> str:
        return by_type(look(order).options(**more))["refund_only"].sentence

    order = desk.world.place_order()
    assert says(order) == "Nothing has shipped yet, so you're refunded right away."
    Order.objects.filter(pk=order.pk).update(fulfilment="packed")
    assert says(order) == "Not sent yet. The shop stops the parcel and refunds you."
    order = desk.world.ship(Order.objects.get(pk=order.pk))
    assert says(order).startswith("For goods that never arrived")
    assert says(order, received=True).startswith("You keep the goods.")
    assert says(desk.world.deliver(order)).startswith("You keep the goods.")


def test_virtual_goods_are_not_sent_back(desk: Desk) -> None:
    desk.world.sku("TEE", virtual=True)
    option = by_type(look(desk.world.delivered()).options())["return_refund"]
    assert option.sentence.endswith("Nothing to send back.")


def test_refused_reasons(desk: Desk) -> None:
    order = desk.world.delivered()
    assert look(order).refused_reasons("return_refund") == {}
    reason, ends = Reason.objects.get(code="no_reason"), no_reason_ends(order, order.lines.all())
    late = look(order, NOW + 9 * DAY).refused_reasons("return_refund")
    assert late == {"no_reason": [Refusal("window_closed", reason, ended=ends)]}
    order.lines.update(no_reason_exempt=True, exempt_confirmed=True)
    assert look(order).refused_reasons("return_refund") == {"no_reason": [Refusal("type_excluded", reason)]}


def test_a_type_needs_a_reason_that_will_do(desk: Desk) -> None:
    order = desk.world.delivered()
    Reason.objects.filter(type="return_refund").exclude(code="no_reason").update(active=False)
    assert by_type(look(order).options())["return_refund"].possible
    late = by_type(look(order, NOW + 9 * DAY).options())["return_refund"]
    assert late.reasons == ["window_closed"]
    Reason.objects.filter(type="return_refund").update(active=False)
    assert by_type(look(order).options())["return_refund"].reasons == ["unknown_reason"]


def test_reasons_on_offer_in_their_order(desk: Desk) -> None:
    Reason.objects.filter(code="late").update(active=False)
    Reason.objects.filter(type="refund_only", code="compensation").update(position=0)
    reasons = services.choices(Order.objects.get(pk=desk.world.delivered().pk), now=NOW).reasons
    assert set(reasons) == set(Type.values)
    codes = [reason.code for reason in reasons["refund_only"]]
    assert "late" not in codes
    assert codes == list(Reason.objects.filter(type="refund_only", active=True).values_list("code", flat=True))


def test_statements(desk: Desk, django_assert_num_queries: Any) -> None:
    """Reasons and stock; lines where they were not prefetched; the shop's policy where it is another."""
    desk.world.sku("TEE", on_hand=3)
    order = desk.world.delivered(lines=[("TEE", "10.00", 2), ("CAP", "5.00", 1)])
    rows = Order.objects.select_related("policy", "shop").prefetch_related(LINES)
    prefetched = rows.get(pk=order.pk)
    with django_assert_num_queries(2):
        choices = services.choices(prefetched, now=NOW)
        choices.options()
        choices.entries()
        [choices.refused_reasons(type_) for type_ in Type.values]
        [choices.max_units(type_) for type_ in Type.values]
    desk.world.revise_policy(exchange_only_in_stock=False)
    changed = Order.objects.select_related("policy", "shop").get(pk=order.pk)
    with django_assert_num_queries(4):
        options = services.options(changed, now=NOW)
    assert by_type(options)["exchange"].possible
    with django_assert_num_queries(5):  # and the order
        entries = look(order).entries()
    assert all(possible(types) == list(Type.values) for types in entries.values())


# --- sentences ----------------------------------------------------------------------------------------------


def test_every_code_has_a_sentence(desk: Desk) -> None:
    for code in TEXTS:
        assert sentence(Refusal(code)) not in ("", code)
    assert sentence(Refusal("something_new")) == "something_new"


def test_a_closed_entry_names_the_hotline_and_the_day(desk: Desk) -> None:
    """S-164."""
    order = desk.world.completed()
    shop, line, reason = order.shop, order.lines.get(), Reason.objects.get(code="no_reason")
    late = Refusal("window_closed", line, ended=order.window_ends_at)
    assert sentence(late, shop) == "The after-sales period ended on 2026-03-17. Please call 400-000."
    assert sentence(Refusal("window_closed", line), shop) == "The after-sales period has ended. Please call 400-000."
    assert sentence(Refusal("applications_exhausted", line), shop).endswith("call 400-000.")
    assert sentence(Refusal("window_closed", reason, ended=no_reason_ends(order, order.lines.all())), shop) == (
        "The period for no-reason returns ended on 2026-03-09. Choose another reason."
    )
    assert "agreed" in sentence(Refusal("type_excluded", reason), shop)
    assert sentence(Refusal("type_excluded", line), shop) == "These goods can't be exchanged."
    shop.hotline = ""
    assert sentence(late, shop) == "The after-sales period has ended. Please contact the shop."


def test_a_refusal_names_the_goods_and_what_is_left(desk: Desk) -> None:
    order = desk.world.delivered()
    line = order.lines.get()
    refusals = [Refusal("quantity_exceeded", line, left=2), Refusal("amount_exceeded", left=Decimal("3.50"))]
    assert [text for _refusal, text in detailed(refusals, order, named=True)] == [
        f"{line.title}: Fewer units are left: some were already refunded, or the order has fewer of them. "
        "2 units are left.",
        "This is more than what's left of the amount you paid. You can ask for up to ¥3.50.",
    ]
    assert not detailed(refusals, order, named=False)[0][1].startswith(line.title)


def test_a_reason_is_not_blamed_where_the_goods_are_refused(desk: Desk) -> None:
    order = desk.world.delivered()
    goods, reason = Refusal("window_closed", order.lines.get()), Reason.objects.get(code="no_reason")
    refusals = [Refusal("window_closed", reason), Refusal("type_excluded", reason), goods]
    assert [refusal for refusal, _text in detailed(refusals, order, named=False)] == [refusals[1], goods]
    assert codes(refusals) == ["window_closed", "type_excluded"]


def test_a_refusal_says_why_in_words(desk: Desk) -> None:
    order = desk.world.completed()
    with pytest.raises(NotEligible) as refused:
        services.apply(
            order,
            desk.application(order, "return_refund", "quality", evidence=()),
            actor=desk.buyer,
            now=NOW + 15 * DAY + SECOND,
        )
    assert refused.value.reasons == ["evidence_required", "window_closed"]
    assert refused.value.message == (
        "This reason needs a photo. Please add one. The after-sales period ended on 2026-03-17. Please call 400-000."
    )


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (9, "The period for no-reason returns ended on 2026-03-09. Choose another reason."),
        (16, "The after-sales period ended on 2026-03-17. Please call 400-000."),
    ],
)
def test_a_refusal_tells_the_period_of_the_reason_from_that_of_the_goods(desk: Desk, days: int, text: str) -> None:
    order = desk.world.completed()
    asked = desk.application(order, "return_refund", "no_reason")
    with pytest.raises(NotEligible) as refused:
        services.apply(order, asked, actor=desk.buyer, now=NOW + days * DAY)
    assert (refused.value.reasons, refused.value.message) == (["window_closed"], text)


# --- an application again -------------------------------------------------------------------------------------


def test_a_ticket_turns_into_its_application(desk: Desk, django_assert_num_queries: Any) -> None:
    desk.world.sku("TEE", on_hand=9)
    desk.world.sku("RED", on_hand=9)
    order = desk.world.delivered(lines=[("TEE", "10.00", 3)])
    asked = desk.application(
        order, "exchange", "quality", quantity=2, exchange_sku="RED", description="Torn", received=True
    )
    ticket = services.apply(order, asked, actor=desk.buyer, now=NOW)
    with django_assert_num_queries(2):
        assert application_of(ticket) == asked
    claim = desk.application(order, "refund_only", "compensation", quantity=1, claimed_amount=Decimal("1.00"))
    again = application_of(services.apply(order, claim, actor=desk.buyer, now=NOW))
    assert (again.claimed_amount, again.lines, again.received) == (Decimal("1.00"), claim.lines, True)
    amended = services.amend(ticket, application_of(ticket), actor=desk.buyer, now=NOW + timedelta(hours=1))
    assert application_of(amended) == asked


# --- over HTTP ----------------------------------------------------------------------------------------------


def test_the_address(desk: Desk, api: Login, time_machine: Any, django_assert_max_num_queries: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    desk.world.sku("TEE", on_hand=1)
    order = desk.world.delivered(lines=[("TEE", "10.00", 2)])
    address = f"/api/v1/orders/{order.order_no}/options/"
    alice = api("alice")
    with django_assert_max_num_queries(6):  # token, memberships, order, lines, reasons, stock
        said = alice.get(address).json()
    assert [row["type"] for row in said["types"] if row["eligible"]] == list(Type.values)
    money = said["types"][0]
    assert (money["type_label"], money["claim_up_to"], money["reasons"]) == ("refund only", "20.00", [])
    line = order.lines.get().pk
    units = {"refund_only": 2, "return_refund": 2, "exchange": 1, "repair": 2, "reissue": 1}
    labels = [str(label) for label in Type.labels]
    types = {"types": list(Type.values), "types_labels": labels}
    assert said["lines"] == [{"line_id": line, **types, "most_units": units}]
    for name, status in {"mei": 200, "sun": 200, "oms": 403, "bob": 404, "rui": 404, "eve": 404, "": 401}.items():
        assert api(name).get(address).status_code == status, name


def test_the_address_says_why_not(desk: Desk, api: Login, time_machine: Any) -> None:
    order = desk.world.completed()
    time_machine.move_to(NOW + 20 * DAY, tick=False)
    said = api("alice").get(f"/api/v1/orders/{order.order_no}/options/").json()
    assert [(row["reasons"], row["eligible"]) for row in said["types"][:2]] == [(["window_closed"], False)] * 2
    assert said["types"][1]["reason_texts"] == ["The after-sales period ended on 2026-03-17. Please call 400-000."]
    assert said["lines"] == [{"line_id": order.lines.get().pk, "types": [], "types_labels": [], "most_units": {}}]
