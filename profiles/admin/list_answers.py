"""What an action on several entries did to which, in the messages after it."""

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_NAMED = 20  # more would push the list out of sight


def tell(admin, request, sentence, entries, level=messages.SUCCESS):
    """A sentence, and the entries that it speaks of, each with the way to its form."""
    if entries:
        admin.message_user(request, format_html("{} {}", sentence, named(entries)), level)


def named(entries):
    links = [(form_of(entry), entry) for entry in entries[:MOST_NAMED]]
    found = format_html_join(", ", '<a href="{}">{}</a>', links)
    further = len(entries) - MOST_NAMED
    return format_html("{} {}", found, and_more(further)) if further > 0 else found


def names(entries):
    """Of what has no form any more."""
    further = len(entries) - MOST_NAMED
    found = ", ".join(str(entry) for entry in entries[:MOST_NAMED])
    return f"{found} {and_more(further)}" if further > 0 else found


def and_more(number):
    return ngettext("and %d more", "and %d more", number) % number


def form_of(entry):
    meta = entry._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[entry.pk])


def tell_refused(admin, request, refused):
    """Of each (entry, error) why nothing was done, in the sentences of its form."""
    for entry, error in refused[:MOST_NAMED]:
        sentence = _("Stays as it was: %(reasons)s") % {"reasons": " ".join(error.messages)}
        tell(admin, request, sentence, [entry], messages.WARNING)
    if further := refused[MOST_NAMED:]:
        sentence = ngettext("%d more stays too.", "%d more stay too.", len(further))
        admin.message_user(request, sentence % len(further), messages.WARNING)
