"""Where staff edit what the site says. It declares; it does not compute."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from profiles.admin.content import ContentAdmin, EntryAdmin, folded, in_language
from profiles.admin.file_input import WithFiles
from profiles.admin.library import LibraryPictureAdmin
from profiles.admin.saving import PartsFormSet
from profiles.admin.typed_preview import TypedPreviewAdmin
from profiles.models import (
    LibraryPicture,
    Mandate,
    Organisation,
    Paper,
    PaperFile,
    Programme,
    Vacancy,
    Video,
)
from profiles.translation import FIRST_LANGUAGE


@admin.register(Organisation)
class OrganisationAdmin(TypedPreviewAdmin, ContentAdmin):
    translated_fields = ("name", "sentence", "description")
    first_fields = ("name", "description")
    picture_text = "logo_alt"
    list_display = ("__str__", "email", "website")

    def get_fieldsets(self, request, obj=None):
        return [
            *self.language_fieldsets(),
            (_("Who you are"), {"fields": ["acronym"]}),
            folded(_("Address and founding"), ["slug", "founded"]),
            (_("Logo"), {"fields": ["logo", *in_language(["logo_alt"], FIRST_LANGUAGE)]}),
            (_("Contact"), {"fields": ["email", "telephones"]}),
            folded(_("More ways to reach you"), ["postal_address", "website", "social_links"]),
        ]


@admin.register(Programme)
class ProgrammeAdmin(EntryAdmin):
    first_facts = ("start", "end")
    more_facts = ("places", "partners", "funders", "website")
    named_fields = ("partners", "funders")


@admin.register(Mandate)
class MandateAdmin(EntryAdmin):
    translated_fields = (*EntryAdmin.translated_fields, "outputs", "intended_outcomes")
    first_facts = ("start", "end")
    more_facts = ("mandators", "countries")
    named_fields = more_facts


@admin.register(Vacancy)
class VacancyAdmin(EntryAdmin):
    picture_is_open = False
    first_facts = ("location", "deadline", "contact_email", "file")
    more_facts = ("country", "contact_name", "link")


@admin.register(Video)
class VideoAdmin(EntryAdmin):
    translated_fields = (*EntryAdmin.translated_fields, "transcript")
    first_facts = ("watch_url", "file")
    named_fields = ("partners",)
    more_facts = ("date", "language", "duration", "captions", "partners", "programme")


class PaperFileInline(WithFiles, admin.StackedInline):
    model = PaperFile
    formset = PartsFormSet
    extra = 0
    fields = ("file", "language", "edition")

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj and obj.files.exists() else 1


@admin.register(Paper)
class PaperAdmin(EntryAdmin):
    translated_fields = (*EntryAdmin.translated_fields, "licence")
    first_facts = ("type", "date")
    named_fields = ("partners",)
    more_facts = ("authors", "partners", "source_url", "isbn", "doi", "programme")
    inlines = [PaperFileInline, *EntryAdmin.inlines]


admin.site.register(LibraryPicture, LibraryPictureAdmin)
