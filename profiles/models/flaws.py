"""What an entry may lack, as expressions by which the database keeps indexes.

So staff's first page and their lists find the few entries in question among any number. SQLite
knows an indexed expression only by the same SQL, in which no value is left open: hence `Literal`.
"""

from django.db.models import Case, F, Index, IntegerField, Q, Value, When
from django.db.models.functions import Length, Replace, StrIndex
from django.db.models.lookups import Exact, GreaterThan

from profiles.richtext import SCHEMES
from profiles.translation import CONTENT_LANGUAGES, to_attribute, translated_columns
from profiles.words import MEGABYTE

HEAVY = 5 * MEGABYTE  # of a document or a film; on a slow line that is some minutes
HEAVY_MINUTE = MEGABYTE  # of a recording
HEAVY_AT_ALL = MEGABYTE // 4  # what lasts some seconds costs little anyway
TRANSLATED = ("title", "body")
INSECURE = f"{SCHEMES[0]}://"


class Literal(Value):
    """A value that stands in the SQL itself."""

    def as_sql(self, compiler, connection):
        text = str(self.value)
        return (text if isinstance(self.value, int) else "'{}'".format(text.replace("'", "''"))), []


EMPTY, NONE = Literal(""), Literal(0)


def flag(*conditions):
    """1 where any of the conditions holds, else 0."""
    is_flawed = When(Q.create(conditions, connector=Q.OR), then=Literal(1))
    return Case(is_flawed, default=NONE, output_field=IntegerField())


def flagged(queryset, expression):
    return queryset.alias(is_flagged=expression).filter(is_flagged=1)


def are_empty(*columns):
    return Q(*(Exact(F(column), EMPTY) for column in columns))


def lacks_translation(language):
    """A text is there, but not in this language."""
    return flag(
        *(
            are_empty(to_attribute(name, language)) & ~are_empty(*translated_columns(name))
            for name in TRANSLATED
        )
    )


def flaw_of_entry(addresses=(), has_own_file=False, has_authors=False):
    """What an entry's own fields tell: it may need attention. Its form says exactly what."""
    conditions = [
        when.condition for code in CONTENT_LANGUAGES for when in lacks_translation(code).cases
    ]
    conditions.append(are_empty(*translated_columns("body")))
    described = ~are_empty(*translated_columns("image_alt")) | Q(image_is_decorative=True)
    conditions.append(~are_empty("image") & ~described)
    conditions += [
        Q(Exact(StrIndex(F(field), Literal(INSECURE)), Literal(1))) for field in addresses
    ]
    conditions += [
        Q(GreaterThan(StrIndex(F(field), Literal(f'href="{INSECURE}')), NONE))
        for field in translated_columns("body")
    ]
    if has_own_file:  # whose size nothing but the disk knows
        conditions.append(~are_empty("file"))
    if has_authors:
        conditions.append(~are_empty("authors") & ~Q(one_comma_a_line("authors")))
    return flag(*conditions)


def one_comma_a_line(field):
    lines_but_one = Length(F(field)) - Length(Replace(F(field), Literal("\n"), EMPTY))
    commas = Length(F(field)) - Length(Replace(F(field), Literal(","), EMPTY))
    return Exact(commas, lines_but_one + Literal(1))


def flaw_of_file():
    return flag(
        GreaterThan(F("size"), Literal(HEAVY)),
        Q(Exact(F("format"), Literal("pdf"))) & are_empty("text"),
        are_empty("language"),
    )


def flaw_of_recording():
    is_heavy = GreaterThan(F("size") * Literal(60), F("seconds") * Literal(HEAVY_MINUTE))
    return flag(Q(is_heavy) & Q(GreaterThan(F("size"), Literal(HEAVY_AT_ALL))))


def flaw_index(kind, **facts):
    """For `Meta.indexes` of a kind: the most recently changed of those that may lack something."""
    newest = (F("updated").desc(), F("id").desc())
    return Index(flaw_of_entry(**facts), *newest, name=f"{kind}_flawed")


def translation_indexes():
    return [
        Index(
            lacks_translation(code),
            F("dated").desc(),
            F("id").desc(),
            name=f"%(class)s_lacks_{code}",
        )
        for code in CONTENT_LANGUAGES
    ]
