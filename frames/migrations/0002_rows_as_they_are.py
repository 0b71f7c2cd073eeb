"""PostgreSQL keeps the arrays of blocks as they are: it would try to compress each, which takes longer than the rest."""

from django.db import migrations

_COLUMNS = ("depths", "thin", "grey")


def keep_as_they_are(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in _COLUMNS:
            schema_editor.execute(f"ALTER TABLE frames_blockrows ALTER COLUMN {column} SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [("frames", "0001_initial")]

    operations = [migrations.RunPython(keep_as_they_are, migrations.RunPython.noop)]
