"""Complaints for tests: made at the fake, told over real sockets, asked about as the worker does."""

from typing import Any

from django.test import Client

from fakes.wechatpay import complaints as of_wechatpay
from fakes.wechatpay import notices
from fakes.wechatpay.complaints import Complaint as AtWechatPay
from fakes.wechatpay.notices import Kind
from fakes.wechatpay.server import Fake
from orders.models import Order
from refunds.complaints import jobs
from refunds.models import ChannelNotice, Complaint
from tests.world import World

from ..helpers import paid


def paid_by(world: World, channel: str, number: str = "PAY-1", **data: Any) -> Order:
    order = paid(world, number, **data)
    order.payments.update(channel=channel)
    return order


def tell(fake: Fake, row: AtWechatPay, kind: Kind = Kind.GENUINE, *, url: str = "", **facts: str) -> int:
    """What the merchant answered; over a socket where there is a `url`."""
    headers, body = of_wechatpay.compose(fake.sender, row, kind=kind, **facts)
    if url:
        return notices.post(url, headers, body)[0]
    content_type = headers.pop("Content-Type")
    return Client().post("/notify/wechatpay/", body, content_type=content_type, headers=headers).status_code


def ask(world: World) -> str:
    """What the worker does for notices that have come, whenever they are due."""
    ChannelNotice.objects.filter(state="parked").update(next_look_at=world.now)
    return str(jobs.ask_complaints(world.now, False))


def stored() -> list[tuple[str, str, str]]:
    rows = Complaint.objects.order_by("pk").values_list("complaint_no", "payment__transaction_no", "status")
    return [(str(number), str(transaction), str(status)) for number, transaction, status in rows]
