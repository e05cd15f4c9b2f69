from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0023_labels_as_they_are_read'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sku',
            name='warranty_days',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='warranty, days'),
        ),
    ]
