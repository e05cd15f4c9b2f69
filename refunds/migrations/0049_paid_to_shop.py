"""What a channel has paid out to the shop's own bank account is booked there (docs/ledger.md)."""

from django.db import migrations, models

from kernel.upgrades import AddNotValid

# As refunds/ledger/triggers.py writes it.
FUNCTION = """
CREATE OR REPLACE FUNCTION refunds_ledger_of_refunds() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END, n.amount, o.currency, n.created_at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('', 'succeeded', 'settled', 'refunds', 'paid_from')
    ) m (source, target, kind, debit, credit) ON m.target = n.status
    ORDER BY n.id;
    ELSE
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN b.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END, n.amount, o.currency, coalesce(n.moved_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('pending', 'processing', 'sent', 'refunds_owed', 'refunds_in_transit'),
        ('pending', 'succeeded', 'settled', 'refunds_owed', 'paid_from'),
        ('pending', 'failed', 'failed', 'refunds_owed', 'refunds'),
        ('pending', 'returned', 'returned', 'refunds_owed', 'refunds'),
        ('processing', 'pending', 'reserved', 'refunds_in_transit', 'refunds_owed'),
        ('processing', 'succeeded', 'settled', 'refunds_in_transit', 'paid_from'),
        ('processing', 'failed', 'failed', 'refunds_in_transit', 'refunds'),
        ('processing', 'returned', 'returned', 'refunds_in_transit', 'refunds'),
        ('succeeded', 'pending', 'reserved', 'paid_from', 'refunds_owed'),
        ('succeeded', 'processing', 'sent', 'paid_from', 'refunds_in_transit'),
        ('succeeded', 'failed', 'voided', 'paid_from', 'refunds'),
        ('succeeded', 'returned', 'returned', 'paid_from', 'refunds'),
        ('failed', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('failed', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('failed', 'succeeded', 'settled', 'refunds', 'paid_from'),
        ('returned', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('returned', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('returned', 'succeeded', 'settled', 'refunds', 'paid_from')
    ) m (source, target, kind, debit, credit) ON m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, 'to_shop',
           CASE WHEN n.paid_to_shop THEN 'cash' ELSE 'channel' END,
           CASE WHEN n.paid_to_shop THEN 'channel' ELSE 'cash' END,
           n.amount, o.currency, coalesce(n.moved_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.paid_to_shop <> n.paid_to_shop
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION refunds_ledger_of_refunds() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END, n.amount, o.currency, n.created_at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('', 'succeeded', 'settled', 'refunds', 'paid_from')
    ) m (source, target, kind, debit, credit) ON m.target = n.status
    ORDER BY n.id;
    ELSE
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN b.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END, n.amount, o.currency, coalesce(n.moved_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('pending', 'processing', 'sent', 'refunds_owed', 'refunds_in_transit'),
        ('pending', 'succeeded', 'settled', 'refunds_owed', 'paid_from'),
        ('pending', 'failed', 'failed', 'refunds_owed', 'refunds'),
        ('pending', 'returned', 'returned', 'refunds_owed', 'refunds'),
        ('processing', 'pending', 'reserved', 'refunds_in_transit', 'refunds_owed'),
        ('processing', 'succeeded', 'settled', 'refunds_in_transit', 'paid_from'),
        ('processing', 'failed', 'failed', 'refunds_in_transit', 'refunds'),
        ('processing', 'returned', 'returned', 'refunds_in_transit', 'refunds'),
        ('succeeded', 'pending', 'reserved', 'paid_from', 'refunds_owed'),
        ('succeeded', 'processing', 'sent', 'paid_from', 'refunds_in_transit'),
        ('succeeded', 'failed', 'voided', 'paid_from', 'refunds'),
        ('succeeded', 'returned', 'returned', 'paid_from', 'refunds'),
        ('failed', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('failed', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('failed', 'succeeded', 'settled', 'refunds', 'paid_from'),
        ('returned', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('returned', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('returned', 'succeeded', 'settled', 'refunds', 'paid_from')
    ) m (source, target, kind, debit, credit) ON m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0029_validated_beside_writers'),
        ('refunds', '0048_complaints'),
    ]

    operations = [
        migrations.AddField(
            model_name='refund',
            name='paid_to_shop',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='kind',
            field=models.CharField(choices=[('captured', 'payment captured'), ('refunded_before', 'refunded before the import'), ('reserved', 'refund reserved'), ('sent', 'refund sent'), ('settled', 'refund settled'), ('failed', 'refund failed'), ('returned', 'refund returned by the bank'), ('to_shop', "refund paid to the shop's bank account"), ('voided', 'manual settlement voided'), ('held', 'chargeback opened'), ('lost', 'chargeback lost'), ('won', 'chargeback won'), ('approved', 'compensation or claim approved'), ('paid', 'compensation or claim paid'), ('cancelled', 'compensation or claim cancelled'), ('fee_charged', 'channel fee charged'), ('fee_given_back', 'channel fee given back'), ('fee_corrected', 'channel fee corrected')], max_length=20, verbose_name='kind'),
        ),
        # 0050 validates.
        AddNotValid(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('paid_to_shop', False), models.Q(('status__in', ('pending', 'processing')), _negated=True), _connector='OR'), name='refund_paid_to_shop'),
        ),
        migrations.RunSQL(FUNCTION, BEFORE),
    ]
