"""What a site begins with: entries from TOML files."""

import datetime
import tomllib
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone

from profiles import drawn
from profiles.files.pictures import PictureField, reencode
from profiles.models import ALL_KINDS, Organisation, link_of, part_model

STARTER = Path(__file__).parent / "starter"
PUBLISHED = {"is_draft": False}


class StarterError(Exception):
    """What is wrong in a TOML file, in a sentence for whoever edits it."""


def add_missing(*paths):
    """Store what TOML files hold and the site lacks; gives two Counters, added and already there.

    What has the slug of an entry is never touched. Nothing is stored if one entry is wrong.
    """
    known, new, present = {}, [], Counter()
    for path in paths:
        for model, table in tables(path):
            key = model, slug_in(table, model, path)
            if key in known:
                raise StarterError(f"{named(table, model, path)}: this slug stands there twice.")
            if found := stored(*key):
                known[key] = found
                present[model] += 1
            else:
                nouns = checked(table, model, path, known)
                known[key] = nouns[0]
                new += nouns
    # Only now: files have been read, and those of an entry that is stored outlive a transaction
    # that fails later.
    with transaction.atomic():
        for noun in new:
            if hasattr(noun, "whole"):  # whose key is known only now
                setattr(noun, noun.link, noun.whole)
            noun.save()
    return Counter(map(type, new)), present


# Reading


def tables(path):
    """Each (model, table) in a TOML file, the organisation first and papers after programmes."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StarterError(f"{path.name} can't be read: {error}") from error
    found = [
        (model, table)
        for model in (Organisation, *ALL_KINDS.values())
        for table in as_tables(content.pop(model.kind_slug, []), model.kind_slug, path)
    ]
    if content:
        raise StarterError(f"{path.name}: nothing is called “{next(iter(content))}”.")
    return found


def as_tables(value, name, path):
    value = [value] if isinstance(value, dict) else value
    if not (isinstance(value, list) and all(isinstance(table, dict) for table in value)):
        raise StarterError(f"{path.name}: write “{name}” as tables, each under [[{name}]].")
    return value


def slug_in(table, model, path):
    if not table.get("slug"):
        raise StarterError(f"{named(table, model, path)}: a slug is missing.")
    return str(table["slug"])


def named(table, model, path):
    name = next((str(table[key]) for key in ("slug", "title_fr", "title_en") if key in table), "?")
    return f"{path.name}, {model._meta.verbose_name} “{name}”"


def stored(model, slug):
    found = model.objects.filter(slug=slug).first()
    # An organisation with a changed slug is still ours. A second one would make staff choose
    # between the two on each form.
    return found or (Organisation.objects.first() if model is Organisation else None)


# Making


def checked(table, model, path, known):
    """The unsaved noun that a table describes, and behind it its parts, such as files."""
    table = dict(table)
    parts = {relation: table.pop(relation, []) for relation in model.parts}
    try:
        noun = made(table, model, path.parent, known)
        made_of_it = [made_parts(noun, relation, parts[relation], path) for relation in parts]
        return [noun, *chain.from_iterable(made_of_it)]
    except ValidationError as error:
        raise StarterError(f"{named(table, model, path)}: {sentence_of(error)}") from error
    except OSError as error:
        reason = f"the file “{Path(error.filename).name}” can't be read: {error.strerror}."
        raise StarterError(f"{named(table, model, path)}: {reason}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise StarterError(f"{named(table, model, path)}: {error}") from error


def made_parts(noun, relation, tables, path):
    for table in as_tables(tables, f"{noun.kind_slug}.{relation}", path):
        part = made(table, part_model(noun, relation), path.parent, {})
        part.whole, part.link = noun, link_of(noun, relation)
        yield part


def made(table, model, folder, known):
    fields = {field.name: field for field in model._meta.fields if is_written(field)}
    if "deadline" in fields and "deadline_in_days" in table:
        table["deadline"] = last_minute(table.pop("deadline_in_days"))
    if "deadline" in fields and "deadline_in_hours" in table:
        table["deadline"] = timezone.now() + datetime.timedelta(
            hours=table.pop("deadline_in_hours")
        )
    if unknown := table.keys() - fields.keys():
        raise ValueError(f"there is no field “{min(unknown)}”.")
    values = {name: value_for(fields[name], value, folder, known) for name, value in table.items()}
    if model in ALL_KINDS.values():
        values = {"organisation": our_organisation(known), **PUBLISHED, **values}
    noun = model(**values)
    # What it belongs to is not saved yet; the rest of these the site fills in on saving.
    noun.full_clean(
        exclude={
            field.name for field in model._meta.fields if field.is_relation or not is_written(field)
        }
    )
    return noun


def is_written(field):
    return field.editable and not field.primary_key


def value_for(field, value, folder, known):
    """A TOML value as the field takes it."""
    if isinstance(field, models.ForeignKey):
        return with_slug(field.related_model, value, known)
    if isinstance(field, PictureField):
        return picture(folder, value)
    if isinstance(field, models.FileField):
        return ContentFile((folder / value).read_bytes(), value)
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, datetime.datetime):
        return timezone.make_aware(value) if timezone.is_naive(value) else value
    return value if isinstance(value, bool) else str(value).strip("\n")


def with_slug(model, slug, known):
    if (model, slug) not in known:
        raise ValueError(f"there is no {model._meta.verbose_name} “{slug}” in these files.")
    return known[model, slug]


@cache
def picture(folder, name):
    """Several entries may show the same picture, and making its variants takes a moment."""
    kind, _colon, drawing = name.partition(":")
    content = drawn.picture(drawing) if kind == "drawn" else (folder / name).read_bytes()
    return reencode(ContentFile(content, name))


def our_organisation(known):
    in_files = (noun for noun in known.values() if isinstance(noun, Organisation))
    found = next(in_files, None) or Organisation.objects.first()
    if found is None:
        raise StarterError("There is no organisation that entries could belong to.")
    return found


def last_minute(days):
    """23:59 on a day so many days from today."""
    day = timezone.localtime() + datetime.timedelta(days=days)
    return day.replace(hour=23, minute=59, second=0, microsecond=0)


def sentence_of(error):
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
