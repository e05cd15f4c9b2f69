"""Buyers' complaints about trades at Alipay (交易投诉), as docs/complaints.md describes their fields."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..complaining import ComplaintReport, ComplaintStatus, read_each
from ..port import Deadline, GatewayError
from . import codes
from .messages import BEIJING, Account, Reply

QUERY, LIST = "alipay.merchant.tradecomplain.query", "alipay.merchant.tradecomplain.batchquery"
CHANGED = "alipay.merchant.tradecomplain.changed"  # the message that tells of one
PAGE = 20  # the largest that Alipay answers
WITH_PLATFORM = "PLATFORM_PROCESSING"
STATUSES = {
    "MERCHANT_PROCESSING": ComplaintStatus.OPEN,
    "MERCHANT_FEEDBACKED": ComplaintStatus.ANSWERED,
    WITH_PLATFORM: ComplaintStatus.ANSWERED,
    "PLATFORM_FINISH": ComplaintStatus.CLOSED,
    "FINISHED": ComplaintStatus.CLOSED,
    "CANCELLED": ComplaintStatus.CLOSED,
    "CLOSED": ComplaintStatus.CLOSED,
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlipayComplaints:
    account: Account

    def find(self, *, complaint_no: str, deadline: Deadline) -> ComplaintReport | None:
        """Which code says that there is none is not known, so that is an error as every other."""
        report = _report(self._ask(QUERY, {"complain_event_id": complaint_no}, deadline).fields)
        if report.complaint_no != complaint_no:
            raise GatewayError("the answer is about another complaint", permanent=False)
        return report

    def since(self, begin: datetime, end: datetime, *, deadline: Deadline) -> Iterator[ComplaintReport]:
        times = {"begin_time": _moment(begin), "end_time": _moment(end)}
        page, has_next = 1, True
        while has_next:
            reply = self._ask(LIST, {**times, "page_num": page, "page_size": PAGE}, deadline)
            rows = _objects(reply.fields.get("trade_complain_infos"))
            yield from read_each(rows, _report)
            page, has_next = page + 1, len(rows) == PAGE

    def _ask(self, method: str, content: Mapping[str, object], deadline: Deadline) -> Reply:
        reply = self.account.ask_signed(method, content, deadline, _facts)
        if not reply.succeeded:
            raise GatewayError(reply.words, permanent=False, retry_after=_facts(reply).wait)
        return reply


def _report(fields: Mapping[str, object]) -> ComplaintReport:
    number, state, trade_no = (_text(fields, name) for name in ("complain_event_id", "status", "trade_no"))
    try:
        opened_at = datetime.fromisoformat(_text(fields, "gmt_create"))
    except ValueError:
        raise GatewayError("a complaint without a time", permanent=False) from None
    if not number:
        raise GatewayError("a complaint without a number", permanent=False)
    return ComplaintReport(
        number,
        # A word that nobody knows is not the end: the shop looks it up.
        STATUSES.get(state, ComplaintStatus.OPEN),
        state,
        [trade_no] if trade_no else [],
        opened_at if opened_at.tzinfo else opened_at.replace(tzinfo=BEIJING),
        reason=_text(fields, "leaf_category_name") or _text(fields, "complain_reason"),
        text=_text(fields, "content"),
        with_platform=state == WITH_PLATFORM,
    )


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _objects(value: object) -> Sequence[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def _facts(reply: Reply) -> codes.Facts:
    """What stops every question of the account goes into the log as an error."""
    if codes.meaning(reply.code, reply.sub_code) == codes.Meaning.CONFIGURE:
        log.error("alipay answers nothing about complaints until somebody acts: %s", reply.words)
    return codes.facts(reply.code, reply.sub_code)
