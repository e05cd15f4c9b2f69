"""An order with everything that a bank may ask about, and its chargeback."""

import io
import zipfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.http.response import HttpResponseBase
from pypdf import PdfReader

from aftersales import services
from aftersales.models import Evidence, Ticket
from aftersales.services import evidence as uploads
from logistics.models import Parcel, ParcelEvent
from logistics.services import ship
from orders.models import Order
from orders.services import add_note
from refunds.models import Chargeback
from refunds.services import record_chargeback
from tests.desk import Desk
from tests.world import DAY, NOW

from .desk_api import file, picture

RECEIVER = {"name": "林小满", "phone": "13800006021", "address": "浙江省杭州市西湖区龙井路 1 号"}
TRACKING = "SF1234567890"
SCAN = "【杭州市】已签收，签收人：本人"
INTERNAL = "别退，这人是惯犯"
COLLEAGUES = "看着办，先拖三天"
ASKED, ANSWERED = "东西坏了，能退吗？😀", "可以，请寄回。"
# What no pack may hold: remarks of the shop, the phone, names of its people.
SECRETS = (INTERNAL, COLLEAGUES, RECEIVER["phone"], "mei", "wen")


def charged_back(desk: Desk, order: Order, *, number: str = "CB-1", **more: Any) -> Chargeback:
    payment = order.payments.order_by("pk")[0]
    chargeback, _new = record_chargeback(
        order,
        transaction_no=payment.transaction_no,
        chargeback_no=number,
        amount=payment.captured,
        status="open",
        reason="product not received",
        actor=desk.world.actor("oms", order.shop),
        now=NOW + DAY,
        **more,
    )
    return chargeback


def shipped(desk: Desk, **data: Any) -> Order:
    """On its way by one parcel, with two scans."""
    order = desk.world.place_order(receiver=RECEIVER, **data)
    order = ship(order, courier="sf", tracking_no=TRACKING, actor=desk.merchant, now=NOW - DAY)
    parcel = Parcel.objects.get(order=order)
    for at, status, text in ((NOW - DAY, "in_transit", "【上海市】已揽收"), (NOW, "delivered", SCAN)):
        ParcelEvent.objects.create(parcel=parcel, at=at, status=status, text=text)
    return order


def disputed(desk: Desk) -> tuple[Chargeback, Ticket]:
    """Delivered, one of two sent back and refunded, with photos, messages and remarks of the shop; then the bank."""
    order = desk.world.complete(desk.world.deliver(shipped(desk)))
    add_note(order, text=INTERNAL, actor=desk.merchant, now=NOW)
    add_note(order, text="放门口就行", actor=desk.buyer, now=NOW)
    photo = uploads.upload(desk.world.alice, file(), kind="photo", now=NOW, limited=False)
    ticket = desk.apply(order, quantity=1, evidence=(photo.pk,), description="灯罩裂了")
    services.hand_over(ticket, to="wen", note=COLLEAGUES, actor=desk.merchant, now=NOW)
    chat = uploads.upload(desk.world.alice, file(picture(format_="PNG")), kind="chat", now=NOW, limited=False)
    services.post_message(ticket, text=ASKED, evidence=(chat.pk,), actor=desk.buyer, now=NOW)
    services.post_message(ticket, text=ANSWERED, actor=desk.merchant, now=NOW)
    ticket = desk.receive(desk.ship_back(desk.approve(ticket), tracking_no="YT77"))
    ticket = desk.pay_out(ticket)
    return charged_back(desk, Order.objects.get(pk=order.pk)), ticket


def many(desk: Desk, scans: int, photos: int, size: int) -> Chargeback:
    """`size`: bytes of each photo."""
    order = desk.world.deliver(shipped(desk))
    parcel = Parcel.objects.get(order=order)
    ParcelEvent.objects.bulk_create(
        ParcelEvent(shop_id=parcel.shop_id, parcel=parcel, at=NOW, status="in_transit", text=f"第 {n} 站：转运中心")
        for n in range(scans)
    )
    ticket = desk.apply(order)
    small = file().read()
    for n in range(photos):
        row = Evidence(
            uploader=desk.world.alice,
            shop_id=order.shop_id,
            ticket=ticket,
            media_type="image/jpeg",
            created_at=NOW,
        )
        row.file.save(f"{n}.jpg", ContentFile(bytes([n]) * size), save=False)
        row.thumbnail.save(f"{n}-small.jpg", ContentFile(small), save=False)
        row.save()
    return charged_back(desk, Order.objects.get(pk=order.pk))


def body(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def text_of(folder: Path) -> str:
    """Of the PDF, without the breaks of its lines."""
    pages = PdfReader(folder / "evidence.pdf").pages
    return "\n".join(page.extract_text() for page in pages).replace("\n", "")
