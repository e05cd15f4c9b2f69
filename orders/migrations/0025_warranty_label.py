from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0024_beginnings_of_numbers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sku',
            name='warranty_days',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='warranty, days'),
        ),
    ]
