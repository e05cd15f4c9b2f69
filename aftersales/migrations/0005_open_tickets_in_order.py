from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0004_messages")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                models.OrderBy(models.F("due_at"), nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "pending_refund",
                            "pending_reship",
                            "pending_return",
                            "pending_review",
                            "pending_supplement",
                            "reshipped",
                        ],
                    )
                ),
                name="ticket_work",
            ),
        ),
    ]
