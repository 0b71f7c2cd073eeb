import core.work.item
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def end_leases(apps, schema_editor):
    """Nobody need answer for a photo that was through before there were leases."""
    photos = apps.get_model("poses", "Photo").objects.using(schema_editor.connection.alias)
    photos.filter(status__in=("completed", "failed")).update(lease_until=None)


class Migration(migrations.Migration):

    dependencies = [
        ('poses', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='photo',
            options={'ordering': ('-created_at', '-id'), 'permissions': (('retry_photo', "Can see and retry everyone's detections"),)},
        ),
        migrations.AddField(
            model_name='photo',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='photo',
            name='claim',
            field=models.UUIDField(blank=True, editable=False, help_text='The token of who works on it now.', null=True),
        ),
        migrations.AddField(
            model_name='photo',
            name='lease_until',
            field=models.DateTimeField(blank=True, default=core.work.item.message_lapses_at, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='photo',
            name='queued_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='photo',
            name='request_id',
            field=models.CharField(blank=True, editable=False, help_text='Of the request that asked.', max_length=64),
        ),
        migrations.AlterField(
            model_name='photo',
            name='status',
            field=models.CharField(choices=[('pending', 'Pending'), ('running', 'Running'), ('completed', 'Completed'), ('failed', 'Failed')], default='pending', max_length=10),
        ),
        migrations.RunPython(end_leases, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('lease_until__isnull', False)), fields=['lease_until'], name='photo_unfinished'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('status', 'failed')), fields=['queued_at'], name='photo_failed'),
        ),
        migrations.AddConstraint(
            model_name='photo',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('claim__isnull', False), ('status', 'running')), models.Q(models.Q(('status', 'running'), _negated=True), ('claim', None)), _connector='OR'), name='photo_running_if_and_only_if_claimed'),
        ),
        migrations.AddConstraint(
            model_name='photo',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('status__in', ('pending', 'running'))), models.Q(('lease_until', None), ('status__in', ('completed', 'failed'))), _connector='OR'), name='photo_leased_until_finished'),
        ),
    ]
