"""Which refunds pay back what was paid for a dearer replacement. No line counts them as refunded, so an order owes
nothing of them; one whose ticket was closed was taken for another (`Ticket.difference_payment` is empty then).

0054 fills it."""

from django.db import migrations, models
from django.db.models import Q

from kernel.upgrades import AddNotValid


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0049_refunds_that_orders_owe")]

    operations = [
        migrations.AddField(
            "ticketrefund", "is_supplement", models.BooleanField(db_default=False, default=False, editable=False)
        ),
        AddNotValid(
            "ticketrefund",
            models.CheckConstraint(
                condition=Q(("is_supplement", False), ("kind", "difference"), _connector="OR"),
                name="ticket_refund_supplement",
            ),
        ),
    ]
