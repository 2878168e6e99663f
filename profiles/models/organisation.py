"""Whose profile it is."""

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from profiles.dates import PartialDateField
from profiles.files.pictures import PictureField
from profiles.models.audio import WithAudio
from profiles.models.fields import (
    free_slug,
    is_list_of_web_addresses,
    tidy_texts,
    web_address,
)
from profiles.models.library import WithTextPictures
from profiles.models.rules import Checked, in_one_language
from profiles.publishing import NumberOf
from profiles.richtext import RichTextField
from profiles.translation import texts_of, translated


class OrganisationQuerySet(models.QuerySet):
    def with_filled(self, kinds):
        """Annotated with whether visitors can list any of a kind: `has_papers` and so on."""
        return self.annotate(
            **{
                f"has_{model.kind_slug}": Exists(
                    model.objects.listed().filter(organisation=OuterRef("pk"))
                )
                for model in kinds
            }
        )

    def with_counts(self, kinds):
        """Annotated with what visitors can list of each kind: `number_of_papers` and so on."""
        return self.annotate(
            **{
                f"number_of_{model.kind_slug}": NumberOf(
                    model.objects.listed().filter(organisation=OuterRef("pk"))
                )
                for model in kinds
            }
        )


class Organisation(WithAudio, WithTextPictures, Checked):
    name = translated(
        models.CharField(
            _("name"),
            max_length=200,
            help_text=_("The full name, as it stands at the top of the profile."),
        )
    )
    sentence = translated(
        models.CharField(
            _("in one sentence"),
            max_length=200,
            help_text=_(
                "Who you are, in one sentence: it stands under the name. Left empty, the first "
                "sentence of the description does. Example: A Malian association for peace."
            ),
        )
    )
    description = translated(
        RichTextField(
            _("description"),
            help_text=_("Who you are and what you do: the first text that visitors read."),
        )
    )
    acronym = models.CharField(
        _("acronym"),
        max_length=30,
        blank=True,
        help_text=_("Stands behind the name and at the top of every page. Example: IMRAP."),
    )
    slug = models.SlugField(
        _("short name in addresses"),
        unique=True,
        blank=True,
        help_text=_(
            "Small letters, digits and hyphens. Example: imrap. "
            "Left empty, it is made from the acronym or the name."
        ),
    )
    founded = PartialDateField(
        _("founded"),
        blank=True,
        help_text=_("As precise as is known: 2013, 10/2013 or 31/10/2013."),
    )
    logo = PictureField(
        _("logo"),
        upload_to="organisation",
        max_length=200,
        blank=True,
        help_text=_("Shown at the top of the profile. It is re-encoded without hidden data."),
    )
    logo_alt = translated(
        models.CharField(
            _("alternative text of the logo"),
            max_length=300,
            help_text=_("Read aloud to who can't see it. Example: Logo of IMRAP."),
        )
    )
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Visitors write to this address.")
    )
    telephones = models.TextField(
        _("telephones"),
        blank=True,
        help_text=_("One number per line, with the country code. Example: +223 20 22 18 48."),
    )
    postal_address = models.TextField(
        _("postal address"), blank=True, help_text=_("Line by line, as on an envelope.")
    )
    website = web_address(
        _("website"), _("Address of another site of yours. Example: https://example.org/.")
    )
    social_links = models.TextField(
        _("social networks"),
        blank=True,
        validators=[is_list_of_web_addresses],
        help_text=_("One address per line, with https://. Visitors see where it leads."),
    )

    objects = OrganisationQuerySet.as_manager()

    rules = (in_one_language("name", _("Type the name in at least one language.")),)
    kind_slug = "organisation"

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["pk"]

    def __str__(self):
        return self.acronym or self.name

    def get_absolute_url(self):
        return reverse("profile")

    @property
    def in_brief(self):
        """For search engines: the sentence, or the description where there is none."""
        return self.sentence or self.description

    def save(self, *args, **kwargs):
        self.slug = self.slug or free_slug(self, [self.acronym, *texts_of(self, "name")])
        tidy_texts(self)
        super().save(*args, **kwargs)


def only_organisation():
    """Primary key of the organisation while there is only one, which nobody is asked for."""
    keys = Organisation.objects.values_list("pk", flat=True)[:2]
    return keys[0] if len(keys) == 1 else None
