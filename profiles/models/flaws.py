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
HEAVY_MINUTE_OF_FILM = 6 * MEGABYTE  # 480p, with some reserve
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


def is_bare():
    """What its readers miss first: the text, or what the picture shows."""
    described = ~are_empty(*translated_columns("image_alt")) | Q(image_is_decorative=True)
    return flag(are_empty(*translated_columns("body")), ~are_empty("image") & ~described)


def flaw_of_entry(addresses=(), has_own_file=False, has_authors=False):
    """What else an entry's own fields tell: it may need attention. Its form says exactly what."""
    conditions = [
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


def newest_index(expression, name):
    """For `Meta.indexes`: of what is published or not, the most recently changed with this flaw."""
    return Index(expression, F("is_draft"), F("updated").desc(), F("id").desc(), name=name)


def flaw_index(kind, **facts):
    return newest_index(flaw_of_entry(**facts), f"{kind}_flawed")


def remark_indexes():
    """Of what any kind may lack."""
    return [
        newest_index(is_bare(), "%(class)s_bare"),
        *(
            newest_index(lacks_translation(code), f"%(class)s_wants_{code}")
            for code in CONTENT_LANGUAGES
        ),
    ]


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
