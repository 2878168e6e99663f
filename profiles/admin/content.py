"""What the forms and lists of all our models share."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminIntegerFieldWidget, AdminTextareaWidget
from django.contrib.contenttypes.admin import GenericStackedInline
from django.db import models
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from profiles import search, words
from profiles.admin import list_cells
from profiles.admin.answers import AnsweringAdmin
from profiles.admin.apart import ApartAdmin, WithApartAdmin
from profiles.admin.chosen_files import ChosenFilesAdmin
from profiles.admin.chosen_pictures import take_chosen
from profiles.admin.conflicts import ConflictAdmin
from profiles.admin.copying import CopyAdmin
from profiles.admin.file_input import WithFiles
from profiles.admin.kept_typing import KeptTypingAdmin
from profiles.admin.long_lists import LongListAdmin
from profiles.admin.once import OnceAdmin
from profiles.admin.publication import DateAndTime, PublicationAdmin
from profiles.admin.remarks import RemarksAdmin
from profiles.admin.reviews import ReviewsAdmin
from profiles.admin.saving import AudioFormSet
from profiles.admin.scripts import LightAdmin
from profiles.admin.sending import SendingAdmin
from profiles.admin.signed_preview import SignedPreviewAdmin
from profiles.admin.spreadsheets import SheetsMixin
from profiles.admin.state_bar import StateBarAdmin
from profiles.admin.typed_preview import TypedPreviewAdmin
from profiles.admin.typed_text import TypedTextWidget
from profiles.admin.versions import VersionsAdmin
from profiles.editing.completeness import with_files
from profiles.editing.linked import remarks_on_links, remarks_on_pictures
from profiles.editing.marks import with_marks
from profiles.models import (
    AudioSummary,
    Entry,
    LibraryPicture,
    Organisation,
    is_switched_off,
    only_organisation,
)
from profiles.models.flaws import flagged, lacks_translation
from profiles.publishing import State, may_view
from profiles.richtext import EDITOR_MEDIA, RichTextField
from profiles.translation import (
    CONTENT_LANGUAGES,
    FIRST_LANGUAGE,
    FURTHER_LANGUAGES,
    to_attribute,
)


def in_language(fields, language):
    return [to_attribute(field, language) for field in fields]


def folded(name, fields):
    return name, {"fields": fields, "classes": ["collapse"]}


class AudioSummaryInline(WithFiles, GenericStackedInline):
    model = AudioSummary
    formset = AudioFormSet
    fields = ("file", "language", "transcript")
    verbose_name_plural = _("Recordings, for those who would rather listen")

    def get_formset(self, request, obj=None, **kwargs):
        self.classes = [] if obj and obj.recordings else ["collapse"]
        return super().get_formset(request, obj, **kwargs)

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj and obj.recordings else 1


def with_signs(rows):
    """What Django says of rows that go or stay, with the sign behind their kind set as in French."""
    sign = f"{_(':')} "
    return [
        with_signs(row)
        if isinstance(row, list)
        else SafeString(conditional_escape(row).replace(": ", sign, 1))
        for row in rows
    ]


def saved_in(formset):
    return [*formset.new_objects, *(part for part, _fields in formset.changed_objects)]


class ContentAdmin(
    WithFiles,
    KeptTypingAdmin,
    ChosenFilesAdmin,
    SendingAdmin,
    OnceAdmin,
    VersionsAdmin,
    ConflictAdmin,
    StateBarAdmin,
    AnsweringAdmin,
    LightAdmin,
):
    """What the forms of all our models share.

    The order of the layers matters. A conflict is looked for with the entry locked, in the
    transaction that the history opens, so that nobody saves between the look and the save. Sending
    stands outside both: a full disk or a busy database breaks that transaction, and the form is
    made again after it. It also makes the `Save` that all of them share. Chosen files come first of all:
    what waited on the server is an upload for everything below. What is typed stands outside, and is
    forgotten once it is saved. The preview saves nothing: what has a page puts it before all this.
    """

    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        models.DateTimeField: {"widget": DateAndTime},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
        RichTextField: {"widget": TypedTextWidget},
    }
    translated_fields = ()
    first_fields = ()  # those of the translated fields that stand open
    named_fields = ()  # names that may be called otherwise in a further language
    picture_text = ""  # alternative text of the picture, which has its place beside the picture
    editor_media = EDITOR_MEDIA  # of forms with a rich text
    inlines = [AudioSummaryInline]

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        if any(part.is_heavy for part in saved_in(formset) if isinstance(part, AudioSummary)):
            self.message_user(request, AudioSummary.heavy_remark, messages.WARNING)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        form_field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if form_field is not None:
            # A browser would cut what is too long, and say nothing.
            form_field.widget.attrs.pop("maxlength", None)
        if form_field is not None and db_field.name == "image":
            form_field.widget.offers_library = may_view(request.user, LibraryPicture)
        return form_field

    def view_on_site(self, noun):
        """The page itself, to which Django would lead by an address of its own."""
        return noun.get_absolute_url() if hasattr(noun, "get_absolute_url") else None

    def add_view(self, request, form_url="", extra_context=None):
        """A kind says in its own words what is added: “Add: video” is no sentence."""
        words = getattr(self.model, "task_sentence", "")
        context = {"title": words} if words else {}
        return super().add_view(request, form_url, context | (extra_context or {}))

    def get_deleted_objects(self, objs, request):
        rows, *more, protected = super().get_deleted_objects(objs, request)
        return with_signs(rows), *more, with_signs(protected)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """A draft of another kind is no choice for who may not view it, but where it was made."""
        kind = db_field.related_model
        if issubclass(kind, Entry) and not may_view(request.user, kind):
            key = request.resolver_match.kwargs.get("object_id")
            own = self.model._base_manager.filter(pk=unquote(key) if key else None)
            chosen = models.Q(pk__in=own.values(db_field.attname))
            kwargs["queryset"] = kind.objects.filter(
                chosen | models.Q(pk__in=kind.objects.published())
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def language_fieldsets(self):
        """The first texts of the first language stand open; all others fold."""
        rest = [name for name in self.translated_fields if name not in self.first_fields]
        yield (
            capfirst(CONTENT_LANGUAGES[FIRST_LANGUAGE]),
            {"fields": in_language(self.first_fields, FIRST_LANGUAGE)},
        )
        if rest:
            yield folded(_("More texts in French"), in_language(rest, FIRST_LANGUAGE))
        for language in FURTHER_LANGUAGES:
            fields = in_language(
                [*self.translated_fields, *self.named_fields, self.picture_text], language
            )
            yield folded(capfirst(CONTENT_LANGUAGES[language]), fields)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        # The rich text editor's import map is an inline script, which needs the page's nonce.
        media = context["media"] + self.editor_media
        context["media"] = Media.from_media(media, nonce=str(request.csp_nonce))
        if original := context.get("original"):
            obj = self.as_stored(request, original)
            context |= {"title": self.title_of_form(request, obj), "subtitle": None}
            if isinstance(obj, Entry | Organisation):
                context |= self.about_stored(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def as_stored(self, request, noun):
        """A refused form wrote to its own."""
        if request.method != "POST":
            return noun
        return self.get_queryset(request).filter(pk=noun.pk).first() or noun

    def title_of_form(self, request, noun):
        """What the form is about; Django puts “Change paper” above it."""
        return str(noun) or capfirst(self.opts.verbose_name)

    def about_stored(self, request, noun):
        """What stands above its form."""
        about = self.about_entry(request, noun) if isinstance(noun, Entry) else {"remarks": []}
        of_texts = [*remarks_on_links(noun), *remarks_on_pictures(noun)]
        return about | {"remarks": [*about["remarks"], *of_texts]}


class EntryForm(forms.ModelForm):
    def clean(self):
        cleaned = super().clean()
        take_chosen(self)
        return cleaned

    def clean_slug(self):
        """Not sent by a form that was opened while the entry was published: it stays."""
        if self.add_prefix("slug") in self.data:
            return self.cleaned_data["slug"]
        self.fields["slug"].bound_data = lambda data, initial: initial
        return self.instance.slug


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        states = [state for state in State if state != State.CLOSED or model_admin.model.can_close]
        return [(state.value, state.label.capitalize()) for state in states]

    def queryset(self, request, queryset):
        return queryset.in_state(State(self.value())) if self.value() in State else queryset


class TranslationFilter(admin.SimpleListFilter):
    title = _("language")
    parameter_name = "lacks"

    def lookups(self, request, model_admin):
        words = {"fr": _("French is missing"), "en": _("English is missing")}
        return [(code, words.get(code, name)) for code, name in CONTENT_LANGUAGES.items()]

    def queryset(self, request, queryset):
        if self.value() in CONTENT_LANGUAGES:
            return flagged(queryset, lacks_translation(self.value()))
        return queryset


class EntryAdmin(
    LongListAdmin,
    SheetsMixin,
    ReviewsAdmin,
    PublicationAdmin,
    RemarksAdmin,
    WithApartAdmin,
    CopyAdmin,
    TypedPreviewAdmin,
    SignedPreviewAdmin,
    ContentAdmin,
    ApartAdmin,  # which so comes to stand right before the history, whose place it takes
):
    form = EntryForm
    translated_fields = ("title", "summary", "body")
    first_fields = ("title", "body")
    picture_text = "image_alt"
    first_facts = ()  # what stands open of the kind's own fields; at most seven fields do
    more_facts = ()
    picture_is_open = True
    list_display = (
        "thumbnail",
        "title",
        "state",
        "languages",
        "when",
        "to_complete",
        "on_site",
        "position",
    )
    list_display_links = ("title",)
    list_editable = ("position",)
    list_filter = (StateFilter, TranslationFilter)
    empty_value_display = ""
    search_fields = ("title_fr",)  # shows the box; `search` says what is found
    readonly_when_published = ("slug",)

    def get_fieldsets(self, request, obj=None):
        return [
            *([] if only_organisation() else [(_("Organisation"), {"fields": ["organisation"]})]),
            *self.language_fieldsets(),
            *self.facts_fieldsets(),
            *self.picture_fieldsets(),
            (
                _("Address and position"),
                {"fields": ["slug", "position"], "classes": ["collapse", "late"]},
            ),
        ]

    def facts_fieldsets(self):
        if first := self.known_to_this_site(self.first_facts):
            yield _("Facts"), {"fields": first}
        if more := self.known_to_this_site(self.more_facts):
            yield folded(_("More facts"), more)

    def known_to_this_site(self, names):
        """Without the fields that choose an entry of a kind that is switched off."""
        unknown = {field.name for field in self.opts.fields if is_switched_off(field.related_model)}
        return [name for name in names if name not in unknown]

    def picture_fieldsets(self):
        fields = ["image", *in_language(["image_alt"], FIRST_LANGUAGE)]
        if self.picture_is_open:
            yield _("Picture"), {"fields": fields}
            yield folded(_("If the picture says nothing"), ["image_is_decorative"])
        else:
            yield folded(_("Picture"), [*fields, "image_is_decorative"])

    def get_actions(self, request):
        """Django would say “Delete selected videos”, which agrees with no French noun alike."""
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            act, name, _words = actions["delete_selected"]
            actions["delete_selected"] = act, name, _("Delete the selected entries")
        return actions

    def about_entry(self, request, entry):
        return self.about_remarks(request, entry) | self.about_preview(request, entry)

    def get_search_results(self, request, queryset, search_term):
        return (search.matching(queryset, search_term) if search_term.strip() else queryset), False

    def get_changelist_form(self, request, **kwargs):
        # In the list no label stands beside the number.
        attrs = {"aria-label": capfirst(_("position"))}
        return super().get_changelist_form(
            request, widgets={"position": AdminIntegerFieldWidget(attrs=attrs)}, **kwargs
        )

    def get_queryset(self, request):
        return with_marks(with_files(super().get_queryset(request)))

    def get_readonly_fields(self, request, obj=None):
        # Asked again after validation has written to obj: the stored state decides, as for the form.
        if request.saving.was_published is None:
            request.saving.was_published = bool(obj and obj.is_published)
        return self.readonly_when_published if request.saving.was_published else ()

    @admin.display(description=_("picture"))
    def thumbnail(self, entry):
        return list_cells.thumbnail(entry)

    @admin.display(description=_("title"))
    def title(self, entry):
        return entry.title

    @admin.display(description=_("state"))
    def state(self, entry):
        return list_cells.state(entry)

    @admin.display(description=_("languages"))
    def languages(self, entry):
        return list_cells.languages(entry)

    @admin.display(description=_("date"), ordering="dated")
    def when(self, entry):
        return words.date_in_words(entry.dated)

    @admin.display(description=_("to complete"))
    def to_complete(self, entry):
        return list_cells.remarks(entry)

    @admin.display(description=_("on the site"))
    def on_site(self, entry):
        return list_cells.site_link(entry)
