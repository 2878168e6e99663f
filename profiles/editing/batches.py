"""Many entries stored at once, with their versions and their lines in the log.

While rows are written, all other writers wait; so all is worked out before. What save() and the
signals after it do for one entry is done here for all.
"""

import json

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils import timezone
from reversion.models import Revision, Version

from profiles import search
from profiles.editing import history
from profiles.models import keep_use, numbers_of, parts_of

# What is known of each row before the entries have their keys.
OF_VERSION = ["content_type", "db", "format", "serialized_data", "object_repr"]
OF_LOG = ["action_time", "user", "content_type", "object_repr", "action_flag", "change_message"]
NO_KEY = '"pk": null'  # of an entry that is not stored yet, as it is serialised


class Overtaken(Exception):
    """Somebody saved or deleted one of the entries since they were read."""


class Batch:
    """Entries of one kind, found right, on their way into the database.

    `rows` have each an entry, as it was `stored` (None for a new one), and its `changes`; `names`
    are those of the fields that may differ.
    """

    def __init__(self, model, rows, names, user, comment):
        self.model, self.user, self.comment = model, user, comment
        self.moment = timezone.now()
        changed = [row for row in rows if row.stored]
        self.seen = {row.stored.pk: row.stored.updated for row in changed}
        self.firsts = self.first_versions([row.stored for row in changed])
        self.entries = [self.completed(row.entry) for row in rows]
        self.new = [row.entry for row in rows if not row.stored]
        self.columns = [
            field.name for field in model._meta.concrete_fields if not field.primary_key
        ]
        self.added = [values_of(entry, self.columns) for entry in self.new]
        self.names = sorted({*names, "dated", "updated"})
        self.changed = [[*values_of(row.entry, self.names), row.entry.pk] for row in changed]
        self.showing = [row.entry for row in rows if shows_pictures(row)]
        self.versions = [version_rows(entry) for entry in self.entries]
        self.log = [self.log_row(row) for row in rows]

    def completed(self, entry):
        entry.updated = self.moment
        if entry._state.adding:
            entry.created = self.moment
        entry.fill_in()
        return entry

    def first_versions(self, stored):
        """(moment, rows) of what stands there now, under the keys that have no version yet."""
        known = self.recorded_keys()
        return {
            one.pk: (one.updated, version_rows(one)) for one in stored if str(one.pk) not in known
        }

    def recorded_keys(self):
        versions = Version.objects.get_for_model(self.model).filter(object_id__in=self.seen)
        return set(versions.values_list("object_id", flat=True))

    def log_row(self, row):
        fields = [change.column for change in row.changes]
        message = [{"changed": {"fields": fields}} if row.stored else {"added": {}}]
        line = LogEntry(
            action_time=self.moment,
            user=self.user,
            content_type=ContentType.objects.get_for_model(self.model),
            object_repr=str(row.entry)[:200],
            action_flag=CHANGE if row.stored else ADDITION,
            change_message=json.dumps(message),
        )
        return values_of(line, OF_LOG)

    # Under the lock

    @transaction.atomic
    def store(self):
        """All or nothing; raises `Overtaken`, or IntegrityError where an address is taken by now."""
        self.refuse_overtaken()
        self.store_firsts()
        insert(self.model, self.columns, self.added)
        update(self.model, self.names, self.changed)
        self.take_keys()
        for entry in self.showing:
            keep_use(entry)
        revision = Revision.objects.create(
            date_created=self.moment, user=self.user, comment=self.comment
        )
        pairs = zip(self.entries, self.versions, strict=True)
        store_versions((entry.pk, revision, rows) for entry, rows in pairs)
        pairs = zip(self.entries, self.log, strict=True)
        insert(LogEntry, ["object_id", *OF_LOG], [[entry.pk, *row] for entry, row in pairs])
        # A lambda, as Django asks for the name of what fails.
        transaction.on_commit(lambda: search.index_all(self.entries), robust=True)

    def refuse_overtaken(self):
        entries = self.model._base_manager.filter(pk__in=self.seen).select_for_update()
        if dict(entries.values_list("pk", "updated")) != self.seen:
            raise Overtaken

    def store_firsts(self):
        known = self.recorded_keys() if self.firsts else ()
        firsts = {key: first for key, first in self.firsts.items() if str(key) not in known}
        revisions = Revision.objects.bulk_create(
            Revision(date_created=moment) for moment, _rows in firsts.values()
        )
        store_versions(
            (key, revision, rows)
            for revision, (key, (_moment, rows)) in zip(revisions, firsts.items(), strict=True)
        )

    def take_keys(self):
        """Tell the new entries the keys that the database gave them."""
        stored = self.model._base_manager.filter(slug__in=[entry.slug for entry in self.new])
        keys = dict(stored.values_list("slug", "pk"))
        for entry in self.new:
            entry.pk, entry._state.adding = keys[entry.slug], False


def shows_pictures(row):
    """Whether its texts do, or did."""
    return bool(numbers_of(row.entry) or (row.stored and numbers_of(row.stored)))


def version_rows(entry):
    """(key, values) for a version of an entry and of each of what belongs to it, as
    django-reversion writes them; without a key for an entry that is not stored yet."""
    return [(noun.pk, version_row(noun)) for noun in (entry, *parts_of(entry))]


def version_row(noun):
    version = Version(
        content_type=ContentType.objects.get_for_model(noun),
        db=DEFAULT_DB_ALIAS,
        format="json",
        serialized_data=serializers.serialize("json", [noun], fields=history.fields_of(noun)),
        object_repr=str(noun),
    )
    return values_of(version, OF_VERSION)


def store_versions(entries):
    """`entries` are (key, revision, rows of the entry and of what belongs to it)."""
    at = OF_VERSION.index("serialized_data")
    rows = []
    for key, revision, versions in entries:
        for own_key, values in versions:
            text = values[at].replace(NO_KEY, f'"pk": {key}', 1) if own_key is None else values[at]
            rows.append([own_key or key, revision.pk, *values[:at], text, *values[at + 1 :]])
    insert(Version, ["object_id", "revision", *OF_VERSION], rows)


# SQL, with no other names in it than those of our models


def values_of(noun, names):
    """As the database takes them; the same as save() would, but for what `pre_save` adds."""
    fields = map(noun._meta.get_field, names)
    return [field.get_db_prep_save(getattr(noun, field.attname), connection) for field in fields]


def insert(model, names, rows):
    columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in names)
    places = ", ".join(["%s"] * len(names))
    write(f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places})', rows)  # noqa: S608


def update(model, names, rows):
    """The last value of each row is its key."""
    places = ", ".join(f'"{model._meta.get_field(name).column}" = %s' for name in names)
    key = model._meta.pk.column
    write(f'UPDATE "{model._meta.db_table}" SET {places} WHERE "{key}" = %s', rows)  # noqa: S608


def write(statement, rows):
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
