"""A desk worked through the API alone."""

import io
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from aftersales.models import Ticket
from logistics.models import ReturnAddress
from orders.models import Order
from refunds import services as refunds
from refunds.models import Refund
from tests.fixtures import Login
from tests.world import World

ROOT = "/api/v1/"
TICKETS = f"{ROOT}tickets/"
BILL = {"courier": "sf", "tracking_no": "SF1234567890123"}


def picture(size: tuple[int, int] = (8, 6), format_: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 0 if mode in ("1", "L", "P", "I;16") else (200, 30, 30, 120)[: len(mode)]).save(
        out, format_, **options
    )
    return out.getvalue()


def file(content: bytes | None = None, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content)


def with_exif(size: tuple[int, int] = (40, 20)) -> bytes:
    image, exif = Image.new("RGB", size, "red"), Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"SecretComment")
    return out.getvalue()


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class ApiDesk:
    """`alice` buys, `mei` decides, `oms` brings payments. Addresses of returns are set."""

    def __init__(self, world: World, api: Login) -> None:
        self.world, self.api = world, api
        for shop in (world.lantern, world.harbor):
            ReturnAddress.objects.create(shop=shop, name="Returns", phone="1", address="Dock 1", is_default=True)

    def photo(self, name: str = "alice") -> str:
        answer = self.api(name).post(f"{ROOT}evidence/", {"file": file()}, format="multipart")
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    def body(self, order: Order, type_: str, reason: str, quantity: int | None = None, **more: Any) -> dict[str, Any]:
        exchange = {"exchange_sku": more.pop("exchange_sku")} if "exchange_sku" in more else {}
        lines = [
            {"line_id": line.pk, "quantity": quantity or line.quantity, **exchange} for line in self.world.lines(order)
        ]
        return {"order_no": order.order_no, "type": type_, "reason": reason, "lines": lines, **more}

    def apply(
        self, order: Order, type_: str = "return_refund", reason: str = "no_reason", **more: Any
    ) -> dict[str, Any]:
        answer = self.api("alice").post(TICKETS, self.body(order, type_, reason, **more))
        assert answer.status_code == 201, answer.content
        return dict(answer.json())

    def post(self, name: str, ticket: dict[str, Any], verb: str, body: Any = None) -> Any:
        return self.api(name).post(f"{TICKETS}{ticket['ticket_no']}/{verb}/", body)

    def do(self, name: str, ticket: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
        answer = self.post(name, ticket, verb, body)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def get(self, name: str, ticket: dict[str, Any], language: str = "en") -> dict[str, Any]:
        answer = self.api(name).get(f"{TICKETS}{ticket['ticket_no']}/", HTTP_ACCEPT_LANGUAGE=language)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def send_refunds(self) -> None:
        for pk in Refund.objects.filter(status__in=["pending", "processing"]).values_list("pk", flat=True):
            refunds.send(pk, now=self.world.now)

    @staticmethod
    def units(ticket: dict[str, Any], condition: str = "as_new") -> list[dict[str, Any]]:
        return [
            {"line_id": line["line_id"], "quantity": line["quantity"], "condition": condition}
            for line in ticket["lines"]
        ]

    @staticmethod
    def row(ticket: dict[str, Any]) -> Ticket:
        return Ticket.objects.get(ticket_no=ticket["ticket_no"])
