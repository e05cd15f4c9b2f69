"""Payables paid out through their channel, and booked from there (docs/payables.md)."""

import importlib

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

# As refunds/ledger/triggers.py writes it: what the channel paid comes from its account, and not from the bank's.
FUNCTION = """
CREATE OR REPLACE FUNCTION refunds_ledger_of_payables() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, NULL, 'payable', n.payable_no, m.kind,
           CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN n.paid_through <> '' THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.paid_through <> '' THEN 'channel' ELSE 'cash' END, n.amount, o.currency,
           coalesce(
               CASE n.status WHEN 'approved' THEN n.approved_at WHEN 'paid' THEN n.paid_at
                             WHEN 'cancelled' THEN n.cancelled_at END, now()), now()
    FROM new_rows n
    JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    JOIN (VALUES
        ('return_freight', '', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', '', 'paying', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', '', 'paid', 'paid', 'freight_compensation', 'paid_from'),
        ('goodwill', '', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', '', 'paying', 'approved', 'goodwill', 'payables'),
        ('goodwill', '', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('compensation', '', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', '', 'paying', 'approved', 'goodwill', 'payables'),
        ('compensation', '', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('courier_claim', '', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', '', 'paying', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', '', 'paid', 'paid', 'cash', 'courier_compensation')
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.target = n.status
    ORDER BY n.id;
    ELSE
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, NULL, 'payable', n.payable_no, m.kind,
           CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN b.paid_through <> '' THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.paid_through <> '' THEN 'channel' ELSE 'cash' END, n.amount, o.currency,
           coalesce(
               CASE n.status WHEN 'approved' THEN n.approved_at WHEN 'paid' THEN n.paid_at
                             WHEN 'cancelled' THEN n.cancelled_at END, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    JOIN (VALUES
        ('return_freight', 'pending', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'pending', 'paying', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'pending', 'paid', 'paid', 'freight_compensation', 'paid_from'),
        ('return_freight', 'approved', 'pending', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'approved', 'paid', 'paid', 'payables', 'paid_from'),
        ('return_freight', 'approved', 'cancelled', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'paying', 'pending', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'paying', 'paid', 'paid', 'payables', 'paid_from'),
        ('return_freight', 'paying', 'cancelled', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'paid', 'pending', 'cancelled', 'paid_from', 'freight_compensation'),
        ('return_freight', 'paid', 'approved', 'approved', 'paid_from', 'payables'),
        ('return_freight', 'paid', 'paying', 'approved', 'paid_from', 'payables'),
        ('return_freight', 'paid', 'cancelled', 'cancelled', 'paid_from', 'freight_compensation'),
        ('return_freight', 'cancelled', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'cancelled', 'paying', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'cancelled', 'paid', 'paid', 'freight_compensation', 'paid_from'),
        ('goodwill', 'pending', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'pending', 'paying', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'pending', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('goodwill', 'approved', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'approved', 'paid', 'paid', 'payables', 'paid_from'),
        ('goodwill', 'approved', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'paying', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'paying', 'paid', 'paid', 'payables', 'paid_from'),
        ('goodwill', 'paying', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'paid', 'pending', 'cancelled', 'paid_from', 'goodwill'),
        ('goodwill', 'paid', 'approved', 'approved', 'paid_from', 'payables'),
        ('goodwill', 'paid', 'paying', 'approved', 'paid_from', 'payables'),
        ('goodwill', 'paid', 'cancelled', 'cancelled', 'paid_from', 'goodwill'),
        ('goodwill', 'cancelled', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'cancelled', 'paying', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'cancelled', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('compensation', 'pending', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', 'pending', 'paying', 'approved', 'goodwill', 'payables'),
        ('compensation', 'pending', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('compensation', 'approved', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'approved', 'paid', 'paid', 'payables', 'paid_from'),
        ('compensation', 'approved', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'paying', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'paying', 'paid', 'paid', 'payables', 'paid_from'),
        ('compensation', 'paying', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'paid', 'pending', 'cancelled', 'paid_from', 'goodwill'),
        ('compensation', 'paid', 'approved', 'approved', 'paid_from', 'payables'),
        ('compensation', 'paid', 'paying', 'approved', 'paid_from', 'payables'),
        ('compensation', 'paid', 'cancelled', 'cancelled', 'paid_from', 'goodwill'),
        ('compensation', 'cancelled', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', 'cancelled', 'paying', 'approved', 'goodwill', 'payables'),
        ('compensation', 'cancelled', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('courier_claim', 'pending', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'pending', 'paying', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'pending', 'paid', 'paid', 'cash', 'courier_compensation'),
        ('courier_claim', 'approved', 'pending', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'approved', 'paid', 'paid', 'cash', 'courier_claims'),
        ('courier_claim', 'approved', 'cancelled', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'paying', 'pending', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'paying', 'paid', 'paid', 'cash', 'courier_claims'),
        ('courier_claim', 'paying', 'cancelled', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'paid', 'pending', 'cancelled', 'courier_compensation', 'cash'),
        ('courier_claim', 'paid', 'approved', 'approved', 'courier_claims', 'cash'),
        ('courier_claim', 'paid', 'paying', 'approved', 'courier_claims', 'cash'),
        ('courier_claim', 'paid', 'cancelled', 'cancelled', 'courier_compensation', 'cash'),
        ('courier_claim', 'cancelled', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'cancelled', 'paying', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'cancelled', 'paid', 'paid', 'cash', 'courier_compensation')
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;
"""
BEFORE = importlib.import_module("refunds.migrations.0020_ledger_of_payables").FUNCTION.split("CREATE TRIGGER")[0]


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0027_charged_back'),
        ('refunds', '0026_second_round_of_chargebacks'),
    ]

    operations = [
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop_id', models.BigIntegerField(editable=False)),
                ('transfer_no', models.CharField(max_length=32, unique=True, verbose_name='transfer no.')),
                ('trace_no', models.CharField(blank=True, max_length=128, verbose_name='number at the channel')),
                ('received_account', models.CharField(blank=True, max_length=128, verbose_name='receiving account')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='next attempt')),
                ('claimed_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_error', models.CharField(blank=True, max_length=240, verbose_name='last error')),
                ('failure_reason', models.CharField(blank=True, max_length=240, verbose_name='failure reason')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('last_sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('confirm_by', models.DateTimeField(blank=True, null=True, verbose_name='to be accepted by')),
                ('confirmation', models.CharField(blank=True, editable=False, max_length=1024)),
                ('called_off_at', models.DateTimeField(blank=True, null=True, verbose_name='called off')),
                ('succeeded_at', models.DateTimeField(blank=True, null=True, verbose_name='arrived')),
                ('failed_at', models.DateTimeField(blank=True, null=True, verbose_name='failed')),
            ],
            options={
                'verbose_name': 'transfer',
                'verbose_name_plural': 'transfers',
            },
        ),
        migrations.RemoveConstraint(
            model_name='payable',
            name='payable_status',
        ),
        migrations.RemoveIndex(
            model_name='payable',
            name='payable_unpaid',
        ),
        migrations.AddField(
            model_name='merchantaccount',
            name='transfers',
            field=models.BooleanField(db_default=False, default=False, verbose_name='transfers allowed'),
        ),
        migrations.AddField(
            model_name='payable',
            name='paid_through',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name='payable',
            name='paying_by',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='payable',
            name='transfer_no',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=32),
        ),
        migrations.AlterField(
            model_name='payable',
            name='status',
            field=models.CharField(choices=[('pending', 'waits for approval'), ('approved', 'approved'), ('paying', 'being paid'), ('paid', 'paid'), ('cancelled', 'cancelled')], default='pending', max_length=50, verbose_name='status'),
        ),
        migrations.AddIndex(
            model_name='payable',
            index=models.Index(condition=models.Q(('status__in', ('pending', 'approved', 'paying'))), fields=['shop_id', 'due_at'], name='payable_unpaid'),
        ),
        migrations.AddConstraint(
            model_name='payable',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'approved', 'paying', 'paid', 'cancelled'])), name='payable_status'),
        ),
        migrations.AddConstraint(
            model_name='payable',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('status', 'paying'), _negated=True), ('paying_by__isnull', True)), models.Q(('approved_by__isnull', False), ('payee', 'buyer'), ('paying_by__isnull', False), ('status', 'paying'), models.Q(('paying_by', models.F('approved_by')), _negated=True), models.Q(('transfer_no', ''), _negated=True)), _connector='OR'), name='payable_transferred_by_another'),
        ),
        migrations.AddConstraint(
            model_name='payable',
            constraint=models.CheckConstraint(condition=models.Q(('paid_through', ''), models.Q(('payee', 'buyer'), ('status', 'paid'), models.Q(('transfer_no', ''), _negated=True)), _connector='OR'), name='payable_paid_through'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='merchant_account',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='refunds.merchantaccount'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='payable',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='refunds.payable', verbose_name='payable'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='payment',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='orders.payment'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['next_attempt_at'], name='transfer_next_attempt'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(fields=('shop_id', 'id'), name='transfer_id_in_shop'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=kernel.shops.SameShop(field='payable', name='transfer_payable_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=kernel.shops.SameShop(field='payment', name='transfer_payment_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=kernel.shops.SameShop(field='merchant_account', name='transfer_account_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('failed_at__isnull', True)), fields=('shop_id', 'payable'), name='transfer_once'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('failed_at__isnull', True), ('next_attempt_at__isnull', False), ('succeeded_at__isnull', True)), models.Q(('failed_at__isnull', False), ('next_attempt_at__isnull', True), ('succeeded_at__isnull', True)), models.Q(('failed_at__isnull', True), ('next_attempt_at__isnull', True), ('succeeded_at__isnull', False)), _connector='OR'), name='transfer_ends_once'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('succeeded_at__isnull', True), models.Q(('sent_at__isnull', False), models.Q(('trace_no', ''), _negated=True)), _connector='OR'), name='transfer_proven'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('last_sent_at__isnull', True), ('sent_at__isnull', True)), models.Q(('last_sent_at__isnull', False), ('sent_at__isnull', False)), _connector='OR'), name='transfer_sent'),
        ),
        migrations.RunSQL(FUNCTION, BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
    ]
