"""The index has other tables now, with pages of files; `rebuild_if_stale` fills them afterwards."""

from django.db import migrations

OLD = ["profiles_search", "profiles_search_row", "profiles_search_scheme"]


def drop(apps, schema_editor):
    for table in OLD:
        schema_editor.execute(f"DROP TABLE IF EXISTS {table}")


class Migration(migrations.Migration):
    dependencies = [("profiles", "0010_countries_and_authors")]

    # Back: an older version makes its own tables by itself.
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
