from django.db import migrations

# How the newest one of a ticket ended, where it was reviewed before the ticket said so. What is still to be reviewed or
# ruled on is on the ticket.
FILL = """
    UPDATE aftersales_ticket t SET override = CASE
        WHEN NOT o.objected THEN 'accepted' WHEN o.upheld THEN 'upheld' ELSE 'dismissed' END
    FROM (
        SELECT DISTINCT ON (ticket_id) ticket_id, objected, upheld
        FROM aftersales_emergencyoverride ORDER BY ticket_id, id DESC
    ) o
    WHERE o.ticket_id = t.id AND t.override = ''
"""


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0051_refunds_that_a_bank_holds")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
