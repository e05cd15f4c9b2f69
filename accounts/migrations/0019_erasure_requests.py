
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0018_level_of_agents'),
    ]

    operations = [
        migrations.CreateModel(
            name='ErasureRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('username', models.CharField(blank=True, max_length=150, verbose_name='user name')),
                ('state', models.CharField(choices=[('requested', 'requested'), ('withdrawn', 'withdrawn'), ('carried_out', 'account erased, records kept by law'), ('done', 'everything erased')], default='requested', max_length=16, verbose_name='state')),
                ('by_kind', models.CharField(max_length=16)),
                ('by_name', models.CharField(max_length=150, verbose_name='asked for by')),
                ('by_id', models.BigIntegerField(null=True)),
                ('requested_at', models.DateTimeField(verbose_name='requested')),
                ('due_at', models.DateTimeField(verbose_name='carried out from')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('carried_out_at', models.DateTimeField(blank=True, null=True, verbose_name='carried out')),
                ('keep_until', models.DateTimeField(blank=True, null=True, verbose_name='next records kept until')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasure_requests', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'erasure request',
                'verbose_name_plural': 'erasure requests',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'withdrawn', 'carried_out', 'done'])), name='erasure_state'), models.UniqueConstraint(condition=models.Q(('state__in', ['requested', 'carried_out'])), fields=('user',), name='erasure_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), ('withdrawn_at__isnull', False)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('withdrawn_at__isnull', True)), _connector='OR'), name='erasure_withdrawn_at'), models.CheckConstraint(condition=models.Q(models.Q(('carried_out_at__isnull', True), ('state__in', ['requested', 'withdrawn'])), models.Q(('carried_out_at__isnull', False), ('state__in', ['carried_out', 'done'])), _connector='OR'), name='erasure_carried_out_at'), models.CheckConstraint(condition=models.Q(('keep_until__isnull', True), ('state', 'carried_out'), _connector='OR'), name='erasure_keep_until')],
            },
        ),
    ]
