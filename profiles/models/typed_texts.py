"""What somebody has typed and not saved yet, on sites whose hosts share a database."""

from django.conf import settings
from django.db import models


class TypedText(models.Model):
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    form = models.CharField(max_length=120)
    content = models.TextField()
    moment = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("person", "form", name="one_text_of_a_form")]

    def __str__(self):
        return self.form
