"""What has arrived: a form that was sent twice leads to the entry that it made the first time."""

import datetime

from django.db import models
from django.utils import timezone

KEPT = datetime.timedelta(days=30)  # longer than any browser keeps a tab's form


class SentForm(models.Model):
    token = models.CharField(max_length=100, unique=True)  # of two at one moment, one fails
    entry_key = models.PositiveBigIntegerField()
    content = models.CharField(max_length=64)  # a fingerprint
    arrived = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.token

    def save(self, *args, **kwargs):
        type(self).objects.filter(arrived__lt=timezone.now() - KEPT).delete()
        super().save(*args, **kwargs)
