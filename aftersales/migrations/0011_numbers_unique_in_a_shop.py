"""Ticket numbers are unique in a shop; a bare number is found by an index of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0010_shop_of_every_row")]

    operations = [
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.UniqueConstraint(fields=("shop", "ticket_no"), name="ticket_no_once"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["ticket_no"], name="ticket_by_number", opclasses=["varchar_pattern_ops"]),
        ),
        migrations.AlterField(
            model_name="ticket",
            name="ticket_no",
            field=models.CharField(max_length=32, verbose_name="ticket no."),
        ),
    ]
