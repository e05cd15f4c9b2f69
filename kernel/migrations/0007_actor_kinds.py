"""Three more kinds of actor: arbiter, guest and software agent."""

from django.db import migrations, models
from django.db.models import Q

KINDS = (
    "buyer", "merchant", "support", "integration", "clock", "gateway", "courier", "rule", "arbiter", "guest", "agent",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("kernel", "0006_history_sequence")]

    operations = [
        migrations.RemoveConstraint(model_name="history", name="history_actor_kind"),
        migrations.AddConstraint(
            model_name="history",
            constraint=models.CheckConstraint(condition=Q(actor_kind__in=KINDS), name="history_actor_kind"),
        ),
    ]
