"""The fees of a bill, set-based: each stored once, with the payment that it is of. The ledger is posted to by triggers
(docs/ledger.md). `fee_line` has those of the bill (reading.py)."""

# Whose a fee of `{lines}` is: of the payment of the refund that it names, else of the first one of its transaction.
# Where that pays orders of several shops nobody can say which of them the fee is charged to.
_OF_NUMBERS = """
    of_number AS (
        SELECT p.transaction_no AS number, min(p.shop_id) AS shop_id, min(p.id) AS payment_id FROM orders_payment p
        WHERE p.channel = %(channel)s AND p.transaction_no IN (
            SELECT transaction_no FROM {lines} UNION SELECT charge_no FROM {lines}
        )
        GROUP BY 1 HAVING min(p.shop_id) = max(p.shop_id)
    )"""
_WHOSE = """
    LEFT JOIN (
        refunds_refund r JOIN orders_payment p
            ON p.shop_id = r.shop_id AND p.id = r.payment_id AND p.channel = %(channel)s
    ) ON r.refund_no = l.number
    LEFT JOIN of_number t ON t.number = l.transaction_no
    LEFT JOIN of_number c ON c.number = l.charge_no"""
_SHOP, _PAYMENT = "coalesce(p.shop_id, t.shop_id, c.shop_id)", "coalesce(p.id, t.payment_id, c.payment_id)"
# As another bill has it, the newest is right. A line without a fee is stored only where it had one before.
STORE = f"""
    ANALYZE fee_line;
    WITH {_OF_NUMBERS.format(lines="fee_line")}
    INSERT INTO refunds_channelfee AS old (
        channel, line_id, occurrence, number, transaction_no, charge_no, amount, currency, at, shop_id, payment_id
    )
    SELECT %(channel)s, l.line_id, l.occurrence, l.number, l.transaction_no, l.charge_no, l.amount, l.currency, l.at,
           {_SHOP}, {_PAYMENT}
    FROM (SELECT f.*, row_number() OVER (PARTITION BY f.line_id ORDER BY f.seq) AS occurrence FROM fee_line f) l
    {_WHOSE}
    LEFT JOIN refunds_channelfee f
        ON f.channel = %(channel)s AND f.line_id = l.line_id AND f.occurrence = l.occurrence
    WHERE l.amount <> 0 OR f.id IS NOT NULL
    ORDER BY l.seq
    ON CONFLICT (channel, line_id, occurrence) DO UPDATE
    SET amount = EXCLUDED.amount, currency = EXCLUDED.currency,
        number = CASE WHEN old.payment_id IS NULL THEN EXCLUDED.number ELSE old.number END,
        shop_id = coalesce(old.shop_id, EXCLUDED.shop_id),
        payment_id = coalesce(old.payment_id, EXCLUDED.payment_id)
    WHERE (old.amount, old.currency) <> (EXCLUDED.amount, EXCLUDED.currency)
       OR (old.payment_id IS NULL AND EXCLUDED.payment_id IS NOT NULL)
"""  # noqa: S608  (texts of ours only)
# Orders that have come in since.
MATCH = f"""
    WITH of_nobody AS (SELECT * FROM refunds_channelfee WHERE channel = %(channel)s AND payment_id IS NULL),
    {_OF_NUMBERS.format(lines="of_nobody")}
    UPDATE refunds_channelfee f SET shop_id = {_SHOP}, payment_id = {_PAYMENT}
    FROM of_nobody l {_WHOSE}
    WHERE f.id = l.id AND {_PAYMENT} IS NOT NULL
"""  # noqa: S608  (texts of ours only)
# Of this bill, and not booked.
UNKNOWN = """
    SELECT count(*) FROM refunds_channelfee f
    WHERE f.channel = %(channel)s AND f.payment_id IS NULL AND f.line_id IN (SELECT line_id FROM fee_line)
"""
