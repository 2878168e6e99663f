"""What the organisation does, and whom it looks for: programmes, mandates, vacancies."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles import dates
from profiles.dates import PartialDateField
from profiles.files.documents import DocumentField
from profiles.kept_queries import Now
from profiles.models.entry import Entry, EntryQuerySet
from profiles.models.fields import NamesByLanguage, names, web_address
from profiles.models.flaws import flaw_index
from profiles.models.rules import Rule
from profiles.publishing import State, before_9999
from profiles.times import END_OF_DAY, MomentField
from profiles.translation import translated


class WithPeriod(models.Model):
    """From a start to an end, either of which may be unknown."""

    start = PartialDateField(
        _("start"),
        blank=True,
        help_text=_("As precise as is known: 2019, 06/2019 or 28/02/2019."),
    )
    end = PartialDateField(
        _("end"),
        blank=True,
        help_text=_("As precise as is known. Leave it empty while it goes on."),
    )

    rules = (
        Rule(
            ("start", "end"),
            lambda noun: not dates.ends_before_start(noun.start, noun.end),
            "end",
            _("The end lies before the start."),
        ),
    )

    class Meta:
        abstract = True


class Programme(WithPeriod, Entry):
    places = names(_("places"), _("One place per line. Example: Mopti."))
    partners = NamesByLanguage(_("partners"), _("One partner per line. Example: Interpeace."))
    funders = NamesByLanguage(
        _("funders"), _("One funder per line. Example: UN Peacebuilding Fund.")
    )
    website = web_address(_("website"), _("A page about the programme, with https://."))

    kind_slug = "programmes"
    is_programme = True
    section_title = _("Programmes")
    empty_sentence = _("No programmes have been added yet.")
    task_sentence = _("Add a programme")
    task_place = 4
    dated_by = "start"
    found_as = "programme projet activité program project برنامج مشروع"
    asked_as = {
        "funders": "finance financement bailleur donateur argent fund funding donor pays",
        "places": "lieu région zone where place region",
    }

    class Meta(Entry.Meta):
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        indexes = [*Entry.Meta.indexes, flaw_index("programme", addresses=["website"])]


class Mandate(WithPeriod, Entry):
    mandators = NamesByLanguage(
        _("mandators"), _("Who gave the mandate, one per line. Example: Netherlands.")
    )
    countries = NamesByLanguage(_("countries"), _("One country per line. Example: Mali."))
    outputs = translated(
        models.TextField(_("outputs"), help_text=_("What was made or delivered, line by line."))
    )
    intended_outcomes = translated(
        models.TextField(
            _("intended outcomes"), help_text=_("What should be different afterwards.")
        )
    )

    kind_slug = "mandates"
    section_title = _("Support mandates")
    empty_sentence = _("No support mandates have been added yet.")
    task_sentence = _("Add a support mandate")
    task_place = 5
    dated_by = "start"
    found_as = "mandat appui mission expertise mandate support consultancy تفويض"

    class Meta(Entry.Meta):
        verbose_name = _("support mandate")
        verbose_name_plural = _("support mandates")
        indexes = [*Entry.Meta.indexes, flaw_index("mandate")]


class VacancyQuerySet(EntryQuerySet):
    def listed(self):
        return self.published().filter(
            Q(deadline=None) | Q(deadline__gt=Now(before=Vacancy.last_minute))
        )

    def next_moment(self):
        """A deadline that passes too."""
        coming = self.listed().exclude(deadline=None).order_by("deadline")
        deadline = coming.values_list("deadline", flat=True).first()
        closing = deadline and deadline + Vacancy.last_minute
        return min(filter(None, [super().next_moment(), closing]), default=None)

    def in_state(self, state):
        is_over = Q(deadline__lte=Now(before=Vacancy.last_minute))
        if state == State.CLOSED:
            return super().in_state(State.PUBLISHED).filter(is_over)
        vacancies = super().in_state(state)
        return vacancies.exclude(is_over) if state == State.PUBLISHED else vacancies


class Vacancy(Entry):
    location = models.CharField(
        _("location"), max_length=200, blank=True, help_text=_("Example: Bamako, Mali.")
    )
    country = models.CharField(
        _("country"),
        max_length=100,
        blank=True,
        help_text=_(
            "Example: Mali. Only with a country do search engines show the vacancy among job offers."
        ),
    )
    contact_name = models.CharField(
        _("contact name"),
        max_length=200,
        blank=True,
        help_text=_("To whom applications go. Hidden after the deadline."),
    )
    contact_email = models.EmailField(
        _("contact e-mail"),
        blank=True,
        help_text=_("Where applications go. Hidden after the deadline."),
    )
    link = web_address(_("link"), _("Where the full offer stands on another site."))
    file = DocumentField(
        _("file"),
        upload_to="vacancies",
        max_length=200,
        blank=True,
        db_index=True,
        help_text=_("The full offer as a PDF, Word, OpenDocument or EPUB file."),
    )
    deadline = MomentField(
        _("application deadline"),
        day_alone=END_OF_DAY,
        null=True,
        blank=True,
        validators=[before_9999],
        help_text=_(
            "Applications are taken up to and including this minute; a day without a time "
            "means its end. Afterwards the page "
            "says that the vacancy is closed, and the profile and the list no longer show it."
        ),
    )

    objects = VacancyQuerySet.as_manager()

    rules = (
        Rule(
            ("is_draft", "publish_at", "deadline"),
            # A draft may come back from the deleted ones years later: asked when it is published.
            lambda vacancy: vacancy.is_draft or not vacancy.closes_before_it_opens,
            "deadline",
            _(
                "The deadline lies before the publication, so that nobody could apply. Correct it, "
                "or publish earlier."
            ),
        ),
    )
    kind_slug = "vacancies"
    section_title = _("Vacancies")
    empty_sentence = _("No vacancies have been added yet.")
    task_sentence = _("Add a vacancy")
    task_place = 3
    found_as = (
        "offre emploi poste recrutement recrute embauche travail stage candidature candidater "
        "postuler carrière cv baara job offer vacancy position career recruitment hiring apply "
        "application وظيفة وظائف"
    )
    unsearched = (*Entry.unsearched, "contact_name")  # hidden after the deadline
    file_fields = (*Entry.file_fields, "file")
    can_close = True
    schema_type = "JobPosting"
    last_minute = datetime.timedelta(minutes=1)  # "23:59" includes that minute

    class Meta(Entry.Meta):
        verbose_name = _("vacancy")
        verbose_name_plural = _("vacancies")
        indexes = [
            *Entry.Meta.indexes,
            flaw_index("vacancy", addresses=["link"], has_own_file=True),
            models.Index(fields=["-deadline", "-id"], name="vacancy_deadline"),
        ]

    @property
    def own_date(self):
        return timezone.localtime(self.deadline).date().isoformat() if self.deadline else ""

    @property
    def place(self):
        """The location, and the country where it does not name that already."""
        is_named = self.country.casefold() in self.location.casefold()
        return self.location if is_named else ", ".join(filter(None, [self.location, self.country]))

    @property
    def closes_before_it_opens(self):
        return self.deadline is not None and self.deadline + self.last_minute <= self.publish_at

    @property
    def is_closed(self):
        return self.deadline is not None and self.deadline <= timezone.now() - self.last_minute

    @property
    def state(self):
        state = super().state
        return State.CLOSED if state == State.PUBLISHED and self.is_closed else state
