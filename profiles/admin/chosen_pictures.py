"""A picture of the library in an entry's form: chosen by its thumbnail, or typed by its number."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from profiles.models import LibraryPicture
from profiles.translation import CONTENT_LANGUAGES

CHOSEN = "-library"  # follows the name of the field for a file


def take_chosen(form):
    """The picture that the form names, with its words where the entry has none of its own."""
    field = form.fields.get("image")
    name = form.add_prefix("image")
    number = form.data.get(f"{name}{CHOSEN}", "").strip()
    if not number or not field or not field.widget.offers_library:
        return
    try:
        picture = picture_with(number, is_sent=bool(form.files.get(name)))
    except ValidationError as error:
        form.add_error("image", error)
        return
    form.cleaned_data["image"] = picture.file.name
    form.changed_data.append("image")
    for language in CONTENT_LANGUAGES:
        column = f"image_alt_{language}"
        if column in form.fields and not form.cleaned_data.get(column):
            form.cleaned_data[column] = getattr(picture, f"alt_{language}")


def picture_with(number, is_sent):
    if is_sent:
        raise ValidationError(
            _("Choose one of both: the file, or picture %(number)s of the library."),
            params={"number": number[:20]},
        )
    is_number = re.fullmatch(r"\d{1,12}", number)
    picture = LibraryPicture.objects.filter(pk=number).first() if is_number else None
    if picture is None:
        raise ValidationError(
            _("The library has no picture with the number “%(number)s”; perhaps it was deleted."),
            params={"number": number[:20]},
        )
    return picture
