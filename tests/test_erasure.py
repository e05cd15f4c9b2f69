"""A person's data is erased when they ask: the account after a week, records when the law lets go, the books never
(D-6)."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.utils import timezone

from accounts import jobs
from accounts.models import User
from accounts.privacy.erasure import State, carry_out, foresee, request_erasure, withdraw_erasure
from accounts.privacy.models import ErasureRequest
from accounts.privacy.retention import cut, keep_until
from accounts.services import set_member
from aftersales import services
from aftersales.models import Evidence, Message, Ticket
from config.checks import records_are_kept_long_enough
from desk.models import SavedFilter
from kernel.actors import BUYER, CLOCK, Actor
from kernel.errors import Conflict
from kernel.models import Change, History
from kernel.privacy.erasing import ERASED, TEXTS, erased
from orders.models import Order
from orders.services import add_note, create
from refunds.complaints.record import record_complaints
from refunds.gateways import ComplaintReport, ComplaintStatus
from refunds.models import Redirection, Refund
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import authorization
from tests.world import DAY, SECOND, World

THEN = datetime.fromisoformat("2019-03-02T10:00:00+08:00")
NOW = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
RECEIVER = {"name": "林小满", "phone": "13800006021", "address": "浙江省杭州市西湖区龙井路 1 号"}
LOGIN = {"username": "linxiaoman", "first_name": "Xiaoman", "last_name": "Linova", "email": "lin@example.com"}
PHONE = "13900007032"
TEXTS_OF_HERS = [
    "the zip is torn", "my door code is 4711", "leave it with my aunt", "paid to 6222 0000", "ICBC_DEBIT",
    "the smoke hurt my eyes",
]  # fmt: skip


def personal() -> list[str]:
    return [*RECEIVER.values(), *LOGIN.values(), PHONE, *TEXTS_OF_HERS, "Linova"]


@pytest.fixture
def lin(world: World) -> User:
    User.objects.filter(pk=world.alice.pk).update(phone=PHONE, **LOGIN)
    world.users["alice"] = User.objects.get(pk=world.alice.pk)
    world.now = THEN
    return world.users["alice"]


@pytest.fixture
def desk(world: World, lin: User) -> Desk:
    desk = Desk(world)
    desk.now = THEN
    return desk


def returned(world: World, desk: Desk) -> Ticket:
    """An order with everything in it that a person leaves behind, refunded long ago."""
    order = world.delivered(buyer=LOGIN["username"], receiver=RECEIVER)
    add_note(order, text="leave it with my aunt", actor=desk.buyer, now=THEN)
    ticket = desk.apply(order, description="the zip is torn")
    services.post_message(ticket, text="my door code is 4711", actor=desk.buyer, now=THEN)
    ticket = desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    refund = ticket.refunds.get()
    card = {
        "target": "card",
        "bank": "ICBC_DEBIT",
        "account": "3445",
        "note": "of her sister Linova",
        "error": "Linova",
    }
    Redirection.objects.create(
        shop_id=refund.shop_id, refund=refund, state="withdrawn", proposed_by=1, proposed_at=THEN, **card
    )
    Refund.objects.filter(pk=refund.pk).update(redirected_to="ICBC_DEBIT 3445")
    complaint = ComplaintReport("CP-1", ComplaintStatus.CLOSED, "PROCESSED", [], THEN, text="the smoke hurt my eyes")
    record_complaints(order.payments.select_related("order"), complaint, asked_at=THEN, now=THEN)
    return ticket


def everything() -> str:
    """Every value of every row of the database."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        texts = []
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
            texts += [f"{table}: {text}" for (text,) in cursor.fetchall()]
    return "\n".join(texts)


def left() -> list[str]:
    rows = everything().splitlines()
    return [f"{value} in {row[:80]}" for value in personal() for row in rows if value in row]


def erase(user: User, now: datetime = NOW) -> ErasureRequest:
    request = request_erasure(user, actor=Actor(BUYER, user.display_name, user.pk), now=now)
    return carry_out(request, actor=CLOCK, now=now)


class TestEverythingGoes:
    def test_nothing_is_left_anywhere_and_the_books_add_up(self, world: World, desk: Desk, lin: User) -> None:
        authorization(lin)
        SavedFilter.objects.create(user=lin, page="p", name="Linova's", query="q")
        ticket = returned(world, desk)
        files = [str(row.file.name) for row in Evidence.objects.all()]
        loose = desk.photo()
        assert left(), "the search finds what is there"
        before = History.objects.count()
        request = erase(lin)
        assert (request.state, request.keep_until, request.username) == (State.DONE, None, "")
        assert left() == []
        assert not Evidence.objects.exists()
        assert not [name for name in files if default_storage.exists(name)]
        assert loose
        # What happened, how much and when stays.
        assert History.objects.count() == before
        after = Ticket.objects.get(pk=ticket.pk)
        assert (after.refunded_amount, after.description) == (ticket.refunded_amount, ERASED)
        assert after.refunded_amount > 0
        order = Order.objects.get(pk=ticket.order_id)
        assert (order.erased_at, order.buyer.username) == (NOW, f"erased-{lin.pk}")
        out = StringIO()
        call_command("audit_money", stdout=out)

    def test_the_login_is_dead(self, world: World, desk: Desk, lin: User, api: Any) -> None:
        client = api("alice")
        assert client.get("/api/v1/orders/").status_code == 200
        erase(lin)
        user = User.objects.get(pk=lin.pk)
        assert not user.is_active
        assert not user.has_usable_password()
        assert client.get("/api/v1/orders/").status_code == 401

    def test_the_pages_of_the_shop_still_open(self, world: World, desk: Desk, lin: User, api: Any, sit: Sit) -> None:
        ticket = returned(world, desk)
        erase(lin)
        order = Order.objects.get(pk=ticket.order_id)
        for path in (f"orders/{order.order_no}/", f"orders/{order.order_no}/notes/", f"tickets/{ticket.ticket_no}/"):
            assert api("mei").get(f"/api/v1/{path}").status_code == 200, path
        assert api("mei").get(f"/api/v1/tickets/{ticket.ticket_no}/messages/").json()["results"][-1]["text"] == ERASED
        for row in (order, ticket):
            assert sit("mei").get(page(row)).status_code == 200
        assert ERASED in text(sit("mei").get(page(ticket)))
        assert "personal data" in text(sit("mei").get("/admin/changes/"))
        # The shop's system cannot bring the order in again with all that was erased.
        again = world.order_data(order_no=order.order_no, buyer=LOGIN["username"], receiver=RECEIVER)
        with pytest.raises(Conflict):
            create(world.lantern, again, actor=world.actor("oms"), now=NOW)

    def test_it_is_written_who_did_it(self, world: World, desk: Desk, lin: User) -> None:
        returned(world, desk)
        erase(lin)
        lines = Change.objects.filter(subject="erasure")
        assert {line.label.split()[0] for line in lines} == {"order", "parcel", "ticket", "message"}
        assert {(line.actor_kind, line.shop_id, line.action) for line in lines} == {
            ("clock", world.lantern.pk, "remove")
        }

    def test_others_keep_theirs(self, world: World, desk: Desk, lin: User) -> None:
        returned(world, desk)
        bob = world.delivered(buyer="bob", receiver=RECEIVER | {"name": "Bob"})
        erase(lin)
        assert Order.objects.get(pk=bob.pk).receiver_name == "Bob"
        # The shop's own people keep their names: they still work there.
        assert History.objects.filter(actor_id=world.mei.pk, actor_name=ERASED).count() == 0

    def test_twice_is_once(self, world: World, desk: Desk, lin: User) -> None:
        returned(world, desk)
        request = erase(lin)
        changes = Change.objects.count()
        assert erase(lin).pk == request.pk
        assert Change.objects.count() == changes

    def test_killed_half_way_it_goes_on(self, world: World, desk: Desk, lin: User) -> None:
        for _ in range(2):
            returned(world, desk)
        request = request_erasure(lin, actor=CLOCK, now=NOW)

        def killed() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            carry_out(request, actor=CLOCK, now=NOW, step=killed)
        assert Order.objects.filter(erased_at=None).count() == 1
        assert ErasureRequest.objects.get().state == State.CARRIED_OUT
        assert jobs.erase_people(NOW + SECOND, False).done == 1
        assert left() == []
        assert ErasureRequest.objects.get().state == State.DONE


class TestWhatTheLawKeeps:
    @pytest.mark.parametrize(("late", "gone"), [(-SECOND, False), (0 * SECOND, True), (SECOND, True)])
    def test_three_years_after_the_last_line(
        self, world: World, desk: Desk, lin: User, late: timedelta, gone: bool
    ) -> None:
        order = Order.objects.get(pk=returned(world, desk).order_id)
        assert order.erased_at is None
        due = keep_until(THEN)
        request = erase(lin, due + late)
        order = Order.objects.get(pk=order.pk)
        assert (order.erased_at is not None, order.receiver_name == "") == (gone, gone)
        if not gone:
            assert (request.state, request.keep_until) == (State.CARRIED_OUT, due)
            assert order.receiver_phone == RECEIVER["phone"]
            assert Message.objects.get().text == "my door code is 4711"

    def test_longer_where_the_installation_says_so(self, world: World, desk: Desk, lin: User, settings: Any) -> None:
        settings.RETENTION_YEARS = 5
        returned(world, desk)
        assert erase(lin, keep_until(THEN) - SECOND).state == State.CARRIED_OUT
        assert jobs.erase_people(keep_until(THEN) - SECOND, False).done == 0
        assert jobs.erase_people(keep_until(THEN), False).done == 1
        assert left() == []

    def test_the_account_goes_at_once_and_the_rest_by_the_job(self, world: World, desk: Desk, lin: User) -> None:
        ticket = returned(world, desk)
        foreseen = foresee(lin, now=THEN + DAY)
        assert (foreseen.done, foreseen.keep_until) == (0, keep_until(THEN))
        erase(lin, THEN + DAY)
        user = User.objects.get(pk=lin.pk)
        assert (user.username, user.email, user.phone, user.first_name) == (f"erased-{lin.pk}", "", "", "")
        assert Ticket.objects.get(pk=ticket.pk).description == "the zip is torn"
        assert jobs.erase_people(keep_until(THEN) - SECOND, False).done == 0
        assert jobs.erase_people(keep_until(THEN), True).done == 1
        assert jobs.erase_people(keep_until(THEN), False).done == 1
        assert left() == []

    @pytest.mark.parametrize(("years", "faults"), [(-3, 1), (0, 1), (2, 1), (3, 0), (30, 0), (31, 1)])
    def test_less_than_the_law_asks_is_refused_at_the_start(self, settings: Any, years: int, faults: int) -> None:
        settings.RETENTION_YEARS = years
        found = records_are_kept_long_enough(None)
        assert len(found) == faults
        assert all("RETENTION_YEARS" in str(each.msg) for each in found)

    def test_days_that_a_year_does_not_have(self, settings: Any) -> None:
        leap = datetime.fromisoformat("2024-02-29T10:00:00+08:00")
        assert keep_until(leap) == datetime.fromisoformat("2027-03-01T10:00:00+08:00")
        assert cut(leap) == datetime.fromisoformat("2021-02-28T10:00:00+08:00")

    def test_somebody_who_worked_for_a_shop(self, world: World, lin: User) -> None:
        mei = world.actor("mei")
        set_member(world.lantern, lin, role="agent", review_limit=None, actor=mei, now=THEN)
        assert Change.objects.filter(label=LOGIN["username"]).exists()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE kernel_change DISABLE TRIGGER kernel_change_append_only")
            cursor.execute("UPDATE kernel_change SET at = %s", [THEN])
            cursor.execute("ALTER TABLE kernel_change ENABLE TRIGGER kernel_change_append_only")
        with pytest.raises(Conflict) as refused:
            erase(lin)
        assert refused.value.details == {"reasons": ["works_at_shop"]}
        lin.memberships.all().delete()
        assert erase(lin).state == State.DONE
        assert left() == []


class TestWhatIsOpen:
    @pytest.mark.parametrize(
        ("reach", "reasons"),
        [
            ("paid", ["unfinished_orders"]),
            ("in_ticket", ["unfinished_orders", "open_tickets"]),
            ("refund_on_its_way", ["open_refunds"]),
        ],
    )
    def test_stops_it(self, world: World, desk: Desk, lin: User, reach: str, reasons: list[str]) -> None:
        if reach == "paid":
            world.place_order(buyer=LOGIN["username"])
        elif reach == "in_ticket":
            desk.apply(world.delivered(buyer=LOGIN["username"]))
        else:
            order = world.completed(buyer=LOGIN["username"])
            desk.receive(desk.ship_back(desk.approve(desk.apply(order))))
        with pytest.raises(Conflict) as refused:
            request_erasure(lin, actor=CLOCK, now=NOW)
        assert set(reasons) <= set(refused.value.details["reasons"])
        assert refused.value.message
        assert not ErasureRequest.objects.exists()

    def test_what_opened_meanwhile_makes_it_wait(self, world: World, desk: Desk, lin: User) -> None:
        request = request_erasure(lin, actor=CLOCK, now=NOW)
        order = world.place_order(buyer=LOGIN["username"])
        assert str(jobs.erase_people(request.due_at, False)) == "0 done, 1 skipped, 0 failed"
        assert User.objects.get(pk=lin.pk).username == LOGIN["username"]
        world.complete(world.deliver(world.ship(order)))
        assert jobs.erase_people(request.due_at, False).done == 1

    def test_so_does_support(self, world: World) -> None:
        with pytest.raises(Conflict):
            request_erasure(world.sun, actor=CLOCK, now=NOW)


class TestAsking:
    @pytest.mark.parametrize(("late", "done"), [(-SECOND, 0), (0 * SECOND, 1), (SECOND, 1)])
    def test_a_week_to_think_again(self, lin: User, late: timedelta, done: int) -> None:
        request_erasure(lin, actor=CLOCK, now=NOW)
        assert jobs.erase_people(NOW + 7 * DAY + late, False).done == done

    def test_withdrawn_it_is_not_carried_out(self, lin: User) -> None:
        request = request_erasure(lin, actor=CLOCK, now=NOW)
        withdraw_erasure(lin, now=NOW)
        assert jobs.erase_people(NOW + 30 * DAY, False).done == 0
        assert carry_out(request, actor=CLOCK, now=NOW).state == State.WITHDRAWN
        assert User.objects.get(pk=lin.pk).is_active
        assert request_erasure(lin, actor=CLOCK, now=NOW).pk != request.pk

    def test_carried_out_it_cannot_be_withdrawn(self, lin: User) -> None:
        erase(lin)
        with pytest.raises(Conflict):
            withdraw_erasure(lin, now=NOW)

    def test_the_database_knows_one_open_request(self, lin: User) -> None:
        request = request_erasure(lin, actor=CLOCK, now=NOW)
        request.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            request.save(force_insert=True)


class TestTheCommand:
    def test_dry_then_done(self, world: World, desk: Desk, lin: User, capfd: Any) -> None:
        returned(world, desk)
        out = StringIO()
        call_command("erase_person", LOGIN["username"], "--dry-run", stdout=out)
        assert "1 records would be erased now" in out.getvalue()
        assert left()
        call_command("erase_person", LOGIN["username"], stdout=out)
        assert left() == []
        call_command("erase_person", f"erased-{lin.pk}", stdout=out)
        assert "erasing" not in capfd.readouterr().err  # so little shows no progress bar

    def test_who_is_not_there_and_what_is_open(self, world: World, lin: User) -> None:
        with pytest.raises(CommandError, match="nobody called"):
            call_command("erase_person", "nobody-at-all")
        world.place_order(buyer=LOGIN["username"])
        with pytest.raises(CommandError, match="isn't finished"):
            call_command("erase_person", LOGIN["username"])


class TestNothingElsePasses:
    """What is append only changes by the functions alone, and only so."""

    REFUSED = pytest.raises((IntegrityError, InternalError), match="append only")

    def execute(self, sql: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL aftersales.erasing = 'on'")
            cursor.execute(sql)

    @pytest.mark.parametrize("table", ["kernel_history", "kernel_change", "aftersales_message"])
    def test_also_where_somebody_switches_it_on(self, world: World, desk: Desk, table: str) -> None:
        returned(world, desk)
        Change.objects.create(
            shop_id=1, subject="member", object_id=1, label="x", action="add", actor_kind="clock", at=THEN
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
            columns = {name for (name,) in cursor.fetchall()} - {"dispatched_at"}
        allowed = {"note", "actor_name", "data", "label", "text", "author_name"} & columns
        statements = [f"DELETE FROM {table}"]
        statements += [f"UPDATE {table} SET {name} = 'something else'" for name in allowed - {"data"}]
        statements += [f"UPDATE {table} SET at = at - interval '1 day'", f"UPDATE {table} SET shop_id = shop_id + 1"]
        if "data" in columns:
            statements += [f"UPDATE {table} SET data = '{{}}'", f"""UPDATE {table} SET data = data || '{{"x": 1}}'"""]
        for sql in statements:
            with self.REFUSED:
                self.execute(sql)

    def test_nor_what_is_younger_than_three_years(self, world: World) -> None:
        world.now = timezone.now() - 2 * 365 * DAY
        order = world.place_order()
        with self.REFUSED:
            self.execute("UPDATE kernel_history SET actor_name = '███'")
        assert order.history().exclude(actor_name=ERASED).exists()

    def test_nor_without_the_switch(self, world: World, desk: Desk) -> None:
        returned(world, desk)
        with self.REFUSED, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE kernel_history SET actor_name = '███'")

    def test_both_know_the_same_texts(self, db: None) -> None:
        value = {"a": {"name": "x", "n": 1}, "list": [{"text": "y"}, "z"], "reason": "", **dict.fromkeys(TEXTS, "w")}
        with connection.cursor() as cursor:
            cursor.execute("SELECT kernel_erased(%s::jsonb)::text", [json.dumps(value)])
            assert json.loads(cursor.fetchone()[0]) == erased(value)
