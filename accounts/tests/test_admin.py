"""The shop's own pages at the desk: contact, policy versions, members."""

from decimal import Decimal

import pytest

from accounts import services
from accounts.access import keeper_actor
from accounts.models import Membership, Policy, Shop, User
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Invalid
from tests.browser import Sit, listing, page, text
from tests.world import World


def policy_data(shop: Shop, **changes: object) -> dict[str, object]:
    """The form as it stands, with changes; switches are ticked or not sent."""
    data: dict[str, object] = {}
    for name in services.POLICY:
        value = getattr(shop.policy, name)
        if value is True:
            data[name] = "on"
        elif value is not False and value is not None:
            data[name] = value
    return data | changes


# --- policy --------------------------------------------------------------------------------------------


def test_a_new_policy_is_a_new_version_and_old_orders_keep_theirs(world: World, sit: Sit) -> None:
    order, before = world.place_order(), world.lantern.policy_id
    assert (
        sit("mei").post(page(world.lantern, "policy"), policy_data(world.lantern, review_hours=24)).status_code == 302
    )
    world.lantern.refresh_from_db()
    assert world.lantern.policy_id != before
    assert world.lantern.policy.review_hours == 24
    assert Policy.objects.get(pk=before).review_hours == 48
    order = type(order).objects.get(pk=order.pk)
    assert order.policy_id == before
    assert world.place_order().policy.review_hours == 24


def test_saving_without_a_change_makes_no_version(world: World, sit: Sit) -> None:
    before = Policy.objects.count()
    assert sit("mei").post(page(world.lantern, "policy"), policy_data(world.lantern)).status_code == 302
    assert Policy.objects.count() == before


def test_less_than_the_law_is_refused_on_the_field(world: World, sit: Sit) -> None:
    response = sit("mei").post(
        page(world.lantern, "policy"), policy_data(world.lantern, no_reason_days=6, review_hours=30)
    )
    assert response.status_code == 400
    assert response.context["form"].errors["no_reason_days"]
    assert 'value="30"' in text(response)
    world.lantern.refresh_from_db()
    assert world.lantern.policy.no_reason_days == 7


@pytest.mark.parametrize("days", ["32768", "99999999999999999999"])
def test_more_days_than_a_column_holds_are_refused_on_the_field(world: World, sit: Sit, days: str) -> None:
    response = sit("mei").post(
        page(world.lantern, "policy"), policy_data(world.lantern, window_days=days, review_hours=30)
    )
    assert response.status_code == 400
    assert "730" in str(response.context["form"].errors["window_days"])
    assert f'value="{days}"' in text(response)
    assert 'value="30"' in text(response)


@pytest.mark.parametrize("name", ["wen", "sun", "song"])
def test_only_the_manager_sets_the_policy(world: World, sit: Sit, name: str) -> None:
    shown = {button.verb.name for button in sit(name).get(page(world.lantern)).context["buttons"]}
    assert not shown & {"policy", "contact"}
    assert sit(name).post(page(world.lantern, "policy"), policy_data(world.lantern)).status_code == 403
    assert sit(name).post(page(world.lantern, "contact"), {"name": "Mine"}).status_code == 403


def test_the_administrator_may_too_and_opens_shops(world: World, sit: Sit) -> None:
    root = sit("root")
    assert root.post(page(world.lantern, "policy"), policy_data(world.lantern, window_days=30)).status_code == 302
    assert root.post(listing(Shop) + "add/", {"code": "tower", "name": "Tower"}).status_code == 302
    yen = {"code": "shrine", "name": "Shrine", "currency": "JPY"}
    assert root.post(listing(Shop) + "add/", yen).status_code == 302
    assert root.post(listing(Shop) + "add/", yen | {"code": "dinar", "currency": "KWD"}).status_code == 200
    codes = Shop.objects.filter(code__in=("tower", "shrine", "dinar")).values_list("code", "currency")
    assert dict(codes) == {"tower": "CNY", "shrine": "JPY"}
    assert Shop.objects.get(code="tower").policy.window_days == 15
    assert sit("mei").get(listing(Shop) + "add/").status_code == 403


def test_contact(world: World, sit: Sit) -> None:
    assert sit("mei").post(page(world.lantern, "contact"), {"name": "Lantern", "hotline": "400-1"}).status_code == 302
    world.lantern.refresh_from_db()
    assert world.lantern.hotline == "400-1"


def test_the_law_holds_in_the_service(world: World) -> None:
    with pytest.raises(Invalid):
        services.revise_policy(world.lantern, {"max_applications": 0}, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Forbidden):
        services.revise_policy(world.lantern, {}, actor=world.actor("wen"), now=world.now)


# --- members -------------------------------------------------------------------------------------------


def member(name: str) -> Membership:
    return Membership.objects.select_related("shop", "user").get(user__username=name)


def add(world: World, **changes: object) -> dict[str, object]:
    return {"shop": world.lantern.pk, "username": "eve", "role": "agent", "review_limit": "50.00"} | changes


def test_a_manager_appoints_and_limits(world: World, sit: Sit) -> None:
    mei = sit("mei")
    assert mei.post(listing(Membership) + "add/", add(world)).status_code == 302
    eve = member("eve")
    assert (eve.role, eve.review_limit) == ("agent", Decimal("50.00"))
    assert mei.post(page(eve), {"role": "agent", "review_limit": "80.00"}).status_code == 302
    assert member("eve").review_limit == Decimal("80.00")
    assert mei.post(page(eve, "delete"), {"post": "yes"}).status_code == 302
    assert not Membership.objects.filter(user=world.eve).exists()


def test_a_manager_gives_no_other_shop_and_no_support(world: World, sit: Sit) -> None:
    mei = sit("mei")
    assert mei.post(listing(Membership) + "add/", add(world, shop=world.harbor.pk)).status_code == 200
    assert mei.post(listing(Membership) + "add/", add(world, role="supervisor")).status_code == 200
    mei.post(listing(Membership) + "add/", add(world, support_role="supervisor", is_superuser="on"))
    eve = User.objects.get(username="eve")
    assert (eve.support_role, eve.is_superuser) == ("", False)
    assert member("eve").shop == world.lantern


def test_an_unknown_name_and_a_second_entry_are_refused(world: World, sit: Sit) -> None:
    mei = sit("mei")
    assert "no user with this name" in text(mei.post(listing(Membership) + "add/", add(world, username="nobody")))
    assert "already a member" in text(mei.post(listing(Membership) + "add/", add(world, username="wen")))


@pytest.mark.parametrize("name", ["wen", "mei"])
def test_nobody_sets_their_own_limit(world: World, sit: Sit, name: str) -> None:
    response = sit(name).post(page(member(name)), {"role": "manager", "review_limit": ""})
    assert response.status_code == 403
    assert member("wen").review_limit == Decimal(200)


def test_an_agent_and_support_appoint_nobody(world: World, sit: Sit) -> None:
    for name in ("wen", "sun", "song"):
        assert sit(name).get(listing(Membership)).status_code == 200
        assert sit(name).post(listing(Membership) + "add/", add(world)).status_code in (200, 403), name
        assert sit(name).post(page(member("wen")), {"role": "manager"}).status_code == 403, name
    assert not Membership.objects.filter(user=world.eve).exists()


def test_a_shop_keeps_a_manager(world: World, sit: Sit) -> None:
    assert sit("root").post(page(member("mei"), "delete"), {"post": "yes"}).status_code == 403
    assert "at least one manager" in text(sit("root").post(page(member("mei")), {"role": "agent"}))
    with pytest.raises(Conflict):
        services.set_member(
            world.lantern, world.mei, role="agent", review_limit=None, actor=administrator(), now=world.now
        )


def administrator() -> Actor:

    actor = keeper_actor(User.objects.create(username="admin", is_superuser=True), 0)
    assert actor is not None
    return actor


def test_a_manager_has_no_limit(world: World, sit: Sit) -> None:
    assert sit("mei").post(page(member("wen")), {"role": "manager", "review_limit": "10"}).status_code == 302
    assert member("wen").review_limit is None


# --- holiday pause -------------------------------------------------------------------------------------


def test_a_pause_is_announced_and_called_off(world: World, sit: Sit) -> None:
    mei, form = sit("mei"), {"starts_at": "2098-02-01T00:00", "ends_at": "2098-02-08T00:00"}
    assert mei.post(page(world.lantern, "pause"), form | {"ends_at": ""}).status_code == 400
    assert mei.post(page(world.lantern, "pause"), form | {"ends_at": "2098-04-01T00:00"}).status_code == 400
    assert sit("wen").post(page(world.lantern, "pause"), form).status_code == 403
    assert mei.post(page(world.lantern, "pause"), form).status_code == 302
    world.lantern.refresh_from_db()
    assert world.lantern.pause_starts_at is not None
    assert "call_off" in [button.verb.name for button in mei.get(page(world.lantern)).context["buttons"]]
    assert mei.post(page(world.lantern, "call_off")).status_code == 302
    world.lantern.refresh_from_db()
    assert world.lantern.pause_starts_at is None
