"""What the organisation made: videos, papers and their files."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from profiles.authors import are_authors
from profiles.dates import PartialDateField
from profiles.files import documents
from profiles.files.documents import DocumentField
from profiles.files.pictures import PictureField
from profiles.models.activities import Programme
from profiles.models.entry import Entry, EntryQuerySet, is_switched_off, public_index
from profiles.models.fields import NamesByLanguage, names, web_address
from profiles.models.flaws import HEAVY_MINUTE_OF_FILM, flaw_index, flaw_of_file
from profiles.times import DurationField
from profiles.translation import FILE_LANGUAGES, TranslatedText, translated, translated_columns


class OfProgrammeQuerySet(EntryQuerySet):
    def with_parts_of_page(self):
        # Of the programme a page shows a link, where it is published.
        shown = {"id", "is_draft", "publish_at", *Programme.linked_fields}
        unshown = [field.name for field in Programme._meta.fields if field.name not in shown]
        found = super().with_parts_of_page().select_related("programme")
        return found.defer(*(f"programme__{name}" for name in unshown))

    def with_related(self):
        return super().with_related().select_related("programme")


class OfProgramme(models.Model):
    """What came out of a programme."""

    programme = models.ForeignKey(
        Programme,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("programme"),
        help_text=_("Links the two pages with each other."),
    )
    partners = NamesByLanguage(_("partners"), _("One partner per line. Example: Interpeace."))

    class Meta:
        abstract = True

    @property
    def published_programme(self):
        programme = None if is_switched_off(Programme) else self.programme
        return programme if programme and programme.is_published else None


class Video(OfProgramme, Entry):
    watch_url = web_address(
        _("where it can be watched"),
        _("Address of the film on another site. Visitors are told where the link leads."),
    )
    file = DocumentField(
        _("film"),
        upload_to="videos",
        formats=("mp4", "webm"),
        max_length=200,
        blank=True,
        db_index=True,
        help_text=_(
            "Your own file, MP4 (H.264) or WebM, played on this site. Keep it small. Where, when "
            "and with what it was filmed is removed, and so are subtitles inside the film."
        ),
    )
    captions = DocumentField(
        _("captions"),
        upload_to="videos",
        formats=("vtt",),
        max_length=200,
        blank=True,
        db_index=True,
        help_text=_("A WebVTT (.vtt) or SubRip (.srt) file for people who can't hear the film."),
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        choices=FILE_LANGUAGES,
        help_text=_("What is spoken in the film."),
    )
    duration = DurationField(
        _("duration"),
        null=True,
        blank=True,
        help_text=_("Minutes and seconds. Example: 12 min 30."),
    )
    date = PartialDateField(
        _("date"), blank=True, help_text=_("As precise as is known: 2016, 09/2016 or 26/09/2016.")
    )
    transcript = translated(
        models.TextField(
            _("transcript"),
            help_text=_("All that is said, for people who can't hear or download the film."),
        )
    )

    objects = OfProgrammeQuerySet.as_manager()

    kind_slug = "videos"
    section_title = _("Videos")
    empty_sentence = _("No videos have been added yet.")
    task_sentence = _("Add a video")
    task_place = 1
    dated_by = "date"
    cited_as = "film"
    schema_type = "VideoObject"
    found_as = "vidéo film documentaire reportage video movie footage فيديو فيلم"
    file_fields = (*Entry.file_fields, "file", "captions")
    heavy_file_remark = _(
        "The film has more than 5 MB: save it again in 480p and replace it, or give a web address "
        "where it can be watched. If you type how long it lasts, up to 6 MB a minute are fine."
    )

    class Meta(Entry.Meta):
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        indexes = [
            *Entry.Meta.indexes,
            flaw_index("video", addresses=["watch_url"], has_own_file=True),
            public_index("programme", "-dated", "-id", name="of_programme"),
        ]

    def is_heavy_with(self, size):
        """Not where it can be watched elsewhere too, nor where it is as small as a film can be."""
        if self.watch_url or not super().is_heavy_with(size):
            return False
        minutes = self.duration.total_seconds() / 60 if self.duration else 0
        return size > HEAVY_MINUTE_OF_FILM * minutes

    @property
    def film(self):
        return self.file

    @property
    def offered_languages(self):
        return [self.language] if self.language else super().offered_languages


class PaperQuerySet(OfProgrammeQuerySet):
    def with_parts_of_cards(self):
        return super().with_parts_of_cards().with_files()

    def with_parts_of_page(self):
        return super().with_parts_of_page().with_files()

    def with_related(self):
        return super().with_related().with_files()

    def with_files(self):
        files = PaperFile.objects.defer("text")
        return self.prefetch_related(models.Prefetch("files", queryset=files))


class Paper(OfProgramme, Entry):
    class Type(models.TextChoices):
        RESEARCH = "research", _("Research paper")
        POLICY = "policy", _("Policy brief")
        ACTIVITY = "activity", _("Activity report")
        AUDIT = "audit", _("Audit report")

    type = models.CharField(
        _("type"),
        max_length=10,
        choices=Type,
        default=Type.RESEARCH,
        help_text=_("Shown beside the title and used in citations."),
    )
    authors = names(
        _("authors"),
        _(
            "One author per line: family name, comma, given name. Example: Ag Assarid, Moussa. "
            "Visitors read “Moussa Ag Assarid”. An institution is written as it is called, "
            "without a comma."
        ),
        validators=[are_authors],
    )
    date = PartialDateField(
        _("publication date"),
        blank=True,
        help_text=_("As precise as is known: 2016, 06/2016 or 30/06/2016."),
    )
    isbn = models.CharField(
        "ISBN",
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^[0-9-]{9,16}[0-9X]$", _("Example: 978-9966-1666-6-1."))],
        help_text=_("Printed on the back. Example: 978-9966-1666-6-1."),
    )
    doi = models.CharField(
        "DOI",
        max_length=200,
        blank=True,
        validators=[RegexValidator(r"^10\.\d{4,9}/\S+$", _("Example: 10.1000/182."))],
        help_text=_("Without https://doi.org/. Example: 10.1000/182."),
    )
    licence = translated(
        models.CharField(
            _("licence"),
            max_length=200,
            help_text=_("What others may do with it. Example: CC BY 4.0."),
        ),
        fr={"default": "Tous droits réservés"},
        en={"default": "All rights reserved"},
    )
    source_url = web_address(
        _("source address"), _("Where the paper was first published, with https://.")
    )

    objects = PaperQuerySet.as_manager()

    kind_slug = "papers"
    section_title = _("Policy and Research Papers")
    empty_sentence = _("No papers have been added yet.")
    task_sentence = _("Add a paper")
    task_place = 2
    dated_by = "date"
    cited_as = "report"
    found_as = "papier rapport étude publication document recherche paper report study تقرير دراسة"
    asked_as = {"authors": "auteur auteure écrit rédigé author written wrote"}
    unsearched = (*Entry.unsearched, *translated_columns("licence"))
    file_fields = (*Entry.file_fields, "files__file", "files__cover")
    parts = (*Entry.parts, "files")
    list_filter = "type"

    class Meta(Entry.Meta):
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        indexes = [
            *Entry.Meta.indexes,
            flaw_index("paper", addresses=["source_url"], has_authors=True),
            public_index("programme", "-dated", "-id", name="of_programme"),
            public_index("organisation", "type", "-dated", "-id", "publish_at", name="of_type"),
        ]

    @property
    def offered_languages(self):
        languages = dict.fromkeys(file.language for file in self.files.all())
        return list(languages) or super().offered_languages

    @property
    def files_best_first(self):
        """First the one that most readers of the page want: in its language, as it was added."""
        return sorted(self.files.all(), key=lambda file: file.language != get_language())

    @property
    def pdf(self):
        return next((file for file in self.files_best_first if file.format == "pdf"), None)

    @property
    def genre(self):
        return self.get_type_display()

    @property
    def schema_type(self):
        return "ScholarlyArticle" if self.type == self.Type.RESEARCH else "Report"

    @property
    def cover_alt(self):
        text = _("Cover of “%(title)s”") % {"title": self.title}
        return TranslatedText(text, get_language())

    @property
    def cover(self):
        """The first page of the first file, where no picture was uploaded."""
        return next((file.cover for file in self.files.all() if file.cover), None)


class PaperFile(models.Model):
    class Edition(models.TextChoices):
        FULL = "full", pgettext_lazy("edition of a file", "full")
        LIGHT = "light", pgettext_lazy("edition of a file", "light")

    paper = models.ForeignKey(
        Paper, on_delete=models.CASCADE, related_name="files", verbose_name=_("paper")
    )
    file = DocumentField(
        _("file"),
        upload_to="papers",
        max_length=200,
        db_index=True,
        help_text=_(
            "PDF, Word, OpenDocument or EPUB. Visitors see its language and size, and the pages of a PDF, "
            "before they download it."
        ),
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=FILE_LANGUAGES,
        default="fr",
        help_text=_("The language the file is written in."),
    )
    edition = models.CharField(
        _("edition"),
        max_length=8,
        choices=Edition,
        default=Edition.FULL,
        help_text=_("Light: a smaller file of the same text, for slow connections."),
    )
    # Read from the file when it is saved.
    format = models.CharField(_("format"), max_length=8, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    page_count = models.PositiveIntegerField(_("pages"), null=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    text = models.TextField(_("text of the file"), blank=True, editable=False)
    cover = PictureField(
        _("cover"),
        upload_to="papers",
        max_length=200,
        blank=True,
        db_index=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["pk"]
        indexes = [models.Index(flaw_of_file(), models.F("id").desc(), name="file_flawed")]

    def __str__(self):
        return f"{self.get_language_display()}, {self.format.upper()}"

    def save(self, *args, **kwargs):
        if self.file and not self.file._committed:
            self.read_file()
        super().save(*args, **kwargs)

    def read_file(self):
        document = documents.read(self.file.file)
        self.format = document.format
        self.size = document.size
        self.page_count = document.page_count
        self.sha256 = document.sha256
        self.text = document.text
        self.cover = document.cover
