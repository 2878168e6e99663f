"""The field for a file: what is stored, what was chosen in a refused form, what a file tells."""

from dataclasses import dataclass

from django.contrib.admin.widgets import AdminFileWidget
from django.core import signing
from django.db import models
from django.template.loader import render_to_string

from profiles.admin.chosen_pictures import CHOSEN
from profiles.editing import makers
from profiles.files.documents import DocumentField
from profiles.files.storing import shown_name
from profiles.words import size_in_words

# What follows the name of the input in those of its fellows
KEPT = "-kept"  # a signed token: the file that was chosen in the form before
FORGET = "-forget"  # it shall not be taken
AS_IT_IS = "-as_it_is"  # what a new file says of its maker shall stay in it
EMPTY = "-empty"  # the stored one shall be stored again without that
FELLOWS = (KEPT, FORGET, AS_IT_IS, EMPTY)
TELLING = {"pdf", "docx", "odt"}
STORED = "stored-file"  # salt of the token that names a stored file


@dataclass(frozen=True)
class Kept:
    """A chosen file that waits on the server; without a token where there was no room for it."""

    name: str
    size: int
    token: str = ""

    @property
    def label(self):
        return shown_name(self.name)

    @property
    def size_in_words(self):
        return size_in_words(self.size)


class FileInput(AdminFileWidget):
    kept = None
    offers_library = False  # whether a picture of the library can be taken instead
    chosen = ""  # its number, as the form that came back had it
    tells = False  # whether such files say who made them
    stays_as_it_is = is_emptied = False  # what the form that came back had ticked

    def value_from_datadict(self, data, files, name):
        self.stays_as_it_is = f"{name}{AS_IT_IS}" in data
        self.is_emptied = f"{name}{EMPTY}" in data
        self.chosen = data.get(f"{name}{CHOSEN}", "")
        return super().value_from_datadict(data, files, name)

    def render(self, name, value, attrs=None, renderer=None):
        said = self._about_stored(value) if self.tells and self.is_initial(value) else {}
        more = {"name": name, "id": (attrs or {}).get("id", name), "input": self, **said}
        field = super().render(name, value, attrs, renderer)
        return field + render_to_string("admin/_file_input.html", more)

    def _about_stored(self, file):
        said = makers.said_in_stored(file)
        return {
            "said": makers.in_words(said["maker"]),
            "is_signed": said["is_signed"],
            "stored": signing.dumps(file.name, salt=STORED),
        }


class WithFiles:
    """Mixin: the forms of a noun, or of its parts, have such fields for files."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.FileField):
            kwargs["widget"] = FileInput
        form_field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, DocumentField) and form_field is not None:
            form_field.widget.tells = bool(TELLING.intersection(db_field.validator.formats))
        return form_field
