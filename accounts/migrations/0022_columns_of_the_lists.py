
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0021_login_tries'),
    ]

    operations = [
        migrations.AddField(
            model_name='shop',
            name='order_columns',
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name='columns of the orders'),
        ),
        migrations.AddField(
            model_name='shop',
            name='ticket_columns',
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name='columns of the tickets'),
        ),
    ]
