"""Marks of the shop's duties by law, the way of a claim of quality, and whether it follows on failed repairs."""

from django.db import migrations, models
from django.db.models import Q

ENDED = ["completed", "cancelled", "closed"]
# The job reckons the marks of tickets that were open before.
MARK_NOW = "UPDATE aftersales_ticket SET mark_at = now() WHERE status IN ('pending_review', 'pending_refund')"


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0031_erasing_messages")]

    operations = [
        migrations.AddField(
            "ticket",
            "mark_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="next mark of a duty"),
        ),
        migrations.AddField(
            "ticket",
            "quality_path",
            models.CharField(
                blank=True,
                choices=[("early", "within 3 days of signing"), ("late", "later than 3 days after signing")],
                db_default="",
                default="",
                editable=False,
                max_length=8,
                verbose_name="claim of quality",
            ),
        ),
        migrations.AddField(
            "ticket",
            "after_failed_repairs",
            models.BooleanField(
                db_default=False, default=False, editable=False, verbose_name="after two failed repairs"
            ),
        ),
        migrations.AddIndex("ticket", models.Index(fields=["mark_at"], condition=Q(mark_at__isnull=False), name="ticket_mark")),
        migrations.AddConstraint(
            "ticket",
            models.CheckConstraint(condition=Q(quality_path__in=["", "early", "late"]), name="ticket_quality_path"),
        ),
        migrations.AddConstraint(
            "ticket",
            models.CheckConstraint(
                condition=~Q(status__in=ENDED) | Q(mark_at__isnull=True), name="ticket_ended_owes_nothing"
            ),
        ),
        migrations.RunSQL(MARK_NOW, migrations.RunSQL.noop),
    ]
