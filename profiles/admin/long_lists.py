"""Lists of staff that cost the same whatever their length, and little.

They are sorted by one column at a time, along an index. Entries are counted up to MOST_COUNTED,
and the pages behind that are reached all the same.
"""

from html import escape

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import EmptyPage, Page, Paginator
from django.forms.renderers import DjangoTemplates
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from profiles.editing.left_alone import judged
from profiles.models import with_recordings
from profiles.words import MOST_COUNTED, number_in_words

# How each sorted column goes on, so that one index serves both directions.
ALONG_INDEX = {
    "dated": ("dated", "pk"),
    "-dated": ("-dated", "-pk"),
    "position": ("position", "-dated", "-pk"),
    "-position": ("-position", "dated", "pk"),
}


class Uncounted(int):
    """One more than is counted: it reads “more than 10,000”."""

    def __str__(self):
        return number_in_words(self)


class BoundedPaginator(Paginator):
    @cached_property
    def count(self):
        found = self.object_list.order_by()[: MOST_COUNTED + 1].count()
        return Uncounted(found) if found > MOST_COUNTED else found

    def page(self, number):
        """Behind what was counted a page is there if it has anything."""
        if not isinstance(self.count, Uncounted):
            return super().page(number)
        start, end = (number - 1) * self.per_page, number * self.per_page
        if number > self.num_pages and not self.object_list[start : start + 1].exists():
            raise EmptyPage
        if number >= self.num_pages:
            has_next = self.object_list[end : end + 1].exists()
            self.num_pages = number + has_next
        return Page(self.object_list[start:end], number, self)


class LongList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        entries = with_recordings(self.result_list)
        for entry, judgement in zip(entries, judged(entries), strict=True):
            entry.judgement = judgement

    def get_ordering(self, request, queryset):
        """By the column that was chosen last."""
        if ORDER_VAR in self.params:
            self.params[ORDER_VAR] = self.params[ORDER_VAR].partition(".")[0]
        first, *rest = super().get_ordering(request, queryset)
        return ALONG_INDEX.get(first, (first, *rest))


class CellRenderer(DjangoTemplates):
    """The inputs of a list are many and plain: they need no template, and no mistake no list of it."""

    inputs = ("django/forms/widgets/hidden.html", "django/forms/widgets/number.html")
    errors = "django/forms/errors/list/default.html"

    def render(self, template_name, context, request=None):
        if template_name == self.errors and not context["errors"]:
            return ""
        if template_name not in self.inputs:
            return super().render(template_name, context, request)
        widget = context["widget"]
        facts = {name: widget[name] for name in ("type", "name", "value")} | widget["attrs"]
        written = (
            name if value is True else f'{name}="{escape(str(value))}"'
            for name, value in facts.items()
            if value is not None and value is not False
        )
        return mark_safe(f"<input {' '.join(written)}>")  # noqa: S308


CELL_RENDERER = CellRenderer()


class LongListAdmin(admin.ModelAdmin):
    list_per_page = 100
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would cost a query

    def get_changelist(self, request, **kwargs):
        return LongList

    def action_checkbox(self, entry):
        """As Django writes it, without a template for each row."""
        label = _("Select this object for an action - {}").format(entry)
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">',
            ACTION_CHECKBOX_NAME,
            entry.pk,
            label,
        )
