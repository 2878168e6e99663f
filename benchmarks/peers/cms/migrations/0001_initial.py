import django.db.models.deletion
import wagtail.fields
from django.db import migrations, models


def a_page(name, *fields):
    parent = models.OneToOneField(
        to="wagtailcore.page",
        on_delete=django.db.models.deletion.CASCADE,
        parent_link=True,
        auto_created=True,
        primary_key=True,
        serialize=False,
    )
    fields = [("page_ptr", parent), *fields]
    return migrations.CreateModel(name, fields, bases=("wagtailcore.page",))


class Migration(migrations.Migration):
    dependencies = [("wagtailcore", "__latest__")]
    operations = [
        a_page("HomePage"),
        a_page("SectionPage"),
        a_page(
            "EntryPage",
            ("date", models.DateField(db_index=True)),
            ("summary", models.TextField()),
            ("body", wagtail.fields.RichTextField()),
        ),
    ]
