"""Audio summaries: what an entry, or the organisation, says for those who would rather listen."""

import datetime
from collections import defaultdict
from functools import lru_cache

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from profiles.files import documents
from profiles.files.documents import DocumentField
from profiles.kept_queries import Given, KeptQuery
from profiles.models.fields import tidy_texts
from profiles.models.flaws import HEAVY_AT_ALL, HEAVY_MINUTE, flagged, flaw_of_recording
from profiles.models.rules import Checked
from profiles.translation import SPOKEN_LANGUAGES


def folder_of_noun(summary, name):
    return f"{summary.content_type.model_class().kind_slug}/{name}"


class AudioSummaryQuerySet(models.QuerySet):
    def heavy_of(self, model):
        """Those of a kind's entries that cost their listeners much."""
        meta = model._meta
        heavy = flagged(self, flaw_of_recording())
        return heavy.filter(
            content_type__app_label=meta.app_label, content_type__model=meta.model_name
        )


class AudioSummary(Checked):
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, editable=False)
    object_id = models.PositiveBigIntegerField(editable=False)
    noun = GenericForeignKey()  # an entry of any kind, or an organisation
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=SPOKEN_LANGUAGES,
        default=next(iter(SPOKEN_LANGUAGES)),
        help_text=_("What is spoken in the recording."),
    )
    file = DocumentField(
        _("recording"),
        upload_to=folder_of_noun,
        formats=("mp3", "m4a", "ogg"),
        max_length=200,
        db_index=True,
        help_text=_(
            "MP3 plays everywhere; M4A and a voice message of WhatsApp (Opus) on most telephones. "
            "Two minutes are enough, at most 1 MB a minute. Where, when and with what it was "
            "recorded is removed."
        ),
    )
    transcript = models.TextField(
        _("text of the recording"),
        blank=True,
        help_text=_(
            "What is said, in the language of the recording, for people who can't hear it. It may "
            "stay empty."
        ),
    )
    # Read from the file when it is saved.
    seconds = models.PositiveIntegerField(_("duration in seconds"), editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)

    objects = AudioSummaryQuerySet.as_manager()

    heavy_remark = _(
        "A recording has more than 1 MB a minute, which listeners pay for: save it again in mono, "
        "at 48 kbit/s or less, and replace it."
    )

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="audio_of_noun"),
            models.Index(flaw_of_recording(), models.F("id").desc(), name="audio_heavy"),
        ]

    def __str__(self):
        return self.get_language_display()

    @property
    def is_heavy(self):
        return self.size > HEAVY_AT_ALL and self.size * 60 > self.seconds * HEAVY_MINUTE

    @property
    def duration(self):
        return datetime.timedelta(seconds=self.seconds)

    def save(self, *args, **kwargs):
        if self.file and not self.file._committed:
            self.read_file()
        tidy_texts(self)
        super().save(*args, **kwargs)

    def read_file(self):
        document = documents.read(self.file.file)
        self.seconds, self.size = document.seconds, document.size


class WithAudio(models.Model):
    """What can be listened to, beside being read."""

    audio = GenericRelation(AudioSummary)

    parts = ("audio",)  # relations to rows that belong to a noun and are restored with it

    class Meta:
        abstract = True

    @cached_property
    def recordings(self):
        """Asked for once; of many at once with `with_recordings`."""
        return list(self.audio.all())


def with_recordings(nouns):
    """The nouns, of whatever kinds, which know theirs then: one query, and none for each."""
    keys = defaultdict(list)
    for noun in nouns:
        keys[kind_of(noun)].append(noun.pk)
    found = defaultdict(list)
    if keys:
        given = {f"kind_{place}": kind for place, kind in enumerate(keys)}
        given |= {
            f"key_{place}_{number}": key
            for place, of_kind in enumerate(keys.values())
            for number, key in enumerate(of_kind)
        }
        for one in _recordings_of(tuple(map(len, keys.values())))(**given):
            found[one.content_type_id, one.object_id].append(one)
    for noun in nouns:
        noun.recordings = found[kind_of(noun), noun.pk]
    return nouns


@lru_cache(maxsize=200)
def _recordings_of(numbers):
    """The question for so many nouns of a kind, so many of another…"""
    of_kinds = [
        Q(
            content_type=Given(f"kind_{place}"),
            object_id__in=[Given(f"key_{place}_{number}") for number in range(count)],
        )
        for place, count in enumerate(numbers)
    ]
    return KeptQuery(AudioSummary.objects.filter(Q.create(of_kinds, connector=Q.OR)))


def kind_of(noun):
    return ContentType.objects.get_for_model(noun).pk
