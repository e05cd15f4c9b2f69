from django.db import migrations

BAR = """
UPDATE accounts_membership m SET barred_until = o.ruled_at + interval '30 days'
FROM (
    SELECT shop_id, user_id, max(ruled_at) AS ruled_at FROM aftersales_emergencyoverride
    WHERE objected AND upheld GROUP BY shop_id, user_id
) o
WHERE o.shop_id = m.shop_id AND o.user_id = m.user_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0028_barred_until'),
        ('aftersales', '0047_overrides_name_their_limits'),
    ]

    operations = [migrations.RunSQL(BAR, migrations.RunSQL.noop)]
