"""Where staff edit what the site says. It declares; it does not compute."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from profiles.admin.content import FIRST_LANGUAGE, ContentAdmin, EntryAdmin, in_language
from profiles.admin.sheets import SheetsMixin
from profiles.models import Mandate, Organisation, Paper, PaperFile, Programme, Vacancy, Video


@admin.register(Organisation)
class OrganisationAdmin(ContentAdmin):
    translated_fields = ("name", "description")
    picture_text = "logo_alt"
    prepopulated_fields = {"slug": ["acronym"]}
    list_display = ("__str__", "email", "website")

    def get_fieldsets(self, request, obj=None):
        return [
            *self.language_fieldsets(),
            (_("Who you are"), {"fields": ["acronym", "slug", "founded"]}),
            (_("Logo"), {"fields": ["logo", *in_language(["logo_alt"], FIRST_LANGUAGE)]}),
            (
                _("Contact"),
                {"fields": ["email", "telephones", "postal_address", "website", "social_links"]},
            ),
        ]


@admin.register(Programme)
class ProgrammeAdmin(SheetsMixin, EntryAdmin):
    own_fields = ("start", "end", "places", "partners", "funders", "website")


@admin.register(Mandate)
class MandateAdmin(EntryAdmin):
    translated_fields = (*EntryAdmin.translated_fields, "outputs", "intended_outcomes")
    own_fields = ("mandators", "countries", "start", "end")


@admin.register(Vacancy)
class VacancyAdmin(EntryAdmin):
    can_close = True
    own_fields = ("location", "deadline", "contact_name", "contact_email", "link", "file")


@admin.register(Video)
class VideoAdmin(SheetsMixin, EntryAdmin):
    translated_fields = (*EntryAdmin.translated_fields, "transcript")
    own_fields = (
        "watch_url",
        "file",
        "captions",
        "language",
        "duration",
        "date",
        "partners",
        "programme",
    )


class PaperFileInline(admin.StackedInline):
    model = PaperFile
    extra = 0
    fields = ("file", "language", "edition")

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj and obj.files.exists() else 1


@admin.register(Paper)
class PaperAdmin(SheetsMixin, EntryAdmin):
    translated_fields = (*EntryAdmin.translated_fields, "licence")
    own_fields = (
        "type",
        "authors",
        "date",
        "partners",
        "isbn",
        "doi",
        "source_url",
        "programme",
    )
    inlines = [PaperFileInline]
