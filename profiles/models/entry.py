"""What every entry on the profile has, whatever its kind."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import classproperty
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from profiles.files.pictures import PictureField
from profiles.files.variants import kept_names
from profiles.models.audio import WithAudio
from profiles.models.fields import free_slug, tidy_texts
from profiles.models.flaws import HEAVY, remark_indexes, translation_indexes
from profiles.models.library import WithTextPictures
from profiles.models.organisation import Organisation, only_organisation
from profiles.models.rules import Checked, Rule, in_one_language
from profiles.publishing import Publishable, PublishedQuerySet
from profiles.richtext import RichTextField, excerpt
from profiles.translation import TranslatedText, has_any, texts_of, translated, translated_columns


class EntryQuerySet(PublishedQuerySet):
    def on_profile(self):
        return self.listed().order_by("position", "-dated", "-pk")

    def holding_file(self, name):
        """Entries to which the uploaded file `name`, or the picture it was made from, belongs."""
        stored = kept_names(name)
        conditions = [Q(**{f"{field}__in": stored}) for field in self.model.file_fields]
        return self.filter(Q.create(conditions, connector=Q.OR))

    def with_parts_of_cards(self):
        """With what a card shows beside the entry, but recordings, which are asked of all at once."""
        return self

    def with_parts_of_page(self):
        """With what its own page shows beside it and the organisation."""
        return self

    def with_related(self):
        """With what everything that is made of an entry may ask of it but recordings."""
        return self.select_related("organisation")


def public_index(*fields, name):
    """An index of what is no draft; that stands in it too, so that SQLite reads nothing else."""
    return models.Index(
        fields=[*fields, "is_draft"], condition=Q(is_draft=False), name=f"%(class)s_{name}"
    )


def folder_of_kind(entry, name):
    return f"{entry.kind_slug}/{name}"


class Entry(WithAudio, WithTextPictures, Checked, Publishable):
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        verbose_name=_("organisation"),
        help_text=_("On whose profile this entry stands."),
    )
    title = translated(
        models.CharField(
            _("title"),
            max_length=300,
            help_text=_("As visitors read it. A language left empty shows the other one's text."),
        )
    )
    summary = translated(
        models.TextField(
            _("summary"),
            max_length=400,
            help_text=_(
                "Two or three sentences for lists and search engines, about 300 "
                "characters. Left empty, the beginning of the text is shown."
            ),
        )
    )
    body = translated(
        RichTextField(
            _("text"),
            help_text=_(
                "The whole text. The first paragraph stands open on the profile; the rest unfolds."
            ),
        )
    )
    slug = models.SlugField(
        _("address"),
        max_length=100,
        unique=True,
        blank=True,
        help_text=_(
            "The last part of the page's permanent address, in small letters. "
            "Left empty, it is made from the title."
        ),
    )
    image = PictureField(
        _("picture"),
        upload_to=folder_of_kind,
        max_length=200,
        blank=True,
        db_index=True,
        help_text=_(
            "JPEG, PNG, HEIC, WebP, AVIF, GIF, TIFF or BMP. It is made smaller, and hidden data "
            "such as the place where it was taken are removed."
        ),
    )
    image_alt = translated(
        models.CharField(
            _("alternative text of the picture"),
            max_length=300,
            help_text=_(
                "What the picture shows, in one sentence, for people who can't see it. "
                "Example: Two elders and a soldier in discussion under a tree."
            ),
        )
    )
    image_is_decorative = models.BooleanField(
        _("decorative picture"),
        default=False,
        help_text=_("Tick it if the picture says nothing: it is then not read aloud."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"),
        default=100,
        help_text=_(
            "Smaller numbers stand first on the profile; with the same number, the "
            "newest does. Example: 1 for what must be on top."
        ),
    )
    # What lists are sorted and divided by: the kind's own date as ISO text, "" if unknown.
    # Not null, so that every database puts entries without a date last.
    dated = models.CharField(_("date"), max_length=10, editable=False, default="")
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    objects = EntryQuerySet.as_manager()

    rules = (
        in_one_language("title", _("Type a title in at least one language.")),
        Rule(
            ("is_draft", "image", "image_is_decorative", *translated_columns("image_alt")),
            lambda entry: entry.is_draft or not entry.image or entry.image_is_described,
            translated_columns("image_alt")[0],
            _(
                "Before this entry is published, say what the picture shows, or tick "
                "“decorative picture”."
            ),
        ),
    )
    do_not_call_in_templates = True  # a template that names a kind would make an entry of it
    # What each kind says of itself: the first four always, the rest where it differs.
    kind_slug = ""  # first part of the page's address; its folder under media/ and templates/
    section_title = ""
    empty_sentence = ""
    task_sentence = ""  # on the first page of the admin: "Add a paper"
    task_place = 100  # among these tasks; smaller numbers stand first
    dated_by = ""  # the field whose date it is sorted by
    file_fields = ("image", "audio__file")
    is_programme = False  # whether other entries come out of it
    cover = None  # a picture that was made of it, shown where none was uploaded
    list_filter = ""  # a field with choices by which its list can be narrowed
    found_as = ""  # further words by which people call such an entry, in any language
    asked_as = {}  # for a field of names the words by which people ask for them
    unsearched = ("slug", "dated", "publish_at", "position")  # fields whose words find nothing
    film = None  # an entry's own film, played in the place of its picture
    cited_as = ""  # "report" or "film", where it can be cited
    schema_type = "Article"  # what schema.org calls it
    linked_fields = ("slug", *translated_columns("title"))  # of which a link to it is made
    pdf = None  # the file that programs for citations fetch, a `PaperFile`
    can_close = False  # whether it has a `deadline`, and says with `is_closed` that it is over
    heavy_file_remark = _("The file has more than 5 MB: choose a lighter one.")

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish")
        ordering = ["-dated", "-pk"]
        indexes = [
            # What visitors list, count and narrow by year; what the profile shows; feeds; maps.
            public_index("organisation", "-dated", "-id", "publish_at", name="newest"),
            public_index("organisation", "position", "-dated", "-id", "publish_at", name="profile"),
            public_index("-publish_at", "-id", name="moment"),
            public_index("-updated", "publish_at", name="changed"),
            # The lists of staff, by each column that sorts them, of all or in one state.
            models.Index(fields=["-dated", "-id"], name="%(class)s_dated"),
            models.Index(fields=["position", "-dated", "-id"], name="%(class)s_placed"),
            models.Index(fields=["is_draft", "-dated", "-id"], name="%(class)s_state_dated"),
            models.Index(
                fields=["is_draft", "position", "-dated", "-id"], name="%(class)s_state_placed"
            ),
            *translation_indexes(),
            *remark_indexes(),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("entry", args=[self.kind_slug, self.slug])

    def save(self, *args, **kwargs):
        self.fill_in()
        super().save(*args, **kwargs)

    def fill_in(self):
        """What the site writes by itself, before the entry is stored."""
        if self.organisation_id is None:
            self.organisation_id = only_organisation()
        self.slug = self.slug or free_slug(self, texts_of(self, "title"), self.own_date)
        self.dated = self.own_date
        tidy_texts(self)

    @classproperty
    def kind_name(cls):
        return cls._meta.verbose_name

    @classproperty
    def kind_names(cls):
        return cls._meta.verbose_name_plural

    @property
    def kind_label(self):
        return capfirst(self._meta.verbose_name)

    @property
    def genre(self):
        """What a citation calls it."""
        return self.kind_label

    @classproperty
    def templates(cls):
        """For each part of a page the kind's own template, or else the one that kinds share."""
        return {
            part: [f"profiles/{cls.kind_slug}/{part}.html", f"profiles/_{part}.html"]
            for part in ("facts", "panel", "actions", "details", "accessibility")
        }

    @property
    def own_date(self):
        return getattr(self, self.dated_by) if self.dated_by else ""

    @property
    def changed(self):
        """When visitors saw it change last: a scheduled one was not there while it was written."""
        return max(self.updated, self.publish_at)

    @property
    def image_is_described(self):
        return self.image_is_decorative or has_any(self, "image_alt")

    @property
    def offered_languages(self):
        """Codes of the languages in which it can be read, watched or listened to."""
        return [(self.body or self.title).language]

    def is_heavy_with(self, size):
        """Whether its own file, of so many bytes, costs its readers much."""
        return size > HEAVY

    @property
    def lead(self):
        """The summary, or the beginning of the text where there is none."""
        return self.summary or TranslatedText(excerpt(self.body), self.body.language)


def is_switched_off(model):
    """Whether it is a kind that this site does without, whose entries only wait in the database."""
    return getattr(model, "kind_slug", "") in settings.KINDS_OFF


def part_model(kind, relation):
    """The model of what belongs to an entry of a kind by one of its `parts`."""
    return kind._meta.get_field(relation).related_model


def parts_of(noun):
    """Every row that belongs to a stored noun; nothing belongs to one that is not stored yet."""
    if not noun.pk:
        return []
    return [part for relation in noun.parts for part in getattr(noun, relation).all()]


def link_of(kind, relation):
    """The name under which a part knows the entry that it belongs to."""
    link = kind._meta.get_field(relation)
    return "noun" if isinstance(link, GenericRelation) else link.remote_field.name


def key_of_whole(part, relation, kind):
    """The key of the entry of a kind to which a part says that it belongs; None if it is another's."""
    link = kind._meta.get_field(relation)
    if isinstance(link, GenericRelation):
        return part.object_id if part.content_type.model_class() is kind else None
    return getattr(part, link.remote_field.attname)


def is_link_of_part(field):
    """Whether a field says to which entry a part belongs."""
    whole = field.related_model
    return any(part_model(whole, name) is field.model for name in getattr(whole, "parts", ()))
