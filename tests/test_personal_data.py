"""A person gets everything that is stored of them, and nothing of others (D-6)."""

import json
import re
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.privacy.export import EXCEPTIONS, tables
from aftersales import services
from aftersales.models import Evidence
from orders.services import add_note
from tests.browser import Sit, text
from tests.desk import Desk
from tests.fixtures import authorization
from tests.world import NOW, World

RECEIVER = {"name": "林小满", "phone": "13800006021", "address": "浙江省杭州市西湖区龙井路 1 号"}
HERS = [*RECEIVER.values(), "lin@example.com", "13900007032", "the zip is torn", "my door code", "with my aunt"]
# Words of column names that may be about a person.
PERSONAL = re.compile(
    r"(^|_)(name|phone|email|address|username|ip|agent|text|note|description|author|actor|receiver|buyer|by|user|"
    r"uploader|recipient|proof|reason|assignee|object_repr)(_|$)"
)


@pytest.fixture
def lin(world: World) -> User:
    User.objects.filter(pk=world.alice.pk).update(email="lin@example.com", phone="13900007032")
    desk = Desk(world)
    order = world.delivered(receiver=RECEIVER)
    add_note(order, text="leave it with my aunt", actor=desk.buyer, now=NOW)
    ticket = desk.apply(order, description="the zip is torn")
    services.post_message(ticket, text="my door code is 4711", actor=desk.buyer, now=NOW)
    desk.pay_out(desk.receive(desk.ship_back(desk.approve(ticket))))
    bob = world.delivered(buyer="bob", receiver={"name": "鲍勃", "phone": "13800010002", "address": "成都市 2 号"})
    services.post_message(bob, text="a secret of bob", actor=world.actor("bob"), now=NOW)
    authorization(world.alice)
    return User.objects.get(pk=world.alice.pk)


def test_every_table_is_exported_or_an_exception_with_its_reason() -> None:
    exported, missing = {table.name for table in tables()}, []
    for model in apps.get_models():
        name = model._meta.label_lower
        fields = model._meta.concrete_fields
        related = [field.name for field in fields if field.related_model is User]
        personal = [field.attname for field in fields if PERSONAL.search(field.attname)]
        if (related or personal) and name not in exported and name not in EXCEPTIONS:
            missing.append((name, related, personal))
        # A relation to a person is no exception: that the table links them is about them.
        if name not in exported and related:
            missing.append((name, related, []))
    assert missing == [], "say in the privacy.py of its app whose rows these are, or why they are nobody's"
    names = {model._meta.label_lower for model in apps.get_models()}
    assert names >= exported | EXCEPTIONS.keys()
    assert not exported & EXCEPTIONS.keys()
    assert all(EXCEPTIONS.values())


def test_a_column_that_is_left_out_is_there_and_has_its_reason() -> None:
    for table in tables():
        columns = {field.name for field in table.model._meta.concrete_fields}
        for name, reason in table.without:
            assert name in columns, (table.name, name)
            assert reason, (table.name, name)


def test_everything_of_hers_and_nothing_of_his(lin: User, tmp_path: Path) -> None:
    call_command("export_person", "alice", str(tmp_path / "alice.json"), stdout=StringIO())
    written = (tmp_path / "alice.json").read_text(encoding="utf-8")
    assert [value for value in HERS if value not in written] == []
    assert [
        value for value in ("鲍勃", "13800010002", "a secret of bob", lin.password) if value and value in written
    ] == []
    data = json.loads(written)
    assert set(data) == {table.name for table in tables()}
    for name in ("accounts.user", "orders.order", "orders.payment", "aftersales.ticket", "aftersales.message"):
        assert len(data[name]) == 1, name
    assert data["kernel.history"]
    assert "digest" not in data["knox.authtoken"][0]
    assert (tmp_path / "alice.json").stat().st_mode & 0o077 == 0


def test_with_the_files(lin: User, tmp_path: Path) -> None:
    path = tmp_path / "alice.zip"
    call_command("export_person", "alice", str(path), stdout=StringIO())
    with zipfile.ZipFile(path) as archive:
        evidence = Evidence.objects.get()
        assert archive.read(str(evidence.file.name)) == b"not a photo, and nobody looks"
        assert json.loads(archive.read("data.json"))["aftersales.evidence"][0]["file"] == evidence.file.name
    # A file that is gone keeps nobody from the rest.
    evidence.file.storage.delete(str(evidence.file.name))
    call_command("export_person", "alice", str(path), stdout=StringIO())
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["data.json"]
    assert [each.name for each in tmp_path.iterdir()] == ["alice.zip"]


@pytest.mark.parametrize(("name", "file"), [("nobody-at-all", "x.zip"), ("alice", "x.csv"), ("alice", "no/such/x.zip")])
def test_what_cannot_be_done_is_said(lin: User, tmp_path: Path, name: str, file: str) -> None:
    with pytest.raises(CommandError):
        call_command("export_person", name, str(tmp_path / file))


class TestThePage:
    def test_a_download(self, lin: User, sit: Sit) -> None:
        assert sit("alice").get("/account/data/").status_code == 405
        answer: Any = sit("alice").post("/account/data/")
        assert "no-store" in answer["Cache-Control"]
        with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
            written = archive.read("data.json").decode()
        assert [value for value in HERS if value not in written] == []

    def test_asked_for_with_the_password_and_withdrawn(self, world: World, sit: Sit) -> None:
        password, client = world.password("bob"), sit("bob")
        page = text(client.get("/account/"))
        assert "Delete my account" in page
        assert "Download my data" in page
        refused = client.post("/account/erasure/", {"password": "wrong"}, follow=True)
        assert "Wrong password." in text(refused)
        assert "Delete my account" in text(refused)
        asked = client.post("/account/erasure/", {"password": password}, follow=True)
        assert "You asked us to delete your account." in text(asked)
        assert "bob" in text(sit("sun").get("/admin/accounts/erasurerequest/"))
        assert sit("mei").get("/admin/accounts/erasurerequest/").status_code == 403
        back = client.post("/account/erasure/withdraw/", follow=True)
        assert "Your account stays as it is." in text(back)
        assert "Delete my account" in text(back)
        assert "There's no request" in text(client.post("/account/erasure/withdraw/", follow=True))

    def test_who_has_no_password_needs_none(self, world: World, sit: Sit) -> None:
        assert "You asked us" in text(sit("eve").post("/account/erasure/", follow=True))

    def test_it_says_why_not_yet_and_until_when_the_law_keeps(self, world: World, sit: Sit) -> None:
        world.completed(buyer="bob")
        assert "order records must be kept for at least 3 years" in text(sit("bob").get("/account/"))
        world.place_order(buyer="bob")
        page = text(sit("bob").get("/account/"))
        assert "One of your orders isn't finished." in page
        assert "can't be deleted yet" in page
        assert "You work for a shop." in text(sit("mei").get("/account/"))
