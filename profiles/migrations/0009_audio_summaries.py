"""Recordings of entries and of the organisation, and what the two groups may do with them."""

import django.db.models.deletion
import profiles.files.documents
import profiles.models.audio
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

ACTIONS = {
    "Rédaction": ["add", "change", "view"],
    "Responsable": ["add", "change", "view", "delete"],
}


def give_rights(apps, schema_editor):
    """As on the files of papers. Django makes permissions after all migrations only."""
    config = apps.get_app_config("profiles")
    known = getattr(config, "models_module", None)
    config.models_module = known or True
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias, apps=apps)
    config.models_module = known
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for group in Group.objects.filter(name__in=ACTIONS):
        codenames = [f"{action}_audiosummary" for action in ACTIONS[group.name]]
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="profiles", codename__in=codenames)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("profiles", "0008_sentences_and_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="AudioSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_id", models.PositiveBigIntegerField(editable=False)),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("bm", "Bamanankan"),
                            ("ff", "Fulfulde"),
                            ("son", "Soŋay"),
                            ("taq", "Tamasheq"),
                            ("ar", "العربية"),
                            ("fr", "French"),
                            ("en", "English"),
                        ],
                        default="bm",
                        help_text="What is spoken in the recording.",
                        max_length=8,
                        verbose_name="language",
                    ),
                ),
                (
                    "file",
                    profiles.files.documents.DocumentField(
                        db_index=True,
                        formats=("mp3", "m4a", "ogg"),
                        help_text="MP3 plays everywhere; M4A and a voice message of WhatsApp (Opus) on most telephones. Two minutes are enough, at most 1 MB a minute. Where, when and with what it was recorded is removed.",
                        max_length=200,
                        upload_to=profiles.models.audio.folder_of_noun,
                        verbose_name="recording",
                    ),
                ),
                (
                    "transcript",
                    models.TextField(
                        blank=True,
                        help_text="What is said, in the language of the recording, for people who can't hear it. It may stay empty.",
                        verbose_name="text of the recording",
                    ),
                ),
                (
                    "seconds",
                    models.PositiveIntegerField(editable=False, verbose_name="duration in seconds"),
                ),
                (
                    "size",
                    models.PositiveBigIntegerField(editable=False, verbose_name="size in bytes"),
                ),
                (
                    "content_type",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="contenttypes.contenttype",
                    ),
                ),
            ],
            options={
                "verbose_name": "recording",
                "verbose_name_plural": "recordings",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["content_type", "object_id"], name="audio_of_noun")
                ],
            },
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
