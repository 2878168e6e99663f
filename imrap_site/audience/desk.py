"""The admin with what is read: on its first page, and on pages of their own."""

from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from imrap_site.audience import figures, tables
from imrap_site.audience.figures import ACT_NAMES, PERIODS, Period
from imrap_site.audience.plot import plots_of
from imrap_site.keeping.desk import KeptAdminSite
from imrap_site.serving.reach.store import StoreFailed
from profiles.addresses import content_disposition
from profiles.admin_site import form_address
from profiles.models import KINDS, Organisation
from profiles.publishing import may_view
from profiles.words import date_in_words


class AudienceAdminSite(KeptAdminSite):
    def index(self, request, extra_context=None):
        context = {"read": what_is_read(request.user)}
        return super().index(request, {**context, **(extra_context or {})})

    def get_urls(self):
        own = [
            (f"audience/{before}{ending}", f"{name}{view}", partial(self.audience, view=view))
            for before, name in (("", "audience"), ("<slug:model>/<int:pk>/", "audience_of"))
            for ending, view in (("", ""), ("csv/", "_csv"), ("report/", "_report"))
        ]
        urls = [path(route, self.admin_view(view), name=name) for route, name, view in own]
        return [*urls, *super().get_urls()]

    def audience(self, request, view, model=None, pk=None):
        """Of one noun, or of all that this person may see, for a period: page, sheet or report."""
        if not kinds_seen(request.user):
            raise PermissionDenied
        noun = noun_at(model, pk, request.user) if model else None
        name = request.GET.get("period", "")
        try:
            period = Period.named(name if name in PERIODS else "30-days")
            return VIEWS[view](self, request, noun, period)
        except StoreFailed:
            return self.page(request, "page", noun, None, failed=True)

    def page(self, request, template, noun, period, **context):
        address = partial(address_of, noun)
        context |= {
            **self.each_context(request),
            "title": _("Audience"),
            "noun": noun,
            "form": form_address(noun) if noun else "",
            "period": period,
            "periods": [
                (name, label, f"{address('')}?period={name}") for name, label in PERIODS.items()
            ],
            "csv": address("_csv"),
            "report": address("_report"),
            "acts": ACT_NAMES.values(),
            "zone": settings.TIME_ZONE,
        }
        return TemplateResponse(request, f"admin/audience/{template}.html", context)


def kinds_seen(user):
    return [kind for kind in KINDS.values() if may_view(user, kind)]


def noun_at(model, pk, user):
    kinds = {kind._meta.model_name: kind for kind in (Organisation, *KINDS.values())}
    if model not in kinds:
        raise Http404
    if not may_view(user, kinds[model]):
        raise PermissionDenied
    noun = kinds[model].objects.filter(pk=pk).first()
    if noun is None:
        raise Http404
    return noun


def address_of(noun, view):
    if noun is None:
        return reverse(f"admin:audience{view}")
    return reverse(f"admin:audience_of{view}", args=[noun._meta.model_name, noun.pk])


def what_is_read(user):
    """Rows for the desk; None where nobody may see any, or nobody can tell."""
    if not kinds_seen(user):
        return None
    try:
        rows = figures.most_read(partial(may_view, user))
    except StoreFailed:
        return None
    # Of copies taken away the first page says nothing: four columns are too many for a telephone.
    rows = [(title, address, numbers[:3]) for title, address, numbers in with_addresses(rows)]
    return {"rows": rows, "acts": list(ACT_NAMES.values())[:3]}


def with_addresses(rows):
    return [
        (row.title, row.entry and address_of(row.entry, ""), figures.grouped(row.numbers))
        for row in rows
    ]


# What is shown


def shown(site, request, noun, period):
    if noun is None:
        rows = figures.most_asked_for(period, partial(may_view, request.user))
        return site.page(request, "page", noun, period, rows=with_addresses(rows), head=_("Entry"))
    days = figures.by_day(figures.noun_for(noun), period)
    steps = [(step, figures.summed(some)) for step, some in figures.in_steps(days, period).items()]
    rows = [
        (period.step_in_words(step), "", figures.grouped(numbers))
        for step, numbers in reversed(steps)
    ]
    total = figures.summed(numbers for _step, numbers in steps)
    context = {
        "plots": plots_of(steps, period),
        "rows": rows,
        "total": rows and figures.grouped(total),
    }
    context["head"] = _("Day") if period.is_of_days else _("Month")
    return site.page(request, "page", noun, period, **context)


def table_of(request, noun, period):
    if noun is None:
        return tables.of_all(period, partial(may_view, request.user))
    return tables.of_noun(figures.noun_for(noun), period)


def sheet(_site, request, noun, period):
    about = noun.slug if noun else _("audience")
    name = f"{about}-{period.name}.csv"
    return HttpResponse(
        tables.as_csv(table_of(request, noun, period)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition(name, True)},
    )


def report(site, request, noun, period):
    table = table_of(request, noun, period)
    rows = [(words, "", numbers) for words, numbers in table.rows]
    context = {"head": table.head, "rows": rows, "total": rows and table.total}
    context["days"] = [date_in_words(str(day)) for day in (period.first, period.last)]
    since = figures.first_day_of_all()
    context["about"] = noun or Organisation.objects.first()
    context["since"] = since and since > period.first and date_in_words(str(since))
    return site.page(request, "report", noun, period, **context)


VIEWS = {"": shown, "_csv": sheet, "_report": report}
