"""Every line of history has its shop, and the trigger refuses to change it."""

from django.db import migrations, models

APPEND_ONLY = """
DROP TRIGGER kernel_history_append_only ON kernel_history;
CREATE TRIGGER kernel_history_append_only
    BEFORE DELETE OR UPDATE OF id, {shop_id}machine, object_id, sequence, action, source, target,
        actor_kind, actor_name, actor_id, note, data, at
    ON kernel_history FOR EACH ROW EXECUTE FUNCTION kernel_history_append_only();
"""


class Migration(migrations.Migration):
    # The apps whose machines write history filled their rows in these.
    dependencies = [
        ("kernel", "0008_shop_of_history"),
        ("orders", "0005_shop_of_every_row"),
        ("refunds", "0004_shop_of_every_row"),
        ("logistics", "0002_shop_of_every_row"),
        ("aftersales", "0010_shop_of_every_row"),
    ]

    operations = [
        migrations.AlterField(model_name="history", name="shop_id", field=models.BigIntegerField()),
        migrations.RunSQL(APPEND_ONLY.format(shop_id="shop_id, "), APPEND_ONLY.format(shop_id="")),
    ]
