"""What is measured: the same five jobs, asked of the program, of the bare view and of the database alone."""

import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from aftersales.models import Ticket, TicketLine
from orders.models import Order, OrderLine, Payment

from .client import Request, once
from .copies import WIDTH, new_id
from .fill import Filled

API = "/api/v1/tickets/"
DEEP_PAGE = 500
PAGE_SIZE = 20
STEP_SIZE = 100  # the way to the deep page, in larger steps


@dataclass(frozen=True)
class Job:
    """`request(g)` for copy number `g`. `bar`: the least share of the bare view's rate."""

    name: str
    kind: str
    request: Callable[[int], Request]
    bar: float
    expected: int = 200
    ids: Callable[[int], Mapping[int | str, str]] = lambda g: {}
    writes: bool = False


@dataclass
class Numbers:
    """Hands out copy numbers, each once: a ticket is approved once, and an order applied for."""

    first: int
    last: int

    def take(self, count: int) -> range:
        taken = range(self.first, min(self.first + count, self.last + 1))
        if not taken:
            raise SystemExit("The rows of this job are used up: shorten the run.")
        self.first = taken.stop
        return taken

    def each(self) -> Iterator[int]:
        while self.first <= self.last:
            yield self.take(1)[0]

    def anywhere(self) -> Iterator[int]:
        chance = random.Random(1)
        return (chance.randint(self.first, self.last) for _ in itertools.count())


def jobs(filled: Filled, port: int) -> list[Job]:
    merchant, buyer = filled.merchant_token, filled.buyer_token
    deep = _deep_path(port, merchant)
    return [
        Job("list", "tickets", lambda g: Request("GET", API, merchant), 0.5),
        Job("deep page", "tickets", lambda g: Request("GET", deep, merchant), 0.5),
        Job("detail", "tickets", lambda g: Request("GET", f"{API}AS-{g}/", merchant), 0.4, ids=_rows),
        Job("apply", "apply", lambda g: _apply(g, buyer), 0.4, 201, _rows, writes=True),
        Job("approve", "approve", lambda g: _approve(g, merchant), 0.4, 200, _rows, writes=True),
    ]


def _apply(g: int, token: str) -> Request:
    body = {
        "order_no": f"E-{g}",
        "type": "return_refund",
        "reason": "wrong_choice",
        "description": "颜色不合适，申请退货退款。",
        "lines": [{"line_id": new_id(OrderLine, g), "quantity": 1}],
    }
    return Request("POST", API, token, json.dumps(body).encode())


def _approve(g: int, token: str) -> Request:
    return Request("POST", f"{API}AS-{g}/approve/", token, b"{}")


def _rows(g: int) -> dict[int | str, str]:
    """The ids of copy `g`, and what they are in terms of g."""
    found: dict[int | str, str] = {f"'E-{g}'": "'E-:g'", f"'AS-{g}'": "'AS-:g'"}
    for model in (Order, OrderLine, Payment, Ticket, TicketLine):
        for slot in range(2):
            found[new_id(model, g, slot)] = f"{new_id(model, 0, slot)} + {WIDTH} * :g"
    return found


def _deep_path(port: int, token: str) -> str:
    """Walks there once, as a reader of the list would."""
    path = f"{API}?page_size={STEP_SIZE}"
    for _ in range(min(DEEP_PAGE * PAGE_SIZE, _listed(port, token)) // STEP_SIZE - 1):
        following = json.loads(once(port, Request("GET", path, token))[1])["next"]
        if following is None:
            break
        path = f"{API}?{urlsplit(following).query}"
    cursor = parse_qs(urlsplit(path).query).get("cursor", [""])[0]
    return f"{API}?cursor={cursor}" if cursor else API


def _listed(port: int, token: str) -> int:
    stages = json.loads(once(port, Request("GET", f"{API}summary/", token))[1])["stages"]
    return int(sum(stages.values()))
