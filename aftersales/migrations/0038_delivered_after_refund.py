"""Goods that reached the buyer after their refund: an index of the tickets that wait, and what the database refuses."""


from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0025_labels_as_they_are_read'),
        ('aftersales', '0037_labels_as_they_are_read'),
        ('logistics', '0006_labels_as_they_are_read'),
        ('orders', '0023_labels_as_they_are_read'),
        ('refunds', '0007_labels_as_they_are_read'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('alerts__contains', ['delivered_after_refund'])), fields=['shop', '-id'], name='ticket_came_after_refund'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('alerts__contains', ['delivered_after_refund']), _negated=True), models.Q(('status__in', ['pending_refund', 'completed']), ('type__in', ['refund_only', 'return_refund'])), _connector='OR'), name='ticket_came_after_its_refund'),
        ),
    ]
