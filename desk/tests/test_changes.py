"""What was set: who, when, from what to what; written with the change, read at the desk."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import invitations
from accounts.models import Membership, Shop
from accounts.services import remove_member, revise_advice, revise_contact, revise_policy, set_member
from aftersales.services import pauses
from kernel.changes import record_change
from kernel.models import Change
from logistics.services import add_address, make_default, retire_address, revise_address
from orders.services.skus import put_sku
from orders.services.stock import put_stock
from refunds.models import MerchantAccount
from tests.browser import Sit, text
from tests.world import NOW, World

PAGE = "/admin/changes/"


@pytest.fixture
def quiet(world: World) -> World:
    """Nothing set yet. The rows of the fixture are taken away by TRUNCATE, which no trigger sees."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE kernel_change")
    return world


def changes() -> list[tuple[str, str, str, dict[str, list[object]]]]:
    rows = Change.objects.order_by("id")
    return [(row.subject, row.label, row.action, row.fields) for row in rows]


def test_policy_and_contact(quiet: World) -> None:
    mei = quiet.actor("mei")
    revise_policy(quiet.lantern, {"window_days": 20, "photos_required": False}, actor=mei, now=NOW)
    revise_policy(quiet.lantern, {"window_days": 20}, actor=mei, now=NOW)
    revise_contact(quiet.lantern, hotline="400-1", actor=mei, now=NOW)
    revise_contact(quiet.lantern, hotline="400-1", actor=mei, now=NOW)
    assert changes() == [
        ("policy", "Lantern", "change", {"window_days": [15, 20], "photos_required": [True, False]}),
        ("contact", "Lantern", "change", {"hotline": ["400-000", "400-1"]}),
    ]
    row = Change.objects.earliest("id")
    assert (row.shop_id, row.actor_kind, row.actor_name, row.actor_id) == (
        quiet.lantern.pk, "merchant", "mei", quiet.mei.pk
    )  # fmt: skip
    assert abs(row.at - timezone.now()) < timedelta(minutes=1)


def test_advice_of_two_managers(quiet: World) -> None:
    """Each from a copy of their own: the second one changes only the text that they wrote."""
    mei, copy = quiet.actor("mei"), Shop.objects.get(pk=quiet.lantern.pk)
    revise_advice(quiet.lantern, not_quality_en="Loose threads.", actor=mei, now=NOW)
    revise_advice(copy, refuse_parcel_en=" A wet box. ", actor=mei, now=NOW)
    revise_advice(copy, refuse_parcel_en="A wet box.", actor=mei, now=NOW)
    stored = Shop.objects.get(pk=copy.pk)
    assert (stored.not_quality_en, stored.refuse_parcel_en) == ("Loose threads.", "A wet box.")
    assert changes() == [
        ("advice", "Lantern", "change", {"not_quality_en": ["", "Loose threads."]}),
        ("advice", "Lantern", "change", {"refuse_parcel_en": ["", "A wet box."]}),
    ]


def test_members_and_limits(quiet: World) -> None:
    mei = quiet.actor("mei")
    by_limit = {"role": "agent", "actor": mei, "now": NOW}
    set_member(quiet.lantern, quiet.wen, review_limit=Decimal("300.00"), **by_limit)  # type: ignore[arg-type]
    eve = set_member(quiet.lantern, quiet.eve, review_limit=None, **by_limit)  # type: ignore[arg-type]
    invitations.accept(eve, user=quiet.eve, now=NOW)
    eve.refresh_from_db()
    remove_member(eve, actor=mei, now=NOW)
    at = NOW.astimezone(timezone.get_fixed_timezone(0)).isoformat().replace("+00:00", "Z")
    assert changes() == [
        ("member", "wen", "change", {"review_limit": ["200.00", "300.00"]}),
        ("member", "eve", "add", {"role": [None, "agent"], "level": [None, "full"]}),
        ("member", "eve", "change", {"accepted_at": [None, NOW.isoformat()]}),
        ("member", "eve", "remove", {"role": ["agent", None], "level": ["full", None], "accepted_at": [at, None]}),
    ]
    assert list(Change.objects.order_by("id").values_list("actor_name", flat=True)) == ["mei", "mei", "eve", "mei"]


def test_prices_and_stock(quiet: World) -> None:
    mei = quiet.actor("mei")
    sku, _new = put_sku(quiet.lantern, "MUG", {"title": "Mug", "price": Decimal("9.00")}, actor=mei)
    put_sku(quiet.lantern, "MUG", {"title": "Mug", "price": Decimal("12.5")}, actor=mei)
    put_sku(quiet.lantern, "MUG", {"price": Decimal("12.50")}, actor=mei)
    put_stock(sku, 4, actor=mei)
    put_stock(sku, 4, actor=mei)
    put_stock(sku, 3, actor=mei)
    assert changes() == [
        ("sku", "MUG", "add", {"title": [None, "Mug"], "price": [None, "9.00"]}),
        ("sku", "MUG", "change", {"price": ["9.00", "12.5"]}),
        ("stock", "MUG", "add", {"on_hand": [None, 4]}),
        ("stock", "MUG", "change", {"on_hand": [4, 3]}),
    ]


def test_addresses_and_pauses(quiet: World) -> None:
    mei = quiet.actor("mei")
    row = add_address(quiet.lantern, name="Returns", phone="1", address="Here", actor=mei)
    revise_address(row, name="Returns", phone="2", address_text="There", actor=mei)
    retire_address(row, actor=mei)
    make_default(row, actor=mei)
    start, end = NOW + timedelta(days=1), NOW + timedelta(days=3)
    shop = pauses.announce(quiet.lantern, starts_at=start, ends_at=end, actor=mei, now=NOW)
    pauses.call_off(shop, actor=mei, now=NOW)
    rows = changes()
    assert [(subject, action) for subject, _label, action, _fields in rows] == [
        ("address", "add"), ("address", "change"), ("address", "change"), ("address", "change"),
        ("pause", "change"), ("pause", "change"),
    ]  # fmt: skip
    assert rows[1][3] == {"phone": ["1", "2"], "address": ["Here", "There"]}
    assert rows[2][3] == {"is_default": [True, False], "active": [True, False]}
    assert set(rows[5][3]) == {"pause_starts_at", "pause_ends_at"}


def test_what_was_refused_leaves_nothing(quiet: World) -> None:
    for name in ("wen", "sun", "rui"):
        with pytest.raises(Exception, match=r".*"), transaction.atomic():
            revise_policy(quiet.lantern, {"window_days": 20}, actor=quiet.actor(name, quiet.lantern), now=NOW)
    assert changes() == []


@pytest.mark.parametrize("sql", ["UPDATE kernel_change SET fields = '{}'", "DELETE FROM kernel_change"])
def test_the_database_keeps_it(world: World, sql: str) -> None:
    revise_contact(world.lantern, hotline="400-1", actor=world.actor("mei"), now=NOW)
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# --- at the desk ---------------------------------------------------------------------------------------


@pytest.fixture
def filled(quiet: World) -> World:
    mei, rui = quiet.actor("mei"), quiet.actor("rui")
    revise_policy(quiet.lantern, {"photos_required": False, "return_freight_standard": None}, actor=mei, now=NOW)
    set_member(quiet.lantern, quiet.wen, role="manager", review_limit=None, actor=mei, now=NOW)
    revise_contact(quiet.harbor, hotline="400-2", actor=rui, now=NOW)
    return quiet


def test_a_manager_reads_their_shops(filled: World, sit: Sit) -> None:
    html = text(sit("mei").get(PAGE))
    assert "<b>merchant mei</b>" in html
    assert "Require photos when the reason asks for them: </span>yes → no" in html
    assert "Role: </span>agent → manager" in html
    assert "Review limit: </span>200.00 → –" in html
    assert "400-2" not in html
    assert "400-2" in text(sit("rui").get(PAGE))
    html = text(sit("mei").get(PAGE + "?about=member"))
    assert ("agent → manager" in html, "yes → no" in html) == (True, False)
    assert f'href="{PAGE}"' in html


def test_support_reads_all(filled: World, sit: Sit) -> None:
    html = text(sit("sun").get(PAGE))
    assert "400-2" in html
    assert "yes → no" in html
    assert "Harbor" in html


def test_an_agent_and_a_stranger_do_not(filled: World, sit: Sit) -> None:
    Membership.objects.filter(user=filled.wen).update(role="agent")
    assert sit("wen").get(PAGE).status_code == 403
    assert PAGE not in text(sit("wen").get("/admin/"))
    assert sit("alice").get(PAGE).status_code == 404


def test_its_statements_do_not_grow(
    filled: World, sit: Sit, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    mei = filled.actor("mei")
    for days in range(20, 80):
        revise_policy(filled.lantern, {"window_days": days}, actor=mei, now=NOW)
    client = sit("mei")
    with django_assert_max_num_queries(7):  # session, user, memberships, two of the menu, changes, shops
        page = client.get(PAGE)
    assert len(page.context["entries"]) == 50
    older = client.get(PAGE + page.context["pages"].next)
    assert len(older.context["entries"]) == 12
    assert client.get(PAGE + "?cursor=rubbish").status_code == 200


def test_an_account_of_a_channel_is_called_by_its_company(quiet: World, sit: Sit) -> None:
    row = MerchantAccount(pk=1, shop=quiet.lantern)
    facts = {"channel": "alipay", "account": "2021"}
    record_change("merchant_account", row, label="alipay 2021", before={}, after=facts, actor=quiet.actor("mei"))
    shown = text(sit("mei").get(PAGE, headers={"accept-language": "zh-hans"}))
    assert "支付宝 2021" in shown
    assert "alipay" not in shown
