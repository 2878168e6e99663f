"""The library of pictures: each once, with its words, its credit and the entries that show it."""

import posixpath

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.files.pictures import PictureField, reencode
from profiles.files.variants import stem_of
from profiles.translation import texts_of, translated, translated_columns

FOLDER = "pictures"


def content_of(name):
    """What the names of one picture have in common in every folder; "" of what is none."""
    return posixpath.basename(stem_of(str(name)) or "").removesuffix(".")


class LibraryQuerySet(models.QuerySet):
    def with_words(self, words):
        """Those whose texts have all of these words."""
        for word in words.split()[:10]:
            texts = [f"{name}__icontains" for name in (*translated_columns("alt"), "credit")]
            self = self.filter(Q.create([(text, word) for text in texts], connector=Q.OR))
        return self


class LibraryPicture(models.Model):
    file = PictureField(
        _("picture"),
        upload_to=FOLDER,
        max_length=200,
        db_index=True,
        help_text=_(
            "JPEG, PNG, HEIC, WebP, AVIF, GIF, TIFF or BMP. It is made smaller, and hidden data "
            "such as the place where it was taken are removed."
        ),
    )
    alt = translated(
        models.CharField(
            _("alternative text"),
            max_length=300,
            help_text=_(
                "What the picture shows, in one sentence, for people who can't see it. An entry "
                "that takes the picture takes these words too, and can have others."
            ),
        )
    )
    credit = models.CharField(
        _("credit"),
        max_length=200,
        blank=True,
        help_text=_("Who made it, and who may show it. Example: Awa Diallo / IMRAP, CC BY 4.0."),
    )
    content = models.CharField(max_length=60, unique=True, editable=False)
    added = models.DateTimeField(_("added"), auto_now_add=True, db_index=True)

    objects = LibraryQuerySet.as_manager()

    parts = ()
    task_sentence = _("Add a picture")

    class Meta:
        verbose_name = _("picture of the library")
        verbose_name_plural = _("pictures of the library")
        ordering = ["-added", "-pk"]

    def __str__(self):
        return self.alt or _("Picture %(number)s, without alternative text") % {"number": self.pk}

    @property
    def image(self):
        """As entries call theirs."""
        return self.file

    def clean(self):
        super().clean()
        content = content_of(self.file.name) if self.file else ""
        twins = type(self).objects.filter(content=content).exclude(pk=self.pk)
        if content and (twin := twins.first()):
            sentence = _("This picture is in the library already: “%(name)s”.")
            raise ValidationError({"file": ValidationError(sentence, params={"name": str(twin)})})

    def save(self, *args, **kwargs):
        # Of what a script gives, the name says nothing of its content yet.
        self.content = content_of(self.file.name) or content_of(reencode(self.file.file).name)
        super().save(*args, **kwargs)


class PictureUse(models.Model):
    """An entry shows a picture: so nobody takes it out of the library."""

    picture = models.ForeignKey(LibraryPicture, on_delete=models.PROTECT, related_name="uses")
    kind = models.CharField(max_length=20)
    entry = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "entry", "picture"], name="use_of_picture")
        ]

    def __str__(self):
        return f"{self.kind}-{self.entry}"


def keep_use(entry):
    """The library has the picture of an entry, and knows who shows it."""
    uses = PictureUse.objects.filter(kind=entry.kind_slug, entry=entry.pk)
    picture = in_library(entry) if entry.image else None
    uses.exclude(picture=picture).delete()
    if picture:
        PictureUse.objects.get_or_create(picture=picture, kind=entry.kind_slug, entry=entry.pk)


def in_library(entry):
    """The picture of an entry; None of one from before pictures were re-encoded."""
    content = content_of(entry.image.name)
    if not content:
        return None
    words = dict(zip(translated_columns("alt"), texts_of(entry, "image_alt"), strict=True))
    fields = {"file": entry.image.name, **words}
    return LibraryPicture.objects.get_or_create(content=content, defaults=fields)[0]


def let_go(entry):
    PictureUse.objects.filter(kind=entry.kind_slug, entry=entry.pk).delete()
