"""What a person types into a form, kept on the server until it is saved: for that person alone.

Another computer or another browser of theirs offers it. It is nobody else's, no form of the admin
shows it, nothing of it is published or stands in the history. It lies where sessions lie: on
SQLite in files of var/, so that what is typed never touches the content (each change of which
makes all pages anew) and no backup holds it; on PostgreSQL in a table that no page is made of.
"""

import json
import time

from django.db import connection

DAY = 24 * 3600
LONGEST = 30 * DAY  # seconds; the sweep takes away what is older
FORMS_OF_ONE = 30  # the oldest gives way
LARGEST = 1_000_000  # letters of one form
MOST_FIELDS = 2_500
NEW = "add#"  # behind the kind, of a form that makes an entry: then its own token follows


def place():
    """The module that keeps them."""
    if connection.vendor == "postgresql":
        from profiles.editing.typed_texts import rows as found
    else:
        from profiles.editing.typed_texts import files as found
    return found


def is_content(text):
    """Whether a text is what a form's script sends: names of fields, and what stands in each."""
    if len(text) > LARGEST:
        return False
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(content, dict)
        and len(content) <= MOST_FIELDS
        and all(map(is_value, content.values()))
    )


def is_value(value):
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | bool)


def keep(person, form, content):
    """OSError or DatabaseError where it can't; what was kept of this form before is replaced."""
    place().write(person.pk, form, content)
    for old in place().of_person(person.pk)[FORMS_OF_ONE:]:
        place().remove(person.pk, old.form)


def of_form(person, form):
    """What is kept of a form, newest first; of those that make an entry all of that kind."""
    oldest = time.time() - LONGEST
    return [
        one
        for one in place().of_person(person.pk)
        if one.moment.timestamp() > oldest
        and (one.form == form or (form.endswith(NEW) and one.form.startswith(form)))
    ]


def forget(person, form):
    place().remove(person.pk, form)


def forget_all(number):
    """Of a person who has no account any more, by their number."""
    for one in place().of_person(number):
        place().remove(number, one.form)


def overdue():
    """(name, size) of what nobody came back for."""
    return place().older_than(time.time() - LONGEST)


def forget_overdue():
    place().remove_older_than(time.time() - LONGEST)
