"""Asking for a reading, and answering it, by buttons of the form that the reading is about."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from profiles.admin.saving import ASK, PUBLISH, RETURN, SCHEDULE
from profiles.editing import letters, reviews
from profiles.editing.marks import may_have_reading
from profiles.models import Review
from profiles.models.reviews import LONGEST_NOTE
from profiles.words import moment_for_staff, name_of_person

Outcome = Review.Outcome
# The field beside each button
NOTES = {ASK: "review_note", RETURN: "review_answer"}


def note_input(label, help_text):
    widget = forms.Textarea(attrs={"rows": 3})
    field = forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST_NOTE, required=False, widget=widget
    )
    del field.widget.attrs["maxlength"]  # a browser would cut what is too long, and say nothing
    return field


class ReviewForm(forms.ModelForm):
    """Refuses an answer to what a colleague answered meanwhile."""

    saving = None
    review_note = note_input(
        gettext_lazy("Note for whoever reads it"),
        gettext_lazy("What to look at. It may stay empty."),
    )
    review_answer = note_input(
        gettext_lazy("What is to be done"),
        gettext_lazy("It stands above the form until a reading is asked for again."),
    )

    def clean(self):
        cleaned = super().clean()
        pressed = self.saving.pressed
        for button, name in NOTES.items():
            if pressed != button:
                self.errors.pop(name, None)  # nobody asked for it
        if pressed == RETURN and cleaned.get("review_answer") == "":
            self.add_error("review_answer", _("Say what is to be done."))
        self.saving.note = cleaned.get(NOTES.get(pressed, ""), "")
        if pressed in (RETURN, PUBLISH, SCHEDULE) and (refusal := self.answered_meanwhile()):
            self.add_error(None, refusal)
        return cleaned

    def answered_meanwhile(self):
        """A sentence, where the reading that this form shows does not wait any more."""
        if not self.saving.review:
            return _("No reading waits for an answer.") if self.saving.pressed == RETURN else ""
        last = reviews.last_of(self.instance)
        if last is None or (last.is_open and str(last.pk) == self.saving.review):
            return ""
        if last.is_open or (last.outcome == Outcome.PUBLISHED and self.saving.pressed != RETURN):
            return ""
        return answered_in_words(last) + " " + _("Nothing of yours is saved yet.")


def answered_in_words(review):
    words = {
        Outcome.PUBLISHED: _("%(who)s published this entry on %(moment)s."),
        Outcome.RETURNED: _("%(who)s returned this entry on %(moment)s: “%(answer)s”"),
    }[review.outcome]
    return words % {
        "who": name_of_person(review.answered_by),
        "moment": moment_for_staff(review.answered_at),
        "answer": review.answer,
    }


class ReviewsAdmin(admin.ModelAdmin):
    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (ReviewForm, form), {"saving": request.saving})

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        saving = getattr(request, "saving", None)
        if saving is None or saving.is_apart:
            return  # a row of a list; or all of this is undone, and what is asked for follows
        self.carry_out_review(request, obj, self.address_of("change", obj.pk))
        if request.saving.pressed in (PUBLISH, SCHEDULE):
            self.answer_reading(request, obj, Outcome.PUBLISHED)

    def carry_out_review(self, request, entry, address):
        if request.saving.pressed == ASK:
            review = reviews.ask(entry, request.user, request.saving.note)
            whole = request.build_absolute_uri(address)
            request.saving.mailed = tell_readers(entry, review, whole)
        elif request.saving.pressed == RETURN:
            self.answer_reading(request, entry, Outcome.RETURNED, address)

    def answer_reading(self, request, entry, outcome, address=""):
        review = reviews.answer(entry, request.user, outcome, request.saving.note)
        address = address or self.address_of("change", entry.pk)
        tell_asker(entry, review, request.build_absolute_uri(address))

    def render_change_form(self, request, context, *args, **kwargs):
        entry = context.get("original")
        review = reviews.last_of(entry) if entry and may_have_reading(entry) else None
        context["review"] = review
        if review and review.is_open:
            context["adminform"].form.initial.setdefault("review_note", review.note)
        return super().render_change_form(request, context, *args, **kwargs)


# Mails


def tell_readers(entry, review, address):
    """How many are written to."""
    subject = _("To read: %(entry)s") % {"entry": entry}
    words = _("%(who)s asks for a reading of “%(entry)s”.") % {
        "who": name_of_person(review.asked_by),
        "entry": entry,
    }
    readers = letters.readers_of(type(entry)) if letters.is_set_up() else []
    letters.send(subject, mail_text(words, review.note, address), readers)
    return len(readers)


def tell_asker(entry, review, address):
    if review is None or review.asked_by is None or review.asked_by == review.answered_by:
        return
    if review.outcome == Outcome.RETURNED:
        words = _("%(who)s returned “%(entry)s”.")
    else:
        words = _("%(who)s published “%(entry)s”.")
    words = words % {"who": name_of_person(review.answered_by), "entry": entry}
    letters.send(words, mail_text(words, review.answer, address), [review.asked_by.email])


def mail_text(words, note, address):
    return "\n\n".join(filter(None, [words, note, address])) + "\n"


def asked_in_words(number):
    """What the answer to a request says of mails."""
    waits = _("It waits on the first page of those who publish.")
    if not number:
        return waits
    mailed = ngettext("%d colleague gets a mail.", "%d colleagues get a mail.", number) % number
    return f"{waits} {mailed}"
