"""An index of the tickets of which a refund failed: ended ones are in the list too."""


from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0020_promotions'),
        ('aftersales', '0034_vouchers_and_gifts'),
        ('logistics', '0005_tracking_numbers_by_key'),
        ('orders', '0020_promotions'),
        ('refunds', '0005_confirmed_by'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('alerts__contains', ['refund_failed'])), fields=['shop', '-id'], name='ticket_refund_failed'),
        ),
    ]
