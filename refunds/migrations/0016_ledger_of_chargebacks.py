"""Chargebacks in the ledger, by triggers as refunds; what there is already as well (docs/ledger.md)."""

from django.db import migrations, models

# As refunds/ledger/triggers.py writes it.
FUNCTION = """
CREATE FUNCTION refunds_ledger_of_chargebacks() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'chargeback', n.chargeback_no, m.kind, m.debit, m.credit, n.amount,
           o.currency, n.opened_at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('', 'open', 'held', 'chargebacks_held', 'channel'),
        ('', 'lost', 'lost', 'chargebacks', 'channel')
    ) m (source, target, kind, debit, credit) ON m.target = n.status
    ORDER BY n.id;
    ELSE
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'chargeback', n.chargeback_no, m.kind, m.debit, m.credit, n.amount,
           o.currency, coalesce(n.ended_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('open', 'lost', 'lost', 'chargebacks', 'chargebacks_held'),
        ('open', 'won', 'won', 'channel', 'chargebacks_held'),
        ('lost', 'open', 'held', 'chargebacks_held', 'chargebacks'),
        ('lost', 'won', 'won', 'channel', 'chargebacks'),
        ('won', 'open', 'held', 'chargebacks_held', 'channel'),
        ('won', 'lost', 'lost', 'chargebacks', 'channel')
    ) m (source, target, kind, debit, credit) ON m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refunds_ledger_of_new_chargebacks AFTER INSERT ON refunds_chargeback
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_chargebacks();
CREATE TRIGGER refunds_ledger_of_chargebacks AFTER UPDATE ON refunds_chargeback
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_chargebacks();
"""

DROP = """
DROP TRIGGER refunds_ledger_of_chargebacks ON refunds_chargeback;
DROP TRIGGER refunds_ledger_of_new_chargebacks ON refunds_chargeback;
DROP FUNCTION refunds_ledger_of_chargebacks();
"""

BACKFILL = """
INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'chargeback', n.chargeback_no, m.kind, m.debit, m.credit, n.amount,
           o.currency, CASE WHEN m.source = '' THEN n.opened_at ELSE n.ended_at END, now()
    FROM refunds_chargeback n
    JOIN orders_payment p ON p.id = n.payment_id
    JOIN orders_order o ON o.id = p.order_id
    JOIN (VALUES
        ('', 'open', 'held', 'chargebacks_held', 'channel'),
        ('open', 'lost', 'lost', 'chargebacks', 'chargebacks_held'),
        ('open', 'won', 'won', 'channel', 'chargebacks_held')
    ) m (source, target, kind, debit, credit) ON m.source = '' OR m.target = n.status
    ORDER BY n.id, m.source;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('refunds', '0015_payables'),
    ]

    operations = [
        migrations.AlterField(
            model_name='ledgerentry',
            name='kind',
            field=models.CharField(choices=[('captured', 'payment captured'), ('refunded_before', 'refunded before the import'), ('reserved', 'refund reserved'), ('sent', 'refund sent'), ('settled', 'refund settled'), ('failed', 'refund failed'), ('returned', 'refund returned by the bank'), ('voided', 'manual settlement voided'), ('held', 'chargeback opened'), ('lost', 'chargeback lost'), ('won', 'chargeback won')], max_length=20, verbose_name='kind'),
        ),
        migrations.RunSQL(FUNCTION, DROP),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
