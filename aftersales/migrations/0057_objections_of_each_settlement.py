from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

# Tickets whose buyers object at the moment: what else was settled by hand, and that they have not objected to.
NEWEST = """
    UPDATE aftersales_ticket t SET by_hand_at = (
        SELECT max(l.by_hand_at) FROM aftersales_ticketrefund l
        WHERE l.shop_id = t.shop_id AND l.ticket_id = t.id AND l.objected_at IS NULL AND l.ruled_at IS NULL
    )
    WHERE t.settlement_objected_at IS NOT NULL
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("aftersales", "0056_payables_paid_by_hand")]

    operations = [
        migrations.RunSQL(NEWEST, migrations.RunSQL.noop),
        ValidateConstraint("ticketpayable", "ticket_payable_objects_to_a_settlement"),
    ]
