"""Many refunds at once, and bills of each channel that list them, for tests and the benchmark of reconciliation."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from django.db import connection

from orders.models import Payment

CHINA = ZoneInfo("Asia/Shanghai")

# On the payments whose ids are given, in turn; by SQL, because by the services a thousand take half a minute.
_FILL = """
    INSERT INTO refunds_refund (
        shop_id, payment_id, refund_no, amount, status, failure_reason, gateway_no, attempts, last_error, proof,
        created_at, settled_at, next_attempt_at
    )
    SELECT p.shop_id, p.id, %(prefix)s || lpad(n::text, 8, '0'), 1 + n %% 500 + (n %% 100) / 100.0, %(status)s, '',
           're_' || n, 1, '', '', %(at)s::timestamptz + n * %(step)s::interval,
           CASE WHEN %(status)s = 'succeeded' THEN %(at)s::timestamptz + n * %(step)s::interval END,
           CASE WHEN %(status)s IN ('pending', 'processing') THEN now() END
    FROM generate_series(1, %(count)s) n
    JOIN orders_payment p ON p.id = (%(payments)s::bigint[])[1 + n %% %(among)s]
    ORDER BY n
"""


@dataclass(frozen=True)
class Billed:
    """A refund as a bill lists it, or, without a number, a payment. `fee`: above zero charged, below it given back."""

    number: str
    transaction_no: str
    amount: Decimal
    at: datetime
    gateway_no: str
    fee: Decimal = Decimal("0.00")


def fill(
    payments: Iterable[Payment], count: int, at: datetime, *, prefix: str = "RF", status: str = "succeeded"
) -> None:
    """`count` refunds from `at` on, within an hour."""
    ids = [payment.pk for payment in payments]
    Payment.objects.filter(pk__in=ids).update(captured=Decimal("9999999999.99"))
    with connection.cursor() as cursor:
        cursor.execute(
            _FILL,
            {
                "prefix": prefix, "status": status, "at": at, "count": count, "payments": ids, "among": len(ids),
                "step": f"{3600 / max(count, 1)} seconds",
            },
        )  # fmt: skip


def listed(prefix: str = "RF") -> list[Billed]:
    """All of them, as a bill that agrees would list them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.refund_no, p.transaction_no, r.amount, coalesce(r.settled_at, r.created_at), r.gateway_no"
            " FROM refunds_refund r JOIN orders_payment p ON p.id = r.payment_id WHERE r.refund_no LIKE %s"
            " ORDER BY r.id",
            [f"{prefix}%"],
        )
        return [Billed(*row) for row in cursor.fetchall()]


def paid(payments: Iterable[Payment], at: datetime, *, rate: str = "0.006") -> list[Billed]:
    """Their transactions, as a bill of that day lists them: 99.00 each, with a fee."""
    amount = Decimal("99.00")
    fee = round(amount * Decimal(rate), 2)
    return [Billed("", payment.transaction_no, amount, at, f"ch_{payment.pk}", fee) for payment in payments]


def dearer(row: Billed) -> Billed:
    return replace(row, amount=row.amount + 1)


def alipay(path: Path, rows: Iterable[Billed]) -> Path:
    """业务明细: GBK, remarks around the table, tabs after the values, payments among the refunds."""
    header = (
        "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
        "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
        "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
    )
    with path.open("w", encoding="gb18030", newline="\r\n") as file:
        file.write(
            "#支付宝业务明细查询\n#账号：[20880000000000000156]\n#起始日期：[2026年03月01日 00:00:00]   终止日期：[…]\n"
            f"#-----------------------------------------业务明细列表----------------------------------------\n{header}\n"
        )
        file.write("2026030122001\t,E-1\t,交易\t,T恤\t,2026-03-01 09:00:00,2026-03-01 09:00:09" + ",\t" * 5
                   + ",99.00,99.00" + ",0.00" * 5 + ",\t,0.00,0.00,\t,0.00,0.00,\t\n")  # fmt: skip
        for row in rows:
            at = f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
            kind, amount = ("退款", -row.amount) if row.number else ("交易", row.amount)
            file.write(
                f"{row.transaction_no}\t,E-1\t,{kind}\t,T恤\t,{at},{at},\t,\t,\t,\t,buy***@example.com\t,"
                f"{amount},{amount}" + ",0.00" * 5 + f",\t,0.00,0.00,{row.number}\t,{-row.fee},0.00,\t\n"
            )
        file.write("#-----------------------------------------业务明细列表结束------------------------------------\n")
        file.write(
            "#交易合计：1笔，商家实收共99.00元，商家优惠共0.00元\n#退款合计：…\n#导出时间：[2026年03月02日 10:00:00]\n"
        )
    return path


def wechatpay(path: Path, rows: Iterable[Billed]) -> Path:
    """交易账单: UTF-8, a backtick before each value, payments among the refunds, sums at the end."""
    header = (
        "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
        "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,"
        "费率,订单金额,申请退款金额,费率备注"
    )
    with path.open("w", encoding="utf-8", newline="\r\n") as file:
        file.write(f"\ufeff{header}\n")
        file.write(_ticked("2026-03-01 09:00:00,wx1,1900000001,0,,4200000001,E-1,o1,JSAPI,SUCCESS,OTHERS,CNY,99.00,"
                           "0.00,0,0,0.00,0.00,,,T恤,,0.59000,0.60%,99.00,0.00,"))  # fmt: skip
        number = 0
        for row, line_id in _numbered(rows):
            number += 1
            at = f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
            fee = f"{row.fee:.5f}"
            if not row.number:
                file.write(_ticked(
                    f"{at},wx1,1900000001,0,,{row.transaction_no},E-1,o1,JSAPI,SUCCESS,OTHERS,CNY,{row.amount},0.00,0,0,"
                    f"0.00,0.00,,,T恤,,{fee},0.60%,{row.amount},0.00,"
                ))  # fmt: skip
                continue
            file.write(_ticked(
                f"{at},wx1,1900000001,0,,{row.transaction_no},E-1,o1,JSAPI,REFUND,OTHERS,CNY,0.00,0.00,50{line_id},"
                f"{row.number},{row.amount},0.00,ORIGINAL,SUCCESS,T恤,,{fee},0.60%,0.00,{row.amount},"
            ))  # fmt: skip
        file.write("总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n")
        file.write(_ticked(f"{number + 1},99.00,0.00,0.00,0.59,99.00,0.00"))
    return path


def _numbered(rows: Iterable[Billed]) -> Iterator[tuple[Billed, str]]:
    """With the channel's number of its line: the same in every bill, another one where a bill has it again."""
    seen: Counter[str] = Counter()
    for row in rows:
        key = f"{row.number} {row.gateway_no}"
        yield row, f"{crc32(key.encode()):010}{seen[key]:03}"
        seen[key] += 1


def _ticked(values: str) -> str:
    return ",".join(f"`{value}" for value in values.split(",")) + "\n"


def stripe(
    path: Path, rows: Iterable[Billed], failed: Iterable[Billed] = (), *, category: str = "refund_failure"
) -> Path:
    """An itemized balance report: charges and fees among the refunds; ours by the number of Stripe alone. `failed`:
    what came back to the balance, each in a line of its own of this `category`."""
    columns = ["balance_transaction_id", "created_utc", "created", "available_on", "currency", "gross", "fee", "net",
               "reporting_category", "source_id", "description", "payment_intent_id"]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        paid: Sequence[object] = ("txn_0", "2026-03-01 01:00:00", "2026-03-01 09:00:00", "", "cny", "99.00", "3.00",
                                  "96.00", "charge", "ch_1", "T-shirt", "pi_1")  # fmt: skip
        writer.writerow(paid)
        for row, line_id in _numbered(rows):
            utc = f"{row.at.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}"
            what, gross = ("refund", -row.amount) if row.number else ("charge", row.amount)
            writer.writerow([f"txn_{line_id}", utc, utc, "", "cny", gross, row.fee, gross - row.fee,
                             what, row.gateway_no, "REFUND FOR CHARGE", row.transaction_no])  # fmt: skip
        for number, row in enumerate(failed, 1):
            utc = f"{row.at.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}"
            writer.writerow([f"txn_failure_{number}", utc, utc, "", "cny", row.amount, "0.00", row.amount, category,
                             row.gateway_no, "REFUND FAILURE", row.transaction_no])  # fmt: skip
    return path


WRITERS = {"alipay": alipay, "wechatpay": wechatpay, "stripe": stripe}
