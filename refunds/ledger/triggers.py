"""The SQL of the triggers that post entries, written from `postings`. Migrations hold it as text; a test compares the
functions of the database with it."""

from collections.abc import Iterable, Iterator

from .accounts import Account, Kind
from .postings import (
    CHARGEBACK,
    FEE,
    KINDS,
    PAID_FROM,
    PAYABLE,
    PAYABLE_KINDS,
    PAYMENT,
    REFUND,
    TO_SHOP,
    Posting,
    postings,
)

ENTRY = """
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )"""

_OF_CHARGEBACK = """n.shop_id, p.order_id, p.id, 'chargeback', n.chargeback_no, m.kind, m.debit, m.credit, n.amount,
           o.currency"""

# No payment carries it.
_PAYABLE_MOVED = """coalesce(
               CASE n.status WHEN 'approved' THEN coalesce(n.voided_at, n.approved_at) WHEN 'paid' THEN n.paid_at
                             WHEN 'cancelled' THEN n.cancelled_at END, now())"""

_BY_CHANNEL, _BY_HAND = f"'{Account.CHANNEL}'", f"'{Account.CASH}'"

# A plan is made once a session. Made for an import of many rows it would read whole tables for one refund later.
SETTINGS = "SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off"


def refund_function() -> str:
    """The body of `refunds_ledger_of_refunds()`, for INSERT and UPDATE of refunds_refund."""
    rows = list(postings(REFUND, KINDS))
    new, moved = [row for row in rows if not row.source], [row for row in rows if row.source]
    return f"""
BEGIN
    IF TG_OP = 'INSERT' THEN{ENTRY}
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, {_account("m.debit", "n")},
           {_account("m.credit", "n")}, n.amount, o.currency, n.created_at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        {_values(new)}
    ) m (source, target, kind, debit, credit) ON m.target = n.status
    ORDER BY n.id;
    ELSE{ENTRY}
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, {_account("m.debit", "b")},
           {_account("m.credit", "n")}, n.amount, o.currency, coalesce(n.moved_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        {_values(moved)}
    ) m (source, target, kind, debit, credit) ON m.source = b.status AND m.target = n.status
    ORDER BY n.id;{ENTRY}
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, '{Kind.TO_SHOP}',
           CASE WHEN n.paid_to_shop THEN '{TO_SHOP.debit}' ELSE '{TO_SHOP.credit}' END,
           CASE WHEN n.paid_to_shop THEN '{TO_SHOP.credit}' ELSE '{TO_SHOP.debit}' END,
           n.amount, o.currency, coalesce(n.moved_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.paid_to_shop <> n.paid_to_shop
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END """  # noqa: S608  (texts of ours only)


def chargeback_function() -> str:
    """The body of `refunds_ledger_of_chargebacks()`, for INSERT and UPDATE of refunds_chargeback."""
    rows = list(postings(CHARGEBACK, KINDS))
    new, moved = [row for row in rows if not row.source], [row for row in rows if row.source]
    return f"""
BEGIN
    IF TG_OP = 'INSERT' THEN{ENTRY}
    SELECT {_OF_CHARGEBACK}, n.opened_at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        {_values(new)}
    ) m (source, target, kind, debit, credit) ON m.target = n.status
    ORDER BY n.id;
    ELSE{ENTRY}
    SELECT {_OF_CHARGEBACK}, coalesce(n.ended_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        {_values(moved)}
    ) m (source, target, kind, debit, credit) ON m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END """  # noqa: S608  (texts of ours only)


def payable_function() -> str:
    """The body of `refunds_ledger_of_payables()`, for INSERT and UPDATE of refunds_payable."""
    return f"""
BEGIN
    IF TG_OP = 'INSERT' THEN{ENTRY}
    SELECT {_of_payable("n.paid_through <> ''", "n.paid_through <> ''")},
           {_PAYABLE_MOVED}, now()
    FROM new_rows n
    JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    JOIN (VALUES
        {_values_of_payables(new=True)}
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.target = n.status
    ORDER BY n.id;
    ELSE{ENTRY}
    SELECT {_of_payable("b.paid_through <> ''", "n.paid_through <> ''")},
           {_PAYABLE_MOVED}, now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    JOIN (VALUES
        {_values_of_payables(new=False)}
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END """  # noqa: S608  (texts of ours only)


def _of_payable(before: str, after: str) -> str:
    """The columns of an entry. No payment carries it. `before`, `after`: SQL, whether the channel had paid it before
    the change, and has paid it after."""
    sides = [
        f"CASE WHEN m.{side} <> '{PAID_FROM}' THEN m.{side} WHEN {through} THEN {_BY_CHANNEL} ELSE {_BY_HAND} END"
        for side, through in (("debit", before), ("credit", after))
    ]
    return f"""n.shop_id, n.order_id, NULL, 'payable', n.payable_no, m.kind,
           {sides[0]},
           {sides[1]}, n.amount, o.currency"""


def _values_of_payables(*, new: bool) -> str:
    """Those of a new row, or those of a change of status."""
    return ",\n        ".join(
        f"('{kind}', '{row.source}', '{row.target}', '{row.kind}', '{row.debit}', '{row.credit}')"
        for kind, row in _postings_of_payables()
        if new is not bool(row.source)
    )


def _postings_of_payables() -> Iterator[tuple[str, Posting]]:
    for kind, positions in PAYABLE.items():
        for row in postings(positions, PAYABLE_KINDS):
            yield kind, row


def _account(column: str, row: str) -> str:
    """The account itself, or the one that the refund of `row` is paid from."""
    return (
        f"CASE WHEN {column} <> '{PAID_FROM}' THEN {column}"
        f" WHEN {row}.confirmed_by IS NULL THEN '{Account.CHANNEL}' ELSE '{Account.CASH}' END"
    )


def _values(rows: Iterable[Posting]) -> str:
    return ",\n        ".join(
        f"('{row.source}', '{row.target}', '{row.kind}', '{row.debit}', '{row.credit}')" for row in rows
    )


def payment_function() -> str:
    """The body of `refunds_ledger_of_payments()`: new payments, one or many at once."""
    entries = []
    for column, (debit, credit) in PAYMENT.items():
        entries.append(f"""{ENTRY}
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, '{column}', '{debit}', '{credit}',
           n.{column}, o.currency, n.paid_at, now()
    FROM new_rows n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE n.{column} > 0 ORDER BY n.id;""")  # noqa: S608
    return f"\nBEGIN{''.join(entries)}\n    RETURN NULL;\nEND "


def correction_function() -> str:
    """The body of `refunds_ledger_of_corrections()`: amounts of a payment that somebody changed; the difference is
    booked."""
    entries = []
    for column, (debit, credit) in PAYMENT.items():
        entries.append(f"""{ENTRY}
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, '{column}',
           CASE WHEN NEW.{column} > OLD.{column} THEN '{debit}' ELSE '{credit}' END,
           CASE WHEN NEW.{column} > OLD.{column} THEN '{credit}' ELSE '{debit}' END,
           abs(NEW.{column} - OLD.{column}), o.currency, now(), now()
    FROM (SELECT NEW.*) n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE NEW.{column} <> OLD.{column};""")  # noqa: S608
    return f"\nBEGIN{''.join(entries)}\n    RETURN NULL;\nEND "


def fee_function() -> str:
    """The body of `refunds_ledger_of_fees()`: new fees, one or many at once. One of no payment is not booked."""
    return f"""
BEGIN{ENTRY}
    SELECT {_of_fee("n")}, n.at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    WHERE n.amount <> 0 ORDER BY n.id;
    RETURN NULL;
END """  # noqa: S608  (texts of ours only)


def fee_correction_function() -> str:
    """The body of `refunds_ledger_of_changed_fees()`: what was booked is reversed, and what is true now is booked."""
    return f"""
BEGIN{ENTRY}
    SELECT {_of_fee("OLD", reversed_=True)}, now(), now()
    FROM orders_payment p WHERE p.shop_id = OLD.shop_id AND p.id = OLD.payment_id AND OLD.amount <> 0;{ENTRY}
    SELECT {_of_fee("NEW")},
           CASE WHEN OLD.payment_id IS NULL OR OLD.amount = 0 THEN NEW.at ELSE now() END, now()
    FROM orders_payment p WHERE p.shop_id = NEW.shop_id AND p.id = NEW.payment_id AND NEW.amount <> 0;
    RETURN NULL;
END """  # noqa: S608  (texts of ours only)


def _of_fee(row: str, *, reversed_: bool = False) -> str:
    """The columns of an entry. Above zero the channel has charged it, below it has given it back."""
    kind = f"CASE WHEN {row}.amount > 0 THEN '{Kind.FEE_CHARGED}' ELSE '{Kind.FEE_GIVEN_BACK}' END"
    sign = "<" if reversed_ else ">"
    return f"""{row}.shop_id, p.order_id, p.id, 'fee', {row}.number,
           {f"'{Kind.FEE_CORRECTED}'" if reversed_ else kind},
           CASE WHEN {row}.amount {sign} 0 THEN '{FEE.debit}' ELSE '{FEE.credit}' END,
           CASE WHEN {row}.amount {sign} 0 THEN '{FEE.credit}' ELSE '{FEE.debit}' END,
           abs({row}.amount), {row}.currency"""


FUNCTIONS = {
    "refunds_ledger_of_refunds": refund_function(),
    "refunds_ledger_of_payments": payment_function(),
    "refunds_ledger_of_corrections": correction_function(),
    "refunds_ledger_of_chargebacks": chargeback_function(),
    "refunds_ledger_of_payables": payable_function(),
    "refunds_ledger_of_fees": fee_function(),
    "refunds_ledger_of_changed_fees": fee_correction_function(),
}


def backfill() -> str:
    """Entries of what moved before there was a ledger; refunds by their history. Run once, by the migration."""
    payments = payment_function().split("BEGIN")[1].split("RETURN")[0].replace("new_rows", "orders_payment")
    hand = "h.action IN ('settle_by_hand', 'void_settlement')"

    def account(column: str) -> str:
        return (
            f"CASE WHEN {column} <> '{PAID_FROM}' THEN {column}"
            f" WHEN {hand} THEN '{Account.CASH}' ELSE '{Account.CHANNEL}' END"
        )

    return f"""{payments.rstrip()}{ENTRY}
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, {account("m.debit")},
           {account("m.credit")}, n.amount, o.currency, h.at, now()
    FROM kernel_history h
    JOIN refunds_refund n ON n.id = h.object_id
    JOIN orders_payment p ON p.id = n.payment_id
    JOIN orders_order o ON o.id = p.order_id
    JOIN (VALUES
        {_values(postings(REFUND, KINDS))}
    ) m (source, target, kind, debit, credit) ON m.source = h.source AND m.target = h.target
    WHERE h.machine = 'refund'
    ORDER BY h.id;
"""  # noqa: S608  (texts of ours only)


def backfill_of_chargebacks() -> str:
    """Entries of chargebacks from before they had any: as opened, and as ended. Run once, by their migration."""
    return f"""{ENTRY.lstrip()}
    SELECT {_OF_CHARGEBACK}, CASE WHEN m.source = '' THEN n.opened_at ELSE n.ended_at END, now()
    FROM refunds_chargeback n
    JOIN orders_payment p ON p.id = n.payment_id
    JOIN orders_order o ON o.id = p.order_id
    JOIN (VALUES
        {
        _values(
            row
            for row in postings(CHARGEBACK, KINDS)
            if (row.source, row.target) == ("", "open") or row.source == "open"
        )
    }
    ) m (source, target, kind, debit, credit) ON m.source = '' OR m.target = n.status
    ORDER BY n.id, m.source;
"""  # noqa: S608  (texts of ours only)


def backfill_of_payables() -> str:
    """Entries of payables from before they had any, by their history. Run once, by their migration."""
    return f"""{ENTRY.lstrip()}
    SELECT {_of_payable("false", "h.action = 'transfer_arrived'")}, h.at, now()
    FROM kernel_history h
    JOIN refunds_payable n ON n.id = h.object_id
    JOIN orders_order o ON o.id = n.order_id
    JOIN (VALUES
        {_values_of_payables(new=False)}
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.source = h.source AND m.target = h.target
    WHERE h.machine = 'payable'
    ORDER BY h.id;
"""  # noqa: S608  (texts of ours only)
