"""One model for everything."""

from django.db import models
from django.urls import reverse


class Entry(models.Model):
    kind = models.CharField(max_length=20, db_index=True)
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    body = models.TextField()
    date = models.DateField(db_index=True)
    is_published = models.BooleanField(default=True)

    class Meta:
        ordering = ["-date"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("entry", args=[self.slug])
