from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('aftersales', '0040_late_and_extra_goods'),
    ]

    operations = [
        migrations.AddField(
            model_name='cannedresponse',
            name='text_en',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='text in English'),
        ),
        migrations.AddField(
            model_name='cannedresponse',
            name='title_en',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='short title in English'),
        ),
    ]
