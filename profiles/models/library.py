"""The library of pictures: each once, with its words, its credit and the nouns that show it.

An entry shows one beside its title, and any number in its texts, which name them by their keys.
"""

import posixpath

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from profiles.files.pictures import PictureField, reencode
from profiles.files.variants import stem_of
from profiles.markup import numbers_in
from profiles.models.apart import KeptApart
from profiles.richtext import RichTextField
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
    """An entry, or the organisation, shows a picture: so nobody takes it out of the library."""

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


@transaction.atomic(savepoint=False)
def keep_use(noun):
    """The library has the pictures of a noun, and knows who shows them.

    Those of corrections that are kept apart count too: they come online one day.
    """
    which = {"kind": noun.kind_slug, "entry": noun.pk}
    wanted = keys_of_stored({*numbers_of(noun), *numbers_apart(noun)})
    if getattr(noun, "image", None) and (own := in_library(noun)):
        wanted.add(own.pk)
    known = set(PictureUse.objects.filter(**which).values_list("picture", flat=True))
    if gone := known - wanted:
        PictureUse.objects.filter(**which, picture__in=gone).delete()
    if new := sorted(wanted - known):
        uses = [PictureUse(picture_id=number, **which) for number in new]
        # Somebody else may have saved it at the same moment.
        PictureUse.objects.bulk_create(uses, ignore_conflicts=True)


def in_library(entry):
    """The picture of an entry; None of one from before pictures were re-encoded."""
    content = content_of(entry.image.name)
    if not content:
        return None
    words = dict(zip(translated_columns("alt"), texts_of(entry, "image_alt"), strict=True))
    fields = {"file": entry.image.name, **words}
    return LibraryPicture.objects.get_or_create(content=content, defaults=fields)[0]


def let_go(noun):
    PictureUse.objects.filter(kind=noun.kind_slug, entry=noun.pk).delete()


# In texts


def rich_columns(model):
    return [
        field.attname for field in model._meta.concrete_fields if isinstance(field, RichTextField)
    ]


def numbers_of(noun):
    """The keys of the pictures that its texts name, whether they are in the library or not."""
    columns = rich_columns(type(noun))
    return {number for column in columns for number in numbers_in(getattr(noun, column))}


def numbers_apart(noun):
    """The same of corrections of it that are kept apart, which are JSON."""
    kept = KeptApart.objects.of_kind(type(noun)).filter(entry_key=noun.pk)
    rows = kept.values_list("rows", flat=True).first() or ""
    return numbers_in(rows.replace('\\"', '"'))


def keys_of_stored(numbers):
    """Locked, so that none is deleted before its use is noted; in one order for everybody."""
    if not numbers:
        return set()
    stored = LibraryPicture.objects.filter(pk__in=numbers).order_by("pk").select_for_update()
    return set(stored.values_list("pk", flat=True))


def naming(model, numbers):
    """That one of a noun's texts shows one of these pictures."""
    conditions = [
        Q(**{f"{column}__contains": f'<figure data-picture="{number}">'})
        for column in rich_columns(model)
        for number in numbers
    ]
    return Q.create(conditions, connector=Q.OR) if conditions else Q(pk__in=[])


class WithTextPictures(models.Model):
    """What has texts in which pictures of the library stand."""

    class Meta:
        abstract = True

    @cached_property
    def text_pictures(self):
        """{number: picture}; asked for once, of many at once with `with_text_pictures`."""
        with_text_pictures([self])
        return vars(self)["text_pictures"]


def with_text_pictures(nouns):
    """The nouns, which know the pictures of their texts then: at most one query, and none for each."""
    named = [(noun, numbers_of(noun)) for noun in nouns]
    numbers = {number for _noun, own in named for number in own}
    found = LibraryPicture.objects.in_bulk(numbers) if numbers else {}
    for noun, own in named:
        noun.text_pictures = {number: found[number] for number in own if number in found}
    return nouns
