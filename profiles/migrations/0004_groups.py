"""The two groups of the team: Rédaction writes, Responsable publishes and deletes too."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

ENTRIES = ["programme", "mandate", "vacancy", "video", "paper"]
GROUPS = {
    "Rédaction": {
        **dict.fromkeys([*ENTRIES, "paperfile"], ["add", "change", "view"]),
        "organisation": ["change", "view"],
    },
    "Responsable": {
        **dict.fromkeys(ENTRIES, ["add", "change", "view", "delete", "publish"]),
        **dict.fromkeys(["organisation", "paperfile"], ["add", "change", "view", "delete"]),
    },
}


def make_groups(apps, schema_editor):
    make_permissions(apps, schema_editor.connection.alias)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, models in GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        codenames = [f"{action}_{model}" for model in models for action in models[model]]
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="profiles", codename__in=codenames)
        )


def make_permissions(apps, using):
    """Django makes them after all migrations only, and create_permissions asks for a module."""
    config = apps.get_app_config("profiles")
    known = getattr(config, "models_module", None)
    config.models_module = known or True
    create_permissions(config, verbosity=0, using=using, apps=apps)
    config.models_module = known


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0003_publish_permission"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
