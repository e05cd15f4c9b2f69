"""The ledger against the rows that it tells of, set-based. Each answers (what, which row, stored, computed): rows only
where something differs."""

from .accounts import Account, Kind
from .postings import CHARGEBACK, FEE, PAID_FROM, PAYABLE, PAYMENT, REFUND, TO_SHOP, Position


def _signed(position: Position, key: str, amount: str, account: str = "") -> list[str]:
    """`key`, account and amount of both sides: a debit counts up, a credit down."""
    names = [account or f"'{PAID_FROM}'" if name == PAID_FROM else f"'{name}'" for name in position]
    return [f"({key}{names[0]}, {amount})", f"({key}{names[1]}, -{amount})"]


_PAID_FROM = f"CASE WHEN r.confirmed_by IS NULL THEN '{Account.CHANNEL}' ELSE '{Account.CASH}' END"
_PAYABLE_PAID_FROM = f"CASE WHEN y.paid_through = '' THEN '{Account.CASH}' ELSE '{Account.CHANNEL}' END"
_OF_PAYMENTS = ", ".join(side for column, position in PAYMENT.items() for side in _signed(position, "", f"p.{column}"))
_OF_REFUNDS = ", ".join(
    side
    for status, position in REFUND.items()
    if position
    for side in _signed(position, f"'{status}', ", "r.amount", _PAID_FROM)
)

_TO_SHOP = ", ".join(_signed(TO_SHOP, f"'{Kind.TO_SHOP}', ", "r.amount"))
_OF_CHARGEBACKS = ", ".join(
    side
    for status, position in CHARGEBACK.items()
    if position
    for side in _signed(position, f"'{status}', ", "c.amount")
)

_OF_PAYABLES = ", ".join(
    side
    for kind, positions in PAYABLE.items()
    for status, position in positions.items()
    if position
    for side in _signed(position, f"'{kind}', '{status}', ", "y.amount", _PAYABLE_PAID_FROM)
)

# The balance of every account by what it is about, as posted.
_POSTED = """
    posted AS (
        SELECT e.payment_id, e.number, v.account, sum(v.amount) AS amount
        FROM refunds_ledgerentry e, LATERAL (VALUES (e.debit, e.amount), (e.credit, -e.amount)) v (account, amount)
        WHERE e.about = '{about}'
        GROUP BY e.payment_id, e.number, v.account
    )"""

PAYMENTS = f"""
    WITH due AS (
        SELECT p.id AS payment_id, p.transaction_no AS number, v.account, sum(v.amount) AS amount
        FROM orders_payment p, LATERAL (VALUES {_OF_PAYMENTS}) v (account, amount)
        GROUP BY p.id, v.account
    ), {_POSTED.format(about="payment")}
    SELECT 'ledger of payments', coalesce(d.number, e.number) || ': ' || coalesce(d.account, e.account),
           coalesce(e.amount, 0), coalesce(d.amount, 0)
    FROM due d FULL JOIN posted e USING (payment_id, account)
    WHERE coalesce(e.amount, 0) <> coalesce(d.amount, 0)
"""  # noqa: S608  (texts of ours only)

REFUNDS = f"""
    WITH due AS (
        SELECT r.payment_id, r.refund_no AS number, v.account, sum(v.amount) AS amount
        FROM refunds_refund r, LATERAL (VALUES {_OF_REFUNDS}, {_TO_SHOP}) v (status, account, amount)
        WHERE v.status = r.status OR (v.status = '{Kind.TO_SHOP}' AND r.paid_to_shop)
        GROUP BY r.id, v.account
    ), {_POSTED.format(about="refund")}
    SELECT 'ledger of refunds', coalesce(d.number, e.number) || ': ' || coalesce(d.account, e.account),
           coalesce(e.amount, 0), coalesce(d.amount, 0)
    FROM due d FULL JOIN posted e USING (payment_id, number, account)
    WHERE coalesce(e.amount, 0) <> coalesce(d.amount, 0)
"""  # noqa: S608  (texts of ours only)

CHARGEBACKS = f"""
    WITH due AS (
        SELECT c.payment_id, c.chargeback_no AS number, v.account, v.amount
        FROM refunds_chargeback c, LATERAL (VALUES {_OF_CHARGEBACKS}) v (status, account, amount)
        WHERE v.status = c.status
    ), {_POSTED.format(about="chargeback")}
    SELECT 'ledger of chargebacks', coalesce(d.number, e.number) || ': ' || coalesce(d.account, e.account),
           coalesce(e.amount, 0), coalesce(d.amount, 0)
    FROM due d FULL JOIN posted e USING (payment_id, number, account)
    WHERE coalesce(e.amount, 0) <> coalesce(d.amount, 0)
"""  # noqa: S608  (texts of ours only)

# No payment carries a payable: it is of its order.
PAYABLES = f"""
    WITH due AS (
        SELECT y.order_id, y.payable_no AS number, v.account, v.amount
        FROM refunds_payable y, LATERAL (VALUES {_OF_PAYABLES}) v (kind, status, account, amount)
        WHERE v.kind = y.kind AND v.status = y.status
    ), posted AS (
        SELECT e.order_id, e.number, v.account, sum(v.amount) AS amount
        FROM refunds_ledgerentry e, LATERAL (VALUES (e.debit, e.amount), (e.credit, -e.amount)) v (account, amount)
        WHERE e.about = 'payable'
        GROUP BY e.order_id, e.number, v.account
    )
    SELECT 'ledger of payables', coalesce(d.number, e.number) || ': ' || coalesce(d.account, e.account),
           coalesce(e.amount, 0), coalesce(d.amount, 0)
    FROM due d FULL JOIN posted e USING (order_id, number, account)
    WHERE coalesce(e.amount, 0) <> coalesce(d.amount, 0)
"""  # noqa: S608  (texts of ours only)

# By currency: a channel may charge in another one than the order has.
FEES = f"""
    WITH due AS (
        SELECT f.payment_id, f.number, f.currency, v.account, sum(v.amount) AS amount
        FROM refunds_channelfee f, LATERAL (VALUES {", ".join(_signed(FEE, "", "f.amount"))}) v (account, amount)
        WHERE f.payment_id IS NOT NULL
        GROUP BY f.payment_id, f.number, f.currency, v.account
    ), posted AS (
        SELECT e.payment_id, e.number, e.currency, v.account, sum(v.amount) AS amount
        FROM refunds_ledgerentry e, LATERAL (VALUES (e.debit, e.amount), (e.credit, -e.amount)) v (account, amount)
        WHERE e.about = 'fee'
        GROUP BY e.payment_id, e.number, e.currency, v.account
    )
    SELECT 'ledger of fees', coalesce(d.number, e.number) || ': ' || coalesce(d.account, e.account),
           coalesce(e.amount, 0), coalesce(d.amount, 0)
    FROM due d FULL JOIN posted e USING (payment_id, number, currency, account)
    WHERE coalesce(e.amount, 0) <> coalesce(d.amount, 0)
"""  # noqa: S608  (texts of ours only)

# What a payment has given back or promised is what the cap counts, whatever the rows of its refunds say.
CAP = f"""
    SELECT 'ledger against payment.refunded', p.channel || ' ' || p.transaction_no, coalesce(e.amount, 0), p.refunded
    FROM orders_payment p
    LEFT JOIN (
        SELECT payment_id, sum(CASE WHEN debit = '{Account.REFUNDS}' THEN amount ELSE -amount END) AS amount
        FROM refunds_ledgerentry WHERE '{Account.REFUNDS}' IN (debit, credit) GROUP BY payment_id
    ) e ON e.payment_id = p.id
    WHERE coalesce(e.amount, 0) <> p.refunded
"""  # noqa: S608  (texts of ours only)

WHOSE = """
    SELECT 'ledger: order and currency', e.kind || ' ' || e.number || ', entry ' || e.id, e.amount, NULL::numeric
    FROM refunds_ledgerentry e
    JOIN orders_order o ON o.id = e.order_id
    LEFT JOIN orders_payment p ON p.id = e.payment_id
    WHERE (e.currency <> o.currency AND e.about <> 'fee') OR p.order_id <> o.id
"""

CHECKS = {
    "ledger of payments": PAYMENTS,
    "ledger of refunds": REFUNDS,
    "ledger of chargebacks": CHARGEBACKS,
    "ledger of payables": PAYABLES,
    "ledger of fees": FEES,
    "ledger against payment.refunded": CAP,
    "ledger: order and currency": WHOSE,
}
