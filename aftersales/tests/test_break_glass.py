"""A manager decides alone in an emergency, and somebody else reviews it (docs/limits.md). `mei` decides; `anna` is the
shop's other manager, `song` a supervisor of support."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from aftersales import services
from aftersales.models import EmergencyOverride, Given, OverrideAlarm, Ticket
from aftersales.services.authority.override import MAX_OPEN
from aftersales.states import Status
from kernel.actors import Actor
from kernel.errors import Conflict, DomainError, Forbidden, Invalid, Stale
from kernel.models import History
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.threads import dismissed, race
from tests.undone import undone
from tests.world import DAY, NOW, World

from .desk_api import ApiDesk
from .test_limits import claim
from .test_second_person import alone, anna, approve, bought, desk, endorse, limited, two_above

__all__ = ["anna", "desk", "dismissed"]  # fixtures

pytestmark = pytest.mark.django_db
D = Decimal
WHY = "Nobody else answers, and the buyer's train leaves."


def break_glass(ticket: Ticket, by: Actor, amount: str = "300.00", **more: Any) -> Ticket:
    facts: dict[str, Any] = {"reason": WHY, "now": NOW} | more
    return services.break_glass(Ticket.objects.get(pk=ticket.pk), amount=D(amount), actor=by, **facts)


def review(ticket: Ticket, by: Actor, accept: bool = True, **more: Any) -> Ticket:
    row = EmergencyOverride.objects.filter(ticket=ticket).latest("pk")
    facts: dict[str, Any] = {"override": row.pk, "now": NOW} | more
    return services.review_override(Ticket.objects.get(pk=ticket.pk), accept=accept, actor=by, **facts)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    two_above(desk, "200.00")
    return claim(desk, bought(desk), "250.00")


# --- what it does ---------------------------------------------------------------------------------------------


def test_without_the_second_person(desk: Desk, ticket: Ticket) -> None:
    alone(lambda: approve(ticket, desk.merchant))
    broken = break_glass(ticket, desk.merchant, "250.00")
    assert (broken.status, broken.version, broken.due_at) == (ticket.status, ticket.version, ticket.due_at)
    assert broken.override == "open"
    line = broken.history().get(action="break_glass")
    assert (line.actor_name, line.note, line.data["amount"]) == ("mei", WHY, "250.00")
    assert approve(ticket, desk.merchant).approved_amount == D("250.00")
    assert Given.objects.get().amount == D("250.00")


def test_beyond_the_limit_of_the_day(desk: Desk) -> None:
    mei = limited(desk, "100.00", "mei")
    first = claim(desk, bought(desk), "100.01")
    with undone(), pytest.raises(Forbidden):
        approve(first, mei)
    break_glass(first, mei, "100.01")
    approve(first, mei)
    with pytest.raises(Forbidden):  # it counts in the day like any other
        approve(claim(desk, bought(desk), "0.01"), mei)


def test_of_the_second_person_it_lifts_no_limit_of_the_day(desk: Desk, ticket: Ticket) -> None:
    """The day was passed only afterwards, by another ticket: that takes one more, which says so."""
    mei = limited(desk, "300.00", "mei")
    break_glass(ticket, mei, "250.00")
    with undone():
        approve(ticket, mei)
    approve(claim(desk, bought(desk), "150.00"), mei)
    with undone(), pytest.raises(Forbidden) as refusal:
        approve(ticket, mei)
    assert (refusal.value.details["period"], refusal.value.details["amount"]) == ("day", "400.00")
    break_glass(ticket, mei, "250.00")
    assert limits_of(ticket) == [(True, False), (False, True)]
    with undone(), pytest.raises(Conflict, match="Nothing stops you"):
        break_glass(ticket, mei, "250.00")
    assert approve(ticket, mei).approved_amount == D("250.00")


def test_of_the_day_it_stands_for_no_second_person(desk: Desk) -> None:
    """The shop asked for two people only afterwards."""
    mei, ticket = limited(desk, "100.00", "mei"), claim(desk, bought(desk), "250.00")
    break_glass(ticket, mei, "250.00")
    two_above(desk, "200.00")
    alone(lambda: approve(ticket, mei))
    break_glass(ticket, mei, "250.00")
    assert limits_of(ticket) == [(False, True), (True, False)]
    assert approve(ticket, mei).approved_amount == D("250.00")


def test_one_more_for_the_day_stands_for_no_second_person_whose_own_was_objected_to(
    desk: Desk, ticket: Ticket, anna: Actor
) -> None:
    mei = limited(desk, "300.00", "mei")
    break_glass(ticket, mei, "250.00")
    approve(claim(desk, bought(desk), "150.00"), mei)
    break_glass(ticket, mei, "250.00")
    first = EmergencyOverride.objects.earliest("pk")
    review(ticket, anna, accept=False, note="I was on call", override=first.pk)
    alone(lambda: approve(ticket, mei))
    break_glass(ticket, mei, "250.00")
    assert limits_of(ticket) == [(True, False), (False, True), (True, False)]
    assert approve(ticket, mei).approved_amount == D("250.00")


def limits_of(ticket: Ticket) -> list[tuple[bool, bool]]:
    rows = EmergencyOverride.objects.filter(ticket=ticket).order_by("pk")
    return list(rows.values_list("without_second", "above_daily_limit"))


def test_no_more_than_was_said_and_only_as_it_was(desk: Desk, ticket: Ticket, anna: Actor) -> None:
    break_glass(ticket, desk.merchant, "249.99")
    alone(lambda: approve(ticket, desk.merchant))
    break_glass(ticket, desk.merchant, "250.00")
    alone(lambda: approve(ticket, anna))  # a colleague decides alone only by their own
    with undone():
        approve(ticket, desk.merchant)
    again = desk.application(ticket.order, "refund_only", "compensation", claimed_amount=D("240.00"), received=True)
    services.amend(Ticket.objects.get(pk=ticket.pk), again, actor=desk.buyer, now=NOW)
    alone(lambda: approve(ticket, desk.merchant))
    with pytest.raises(Stale):
        break_glass(ticket, desk.merchant, version=ticket.version)


def test_no_right_above_what_was_paid_and_none_for_an_agent(desk: Desk, ticket: Ticket) -> None:
    break_glass(ticket, desk.merchant, "9000.00")
    with undone(), pytest.raises(DomainError) as refusal:
        approve(ticket, desk.merchant, refund_amount=D("9000.00"))
    assert refusal.value.code == "amount_exceeded"
    alone_too = [desk.agent, desk.support, desk.buyer, desk.integration]
    for actor in alone_too:
        with undone(), pytest.raises(Forbidden):
            break_glass(ticket, actor)
    Membership.objects.filter(user=desk.world.mei).update(role="agent", review_limit=D("900.00"))
    desk.world.mei.__dict__.pop("_memberships", None)
    alone(lambda: approve(ticket, desk.world.actor("mei")))  # who is a manager no more decides by it no more


def test_nothing_is_decided_alone_that_a_second_person_has_agreed_to(desk: Desk, ticket: Ticket, anna: Actor) -> None:
    endorse(ticket, anna, "250.00")
    with pytest.raises(Conflict, match="Nothing stops you"):
        break_glass(ticket, desk.merchant, "250.00")
    break_glass(ticket, desk.merchant, "250.01")
    for amount in ("250.00", "250.01"):
        with pytest.raises(Conflict, match="Nothing stops you"):
            break_glass(ticket, desk.merchant, amount)
    assert EmergencyOverride.objects.count() == 1


def test_tickets_reviewed_before_they_said_so_say_it(desk: Desk, ticket: Ticket, anna: Actor) -> None:
    other = claim(desk, bought(desk), "250.00")
    for one, accept in ((ticket, True), (other, False)):
        break_glass(one, desk.merchant)
        review(one, anna, accept=accept, note="Seen")
    Ticket.objects.filter(pk=ticket.pk).update(override="")
    fill = import_module("aftersales.migrations.0052_how_overrides_ended").FILL
    with connection.cursor() as cursor:
        cursor.execute(fill)
    assert Ticket.objects.get(pk=ticket.pk).override == "accepted"
    assert Ticket.objects.get(pk=other.pk).override == "objected"


def test_an_offer_on_it_is_carried_out_by_the_buyers_yes(desk: Desk, ticket: Ticket) -> None:
    offer = partial(
        services.offer, type="refund_only", amount=D("250.00"), note="All of it", actor=desk.merchant, now=NOW
    )
    alone(lambda: offer(Ticket.objects.get(pk=ticket.pk)))
    break_glass(ticket, desk.merchant)
    offered = offer(Ticket.objects.get(pk=ticket.pk))
    done = services.accept_offer(offered, offer=offered.offers.get().pk, actor=desk.buyer, now=NOW + 3 * DAY)
    assert done.approved_amount == D("250.00")


def test_an_objection_ends_the_offer_that_was_made_on_it(desk: Desk, ticket: Ticket, anna: Actor, api: Login) -> None:
    offer = partial(services.offer, type="refund_only", amount=D("250.00"), note="All of it", now=NOW)
    break_glass(ticket, desk.merchant)
    offered = offer(Ticket.objects.get(pk=ticket.pk), actor=desk.merchant)
    after = review(ticket, anna, accept=False, note="I was on call")
    assert (after.offered_at, offered.offers.get().status, after.status) == (None, "expired", ticket.status)
    # The buyer, who had read it, is told; of the review nothing.
    seen = api("alice").get(f"/api/v1/tickets/{ticket.ticket_no}/").json()["timeline"]
    assert [move["action_label"] for move in seen][-1] == "Offer taken back by the shop"
    assert "break_glass" not in str(seen)
    assert "I was on call" not in str(seen)
    with undone(), pytest.raises(Conflict):
        services.accept_offer(after, offer=offered.offers.get().pk, actor=desk.buyer, now=NOW + DAY)
    alone(lambda: offer(Ticket.objects.get(pk=ticket.pk), actor=desk.merchant))
    small = offer(Ticket.objects.get(pk=ticket.pk), actor=desk.merchant, amount=D("10.00"))
    after = review(ticket, desk.world.actor("song"), accept=False, note="She was")
    assert after.offered_at == small.offered_at, "made without it"


def test_an_offer_of_somebody_else_or_after_a_yes_stays(desk: Desk, ticket: Ticket, anna: Actor) -> None:
    offer = partial(services.offer, type="refund_only", note="Some of it", now=NOW)
    break_glass(ticket, desk.merchant)
    offer(Ticket.objects.get(pk=ticket.pk), amount=D("10.00"), actor=anna)
    with undone():
        assert review(ticket, anna, accept=False, note="No").offered_at is not None
    offer(Ticket.objects.get(pk=ticket.pk), amount=D("20.00"), actor=desk.merchant)
    assert review(ticket, anna).offered_at is not None


# --- who may --------------------------------------------------------------------------------------------------


def test_who_may_not(desk: Desk, ticket: Ticket, anna: Actor, world: World) -> None:
    own = claim(desk, bought(desk), "250.00", by=anna)
    with pytest.raises(Forbidden):
        break_glass(own, anna)
    for reason in ("", "  \n ", "It is urgent." + 40 * " " + "!"):
        with pytest.raises(Invalid):
            break_glass(ticket, desk.merchant, reason=reason)
    for amount in ("0.00", "-1.00", "1.001"):
        with pytest.raises(Invalid):
            break_glass(ticket, desk.merchant, amount)
    Membership.objects.filter(user=world.mei).update(role_since=NOW - 30 * DAY + timedelta(seconds=1))
    with pytest.raises(Forbidden):
        break_glass(ticket, desk.merchant)
    break_glass(ticket, desk.merchant, now=NOW + timedelta(seconds=1))


def test_where_nothing_limits_anybody_there_is_nothing_to_override(desk: Desk) -> None:
    with pytest.raises(Conflict):
        break_glass(claim(desk, bought(desk), "50.00"), desk.merchant)
    two_above(desk, "200.00")
    mei, ticket = limited(desk, "100.00", "mei"), claim(desk, bought(desk), "250.00")
    for amount, reasons in (("100.00", None), ("100.01", (False, True)), ("200.01", (True, True))):
        with undone():
            if reasons is None:
                with pytest.raises(Conflict):
                    break_glass(ticket, mei, amount)
                continue
            break_glass(ticket, mei, amount)
            row = EmergencyOverride.objects.get()
            assert (row.without_second, row.above_daily_limit) == reasons


def test_three_wait_for_a_review_at_most(desk: Desk, anna: Actor) -> None:
    two_above(desk, "200.00")
    tickets = [claim(desk, bought(desk), "250.00") for _ in range(MAX_OPEN + 1)]
    for one in tickets[:MAX_OPEN]:
        break_glass(one, desk.merchant)
    late = NOW + 90 * DAY  # not even after a while
    with pytest.raises(Forbidden, match="3 of your"):
        break_glass(tickets[-1], desk.merchant, now=late)
    review(tickets[0], anna, accept=False, note="I was on call")
    with pytest.raises(Forbidden):  # support has not decided on that one
        break_glass(tickets[-1], desk.merchant, now=late)
    break_glass(tickets[-1], anna)  # each has their own
    review(tickets[1], anna)
    break_glass(tickets[-1], desk.merchant, now=late)


def test_after_an_objection_that_support_upheld_nobody_decides_alone_for_30_days(desk: Desk, anna: Actor) -> None:
    two_above(desk, "200.00")
    first, second = (claim(desk, bought(desk), "250.00") for _ in range(2))
    song = desk.world.actor("song")
    break_glass(first, desk.merchant)
    review(first, anna, accept=False, note="I was on call")
    review(first, song, accept=False, note="She was")
    with pytest.raises(Forbidden):
        break_glass(second, desk.merchant, now=NOW + 30 * DAY - timedelta(seconds=1))
    break_glass(second, desk.merchant, now=NOW + 30 * DAY)


def test_while_that_holds_nothing_offers_it(apidesk: ApiDesk, desk: Desk, anna: Actor, sit: Sit) -> None:
    two_above(desk, "200.00")
    first, second = (claim(desk, bought(desk), "250.00") for _ in range(2))

    def offered(name: str) -> tuple[bool, bool, bool]:
        listed = apidesk.api(name).get("/api/v1/tickets/").json()["results"]
        (row,) = [one for one in listed if one["ticket_no"] == second.ticket_no]
        verb = "break-glass"
        shown = "Decide alone (emergency)" in text(sit(name).get(page(second)))
        return (
            verb in row["allowed_actions"],
            verb in apidesk.get(name, {"ticket_no": second.ticket_no})["allowed_actions"],
            shown,
        )

    break_glass(first, desk.merchant)
    review(first, anna, accept=False, note="I was on call")
    assert offered("mei") == (True, True, True)
    review(first, desk.world.actor("song"), accept=False, note="She was", now=timezone.now())
    assert (offered("mei"), offered("eve")) == ((False,) * 3, (True,) * 3)


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ("a", ["accepted"]), ("os", ["objected to", "Objection to the emergency decision upheld"]),
        ("od", ["objected to", "Objection to the emergency decision dismissed"]),
    ],
)  # fmt: skip
def test_history_says_what_the_review_came_to(
    apidesk: ApiDesk, desk: Desk, ticket: Ticket, anna: Actor, sit: Sit, outcomes: str, words: list[str]
) -> None:
    break_glass(ticket, desk.merchant)
    for outcome in outcomes:
        by = desk.world.actor("song") if outcome in "sd" else anna
        review(ticket, by, accept=outcome in "ad", note="Because")
    expected = [word if "Objection" in word else f"Emergency decision {word}" for word in words]
    moves = [
        move
        for move in apidesk.get("mei", {"ticket_no": ticket.ticket_no})["timeline"]
        if move["action"] == "review_override"
    ]
    assert [move["action_label"] for move in moves] == expected
    shown = text(sit("mei").get(page(ticket)))
    assert all(label in shown for label in expected)


@pytest.mark.parametrize(
    ("reason", "enough"),
    [("a" * 20, True), ("a" * 19, False), ("夜里无人值班买家急等", True), ("夜里无人值班买家急", False)],
)
def test_how_long_a_reason_is(desk: Desk, ticket: Ticket, reason: str, enough: bool) -> None:
    if enough:
        break_glass(ticket, desk.merchant, reason=reason)
        return
    with pytest.raises(Invalid) as refusal:
        break_glass(ticket, desk.merchant, reason=reason)
    assert (refusal.value.errors or {})["reason"] == [
        "Say why nobody else can be asked now, in at least 20 characters (10 in Chinese)."
    ]


# --- the review -----------------------------------------------------------------------------------------------


def test_who_reviews(desk: Desk, ticket: Ticket, anna: Actor, world: World) -> None:
    break_glass(ticket, desk.merchant)
    for actor in (desk.merchant, desk.agent, desk.support, desk.buyer, desk.integration, world.actor("rui")):
        with undone(), pytest.raises(Forbidden):
            review(ticket, actor)
    for actor in (anna, world.actor("song")):
        with undone():
            done = review(ticket, actor)
            assert (done.override, done.override_since) == ("accepted", None)
            with pytest.raises(Conflict, match="reviewed already"):
                review(ticket, actor)
    with pytest.raises(Invalid):
        review(ticket, anna, accept=False, note="  ")
    with pytest.raises(Invalid):
        review(ticket, anna, override=0)


def test_an_objection_goes_to_support(desk: Desk, ticket: Ticket, anna: Actor, world: World) -> None:
    break_glass(ticket, desk.merchant)
    assert review(ticket, anna, accept=False, note="I was on call").override == "objected"
    alone(lambda: approve(ticket, desk.merchant))  # not decided on yet: it counts no more
    with pytest.raises(Forbidden):
        review(ticket, anna)
    with pytest.raises(Invalid):
        review(ticket, world.actor("song"))
    assert review(ticket, world.actor("song"), note="She called, twice").override == "dismissed"
    row = EmergencyOverride.objects.get()
    assert (row.state, row.note, row.ruling) == ("dismissed", "I was on call", "She called, twice")
    lines = History.objects.filter(machine="ticket", action="review_override").order_by("id")
    assert [(one.actor_name, one.data["accepted"]) for one in lines] == [("eve", False), ("song", True)]


def test_support_reviews_for_a_shop_with_one_manager_and_its_objection_is_final(desk: Desk, ticket: Ticket) -> None:
    break_glass(ticket, desk.merchant)
    done = review(ticket, desk.world.actor("song"), accept=False, note="The buyer could wait")
    assert (done.override, EmergencyOverride.objects.get().state) == ("upheld", "upheld")


def test_an_ended_ticket_is_reviewed_too(desk: Desk, ticket: Ticket, anna: Actor) -> None:
    break_glass(ticket, desk.merchant)
    paid = desk.pay_out(approve(ticket, desk.merchant))
    assert (paid.status, paid.override) == (Status.COMPLETED, "open")
    version = paid.version
    assert (review(ticket, anna).version, Ticket.objects.get(pk=ticket.pk).status) == (version, Status.COMPLETED)


def test_the_database_refuses_what_no_service_does(desk: Desk, ticket: Ticket) -> None:
    break_glass(ticket, desk.merchant)
    mei, song = desk.world.mei, desk.world.song
    row = EmergencyOverride.objects.filter(ticket=ticket)
    for bad in (
        {"reason": ""},
        {"without_second": False},
        {"amount": 0},
        {"reviewed_by": mei, "reviewed_at": NOW},
        {"reviewed_by": song},
        {"reviewed_at": NOW},
        {"reviewed_by": song, "reviewed_at": NOW, "objected": True},
        {"reviewed_by": song, "reviewed_at": NOW, "ruled_by": song, "ruled_at": NOW, "upheld": True, "ruling": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**bad)


# --- at the same moment ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_many_at_once_are_three(desk: Desk) -> None:
    two_above(desk, "200.00")
    tickets = [claim(desk, bought(desk), "250.00") for _ in range(8)]
    answers = race(*[partial(break_glass, ticket, desk.merchant) for ticket in tickets])
    assert sorted(answers) == ["forbidden"] * 5 + ["ok"] * 3
    assert EmergencyOverride.objects.count() == 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_two_reviews_at_once_are_one(desk: Desk, anna: Actor) -> None:
    two_above(desk, "200.00")
    song = desk.world.actor("song")
    for _ in range(3):
        ticket = claim(desk, bought(desk), "250.00")
        break_glass(ticket, desk.merchant)
        answers = race(partial(review, ticket, anna), partial(review, ticket, song, accept=False, note="No"))
        assert sorted(answers) in (["illegal_transition", "ok"], ["conflict", "ok"])
        assert Ticket.objects.get(pk=ticket.pk).override in ("accepted", "upheld")
        EmergencyOverride.objects.all().delete()  # an objection of hers would bar the next one
        Membership.objects.update(barred_until=None)


# --- entry points ---------------------------------------------------------------------------------------------


def test_over_http(apidesk: ApiDesk, world: World, anna: Actor) -> None:
    from accounts.shop_settings.second_approval import require_second_approval

    require_second_approval(world.lantern, above=D("100.00"), actor=world.actor("mei"), now=NOW)
    ticket = apidesk.apply(world.delivered(lines=[("TEE", "250.00", 1)]), reason="quality", evidence=[apidesk.photo()])
    assert "break-glass" in apidesk.get("mei", ticket)["allowed_actions"]
    for name in ("wen", "sun", "alice"):
        assert not {"break-glass", "review-override"} & set(apidesk.get(name, ticket)["allowed_actions"])
    body = {"amount": "250.00", "reason": WHY}
    assert apidesk.post("mei", ticket, "break-glass", {"amount": "250.00"}).status_code == 400
    assert apidesk.post("mei", ticket, "break-glass", body | {"reason": "Urgent"}).json()["errors"].keys() == {"reason"}
    assert apidesk.post("wen", ticket, "break-glass", body).status_code == 403
    (row,) = apidesk.post("mei", ticket, "break-glass", body).json()["overrides"]
    assert (row["by"], row["amount"], row["reason"], row["state"]) == ("mei", "250.00", WHY, "open")
    assert apidesk.post("mei", ticket, "approve", {}).status_code == 200
    seen = apidesk.get("alice", ticket)
    assert seen["overrides"] == []
    assert "break_glass" not in [move["action"] for move in seen["timeline"]]
    assert WHY not in str(seen)
    answer = {"override": row["id"], "accept": False, "note": "I was on call"}
    assert apidesk.post("mei", ticket, "review-override", answer).status_code == 403
    assert "review-override" in apidesk.get("eve", ticket)["allowed_actions"]
    assert apidesk.post("eve", ticket, "review-override", answer).json()["overrides"][0]["state"] == "objected"
    assert "review-override" not in apidesk.get("eve", ticket)["allowed_actions"]
    assert apidesk.post("song", ticket, "review-override", answer).json()["overrides"][0]["state"] == "upheld"
    again = apidesk.post("song", ticket, "review-override", answer)
    assert (again.status_code, again.json()["message"]) == (409, "This was reviewed already. Look at the ticket again.")


def test_at_the_desk(desk: Desk, ticket: Ticket, anna: Actor, sit: Sit) -> None:
    assert "Decide alone (emergency)" in text(sit("mei").get(page(ticket)))
    assert "Decide alone (emergency)" not in text(sit("wen").get(page(ticket)))
    form = {"amount": "250.00", "reason": WHY, "version": ticket.version}
    answer = sit("mei").post(page(ticket, "break_glass"), form, follow=True)
    assert WHY in text(answer)
    assert "You can decide alone now. Nothing is decided yet." in text(answer)
    assert "or a supervisor of platform support, reviews it" in text(answer)
    assert "without the second person · to be reviewed" in text(answer)
    assert "two people decide" not in text(answer)
    for name, shown in {"mei": True, "eve": True, "song": True, "wen": False}.items():
        assert ("emergency decisions to review" in text(sit(name).get("/admin/")).lower()) is shown, name
    row = EmergencyOverride.objects.get()
    assert "Save review" in text(sit("eve").get(page(ticket)))
    answer = sit("eve").post(page(ticket, "review_override"), {"override": row.pk, "decision": "object"}, follow=True)
    assert "Say why" in text(answer)
    sit("eve").post(page(ticket, "review_override"), {"override": row.pk, "decision": "object", "note": "On call"})
    assert "emergency decisions to review" not in text(sit("mei").get("/admin/")).lower()
    for name in ("mei", "eve"):
        assert "A supervisor of platform support decides on the objection." in text(sit(name).get(page(ticket))), name
    assert "objections to emergency decisions" in text(sit("song").get("/admin/")).lower()
    ruling = text(sit("song").get(page(ticket)))
    assert "Decides on the objection to what mei decided alone, up to ¥250.00." in ruling
    assert "The decision was right. The objection is dismissed" in ruling
    assert "Required for an objection" not in ruling
    sit("song").post(page(ticket, "review_override"), {"override": row.pk, "decision": "accept", "note": "Right"})
    for name in ("mei", "eve", "song"):
        after = text(sit(name).get(page(ticket)))
        assert "Objected to by: eve" in after, name
        assert "Objection dismissed by: song" in after, name
        assert "· Right" in after, name
    assert "emergency decisions" not in text(sit("song").get("/admin/")).lower()
    assert "Objection to the emergency decision dismissed" in text(sit("mei").get(page(ticket)))


def test_the_form_says_what_an_objection_does(desk: Desk, ticket: Ticket, anna: Actor, sit: Sit) -> None:
    assert "At least 20 characters (10 in Chinese)." in text(sit("mei").get(page(ticket, "break_glass")))
    break_glass(ticket, desk.merchant)
    shop, support = (text(sit(name).get(page(ticket))) for name in ("eve", "song"))
    for shown in (shop, support):
        assert "Reviews what mei decided alone, up to ¥300.00." in shown
        assert "an open offer made on it ends" in shown
    assert "platform support decides whether the objection is right" in shop
    assert "Your objection is final" in support


def test_the_home_says_since_when_it_waits(desk: Desk, ticket: Ticket, anna: Actor, sit: Sit) -> None:
    at = NOW + timedelta(hours=2)
    break_glass(ticket, desk.merchant, now=at)
    for name in ("eve", "song"):
        assert f"since {timezone.localtime(at):%m-%d %H:%M}" in text(sit(name).get("/admin/")), name
    review(ticket, anna, accept=False, note="No", now=at + DAY)
    assert f"since {timezone.localtime(at + DAY):%m-%d %H:%M}" in text(sit("song").get("/admin/"))


def test_a_decision_of_one_person_reads_nothing_for_it(desk: Desk, sit: Sit) -> None:
    two_above(desk, "200.00")
    ticket = claim(desk, bought(desk), "200.00")
    with CaptureQueriesContext(connection) as usual:
        sit("mei").get(page(ticket))
        approve(ticket, desk.merchant)
    assert [one["sql"] for one in usual.captured_queries if "emergencyoverride" in one["sql"]] == []
    assert not OverrideAlarm.objects.exists()


def test_agreeing_needs_none(desk: Desk, ticket: Ticket, anna: Actor) -> None:
    endorse(ticket, anna, "250.00")
    approve(ticket, desk.merchant)
    assert not EmergencyOverride.objects.exists()
