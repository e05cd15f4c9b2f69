"""What a shop sends to the bank: complete, to be checked, and without what concerns the shop alone."""

import errno
import json
import os
import subprocess
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from aftersales import evidence_pack, services
from aftersales.evidence_pack import archive as archives
from aftersales.evidence_pack import pack as packs
from aftersales.evidence_pack.document import blocks
from aftersales.models import Evidence
from kernel.errors import DomainError
from orders.models import Order
from refunds.models import Chargeback
from refunds.payables import services as payables
from tests.browser import Sit, page, text
from tests.desk import Desk
from tests.fixtures import Login
from tests.world import DAY, NOW, World

from .evidence_order import (
    ANSWERED,
    RECEIVER,
    SCAN,
    SECRETS,
    TRACKING,
    body,
    charged_back,
    disputed,
    many,
    shipped,
    text_of,
    unpacked,
)

# With the two lines of history, their savepoints and locks.
STATEMENTS = 23
Take = Callable[..., Path]


@pytest.fixture
def desk(world: World, settings: Any, tmp_path: Path) -> Desk:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Desk(world)


@pytest.fixture
def take(desk: Desk, tmp_path: Path) -> Take:
    """The pack, unpacked."""

    def taken(chargeback: Chargeback, language: str = "zh-hans", name: str = "pack") -> Path:
        row = Chargeback.objects.select_related("payment__order__shop", "payment__order__buyer").get(pk=chargeback.pk)
        pack = evidence_pack.make_pack(row, actor=desk.merchant, now=NOW + 2 * DAY, language=language)
        with pack.file:
            return unpacked(pack.file.read(), tmp_path / name)

    return taken


def facts(folder: Path) -> Any:
    return json.loads((folder / "evidence.json").read_text())


def url(chargeback: Chargeback) -> str:
    order_no = chargeback.payment.order.order_no
    return f"/api/v1/orders/{order_no}/chargebacks/{chargeback.chargeback_no}/evidence/"


def test_the_document_has_what_a_bank_asks_for(desk: Desk, take: Take) -> None:
    chargeback, ticket = disputed(desk)
    printed, refund = text_of(take(chargeback)), ticket.refunds.get()
    order = ticket.order
    for asked in (
        "CB-1", "product not received", order.order_no, order.payments.get().transaction_no, TRACKING, SCAN, "顺丰",
        RECEIVER["name"], RECEIVER["address"], "138****6021", ticket.ticket_no, "灯罩裂了", ANSWERED, "放门口就行",
        refund.refund_no, refund.gateway_no, "¥99.00", "YT77",
    ):  # fmt: skip
        assert asked in printed, asked
    assert "拒付" in printed


def test_nothing_internal_is_in_it(desk: Desk, take: Take) -> None:
    chargeback, _ticket = disputed(desk)
    folder = take(chargeback)
    printed = text_of(folder)
    for secret in SECRETS:
        assert secret not in printed
        assert secret not in (folder / "evidence.json").read_text(), secret


def test_no_other_order_is_in_it(desk: Desk, take: Take) -> None:
    other = charged_back(desk, shipped(desk, buyer="bob"), number="CB-2")
    disputed(desk)
    folder = take(other)
    assert facts(folder)["order"]["buyer"] == "bob"
    assert (facts(folder)["tickets"], facts(folder)["files"], facts(folder)["messages"]) == ([], [], [])
    assert sorted(file.name for file in folder.iterdir()) == ["SHA256SUMS", "evidence.json", "evidence.pdf"]


def test_every_glyph_is_embedded(desk: Desk, take: Take) -> None:
    chargeback, _ticket = disputed(desk)
    fonts = {}
    for sheet in PdfReader(take(chargeback) / "evidence.pdf").pages:
        for name, font in sheet["/Resources"]["/Font"].items():  # type: ignore[index]
            fonts[name] = font.get_object()
    assert fonts
    for font in fonts.values():
        assert "WenQuanYi" in font["/BaseFont"]
        assert "/FontFile2" in font["/FontDescriptor"]


def test_what_the_font_lacks_is_named(desk: Desk, take: Take) -> None:
    chargeback, _ticket = disputed(desk)
    assert "东西坏了，能退吗？[U+1F600]" in text_of(take(chargeback))


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", ("运输中", "买家", "付款时间")), ("en", ("in transit", "buyer", "Delivery"))]
)
def test_in_the_language_that_was_chosen(desk: Desk, take: Take, language: str, words: tuple[str, ...]) -> None:
    chargeback, _ticket = disputed(desk)
    folder = take(chargeback, language)
    printed = text_of(folder)
    assert [word for word in words if word not in printed] == []
    assert facts(folder)["language"] == language
    assert SCAN in printed  # as the courier wrote it


def test_the_hashes_are_those_of_the_files(desk: Desk, take: Take) -> None:
    chargeback, _ticket = disputed(desk)
    folder = take(chargeback)
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    inside = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert sorted(line.partition(":")[0] for line in checked.stdout.splitlines()) == inside[1:]
    printed = text_of(folder)
    for row in Evidence.objects.exclude(ticket=None):
        stored = row.file.read()
        listed = next(file for file in facts(folder)["files"] if file["id"] == str(row.pk))
        assert (folder / listed["path"]).read_bytes() == stored
        assert (listed["sha256"], listed["size"]) == (sha256(stored).hexdigest(), len(stored))
        assert listed["sha256"] in printed
    (folder / "evidence.json").write_text("{}")
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True).returncode == 1


def test_photos_are_shown_and_names_of_files_are_ours(desk: Desk, take: Take) -> None:
    chargeback, _ticket = disputed(desk)
    folder = take(chargeback)
    pictures = [image for sheet in PdfReader(folder / "evidence.pdf").pages for image in sheet.images]
    assert len(pictures) == len(facts(folder)["files"]) == 2
    message = facts(folder)["messages"][0]
    assert [path.rpartition(".")[2] for path in message["files"]] == ["png"]
    assert {file["by"] for file in facts(folder)["files"]} == {"buyer"}


def test_a_file_that_is_gone_is_named_as_missing(desk: Desk, take: Take) -> None:
    chargeback, _ticket = disputed(desk)
    gone = Evidence.objects.filter(kind="chat").get()
    gone.file.delete(save=False)
    folder = take(chargeback)
    listed = {file["kind"]: file for file in facts(folder)["files"]}
    assert (listed["chat"]["missing"], listed["chat"]["sha256"]) == (True, "")
    assert listed["photo"]["missing"] is False
    assert not (folder / listed["chat"]["path"]).exists()
    assert listed["chat"]["path"] not in (folder / "SHA256SUMS").read_text()
    assert "缺失" in text_of(folder)


def test_a_damaged_preview_spoils_nothing(desk: Desk, take: Take) -> None:
    chargeback, _ticket = disputed(desk)
    row = Evidence.objects.exclude(ticket=None).get(kind="photo")
    Path(row.thumbnail.path).write_bytes(b"\xff\xd8\xff\xe0 and no picture")
    assert "SHA-256" in text_of(take(chargeback))


def test_the_same_facts_are_the_same_file(desk: Desk, take: Take) -> None:
    chargeback, _ticket = disputed(desk)
    first, second = take(chargeback, name="first"), take(chargeback, name="second")
    assert (first / "evidence.json").read_bytes() == (second / "evidence.json").read_bytes()
    # The first download is in the history of order and chargeback, and that is for the shop.
    assert chargeback.history().filter(action="take_evidence").count() == 2


def test_whatever_was_written_is_printed(desk: Desk, take: Take) -> None:
    order = shipped(desk)
    ticket = desk.apply(order, "refund_only", "late", description="<b>&amp;" + "\n" * 900 + "end" + "长" * 900)
    chargeback = charged_back(desk, Order.objects.get(pk=ticket.order_id))
    printed = text_of(take(chargeback))
    assert "<b>&amp;" in printed
    assert "长长长" in printed


def test_a_long_text_is_printed_in_parts() -> None:
    """Two thousand breaks of a line, or of none, cost no more than a page each."""
    assert blocks.parts("a\n\n\n\n\nb") == ["a\n\nb"]
    assert "".join(blocks.parts("长" * 2000)).replace("\n", "") == "长" * 2000
    assert max(part.count("\n") for part in blocks.parts("a\n" * 1000)) < 50
    assert blocks.parts("") == [""]


def test_what_was_paid_beyond_refunds(desk: Desk, take: Take) -> None:
    chargeback, ticket = disputed(desk)
    owed = [
        services.create_payable(ticket, kind=kind, amount=Decimal(amount), ground="Late", actor=desk.merchant, now=NOW)
        for kind, amount in (("goodwill", 5), ("compensation", 7), ("courier_claim", 9))
    ]
    for row in (owed[0], owed[2]):
        approved = services.approve_payable(row, actor=desk.support, now=NOW)
        payables.pay(approved, proof=f"转账 T-{row.amount}", actor=desk.merchant, now=NOW)
    folder = take(chargeback)
    assert [(row["amount"], row["proof"]) for row in facts(folder)["payables"]] == [("5.00", "转账 T-5")]
    assert "转账 T-5" in text_of(folder)
    assert "转账 T-9" not in text_of(folder)


def test_goods_without_a_parcel(desk: Desk, take: Take) -> None:
    order = desk.world.place_order(lines=[("CODE", "9.00", 1)], receiver={})
    chargeback = charged_back(desk, desk.world.ship(order))
    folder = take(chargeback, "en")
    assert "There is no parcel." in text_of(folder)
    assert not Order.objects.get(pk=order.pk).history().filter(action="receiver").exists()


# --- who, and what is written down ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["mei", "oms", "sun", "song"])
def test_who_may_and_what_history_keeps(desk: Desk, api: Login, tmp_path: Path, name: str) -> None:
    chargeback, ticket = disputed(desk)
    answer = api(name).get(url(chargeback) + "?language=en")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"] == 'attachment; filename="evidence-CB-1.zip"'
    assert answer["Cache-Control"] == "private, no-store"
    content = body(answer)
    assert answer["Content-Length"] == str(len(content))
    assert RECEIVER["address"] in text_of(unpacked(content, tmp_path / "out"))
    seen, taken = ticket.order.history().last(), chargeback.history().last()
    assert seen is not None
    assert taken is not None
    assert (seen.action, seen.actor_id) == ("receiver", desk.world.users[name].pk)
    assert seen.data["shown"] == ["name", "address"]
    assert RECEIVER["address"] not in json.dumps(seen.data, ensure_ascii=False)
    assert seen.words == "In the evidence on chargeback CB-1."
    assert (taken.action, taken.target, taken.actor_id) == ("take_evidence", "open", desk.world.users[name].pk)


@pytest.mark.parametrize(("name", "status"), [("", 401), ("alice", 403), ("wen", 403), ("bob", 404), ("rui", 404)])
def test_nobody_else_may_and_nothing_is_written(desk: Desk, api: Login, name: str, status: int) -> None:
    chargeback, ticket = disputed(desk)
    before = chargeback.history().count(), ticket.order.history().count()
    assert api(name).get(url(chargeback)).status_code == status
    assert (chargeback.history().count(), ticket.order.history().count()) == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("CB-1/evidence/?language=fr", 400), ("CB-0/evidence/", 404), ("%00/evidence/", 404),
        ("CB-1/evidence/?channel=alipay", 404), ("cb-1/evidence/?channel=sandbox", 200), ("a/b/evidence/", 404),
    ],
)  # fmt: skip
def test_what_is_asked_for_wrongly(desk: Desk, api: Login, path: str, status: int) -> None:
    chargeback, _ticket = disputed(desk)
    start = url(chargeback).removesuffix("CB-1/evidence/")
    assert api("mei").get(start + path).status_code == status
    assert api("mei").head(url(chargeback)).status_code == 405


def test_a_number_with_a_slash(desk: Desk, api: Login) -> None:
    chargeback = charged_back(desk, shipped(desk), number="a/b")
    answer = api("mei").get(url(chargeback))
    assert answer["Content-Disposition"] == 'attachment; filename="evidence-a-b.zip"'
    assert len(body(answer)) > 1000


def test_two_of_one_number(desk: Desk, api: Login) -> None:
    order = desk.world.place_order(payments=[("P-1", "98.00"), ("P-2", "100.00")])
    first = charged_back(desk, order)
    second = order.payments.order_by("pk")[1]
    Chargeback.objects.create(
        payment=second, channel="alipay", chargeback_no="CB-1", amount=1, opened_at=NOW, status="open"
    )
    refused = api("mei").get(url(first))
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["channel"])
    assert api("mei").get(url(first) + "?channel=sandbox").status_code == 200


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "no space"), (errno.EDQUOT, "no space"), (errno.EIO, "could not be made")]
)
def test_a_full_disk_is_no_fault(
    desk: Desk, api: Login, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    chargeback, _ticket = disputed(desk)

    def full(*args: Any, **options: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(archives.Archive, "add", full)
    answer = api("mei").get(url(chargeback))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert words in answer.json()["message"]
    assert not chargeback.history().filter(action="take_evidence").exists()


def test_while_others_are_made(desk: Desk, api: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    chargeback, _ticket = disputed(desk)
    monkeypatch.setattr(packs.TURNS, "wait", 0)
    # Before the work: no file is copied while it waits.
    monkeypatch.setattr(packs, "copy_files", lambda *_args: pytest.fail("too late"))
    with packs.TURNS.turn():
        answer = api("mei").get(url(chargeback))
    assert (answer.status_code, answer["Retry-After"]) == (429, "0")


# --- at the desk ---------------------------------------------------------------------------------


def test_the_button(desk: Desk, sit: Sit, tmp_path: Path) -> None:
    chargeback, _ticket = disputed(desk)
    there = page(chargeback)
    shown = text(sit("mei").get(there))
    assert "Download evidence" in shown
    answer = sit("mei").get(there.replace("change/", "evidence/") + "?language=zh-hans")
    assert "拒付" in text_of(unpacked(body(answer), tmp_path / "out"))
    assert "Evidence downloaded" in text(sit("mei").get(there))
    assert "Download evidence" not in text(sit("wen").get(there))
    assert sit("mei").get(there.replace("change/", "evidence/") + "?language=fr").status_code == 400
    assert sit("mei").post(there.replace("change/", "evidence/")).status_code == 405


@pytest.mark.parametrize(("name", "status"), [("wen", 403), ("rui", 404), ("alice", 404), ("", 302)])
def test_the_button_is_not_everybodys(desk: Desk, sit: Sit, name: str, status: int) -> None:
    chargeback, _ticket = disputed(desk)
    assert sit(name).get(page(chargeback).replace("change/", "evidence/")).status_code == status
    assert not chargeback.history().filter(action="take_evidence").exists()


# --- how much it takes ---------------------------------------------------------------------------


def test_a_constant_number_of_statements(desk: Desk, take: Take) -> None:
    small, large = charged_back(desk, shipped(desk), number="CB-2"), many(desk, 40, 5, 100)
    with CaptureQueriesContext(connection) as few:
        take(small, name="small")
    with CaptureQueriesContext(connection) as lots:
        take(large, name="large")
    assert len(few) <= len(lots) <= STATEMENTS


@pytest.mark.slow
@pytest.mark.once
def test_300_scans_and_60_photos_stay_bounded(desk: Desk, take: Take, tmp_path: Path) -> None:
    """60 MB of photos: memory holds a chunk of one, the previews and the document."""
    take(charged_back(desk, shipped(desk), number="CB-0"), name="warm")  # the font is read once a process
    chargeback = many(desk, 300, 60, 2**20)
    row = Chargeback.objects.select_related("payment__order__shop", "payment__order__buyer").get(pk=chargeback.pk)
    tracemalloc.start()
    pack = evidence_pack.make_pack(row, actor=desk.merchant, now=NOW, language="zh-hans")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with pack.file:
        assert pack.file.seek(0, 2) > 60 * 2**20
    assert peak < 30 * 2**20


def test_rows_beyond_the_bound_are_counted(desk: Desk, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aftersales.evidence_pack.document.blocks.MAX_ROWS", 10)
    folder = take(many(desk, 30, 0, 0), "en")
    assert "22 more are in evidence.json." in text_of(folder)
    assert len(facts(folder)["parcels"][0]["scans"]) == 32


def test_a_storage_that_fails_in_the_middle(desk: Desk, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    chargeback, _ticket = disputed(desk)

    def denied(*args: Any, **options: Any) -> None:
        raise PermissionError("no")

    monkeypatch.setattr(FileSystemStorage, "_open", denied)
    assert all(file["missing"] for file in facts(take(chargeback))["files"])
    monkeypatch.setattr(archives, "ZipFile", denied)
    with pytest.raises(DomainError):
        take(chargeback, name="again")
