"""What the lists of entries show in each column."""

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.admin import thumbnails
from profiles.editing.marks import marks_of
from profiles.files.pictures import picture
from profiles.publishing import State
from profiles.translation import CONTENT_LANGUAGES, to_attribute
from profiles.words import moment_for_staff

# A sign beside each word, so that the state is not told by colour alone.
MARKS = {
    State.DRAFT: "✎",
    State.SCHEDULED: "◷",
    State.PUBLISHED: "●",
    State.CLOSED: "■",
}


def thumbnail(entry):
    files = filter(None, (entry.image, getattr(entry, "cover", None)))
    file, shown = next(((file, picture(file)) for file in files if picture(file)), (None, None))
    if shown is None:
        return ""
    return format_html(
        '<img class="desk-thumbnail" src="{}" width="{}" height="{}" alt="" loading="lazy">',
        thumbnails.address(file),
        thumbnails.SHOWN,
        round(thumbnails.SHOWN * shown.height / shown.width),
    )


def state(entry):
    found = entry.state
    words = found.label
    if found == State.SCHEDULED:
        moment = moment_for_staff(entry.publish_at)
        words = _("%(state)s for %(moment)s") % {"state": words, "moment": moment}
    marks = format_html_join("", '<br><span class="desk-mark">{}</span>', zip(marks_of(entry)))
    return format_html(
        '<span class="desk-state desk-{}"><span aria-hidden="true">{}</span> {}</span>{}',
        found.value,
        MARKS[found],
        words,
        marks,
    )


def languages(entry):
    """The languages in which there is a title, in words for whoever can't see the letters."""
    filled = [code for code in CONTENT_LANGUAGES if getattr(entry, to_attribute("title", code))]
    codes = [(CONTENT_LANGUAGES[code], code) for code in filled]
    return format_html_join(", ", '<abbr title="{}">{}</abbr>', codes)


def remarks(entry):
    found = [[remark.text] for remark in entry.judgement.remarks]
    if not found:
        return ""
    lines = format_html_join("", "<li>{}</li>", found)
    number = ngettext("%d point", "%d points", len(found)) % len(found)
    return format_html(
        '<details class="desk-list"><summary>{}</summary><ul>{}</ul></details>', number, lines
    )


def site_link(entry):
    return format_html(
        '<a href="{}">{}<span class="visually-hidden"> {}</span></a>',
        entry.get_absolute_url(),
        _("View on the site"),
        entry.title,
    )
