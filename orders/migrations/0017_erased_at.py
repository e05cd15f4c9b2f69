
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0016_numbers'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='personal data erased'),
        ),
    ]
