"""A membership counts once the person has accepted it; support people have none (contract §4)."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from knox.models import AuthToken

from accounts import invitations
from accounts.access import may_enter_desk, member_actor, memberships
from accounts.login import tokens
from accounts.models import Membership, Role, User
from accounts.services import is_last_manager, remove_member, set_member
from kernel.errors import Conflict, Forbidden, NotFound
from tests.browser import Sit, listing, page, text
from tests.fixtures import Login
from tests.world import World

ACCOUNT = "/account/"


@pytest.fixture
def invited(world: World) -> Membership:
    return set_member(
        world.lantern, world.eve, role="agent", review_limit=None, actor=world.actor("mei"), now=world.now
    )


def fresh(user: User) -> User:
    """As the next request reads it."""
    return User.objects.get(pk=user.pk)


def test_an_invitation_gives_no_right(world: World, api: Login, sit: Sit, invited: Membership) -> None:
    order = world.place_order()
    assert memberships(world.eve) == {}
    assert member_actor(world.eve, world.lantern.pk) is None
    assert not may_enter_desk(world.eve)
    assert api("eve").get(f"/api/v1/orders/{order.order_no}/").status_code == 404
    assert sit("eve").get("/admin/").status_code == 404


def test_accepted_it_counts(world: World, api: Login, invited: Membership) -> None:
    order = world.place_order()
    invitations.accept(invited, user=world.eve, now=world.now)
    invited.refresh_from_db()
    assert invited.accepted_at == world.now
    assert may_enter_desk(fresh(world.eve))
    assert api("eve").get(f"/api/v1/orders/{order.order_no}/").status_code == 200
    # Once more is no other moment.
    invitations.accept(invited, user=world.eve, now=world.now + timedelta(days=1))
    invited.refresh_from_db()
    assert invited.accepted_at == world.now


def test_declined_it_is_gone(world: World, invited: Membership) -> None:
    invitations.decline(invited, user=world.eve, now=world.now)
    assert not Membership.objects.filter(user=world.eve).exists()
    with pytest.raises(NotFound):
        invitations.accept(invited, user=world.eve, now=world.now)
    accepted = Membership.objects.get(user=world.wen)
    with pytest.raises(Conflict):
        invitations.decline(accepted, user=world.wen, now=world.now)


@pytest.mark.parametrize("answer", [invitations.accept, invitations.decline])
def test_nobody_answers_for_another(world: World, invited: Membership, answer: Callable[..., Any]) -> None:
    for name in ("mei", "rui", "song"):
        with pytest.raises(Forbidden):
            answer(invited, user=world.users[name], now=world.now)


def test_what_was_shown_is_accepted(world: World, invited: Membership) -> None:
    set_member(world.lantern, world.eve, role="manager", review_limit=None, actor=world.actor("mei"), now=world.now)
    with pytest.raises(Conflict):
        invitations.accept(invited, user=world.eve, now=world.now, role="agent")
    invitations.accept(invited, user=world.eve, now=world.now, role="manager")


def test_another_role_needs_no_second_yes(world: World) -> None:
    member = set_member(
        world.lantern, world.wen, role="manager", review_limit=None, actor=world.actor("mei"), now=world.now
    )
    assert member.accepted_at is not None


def test_an_invitation_logs_nobody_out(world: World) -> None:
    tokens.issue(world.eve, now=timezone.now())
    by: dict[str, Any] = {"actor": world.actor("mei"), "now": world.now}
    member = set_member(world.lantern, world.eve, role="agent", review_limit=None, **by)
    set_member(world.lantern, world.eve, role="manager", review_limit=None, **by)
    remove_member(member, **by)
    member = set_member(world.lantern, world.eve, role="agent", review_limit=None, **by)
    assert AuthToken.objects.filter(user=world.eve).exists()
    invitations.accept(member, user=world.eve, now=world.now)
    assert not AuthToken.objects.filter(user=world.eve).exists()


# --- the last manager ----------------------------------------------------------------------------------


def test_who_cannot_act_is_no_manager_that_a_shop_keeps(world: World) -> None:
    """Neither one who was switched off nor one who has not accepted yet."""
    off = Membership.objects.create(shop=world.lantern, user=world.bob, role=Role.MANAGER, accepted_at=world.now)
    User.objects.filter(pk=world.bob.pk).update(is_active=False)
    Membership.objects.create(shop=world.lantern, user=world.eve, role=Role.MANAGER)
    assert is_last_manager(world.lantern, world.mei)
    assert not is_last_manager(world.lantern, world.bob)
    assert not is_last_manager(world.lantern, world.eve)
    # The one who was switched off can be removed, the last who can act cannot.
    remove_member(off, actor=world.actor("mei"), now=world.now)
    Membership.objects.filter(user=world.eve).update(accepted_at=world.now)
    assert not is_last_manager(world.lantern, world.mei)


# --- support -------------------------------------------------------------------------------------------


def test_support_is_not_invited(world: World, sit: Sit) -> None:
    for name in ("sun", "song"):
        with pytest.raises(Conflict):
            set_member(
                world.lantern, world.users[name], role="agent", review_limit=None, actor=world.actor("mei"),
                now=world.now,
            )  # fmt: skip
        entry = {"shop": world.lantern.pk, "username": name, "role": "agent", "review_limit": ""}
        assert "can't be members of a shop" in text(sit("mei").post(listing(Membership) + "add/", entry))
        assert not Membership.objects.filter(user=world.users[name]).exists()


@pytest.mark.parametrize("accepted", [True, False])
def test_the_database_refuses_support_as_a_member(world: World, accepted: bool) -> None:
    at = world.now if accepted else None
    with pytest.raises(IntegrityError, match="support people"), transaction.atomic():
        Membership.objects.create(shop=world.lantern, user=world.sun, role=Role.AGENT, accepted_at=at)
    with pytest.raises(IntegrityError, match="support people"), transaction.atomic():
        Membership.objects.filter(user=world.wen).update(user=world.sun)


@pytest.mark.parametrize("change", [{"support_role": "agent"}, {"is_superuser": True}])
def test_the_database_refuses_a_member_as_support(world: World, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="cannot be support"), transaction.atomic():
        User.objects.filter(pk=world.wen.pk).update(**change)
    User.objects.filter(pk=world.alice.pk).update(**change)


def test_an_invitation_keeps_nobody_from_support(world: World, invited: Membership) -> None:
    User.objects.filter(pk=world.eve.pk).update(support_role="agent")
    assert not Membership.objects.filter(user=world.eve).exists()


def test_the_administrators_form_names_the_shop(world: World, sit: Sit) -> None:
    data = {"username": "wen", "is_active": "on", "support_role": "agent"}
    response = sit("root").post(page(world.wen), data)
    assert response.status_code == 200
    assert "First end this membership: Lantern." in text(response)
    Membership.objects.filter(user=world.wen).delete()
    assert sit("root").post(page(world.wen), data).status_code == 302
    assert fresh(world.wen).support_role == "agent"


@pytest.mark.django_db(transaction=True)
def test_both_at_once_are_not_both() -> None:
    """An appointment to support that is not committed yet is waited for."""
    world = World()
    appointed, finish, failed = Event(), Event(), Event()

    def appoint() -> None:
        with transaction.atomic():
            User.objects.filter(username="eve").update(support_role="agent")
            appointed.set()
            finish.wait(60)
        connection.close()

    def invite() -> None:
        try:
            Membership.objects.create(shop=world.lantern, user=world.eve, role=Role.AGENT)
        except IntegrityError:
            failed.set()
        connection.close()

    first, second = Thread(target=appoint), Thread(target=invite)
    first.start()
    assert appointed.wait(60)
    second.start()
    second.join(0.3)
    assert second.is_alive(), "it waits for the other transaction"
    finish.set()
    first.join(60)
    second.join(60)
    assert failed.is_set()


# --- entry points --------------------------------------------------------------------------------------


def test_over_the_api(world: World, api: Login, invited: Membership) -> None:
    eve, url = api("eve"), f"/api/v1/memberships/{invited.pk}/"
    (entry,) = eve.get("/api/v1/memberships/").json()
    assert entry == {
        "id": invited.pk, "shop": "lantern", "shop_name": "Lantern", "role": "agent", "role_label": "agent",
            "level": "full", "level_label": "all cases",
        "status": "invited", "status_label": "invited, not yet accepted",
    }  # fmt: skip
    assert api("mei").post(f"{url}accept/", {}).status_code == 404
    assert eve.post(f"{url}accept/", {"role": "manager"}).status_code == 409
    assert eve.post(f"{url}accept/", {"role": "agent"}).json()["status"] == "accepted"
    # The token was given before: it does not get the new rights.
    assert eve.get("/api/v1/memberships/").status_code == 401
    assert api("eve").post(f"{url}decline/").status_code == 409
    Membership.objects.filter(pk=invited.pk).update(accepted_at=None, role_since=None)
    assert api("eve").post(f"{url}decline/").status_code == 204
    assert api("eve").get("/api/v1/memberships/").json() == []


def test_on_the_pages(world: World, sit: Sit, invited: Membership) -> None:
    eve = sit("eve")
    assert f'href="{ACCOUNT}"' in text(eve.get("/"))
    assert "A shop has invited you" in text(eve.get("/"))
    assert "Lantern invites you to join as agent" in text(eve.get(ACCOUNT))
    assert sit("bob").post(f"{ACCOUNT}memberships/{invited.pk}/accept/").status_code == 404
    changed = eve.post(f"{ACCOUNT}memberships/{invited.pk}/accept/", {"role": "manager"}, follow=True)
    assert "The invitation has changed" in text(changed)
    done = eve.post(f"{ACCOUNT}memberships/{invited.pk}/accept/", {"role": "agent"}, follow=True)
    assert "You're now a member of Lantern." in text(done)
    assert eve.get("/admin/").status_code == 200
    assert "has invited you" not in text(eve.get("/"))


def test_it_is_declined_on_the_page(world: World, sit: Sit, invited: Membership) -> None:
    assert sit("eve").post(f"{ACCOUNT}memberships/{invited.pk}/decline/").status_code == 302
    assert not Membership.objects.filter(user=world.eve).exists()


def test_the_desk_shows_the_state_and_the_notice(world: World, sit: Sit, invited: Membership) -> None:
    assert "invited, not yet accepted" in text(sit("mei").get(listing(Membership)))
    assert "invited, not yet accepted" in text(sit("mei").get(page(invited)))
    assert "A shop has invited you" not in text(sit("wen").get("/admin/"))
    set_member(world.harbor, world.wen, role="agent", review_limit=None, actor=world.actor("rui"), now=world.now)
    assert "A shop has invited you" in text(sit("wen").get("/admin/"))
