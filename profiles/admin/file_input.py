"""The field for a file: what is stored, what was chosen in a refused form, what a file tells."""

from dataclasses import dataclass

from django.contrib.admin.widgets import AdminFileWidget
from django.core import signing
from django.db import models
from django.forms.utils import flatatt
from django.template.loader import render_to_string

from profiles.admin.chosen_pictures import CHOSEN
from profiles.editing import makers
from profiles.files.documents import DocumentField
from profiles.files.pictures import PictureFile, PictureFormField, picture
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
    small: str = ""  # the address of a small variant, where it is a picture
    text: str = ""  # what it will be for who can't see it

    @property
    def label(self):
        return shown_name(self.name)

    @property
    def size_in_words(self):
        return size_in_words(self.size)


@dataclass(frozen=True)
class Seen:
    """What visitors see of a stored file."""

    image: PictureFile
    text: str  # for who can't see it
    is_cover: bool


def seen_of(file):
    """A picture itself, or the cover that was made of a document; None where there is neither."""
    noun, name = file.instance, file.field.name
    if picture(file):
        return Seen(file, text_of(noun, name), is_cover=False)
    cover = noun.cover if isinstance(file.field, DocumentField) and has_cover(noun) else None
    return Seen(cover, text_of(noun.paper, "cover"), is_cover=True) if cover else None


def has_cover(noun):
    return any(field.name == "cover" for field in noun._meta.concrete_fields)


def text_of(noun, name):
    """Its alternative text; a picture of the library has its own."""
    return getattr(noun, f"{name}_alt", "") or getattr(noun, "alt", "")


class FileInput(AdminFileWidget):
    kept = None
    takes_pictures = False
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
        context = self.get_context(name, value, attrs)
        context |= {"name": name, "id": (attrs or {}).get("id", name), "input": self}
        context["attributes"] = flatatt(context["widget"]["attrs"])
        if self.is_initial(value):
            context |= {"label": shown_name(value.name), "seen": seen_of(value)}
            context |= self._about_stored(value) if self.tells else {}
        return render_to_string("admin/_file_input.html", context)

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
        if isinstance(form_field, PictureFormField):
            form_field.widget.takes_pictures = True
        if isinstance(db_field, DocumentField) and form_field is not None:
            form_field.widget.tells = bool(TELLING.intersection(db_field.validator.formats))
        return form_field
