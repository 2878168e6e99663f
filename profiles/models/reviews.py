"""A reading that somebody asked for, of one entry, until somebody who may publish has answered."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_NOTE = 1000  # letters


class Review(models.Model):
    class Outcome(models.TextChoices):
        OPEN = "", _("to read")
        PUBLISHED = "published", _("published")
        RETURNED = "returned", _("returned")

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    entry_key = models.PositiveBigIntegerField()
    note = models.TextField(max_length=LONGEST_NOTE, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(max_length=LONGEST_NOTE, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "entry_key"],
                condition=Q(outcome=""),
                name="one_open_review_of_an_entry",
            )
        ]
        indexes = [
            models.Index(fields=["content_type", "entry_key", "-id"], name="review_of_entry"),
            models.Index(fields=["outcome", "asked_at"], name="review_waiting"),
        ]

    def __str__(self):
        return f"{self.content_type_id}-{self.entry_key}"

    @property
    def is_open(self):
        return self.outcome == self.Outcome.OPEN
