import profiles.authors
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0009_audio_summaries"),
    ]

    operations = [
        migrations.AddField(
            model_name="vacancy",
            name="country",
            field=models.CharField(
                blank=True,
                help_text="Example: Mali. Only with a country do search engines show the vacancy among job offers.",
                max_length=100,
                verbose_name="country",
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="authors",
            field=models.TextField(
                blank=True,
                help_text="One author per line: family name, comma, given name. Example: Ag Assarid, Moussa. Visitors read “Moussa Ag Assarid”. An institution is written as it is called, without a comma.",
                validators=[profiles.authors.are_authors],
                verbose_name="authors",
            ),
        ),
    ]
