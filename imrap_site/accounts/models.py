"""What the site knows of a person beside name, password and rights."""

from django.conf import settings
from django.db import models


class LanguageChoice(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    language = models.CharField(max_length=10)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.language


class SignOuts(models.Model):
    """How often all sessions of a person were ended: one that began before knows a lower number."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="sign_outs"
    )
    number = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.number)
