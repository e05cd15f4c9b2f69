"""The numbers of a shop and of its people: what is refused together, what makes a new version, what is left behind."""

from decimal import Decimal
from typing import Any

import pytest

from accounts import invitations, services
from accounts.models import Membership, Policy, Role, Shop
from kernel.actors import Actor
from kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from kernel.models import Change
from tests.world import NOW, World


def revise(world: World, **values: Any) -> Policy:
    shop = Shop.objects.get(pk=world.lantern.pk)
    return services.revise_policy(shop, values, actor=world.actor("mei"), now=NOW)


def yen(world: World) -> None:
    Shop.objects.filter(pk=world.lantern.pk).update(currency="JPY")
    world.lantern.refresh_from_db()


def test_every_number_beyond_its_bounds_is_named_at_once(world: World) -> None:
    before = Policy.objects.count()
    with pytest.raises(Invalid) as refused:
        revise(world, window_days=6, receive_days=16, review_hours=168, no_reason_days=7)
    assert set(refused.value.errors or {}) == {"window_days", "receive_days"}
    assert (refused.value.errors or {})["receive_days"] == ["Enter a number from 1 to 15."]
    assert Policy.objects.count() == before


def test_the_next_version_keeps_what_the_last_one_set(world: World) -> None:
    first = revise(world, window_days=30)
    second = revise(world, review_hours=24)
    assert (second.window_days, second.review_hours) == (30, 24)
    assert first.pk != second.pk
    assert Policy.objects.get(pk=first.pk).review_hours == 48
    assert Shop.objects.get(pk=world.lantern.pk).policy_id == second.pk


def test_the_same_numbers_again_are_no_new_version(world: World) -> None:
    first = revise(world, window_days=30, return_freight_standard=Decimal("12.00"))
    assert revise(world, window_days=30, return_freight_standard=Decimal(12)).pk == first.pk
    assert Change.objects.filter(subject="policy").count() == 1


@pytest.mark.parametrize(("amount", "fine"), [("12", True), ("12.00", True), ("12.01", False), ("0.50", False)])
def test_the_standard_of_a_shop_in_yen_has_no_decimals(world: World, amount: str, fine: bool) -> None:
    yen(world)
    if fine:
        assert revise(world, return_freight_standard=Decimal(amount)).return_freight_standard == Decimal(12)
        return
    with pytest.raises(Invalid) as refused:
        revise(world, return_freight_standard=Decimal(amount))
    assert list(refused.value.errors or {}) == ["return_freight_standard"]


def appoint(world: World, name: str, role: str, limit: str | None = None, by: str = "mei") -> Membership:
    amount = None if limit is None else Decimal(limit)
    return services.set_member(
        world.lantern, world.users[name], role=role, review_limit=amount, actor=world.actor(by, world.lantern), now=NOW
    )


@pytest.mark.parametrize(
    ("role", "limit", "kept"),
    [
        ("agent", "0.00", "0.00"), ("agent", "0.01", "0.01"), ("agent", None, None), ("manager", "200.00", None),
        ("integration", "200.00", None),
    ],
)  # fmt: skip
def test_only_an_agent_keeps_a_limit(world: World, role: str, limit: str | None, kept: str | None) -> None:
    appoint(world, "eve", role, limit)
    stored = Membership.objects.get(user=world.eve).review_limit
    assert stored == (None if kept is None else Decimal(kept))


@pytest.mark.parametrize(("role", "refused"), [("agent", True), ("manager", False)])
def test_a_limit_that_does_not_count_is_not_judged(world: World, role: str, refused: bool) -> None:
    yen(world)
    if refused:
        with pytest.raises(Invalid):
            appoint(world, "eve", role, "0.50")
    else:
        appoint(world, "eve", role, "0.50")
    assert Membership.objects.filter(user=world.eve).exists() is not refused


# What each person may do to each: who appoints (rows), who is appointed as an agent (columns).
MAY: dict[str, dict[str, type[DomainError] | None]] = {
    "mei": {"mei": Forbidden, "wen": None, "eve": None, "rui": None, "sun": Conflict, "song": Conflict},
    "wen": {"mei": Forbidden, "wen": Forbidden, "eve": Forbidden, "rui": Forbidden, "sun": Forbidden},
    "oms": {"mei": Forbidden, "eve": Forbidden},
    "sun": {"eve": Forbidden, "sun": Forbidden, "wen": Forbidden},
    "song": {"eve": Forbidden, "song": Forbidden, "mei": Forbidden},
    "alice": {"alice": Forbidden, "eve": Forbidden},
}


@pytest.mark.parametrize(("by", "name"), [(by, name) for by, row in MAY.items() for name in row])
def test_who_appoints_whom(world: World, by: str, name: str) -> None:
    before = set(Membership.objects.values_list("pk", "role", "review_limit"))
    if (refusal := MAY[by][name]) is None:
        assert appoint(world, name, "agent", "5.00", by=by).review_limit == Decimal(5)
        return
    with pytest.raises(refusal):
        appoint(world, name, "agent", "5.00", by=by)
    assert set(Membership.objects.values_list("pk", "role", "review_limit")) == before


@pytest.mark.parametrize(("role", "refused"), [("manager", False), ("agent", True), ("integration", True)])
def test_the_administrator_too_leaves_a_shop_its_last_manager(world: World, role: str, refused: bool) -> None:
    root = Actor("support", "root", 0, "administrator")
    demote: Any = {"role": role, "review_limit": None, "actor": root, "now": NOW}
    if refused:
        with pytest.raises(Conflict):
            services.set_member(world.lantern, world.mei, **demote)
    else:
        services.set_member(world.lantern, world.mei, **demote)
    Membership.objects.create(shop=world.lantern, user=world.eve, role=Role.MANAGER, accepted_at=NOW)
    assert services.set_member(world.lantern, world.mei, **demote).role == role


def test_a_manager_of_another_shop_is_none_that_this_one_keeps(world: World) -> None:
    assert services.is_last_manager(world.lantern, world.mei)
    assert not services.is_last_manager(world.lantern, world.rui)
    Membership.objects.create(shop=world.lantern, user=world.rui, role=Role.AGENT, accepted_at=NOW)
    assert services.is_last_manager(world.lantern, world.mei)


# --- invitations -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shown", "fine"), [("agent", True), ("", True), ("manager", False), ("AGENT", False)])
def test_an_invitation_is_accepted_as_it_was_shown(world: World, shown: str, fine: bool) -> None:
    invited = appoint(world, "eve", "agent")
    if fine:
        assert invitations.accept(invited, user=world.eve, now=NOW, role=shown).accepted_at == NOW
        return
    with pytest.raises(Conflict):
        invitations.accept(invited, user=world.eve, now=NOW, role=shown)
    assert Membership.objects.get(pk=invited.pk).accepted_at is None


def test_an_invitation_that_was_taken_back_cannot_be_answered(world: World) -> None:
    invited = appoint(world, "eve", "agent")
    services.remove_member(Membership.objects.get(pk=invited.pk), actor=world.actor("mei"), now=NOW)
    for answer in (invitations.accept, invitations.decline):
        with pytest.raises(NotFound):
            answer(invited, user=world.eve, now=NOW)


def test_each_step_is_written_once_with_who_took_it(world: World) -> None:
    invited = appoint(world, "eve", "agent", "5.00")
    for _ in range(2):  # accepting again is nothing new
        invitations.accept(invited, user=world.eve, now=NOW)
    other = appoint(world, "bob", "manager")
    invitations.decline(other, user=world.bob, now=NOW)
    rows = Change.objects.filter(subject="member").order_by("id").values_list("label", "action", "actor_name")
    assert list(rows) == [
        ("eve", "add", "mei"), ("eve", "change", "eve"), ("bob", "add", "mei"), ("bob", "remove", "bob"),
    ]  # fmt: skip
    accepted = Change.objects.get(label="eve", action="change")
    assert list(accepted.fields) == ["accepted_at"]
    assert (accepted.shop_id, accepted.actor_kind) == (world.lantern.pk, "merchant")


def test_a_program_that_accepts_acts_as_one(world: World) -> None:
    invitations.accept(appoint(world, "eve", "integration"), user=world.eve, now=NOW)
    assert Change.objects.get(label="eve", action="change").actor_kind == "integration"


def test_shops_of_a_person_are_those_they_accepted(world: World) -> None:
    appoint(world, "rui", "agent")
    assert services.shops_of_member(world.rui) == ["Harbor"]
    invitations.accept(Membership.objects.get(user=world.rui, shop=world.lantern), user=world.rui, now=NOW)
    assert sorted(services.shops_of_member(world.rui)) == ["Harbor", "Lantern"]
    assert services.shops_of_member(world.alice) == []


def test_a_stale_page_changes_only_the_contact_that_it_names(world: World) -> None:
    stale = Shop.objects.get(pk=world.lantern.pk)
    mei = world.actor("mei")
    services.revise_contact(world.lantern, hotline="400-111", actor=mei, now=NOW)
    services.revise_contact(stale, contact_name="Mei", actor=mei, now=NOW)
    stored = Shop.objects.get(pk=world.lantern.pk)
    assert (stored.hotline, stored.contact_name) == ("400-111", "Mei")
