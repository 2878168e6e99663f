"""What the admin's templates ask of forms: links to mistakes, the editor's words."""

import json
from typing import NamedTuple

from django import template
from django.contrib.admin.helpers import AdminForm
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles import words
from profiles.editing import completeness
from profiles.editing.comments import comment_in_words
from profiles.editing.states import state_in_brief
from profiles.words import moment_for_staff, name_of_person

register = template.Library()
register.filter("comment_in_words", comment_in_words)
register.filter("field_anchor", completeness.anchor)
register.filter("moment_for_staff", moment_for_staff)
register.filter("person", name_of_person)
register.filter("state_in_brief", state_in_brief)
register.filter("past_in_words", words.past_in_words)


class Mistake(NamedTuple):
    anchor: str
    label: str
    text: str


@register.simple_tag
def error_links(adminform: AdminForm, formsets):
    """Each mistake of a form and of the forms below it, with the id of its input."""
    forms = [adminform.form]
    for formset in formsets or ():
        forms += formset.formset.forms
    return [mistake for form in forms for mistake in mistakes_of(form)]


def mistakes_of(form):
    for name, errors in form.errors.items():
        if name in form.fields:
            bound = form[name]
            label, anchor = capfirst(bound.label), bound.id_for_label or f"{bound.auto_id}_0"
        else:
            label, anchor = _("The form"), "content-start"
        yield from (Mistake(anchor, label, error) for error in errors)


@register.simple_tag
def desk_words():
    """What the editor says in English only, under the names that it gives its buttons."""
    return json.dumps(
        {
            "bold": _("Bold"),
            "italic": _("Italic"),
            "strike": _("Struck through"),
            "superscript": _("Superscript, as in 10⁶"),
            "subscript": _("Subscript, as in H₂O"),
            "bulletList": _("Bulleted list"),
            "unordered list": _("Bulleted list"),
            "orderedList": _("Numbered list"),
            "ordered list": _("Numbered list"),
            "blockquote": _("Quotation"),
            "heading 3": _("Heading"),
            "heading 4": _("Subheading"),
            "heading 5": _("Subheading of the third level"),
            "paragraph": _("Paragraph"),
            "insert link": _("Add or change a link"),
            "remove link": _("Remove the link"),
            "undo": _("Undo"),
            "redo": _("Redo"),
        }
    )
