"""A library of pictures: those of entries join it as they are, and no file is written anew."""

import posixpath

import django.db.models.deletion
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

import profiles.files.pictures
from profiles.files.variants import stem_of

KINDS = {
    "programmes": "Programme",
    "mandates": "Mandate",
    "vacancies": "Vacancy",
    "videos": "Video",
    "papers": "Paper",
}
ACTIONS = {
    "Rédaction": ["add", "change", "view"],
    "Responsable": ["add", "change", "view", "delete"],
}


def give_rights(apps, schema_editor):
    """As on recordings. Django makes permissions after all migrations only."""
    config = apps.get_app_config("profiles")
    known = getattr(config, "models_module", None)
    config.models_module = known or True
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias, apps=apps)
    config.models_module = known
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for group in Group.objects.filter(name__in=ACTIONS):
        codenames = [f"{action}_librarypicture" for action in ACTIONS[group.name]]
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="profiles", codename__in=codenames)
        )


def fill(apps, schema_editor):
    Picture, Use = (apps.get_model("profiles", name) for name in ("LibraryPicture", "PictureUse"))
    for slug, name in KINDS.items():
        entries = apps.get_model("profiles", name).objects.exclude(image="").order_by("pk")
        for entry in entries.only("image", "image_alt_fr", "image_alt_en").iterator():
            content = posixpath.basename(stem_of(str(entry.image)) or "").removesuffix(".")
            if not content:
                continue
            known = {
                "file": str(entry.image),
                "alt_fr": entry.image_alt_fr,
                "alt_en": entry.image_alt_en,
            }
            picture, _is_new = Picture.objects.get_or_create(content=content, defaults=known)
            Use.objects.create(picture=picture, kind=slug, entry=entry.pk)


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0018_help_texts'),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name='LibraryPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', profiles.files.pictures.PictureField(db_index=True, help_text='JPEG, PNG, HEIC, WebP, AVIF, GIF, TIFF or BMP. It is made smaller, and hidden data such as the place where it was taken are removed.', max_length=200, upload_to='pictures', verbose_name='picture')),
                ('alt_fr', models.CharField(blank=True, help_text="What the picture shows, in one sentence, for people who can't see it. An entry that takes the picture takes these words too, and can have others.", max_length=300, verbose_name='alternative text (French)')),
                ('alt_en', models.CharField(blank=True, help_text="What the picture shows, in one sentence, for people who can't see it. An entry that takes the picture takes these words too, and can have others.", max_length=300, verbose_name='alternative text (English)')),
                ('credit', models.CharField(blank=True, help_text='Who made it, and who may show it. Example: Awa Diallo / IMRAP, CC BY 4.0.', max_length=200, verbose_name='credit')),
                ('content', models.CharField(editable=False, max_length=60, unique=True)),
                ('added', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='added')),
            ],
            options={
                'verbose_name': 'picture of the library',
                'verbose_name_plural': 'pictures of the library',
                'ordering': ['-added', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PictureUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('entry', models.PositiveBigIntegerField()),
                ('picture', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='profiles.librarypicture')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('kind', 'entry', 'picture'), name='use_of_picture')],
            },
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
