from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0008_sentences_and_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='vacancy',
            name='country',
            field=models.CharField(blank=True, help_text='Example: Mali. Only with a country do search engines show the vacancy among job offers.', max_length=100, verbose_name='country'),
        ),
    ]
