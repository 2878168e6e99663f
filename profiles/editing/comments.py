"""What a version was made for: stored in the words of whoever made it, read in one's own language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from profiles.translation import CONTENT_LANGUAGES

KNOWN = [
    gettext_noop("Deletion of “%(entry)s”"),
    gettext_noop("Restored"),
    gettext_noop("Corrections put online"),
    gettext_noop("Spreadsheet"),
]
PLACE = "%(entry)s"


def comment_in_words(comment):
    """As it is stored where it is none of these."""
    for words in KNOWN:
        for language in CONTENT_LANGUAGES:
            with override(language):
                before, place, after = _(words).partition(PLACE)
            if is_made_of(comment, before, place, after):
                return _(words).replace(PLACE, comment[len(before) : len(comment) - len(after)])
    return comment


def is_made_of(comment, before, place, after):
    if not place:
        return comment == before
    is_long_enough = len(comment) >= len(before) + len(after)
    return is_long_enough and comment.startswith(before) and comment.endswith(after)
