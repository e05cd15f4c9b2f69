"""Fees of the channels, posted to the ledger by triggers; the account `suspense`, to which nothing was ever posted, goes.
0047 validates."""

import django.db.models.deletion
import kernel.shops
from django.db import migrations, models

from kernel.upgrades import AddNotValid

# As refunds/ledger/triggers.py writes them.
FUNCTIONS = """
CREATE FUNCTION refunds_ledger_of_fees() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'fee', n.number,
           CASE WHEN n.amount > 0 THEN 'fee_charged' ELSE 'fee_given_back' END,
           CASE WHEN n.amount > 0 THEN 'fees' ELSE 'channel' END,
           CASE WHEN n.amount > 0 THEN 'channel' ELSE 'fees' END,
           abs(n.amount), n.currency, n.at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    WHERE n.amount <> 0 ORDER BY n.id;
    RETURN NULL;
END $$;
CREATE FUNCTION refunds_ledger_of_changed_fees() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT OLD.shop_id, p.order_id, p.id, 'fee', OLD.number,
           'fee_corrected',
           CASE WHEN OLD.amount < 0 THEN 'fees' ELSE 'channel' END,
           CASE WHEN OLD.amount < 0 THEN 'channel' ELSE 'fees' END,
           abs(OLD.amount), OLD.currency, now(), now()
    FROM orders_payment p WHERE p.shop_id = OLD.shop_id AND p.id = OLD.payment_id AND OLD.amount <> 0;
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT NEW.shop_id, p.order_id, p.id, 'fee', NEW.number,
           CASE WHEN NEW.amount > 0 THEN 'fee_charged' ELSE 'fee_given_back' END,
           CASE WHEN NEW.amount > 0 THEN 'fees' ELSE 'channel' END,
           CASE WHEN NEW.amount > 0 THEN 'channel' ELSE 'fees' END,
           abs(NEW.amount), NEW.currency,
           CASE WHEN OLD.payment_id IS NULL OR OLD.amount = 0 THEN NEW.at ELSE now() END, now()
    FROM orders_payment p WHERE p.shop_id = NEW.shop_id AND p.id = NEW.payment_id AND NEW.amount <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER refunds_ledger_of_fees AFTER INSERT ON refunds_channelfee
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_fees();
CREATE TRIGGER refunds_ledger_of_changed_fees AFTER UPDATE OF amount, currency, payment_id ON refunds_channelfee
    FOR EACH ROW WHEN ((OLD.amount, OLD.currency, OLD.payment_id) IS DISTINCT FROM (NEW.amount, NEW.currency, NEW.payment_id))
    EXECUTE FUNCTION refunds_ledger_of_changed_fees();
"""

DROP = """
DROP TRIGGER refunds_ledger_of_changed_fees ON refunds_channelfee;
DROP TRIGGER refunds_ledger_of_fees ON refunds_channelfee;
DROP FUNCTION refunds_ledger_of_changed_fees();
DROP FUNCTION refunds_ledger_of_fees();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0029_validated_beside_writers'),
        ('refunds', '0045_validated_beside_writers'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelFee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shop_id', models.BigIntegerField(editable=False, null=True)),
                ('channel', models.CharField(max_length=32, verbose_name='channel')),
                ('line_id', models.CharField(max_length=300)),
                ('occurrence', models.PositiveIntegerField()),
                ('number', models.CharField(max_length=128, verbose_name='number')),
                ('transaction_no', models.CharField(max_length=128, verbose_name='transaction no.')),
                ('charge_no', models.CharField(blank=True, db_default='', default='', max_length=128)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('at', models.DateTimeField(verbose_name='time')),
            ],
            options={
                'verbose_name': 'channel fee',
                'verbose_name_plural': 'channel fees',
            },
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='ledger_about',
        ),
        migrations.RemoveConstraint(
            model_name='ledgerentry',
            name='ledger_accounts',
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='about',
            field=models.CharField(choices=[('payment', 'payment'), ('refund', 'refund'), ('chargeback', 'chargeback'), ('payable', 'payable'), ('fee', 'channel fee')], max_length=12, verbose_name='about'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='credit',
            field=models.CharField(choices=[('channel', 'funds at the payment channel'), ('cash', 'bank account'), ('sales', 'sales'), ('refunds', 'refunds to buyers'), ('refunds_owed', 'refunds owed'), ('refunds_in_transit', 'refunds in transit'), ('chargebacks_held', 'funds held for chargebacks'), ('chargebacks', 'chargeback losses'), ('payables', 'payables to buyers'), ('freight_compensation', 'return freight compensation'), ('goodwill', 'after-sales compensation'), ('courier_claims', 'courier claims receivable'), ('courier_compensation', 'compensation from couriers'), ('fees', 'payment channel fees')], max_length=24, verbose_name='credit account'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='debit',
            field=models.CharField(choices=[('channel', 'funds at the payment channel'), ('cash', 'bank account'), ('sales', 'sales'), ('refunds', 'refunds to buyers'), ('refunds_owed', 'refunds owed'), ('refunds_in_transit', 'refunds in transit'), ('chargebacks_held', 'funds held for chargebacks'), ('chargebacks', 'chargeback losses'), ('payables', 'payables to buyers'), ('freight_compensation', 'return freight compensation'), ('goodwill', 'after-sales compensation'), ('courier_claims', 'courier claims receivable'), ('courier_compensation', 'compensation from couriers'), ('fees', 'payment channel fees')], max_length=24, verbose_name='debit account'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='kind',
            field=models.CharField(choices=[('captured', 'payment captured'), ('refunded_before', 'refunded before the import'), ('reserved', 'refund reserved'), ('sent', 'refund sent'), ('settled', 'refund settled'), ('failed', 'refund failed'), ('returned', 'refund returned by the bank'), ('voided', 'manual settlement voided'), ('held', 'chargeback opened'), ('lost', 'chargeback lost'), ('won', 'chargeback won'), ('approved', 'compensation or claim approved'), ('paid', 'compensation or claim paid'), ('cancelled', 'compensation or claim cancelled'), ('fee_charged', 'channel fee charged'), ('fee_given_back', 'channel fee given back'), ('fee_corrected', 'channel fee corrected')], max_length=20, verbose_name='kind'),
        ),
        AddNotValid(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('credit__in', ['channel', 'cash', 'sales', 'refunds', 'refunds_owed', 'refunds_in_transit', 'chargebacks_held', 'chargebacks', 'payables', 'freight_compensation', 'goodwill', 'courier_claims', 'courier_compensation', 'fees']), ('debit__in', ['channel', 'cash', 'sales', 'refunds', 'refunds_owed', 'refunds_in_transit', 'chargebacks_held', 'chargebacks', 'payables', 'freight_compensation', 'goodwill', 'courier_claims', 'courier_compensation', 'fees'])), name='ledger_accounts'),
        ),
        AddNotValid(
            model_name='ledgerentry',
            constraint=models.CheckConstraint(condition=models.Q(('about__in', ['payment', 'refund', 'chargeback', 'payable', 'fee'])), name='ledger_about'),
        ),
        migrations.AddField(
            model_name='channelfee',
            name='payment',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.payment', verbose_name='payment'),
        ),
        migrations.AddIndex(
            model_name='channelfee',
            index=models.Index(condition=models.Q(('payment', None)), fields=['channel', 'at'], name='fee_of_no_payment'),
        ),
        migrations.AddConstraint(
            model_name='channelfee',
            constraint=models.UniqueConstraint(fields=('channel', 'line_id', 'occurrence'), name='fee_once'),
        ),
        migrations.AddConstraint(
            model_name='channelfee',
            constraint=kernel.shops.SameShop(field='payment', name='fee_payment_same_shop'),
        ),
        migrations.AddConstraint(
            model_name='channelfee',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('payment__isnull', True), ('shop_id__isnull', True)), models.Q(('payment__isnull', False), ('shop_id__isnull', False)), _connector='OR'), name='fee_of_a_shop'),
        ),
        migrations.RunSQL(FUNCTIONS, DROP),
    ]
