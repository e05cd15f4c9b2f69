"""Of what was confirmed before, a request may have left: nobody had noted it."""

from django.db import migrations, models


FILL = "UPDATE refunds_redirection SET asked_at = confirmed_at WHERE state IN ('confirmed', 'sent')"


class Migration(migrations.Migration):

    dependencies = [
        ('refunds', '0032_notices_of_shared_transactions'),
    ]

    operations = [
        migrations.AddField(
            model_name='redirection',
            name='asked_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='redirection',
            # “sent” without it is what code from before notes while this runs.
            constraint=models.CheckConstraint(condition=models.Q(('asked_at__isnull', True), ('confirmed_at__isnull', False), _connector='OR'), name='redirection_asked'),
        ),
    ]
