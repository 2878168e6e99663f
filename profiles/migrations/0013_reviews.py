import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def person():
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("profiles", "0012_flat_at_any_size"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry_key", models.PositiveBigIntegerField()),
                ("note", models.TextField(blank=True, max_length=1000)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "to read"),
                            ("published", "published"),
                            ("returned", "returned"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=1000)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", person()),
                ("asked_by", person()),
                (
                    "content_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="contenttypes.contenttype"
                    ),
                ),
            ],
            options={"ordering": ["pk"], "default_permissions": ()},
        ),
        migrations.AddIndex(
            "review",
            models.Index(fields=["content_type", "entry_key", "-id"], name="review_of_entry"),
        ),
        migrations.AddIndex(
            "review", models.Index(fields=["outcome", "asked_at"], name="review_waiting")
        ),
        migrations.AddConstraint(
            "review",
            models.UniqueConstraint(
                condition=models.Q(("outcome", "")),
                fields=("content_type", "entry_key"),
                name="one_open_review_of_an_entry",
            ),
        ),
    ]
