"""What the public may see: the one definition of "published"."""

from datetime import datetime
from typing import Any, Protocol, Self

from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import IntegerField, Q, Subquery
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.kept_queries import Now
from profiles.times import MomentField
from profiles.words import MOST_COUNTED


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    SCHEDULED = "scheduled", _("scheduled")
    PUBLISHED = "published", _("published")
    CLOSED = "closed", _("closed")


def this_minute() -> datetime:
    """As people write a moment: without seconds."""
    return timezone.now().replace(second=0, microsecond=0)


def before_9999(moment: datetime) -> None:
    """The last hours of the calendar do not exist in every time zone."""
    if moment.year >= 9999:
        raise ValidationError(_("Give a year before 9999."))


class Account(Protocol):
    """What is asked of a user, also of one who has not signed in."""

    is_active: bool
    is_staff: bool

    def has_perm(self, perm: str) -> bool: ...


class NumberOf(Subquery):
    """How many entries there are; one more than MOST_COUNTED where there are more."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, entries: "PublishedQuerySet") -> None:
        super().__init__(entries.order_by().values("pk")[: MOST_COUNTED + 1])


# Rows were changed past save(), which would have told it.
rows_changed = Signal()


class PublishedQuerySet(models.QuerySet):
    def update(self, **values: Any) -> int:
        number = super().update(**values)
        rows_changed.send(sender=self.model)
        return number

    update.alters_data = True  # type: ignore[attr-defined]

    def published(self) -> Self:
        return self.filter(is_draft=False, publish_at__lte=Now())

    def visible_to(self, user: Account) -> Self:
        """Who may view the kind sees drafts too, at their final address; visitors never do."""
        return self.all() if may_view(user, self.model) else self.published()

    def listed(self) -> Self:
        """What the profile and the lists show. A kind may leave out what is over."""
        return self.published()

    def next_moment(self) -> datetime | None:
        """When time alone changes next what visitors see of them; None while nothing is to come."""
        coming = self.filter(is_draft=False, publish_at__gt=timezone.now()).order_by("publish_at")
        return coming.values_list("publish_at", flat=True).first()

    def in_state(self, state: State) -> Self:
        """Entries in one `State`; the counterpart of `Publishable.state`."""
        return self.filter(
            {
                # "In" one value: SQLite finds no row by an index that is asked for "not a draft".
                State.DRAFT: Q(is_draft__in=[True]),
                State.SCHEDULED: Q(pk__in=self.scheduled()),
                State.PUBLISHED: Q(is_draft__in=[False], publish_at__lte=Now()),
                State.CLOSED: Q(pk__in=[]),
            }[state]
        )

    def scheduled(self) -> models.QuerySet:
        """Keys of what will be public by itself: few among many, found by their moments."""
        entries = self.model._base_manager.filter(is_draft=False, publish_at__gt=Now())
        return entries.values("pk")


def may_change(user: Account, model: type[models.Model]) -> bool:
    """Whether the forms of a kind are open to this person."""
    name = get_permission_codename("change", model._meta)
    is_staff = user.is_active and user.is_staff
    return is_staff and user.has_perm(f"{model._meta.app_label}.{name}")


def may_view(user: Account, model: type[models.Model]) -> bool:
    """The one question: may this person read what is not published? As in the admin's lists, who
    may change a kind may view it. Somebody whose second factor is missing comes here as a visitor.
    """
    if not (user.is_active and user.is_staff):
        return False
    names = [get_permission_codename(action, model._meta) for action in ("view", "change")]
    return any(user.has_perm(f"{model._meta.app_label}.{name}") for name in names)


def show_from(entry: Any, moment: datetime | None = None) -> None:
    """Let visitors see an entry from a moment on: from now, or since they do, where none is given."""
    if moment or not entry.is_published:
        entry.publish_at = moment or this_minute()
    entry.is_draft = False


class Publishable(models.Model):
    is_draft = models.BooleanField(
        _("draft"),
        default=True,
        help_text=_("Only staff see it."),
    )
    publish_at = MomentField(
        _("published from"),
        default=this_minute,
        validators=[before_9999],
        help_text=_("Visitors see this entry from this moment on, if it is not a draft."),
    )

    # What was stored when it was read or saved last: (is_draft, publish_at).
    stored_as: tuple[bool | None, datetime | None] = (None, None)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any) -> Self:
        noun = super().from_db(*args)
        noun.note_stored()
        return noun

    def note_stored(self) -> None:
        """Remember what visitors see of it now, so that a save can tell what it changed."""
        known = self.__dict__  # a deferred field must not be fetched for this
        self.stored_as = (known.get("is_draft"), known.get("publish_at"))

    @property
    def state(self) -> Any:  # one of State, which is a Django class and so has no type
        if self.is_draft:
            return State.DRAFT
        return State.PUBLISHED if self.publish_at <= timezone.now() else State.SCHEDULED

    @property
    def is_published(self) -> bool:
        return not self.is_draft and self.publish_at <= timezone.now()
