"""The double-entry ledger, the triggers that post to it, and what moved before there was one (docs/ledger.md).

Indexes and foreign keys come after the entries of the past: many rows are checked at once that way. Creating the
triggers keeps every writer away until this is committed, so nothing is booked twice or not at all.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import kernel.shops
from django.db import migrations, models

# As refunds/ledger/triggers.py writes them.
FUNCTIONS = """
CREATE FUNCTION refunds_ledger_of_refunds() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
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
CREATE FUNCTION refunds_ledger_of_payments() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'captured', 'channel', 'sales',
           n.captured, o.currency, n.paid_at, now()
    FROM new_rows n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE n.captured > 0 ORDER BY n.id;
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'refunded_before', 'refunds', 'channel',
           n.refunded_before, o.currency, n.paid_at, now()
    FROM new_rows n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE n.refunded_before > 0 ORDER BY n.id;
    RETURN NULL;
END $$;
CREATE FUNCTION refunds_ledger_of_corrections() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'captured',
           CASE WHEN NEW.captured > OLD.captured THEN 'channel' ELSE 'sales' END,
           CASE WHEN NEW.captured > OLD.captured THEN 'sales' ELSE 'channel' END,
           abs(NEW.captured - OLD.captured), o.currency, now(), now()
    FROM (SELECT NEW.*) n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE NEW.captured <> OLD.captured;
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'refunded_before',
           CASE WHEN NEW.refunded_before > OLD.refunded_before THEN 'refunds' ELSE 'channel' END,
           CASE WHEN NEW.refunded_before > OLD.refunded_before THEN 'channel' ELSE 'refunds' END,
           abs(NEW.refunded_before - OLD.refunded_before), o.currency, now(), now()
    FROM (SELECT NEW.*) n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE NEW.refunded_before <> OLD.refunded_before;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE FUNCTION refunds_ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER refunds_ledger_append_only BEFORE UPDATE OR DELETE ON refunds_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION refunds_ledger_append_only();
CREATE TRIGGER refunds_ledger_of_new_refunds AFTER INSERT ON refunds_refund
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_refunds();
CREATE TRIGGER refunds_ledger_of_refunds AFTER UPDATE ON refunds_refund
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_refunds();
CREATE TRIGGER refunds_ledger_of_new_payments AFTER INSERT ON orders_payment
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_payments();
-- Of a row, with a condition: every refund changes its payment, and next to none of them these columns.
CREATE TRIGGER refunds_ledger_of_corrections AFTER UPDATE OF captured, refunded_before ON orders_payment
    FOR EACH ROW WHEN ((OLD.captured, OLD.refunded_before) IS DISTINCT FROM (NEW.captured, NEW.refunded_before))
    EXECUTE FUNCTION refunds_ledger_of_corrections();
"""

DROP = """
DROP TRIGGER refunds_ledger_of_corrections ON orders_payment;
DROP TRIGGER refunds_ledger_of_new_payments ON orders_payment;
DROP TRIGGER refunds_ledger_of_refunds ON refunds_refund;
DROP TRIGGER refunds_ledger_of_new_refunds ON refunds_refund;
DROP TRIGGER refunds_ledger_append_only ON refunds_ledgerentry;
DROP FUNCTION refunds_ledger_append_only();
DROP FUNCTION refunds_ledger_of_refunds();
DROP FUNCTION refunds_ledger_of_payments();
DROP FUNCTION refunds_ledger_of_corrections();
"""

# Refunds by their history, step by step: source and target of each transition say what to book.
BACKFILL = """
INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'captured', 'channel', 'sales',
           n.captured, o.currency, n.paid_at, now()
    FROM orders_payment n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE n.captured > 0 ORDER BY n.id;
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'refunded_before', 'refunds', 'channel',
           n.refunded_before, o.currency, n.paid_at, now()
    FROM orders_payment n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE n.refunded_before > 0 ORDER BY n.id;
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN h.action IN ('settle_by_hand', 'void_settlement') THEN 'cash' ELSE 'channel' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN h.action IN ('settle_by_hand', 'void_settlement') THEN 'cash' ELSE 'channel' END, n.amount, o.currency, h.at, now()
    FROM kernel_history h
    JOIN refunds_refund n ON n.id = h.object_id
    JOIN orders_payment p ON p.id = n.payment_id
    JOIN orders_order o ON o.id = p.order_id
    JOIN (VALUES
        ('', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('', 'succeeded', 'settled', 'refunds', 'paid_from'),
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
    ) m (source, target, kind, debit, credit) ON m.source = h.source AND m.target = h.target
    WHERE h.machine = 'refund'
    ORDER BY h.id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0026_sku_code_as_typed'),
        ('kernel', '0015_erasing'),
        ('refunds', '0008_where_and_when_it_arrives'),
    ]

    operations = [
        migrations.AddField(
            model_name='refund',
            name='moved_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last moved'),
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop_id', models.BigIntegerField(editable=False)),
                ('about', models.CharField(choices=[('payment', 'payment'), ('refund', 'refund'), ('chargeback', 'chargeback'), ('payable', 'payable')], max_length=12, verbose_name='about')),
                ('number', models.CharField(max_length=128, verbose_name='number')),
                ('kind', models.CharField(choices=[('captured', 'payment captured'), ('refunded_before', 'refunded before the import'), ('reserved', 'refund reserved'), ('sent', 'refund sent'), ('settled', 'refund settled'), ('failed', 'refund failed'), ('returned', 'refund returned by the bank'), ('voided', 'manual settlement voided')], max_length=20, verbose_name='kind')),
                ('debit', models.CharField(choices=[('channel', 'funds at the payment channel'), ('cash', 'bank account'), ('sales', 'sales'), ('refunds', 'refunds to buyers'), ('refunds_owed', 'refunds owed'), ('refunds_in_transit', 'refunds in transit'), ('chargebacks_held', 'funds held for chargebacks'), ('chargebacks', 'chargeback losses'), ('payables', 'payables to buyers'), ('freight_compensation', 'return freight compensation'), ('goodwill', 'after-sales compensation'), ('courier_claims', 'courier claims receivable'), ('fees', 'payment channel fees'), ('suspense', 'suspense')], max_length=24, verbose_name='debit account')),
                ('credit', models.CharField(choices=[('channel', 'funds at the payment channel'), ('cash', 'bank account'), ('sales', 'sales'), ('refunds', 'refunds to buyers'), ('refunds_owed', 'refunds owed'), ('refunds_in_transit', 'refunds in transit'), ('chargebacks_held', 'funds held for chargebacks'), ('chargebacks', 'chargeback losses'), ('payables', 'payables to buyers'), ('freight_compensation', 'return freight compensation'), ('goodwill', 'after-sales compensation'), ('courier_claims', 'courier claims receivable'), ('fees', 'payment channel fees'), ('suspense', 'suspense')], max_length=24, verbose_name='credit account')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('booked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='booked')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order', verbose_name='order')),
                ('payment', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.payment', verbose_name='payment')),
            ],
            options={
                'verbose_name': 'ledger entry',
                'verbose_name_plural': 'ledger entries',
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='ledger_amount'), models.CheckConstraint(condition=models.Q(('debit', models.F('credit')), _negated=True), name='ledger_two_accounts'), models.CheckConstraint(condition=models.Q(('credit__in', ['channel', 'cash', 'sales', 'refunds', 'refunds_owed', 'refunds_in_transit', 'chargebacks_held', 'chargebacks', 'payables', 'freight_compensation', 'goodwill', 'courier_claims', 'fees', 'suspense']), ('debit__in', ['channel', 'cash', 'sales', 'refunds', 'refunds_owed', 'refunds_in_transit', 'chargebacks_held', 'chargebacks', 'payables', 'freight_compensation', 'goodwill', 'courier_claims', 'fees', 'suspense'])), name='ledger_accounts'), models.CheckConstraint(condition=models.Q(('about__in', ['payment', 'refund', 'chargeback', 'payable'])), name='ledger_about')],
            },
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, DROP),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['shop_id', 'order'], name='ledger_of_order'),
        ),
        migrations.AddIndex(
            model_name='ledgerentry',
            index=models.Index(fields=['shop_id', 'at', 'id'], name='ledger_by_day'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='ledger_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=kernel.shops.SameShop(field='order', name='ledger_order_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=kernel.shops.SameShop(field='payment', name='ledger_payment_same_shop'),
        ),
    ]
