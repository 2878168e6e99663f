"""What the forms and lists of all our models share."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from js_asset import Media

from profiles.admin.permissions import PublishPermission
from profiles.models import only_organisation
from profiles.publishing import State
from profiles.translation import CONTENT_LANGUAGES, to_attribute

FIRST_LANGUAGE, *FURTHER_LANGUAGES = CONTENT_LANGUAGES


def publish(entry):
    """Publish an entry where nothing is missing; whether it was."""
    entry.is_draft = False
    try:
        entry.full_clean()
    except ValidationError:
        return False
    entry.save()
    return True


def in_language(fields, language):
    return [to_attribute(field, language) for field in fields]


class ContentAdmin(admin.ModelAdmin):
    """What the forms of all our models share."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    translated_fields = ()
    picture_text = ""  # alternative text of the picture, which has its place beside the picture
    save_on_top = True

    def language_fieldsets(self):
        """The first language's texts stand open; each further one folds."""
        yield (
            CONTENT_LANGUAGES[FIRST_LANGUAGE],
            {"fields": in_language(self.translated_fields, FIRST_LANGUAGE)},
        )
        for language in FURTHER_LANGUAGES:
            fields = in_language([*self.translated_fields, self.picture_text], language)
            yield CONTENT_LANGUAGES[language], {"fields": fields, "classes": ["collapse"]}

    def render_change_form(self, request, context, *args, **kwargs):
        # The rich text editor's import map is an inline script, which needs the page's nonce.
        context["media"] = Media.from_media(context["media"], nonce=str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        states = [state for state in State if state != State.CLOSED or model_admin.can_close]
        return [(state.value, state.label.capitalize()) for state in states]

    def queryset(self, request, queryset):
        return queryset.in_state(State(self.value())) if self.value() in State else queryset


class EntryAdmin(PublishPermission, ContentAdmin):
    translated_fields = ("title", "summary", "body")
    picture_text = "image_alt"
    own_fields = ()
    can_close = False
    list_display = ("title", "state", "dated", "updated", "position")
    list_editable = ("position",)
    list_filter = (StateFilter,)
    list_per_page = 50
    search_fields = ("title_fr", "title_en", "slug")
    actions = ("publish", "withdraw")
    readonly_when_published = ("slug",)

    def get_fieldsets(self, request, obj=None):
        picture = ["image", *in_language(["image_alt"], FIRST_LANGUAGE), "image_is_decorative"]
        publication = ["is_draft", "publish_at", "slug", "position"]
        if only_organisation() is None:
            publication.insert(0, "organisation")
        return [
            *self.language_fieldsets(),
            (_("Facts"), {"fields": self.own_fields}),
            (_("Picture"), {"fields": picture}),
            (
                _("Publication"),
                {"fields": publication, "description": self.publication_note(request)},
            ),
        ]

    def get_readonly_fields(self, request, obj=None):
        fixed = self.readonly_when_published if obj and obj.is_published else ()
        return (*fixed, *self.readonly_without_publishing(request))

    @admin.display(description=_("title"))
    def title(self, entry):
        return entry.title

    @admin.display(description=_("state"))
    def state(self, entry):
        return entry.state.label

    @admin.action(description=_("Publish the selected entries"), permissions=["publish"])
    def publish(self, request, queryset):
        refused = [entry for entry in queryset if not publish(entry)]
        number = len(queryset) - len(refused)
        message = ngettext("%d entry is published.", "%d entries are published.", number)
        self.message_user(request, message % number)
        for entry in refused:
            message = _("“%s” stays a draft: open its form to see what is missing.")
            self.message_user(request, message % entry, messages.WARNING)

    @admin.action(description=_("Withdraw the selected entries"), permissions=["publish"])
    def withdraw(self, request, queryset):
        number = queryset.update(is_draft=True, updated=timezone.now())
        message = ngettext("%d entry is withdrawn.", "%d entries are withdrawn.", number)
        self.message_user(request, message % number)
