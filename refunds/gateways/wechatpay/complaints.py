"""Buyers' complaints at WeChat Pay (消费者投诉 2.0), as docs/complaints.md describes its fields."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from ..complaining import ComplaintReport, ComplaintStatus, read_each
from ..port import Deadline, GatewayError
from . import codes
from .messages import Account, Reply, money

COMPLAINTS = "/v3/merchant-service/complaints-v2"
BEIJING = timezone(timedelta(hours=8))
PAGE = 50  # the largest that WeChat Pay answers
UNKNOWN = (codes.NO_SUCH_RESOURCE, "NOT_FOUND")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WechatComplaints:
    account: Account

    def find(self, *, complaint_no: str, deadline: Deadline) -> ComplaintReport | None:
        reply = self._ask(f"{COMPLAINTS}/{quote(complaint_no, safe='')}", deadline)
        if reply.status == 404 and reply.text("code") in UNKNOWN:
            return None
        report = _report(_succeeded(reply).fields)
        if report.complaint_no != complaint_no:
            raise GatewayError("the answer is about another complaint", permanent=False)
        return report

    def since(self, begin: datetime, end: datetime, *, deadline: Deadline) -> Iterator[ComplaintReport]:
        """By days, as WeChat Pay counts them: the first and the last one are whole."""
        days = f"begin_date={_day(begin)}&end_date={_day(end)}"
        offset, has_next = 0, True
        while has_next:
            reply = _succeeded(self._ask(f"{COMPLAINTS}?limit={PAGE}&offset={offset}&{days}", deadline))
            rows = _objects(reply.fields.get("data"))
            yield from read_each(rows, _report)
            offset += len(rows)
            total = reply.fields.get("total_count")
            has_next = len(rows) == PAGE and not (isinstance(total, int) and offset >= total)

    def _ask(self, path: str, deadline: Deadline) -> Reply:
        return self.account.ask_signed("GET", path, deadline, _facts)


def _report(fields: Mapping[str, object]) -> ComplaintReport:
    number, state = str(fields.get("complaint_id") or ""), str(fields.get("complaint_state") or "")
    try:
        opened_at = datetime.fromisoformat(str(fields.get("complaint_time")))
    except ValueError:
        opened_at = None
    if not number or opened_at is None or opened_at.tzinfo is None:
        raise GatewayError("a complaint without a number or a time", permanent=False)
    orders = _objects(fields.get("complaint_order_info"))
    return ComplaintReport(
        number,
        _status(state, answer_due=fields.get("incoming_user_response") is True),
        state,
        [str(order["transaction_id"]) for order in orders if order.get("transaction_id")],
        opened_at,
        reason=str(fields.get("problem_type") or ""),
        text=str(fields.get("complaint_detail") or ""),
        amount=money(fields.get("apply_refund_amount")) or None,
        with_platform=fields.get("in_platform_service") is True,
        fully_refunded=fields.get("complaint_full_refunded") is True,
    )


def _status(state: str, *, answer_due: bool) -> ComplaintStatus:
    """A word that nobody knows is not the end: the shop looks it up."""
    if state == "PROCESSED":
        return ComplaintStatus.CLOSED
    return ComplaintStatus.ANSWERED if state == "PROCESSING" and not answer_due else ComplaintStatus.OPEN


def _objects(value: object) -> Sequence[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _day(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d}"


def _succeeded(reply: Reply) -> Reply:
    if not reply.succeeded:
        raise GatewayError(reply.words, permanent=False, retry_after=_facts(reply).wait)
    return reply


def _facts(reply: Reply) -> codes.Facts:
    """What stops every question of the account goes into the log as an error."""
    if reply.meaning == codes.Meaning.CONFIGURE:
        log.error("wechatpay answers nothing about complaints until somebody acts: %s", reply.words)
    return reply.facts
