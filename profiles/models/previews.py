"""Signed addresses of drafts that were taken back before their date."""

from django.db import models


class TakenBackPreview(models.Model):
    """How often those of an entry were; each address that was given out names the number then."""

    kind_slug = models.CharField(max_length=30)
    entry_key = models.PositiveBigIntegerField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("kind_slug", "entry_key", name="one_number_of_an_entry")
        ]

    def __str__(self):
        return f"{self.kind_slug} {self.entry_key}"
