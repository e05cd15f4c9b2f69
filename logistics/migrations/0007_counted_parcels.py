"""Parcels that came back undelivered are counted."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('logistics', '0006_labels_as_they_are_read'),
        ('orders', '0023_labels_as_they_are_read'),
    ]

    operations = [
        migrations.AddField(
            model_name='parcel',
            name='counted_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='counted'),
        ),
        migrations.AddField(
            model_name='parcelline',
            name='as_new_quantity',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='as new'),
        ),
        migrations.AddField(
            model_name='parcelline',
            name='resellable_quantity',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name='resellable'),
        ),
        migrations.AddConstraint(
            model_name='parcel',
            constraint=models.CheckConstraint(condition=models.Q(('counted_at__isnull', True), ('status', 'returned'), _connector='OR'), name='parcel_counted_is_returned'),
        ),
        migrations.AddConstraint(
            model_name='parcelline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('as_new_quantity'), '+', models.F('resellable_quantity')))), name='parcel_line_counted'),
        ),
    ]
