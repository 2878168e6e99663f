"""What staff decided to leave as it is: remarks that are not shown any more, by entry and remark."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class LeftRemark(models.Model):
    kind = models.CharField(max_length=20)  # the `kind_slug`
    entry_key = models.PositiveBigIntegerField()
    mark = models.CharField(
        max_length=32
    )  # of the remark and its cause: with another cause it comes again
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    moment = models.DateTimeField(default=timezone.now)
    # The `updated` of the entry on which nothing but what was left is to be said; else empty.
    settles = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "entry_key", "mark"], name="remark_left_once")
        ]

    def __str__(self):
        return f"{self.kind} {self.entry_key}: {self.mark}"
