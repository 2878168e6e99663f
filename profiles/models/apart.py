"""Corrections to a published entry that are kept apart until they are put online."""

import json

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone

from profiles.files.variants import kept_names


class KeptApartQuerySet(models.QuerySet):
    def of_kind(self, kind):
        meta = kind._meta
        return self.filter(
            content_type__app_label=meta.app_label, content_type__model=meta.model_name
        )

    def showing(self, name, numbers):
        """Those that name an uploaded file, the picture it was made from, or its number in a text."""
        figures = [json.dumps(f'data-picture="{number}"')[1:-1] for number in numbers]
        said = [*(f'"{one}"' for one in kept_names(name)), *figures]
        return self.filter(Q.create([Q(rows__contains=one) for one in said], connector=Q.OR))


class KeptApart(models.Model):
    """Both texts are JSON as in a version of the history: of the entry, then of what belongs to it.

    It outlives a deleted entry, which may come back under its key.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    entry_key = models.PositiveBigIntegerField()
    base = models.TextField()  # as it was published when somebody began to correct it
    rows = models.TextField()  # as corrected
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    objects = KeptApartQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "entry_key"], name="one_apart_of_an_entry"
            )
        ]

    def __str__(self):
        return f"{self.content_type_id}-{self.entry_key}"
