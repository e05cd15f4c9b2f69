"""Every number of a policy within its bounds (`accounts.policy.BOUNDS`, as they are today); rows outside are clamped."""

from django.db import migrations, models
from django.db.models import Q

BOUNDS = {
    "window_days": (7, 730),
    "no_reason_days": (7, 365),
    "receipt_days": (7, 90),
    "extension_days": (1, 60),
    "review_hours": (1, 168),
    "supplement_hours": (1, 720),
    "ship_back_days": (3, 90),
    "receive_days": (1, 15),
    "receive_after_delivery_hours": (1, 168),
    "tracking_hours": (24, 240),
    "return_goods_days": (1, 15),
    "reship_days": (1, 15),
    "replacement_confirm_days": (7, 90),
    "not_arrived_hours": (1, 168),
    "ship_hours": (1, 360),
    "rejected_days": (7, 90),
    "refund_alarm_days": (1, 7),
    "max_applications": (1, 100),
}
CLAMP = "UPDATE accounts_policy SET " + ", ".join(
    f"{name} = LEAST(GREATEST({name}, {floor}), {ceiling})" for name, (floor, ceiling) in BOUNDS.items()
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_currency_of_a_shop")]

    operations = [
        migrations.RunSQL(CLAMP, migrations.RunSQL.noop),
        migrations.RemoveConstraint("policy", "policy_no_reason_law"),
        migrations.RemoveConstraint("policy", "policy_max_applications"),
        *(
            migrations.AddConstraint(
                "policy",
                models.CheckConstraint(
                    condition=Q(**{f"{name}__gte": floor, f"{name}__lte": ceiling}), name=f"policy_{name}_bounds"
                ),
            )
            for name, (floor, ceiling) in BOUNDS.items()
        ),
    ]
