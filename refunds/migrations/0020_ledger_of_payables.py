"""Payables in the ledger, by triggers as refunds; what there is already as well (docs/ledger.md)."""

from django.db import migrations, models

# As refunds/ledger/triggers.py writes it.
FUNCTION = """
CREATE FUNCTION refunds_ledger_of_payables() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, NULL, 'payable', n.payable_no, m.kind, m.debit, m.credit, n.amount, o.currency,
           coalesce(
               CASE n.status WHEN 'approved' THEN n.approved_at WHEN 'paid' THEN n.paid_at
                             WHEN 'cancelled' THEN n.cancelled_at END, now()), now()
    FROM new_rows n
    JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    JOIN (VALUES
        ('return_freight', '', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', '', 'paid', 'paid', 'freight_compensation', 'cash'),
        ('goodwill', '', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', '', 'paid', 'paid', 'goodwill', 'cash'),
        ('compensation', '', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', '', 'paid', 'paid', 'goodwill', 'cash'),
        ('courier_claim', '', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', '', 'paid', 'paid', 'cash', 'courier_compensation')
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.target = n.status
    ORDER BY n.id;
    ELSE
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, NULL, 'payable', n.payable_no, m.kind, m.debit, m.credit, n.amount, o.currency,
           coalesce(
               CASE n.status WHEN 'approved' THEN n.approved_at WHEN 'paid' THEN n.paid_at
                             WHEN 'cancelled' THEN n.cancelled_at END, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    JOIN (VALUES
        ('return_freight', 'pending', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'pending', 'paid', 'paid', 'freight_compensation', 'cash'),
        ('return_freight', 'approved', 'pending', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'approved', 'paid', 'paid', 'payables', 'cash'),
        ('return_freight', 'approved', 'cancelled', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'paid', 'pending', 'cancelled', 'cash', 'freight_compensation'),
        ('return_freight', 'paid', 'approved', 'approved', 'cash', 'payables'),
        ('return_freight', 'paid', 'cancelled', 'cancelled', 'cash', 'freight_compensation'),
        ('return_freight', 'cancelled', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'cancelled', 'paid', 'paid', 'freight_compensation', 'cash'),
        ('goodwill', 'pending', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'pending', 'paid', 'paid', 'goodwill', 'cash'),
        ('goodwill', 'approved', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'approved', 'paid', 'paid', 'payables', 'cash'),
        ('goodwill', 'approved', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'paid', 'pending', 'cancelled', 'cash', 'goodwill'),
        ('goodwill', 'paid', 'approved', 'approved', 'cash', 'payables'),
        ('goodwill', 'paid', 'cancelled', 'cancelled', 'cash', 'goodwill'),
        ('goodwill', 'cancelled', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'cancelled', 'paid', 'paid', 'goodwill', 'cash'),
        ('compensation', 'pending', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', 'pending', 'paid', 'paid', 'goodwill', 'cash'),
        ('compensation', 'approved', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'approved', 'paid', 'paid', 'payables', 'cash'),
        ('compensation', 'approved', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'paid', 'pending', 'cancelled', 'cash', 'goodwill'),
        ('compensation', 'paid', 'approved', 'approved', 'cash', 'payables'),
        ('compensation', 'paid', 'cancelled', 'cancelled', 'cash', 'goodwill'),
        ('compensation', 'cancelled', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', 'cancelled', 'paid', 'paid', 'goodwill', 'cash'),
        ('courier_claim', 'pending', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'pending', 'paid', 'paid', 'cash', 'courier_compensation'),
        ('courier_claim', 'approved', 'pending', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'approved', 'paid', 'paid', 'cash', 'courier_claims'),
        ('courier_claim', 'approved', 'cancelled', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'paid', 'pending', 'cancelled', 'courier_compensation', 'cash'),
        ('courier_claim', 'paid', 'approved', 'approved', 'courier_claims', 'cash'),
        ('courier_claim', 'paid', 'cancelled', 'cancelled', 'courier_compensation', 'cash'),
        ('courier_claim', 'cancelled', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'cancelled', 'paid', 'paid', 'cash', 'courier_compensation')
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refunds_ledger_of_new_payables AFTER INSERT ON refunds_payable
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_payables();
CREATE TRIGGER refunds_ledger_of_payables AFTER UPDATE ON refunds_payable
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_payables();
"""

DROP = """
DROP TRIGGER refunds_ledger_of_payables ON refunds_payable;
DROP TRIGGER refunds_ledger_of_new_payables ON refunds_payable;
DROP FUNCTION refunds_ledger_of_payables();
"""

# By their history, step by step, as that of refunds.
BACKFILL = """
INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, NULL, 'payable', n.payable_no, m.kind, m.debit, m.credit, n.amount, o.currency, h.at, now()
    FROM kernel_history h
    JOIN refunds_payable n ON n.id = h.object_id
    JOIN orders_order o ON o.id = n.order_id
    JOIN (VALUES
        ('return_freight', 'pending', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'pending', 'paid', 'paid', 'freight_compensation', 'cash'),
        ('return_freight', 'approved', 'pending', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'approved', 'paid', 'paid', 'payables', 'cash'),
        ('return_freight', 'approved', 'cancelled', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'paid', 'pending', 'cancelled', 'cash', 'freight_compensation'),
        ('return_freight', 'paid', 'approved', 'approved', 'cash', 'payables'),
        ('return_freight', 'paid', 'cancelled', 'cancelled', 'cash', 'freight_compensation'),
        ('return_freight', 'cancelled', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'cancelled', 'paid', 'paid', 'freight_compensation', 'cash'),
        ('goodwill', 'pending', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'pending', 'paid', 'paid', 'goodwill', 'cash'),
        ('goodwill', 'approved', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'approved', 'paid', 'paid', 'payables', 'cash'),
        ('goodwill', 'approved', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'paid', 'pending', 'cancelled', 'cash', 'goodwill'),
        ('goodwill', 'paid', 'approved', 'approved', 'cash', 'payables'),
        ('goodwill', 'paid', 'cancelled', 'cancelled', 'cash', 'goodwill'),
        ('goodwill', 'cancelled', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'cancelled', 'paid', 'paid', 'goodwill', 'cash'),
        ('compensation', 'pending', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', 'pending', 'paid', 'paid', 'goodwill', 'cash'),
        ('compensation', 'approved', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'approved', 'paid', 'paid', 'payables', 'cash'),
        ('compensation', 'approved', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'paid', 'pending', 'cancelled', 'cash', 'goodwill'),
        ('compensation', 'paid', 'approved', 'approved', 'cash', 'payables'),
        ('compensation', 'paid', 'cancelled', 'cancelled', 'cash', 'goodwill'),
        ('compensation', 'cancelled', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', 'cancelled', 'paid', 'paid', 'goodwill', 'cash'),
        ('courier_claim', 'pending', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'pending', 'paid', 'paid', 'cash', 'courier_compensation'),
        ('courier_claim', 'approved', 'pending', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'approved', 'paid', 'paid', 'cash', 'courier_claims'),
        ('courier_claim', 'approved', 'cancelled', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'paid', 'pending', 'cancelled', 'courier_compensation', 'cash'),
        ('courier_claim', 'paid', 'approved', 'approved', 'courier_claims', 'cash'),
        ('courier_claim', 'paid', 'cancelled', 'cancelled', 'courier_compensation', 'cash'),
        ('courier_claim', 'cancelled', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'cancelled', 'paid', 'paid', 'cash', 'courier_compensation')
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.source = h.source AND m.target = h.target
    WHERE h.machine = 'payable'
    ORDER BY h.id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('refunds', '0019_called_off'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='ledger_accounts',
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='credit',
            field=models.CharField(choices=[('channel', 'funds at the payment channel'), ('cash', 'bank account'), ('sales', 'sales'), ('refunds', 'refunds to buyers'), ('refunds_owed', 'refunds owed'), ('refunds_in_transit', 'refunds in transit'), ('chargebacks_held', 'funds held for chargebacks'), ('chargebacks', 'chargeback losses'), ('payables', 'payables to buyers'), ('freight_compensation', 'return freight compensation'), ('goodwill', 'after-sales compensation'), ('courier_claims', 'courier claims receivable'), ('courier_compensation', 'compensation from couriers'), ('fees', 'payment channel fees'), ('suspense', 'suspense')], max_length=24, verbose_name='credit account'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='debit',
            field=models.CharField(choices=[('channel', 'funds at the payment channel'), ('cash', 'bank account'), ('sales', 'sales'), ('refunds', 'refunds to buyers'), ('refunds_owed', 'refunds owed'), ('refunds_in_transit', 'refunds in transit'), ('chargebacks_held', 'funds held for chargebacks'), ('chargebacks', 'chargeback losses'), ('payables', 'payables to buyers'), ('freight_compensation', 'return freight compensation'), ('goodwill', 'after-sales compensation'), ('courier_claims', 'courier claims receivable'), ('courier_compensation', 'compensation from couriers'), ('fees', 'payment channel fees'), ('suspense', 'suspense')], max_length=24, verbose_name='debit account'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='kind',
            field=models.CharField(choices=[('captured', 'payment captured'), ('refunded_before', 'refunded before the import'), ('reserved', 'refund reserved'), ('sent', 'refund sent'), ('settled', 'refund settled'), ('failed', 'refund failed'), ('returned', 'refund returned by the bank'), ('voided', 'manual settlement voided'), ('held', 'chargeback opened'), ('lost', 'chargeback lost'), ('won', 'chargeback won'), ('approved', 'compensation or claim approved'), ('paid', 'compensation or claim paid'), ('cancelled', 'compensation or claim cancelled')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('credit__in', ['channel', 'cash', 'sales', 'refunds', 'refunds_owed', 'refunds_in_transit', 'chargebacks_held', 'chargebacks', 'payables', 'freight_compensation', 'goodwill', 'courier_claims', 'courier_compensation', 'fees', 'suspense']), ('debit__in', ['channel', 'cash', 'sales', 'refunds', 'refunds_owed', 'refunds_in_transit', 'chargebacks_held', 'chargebacks', 'payables', 'freight_compensation', 'goodwill', 'courier_claims', 'courier_compensation', 'fees', 'suspense'])), name='ledger_accounts'),
        ),
        migrations.RunSQL(FUNCTION, DROP),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
