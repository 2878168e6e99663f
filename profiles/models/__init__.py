"""The nouns: an organisation, and the five kinds of entries on its profile."""

from profiles.models.activities import Mandate, Programme, Vacancy
from profiles.models.entry import Entry
from profiles.models.organisation import Organisation, only_organisation
from profiles.models.publications import Paper, PaperFile, Video
from profiles.models.sent_forms import SentForm

__all__ = [
    "KINDS",
    "Entry",
    "Mandate",
    "Organisation",
    "Paper",
    "PaperFile",
    "Programme",
    "SentForm",
    "Vacancy",
    "Video",
    "file_is_visible",
    "only_organisation",
]

# The one list of kinds, in the order of the profile page, under the word in their addresses.
KINDS = {model.kind_slug: model for model in (Programme, Mandate, Vacancy, Video, Paper)}


def file_is_visible(name, user):
    """Whether `user` may read the uploaded file `name`: a draft's files are hidden with it."""
    folder = name.partition("/")[0]
    if folder == Organisation.kind_slug:
        return True
    model = KINDS.get(folder)
    return model is not None and model.objects.visible_to(user).holding_file(name).exists()
