"""Queries that are put together once: only their values change from one time to the next.

Django takes longer to build a query and to write its SQL than the database takes to answer it.
"""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DateTimeField, Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

# Whether SQL is being written that will be kept: its late values stay open then.
_is_for_keeping: ContextVar[bool] = ContextVar("is_for_keeping", default=False)


class Late(Expression):
    """A value that is asked for when the query runs, not when it is built."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self if _is_for_keeping.get() else self.value({})]

    def value(self, given: dict[str, Any]) -> Any:
        raise NotImplementedError


class Now(Late):
    """The moment of the question, or one so long before it."""

    def __init__(self, before: timedelta = timedelta()) -> None:
        super().__init__(output_field=DateTimeField())
        self.before = before

    def value(self, given: dict[str, Any]) -> Any:
        moment: datetime = timezone.now() - self.before
        return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(moment)


class Given(Late):
    """What whoever asks a kept query says under this name."""

    def __init__(self, name: str, output_field: Field | None = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def value(self, given: dict[str, Any]) -> Any:
        return given[self.name]


@contextmanager
def keeping() -> Iterator[None]:
    token = _is_for_keeping.set(True)
    try:
        yield
    finally:
        _is_for_keeping.reset(token)


def filled(params: Sequence[Any], given: dict[str, Any]) -> list[Any]:
    return [one.value(given) if isinstance(one, Late) else one for one in params]


class KeptQuery:
    """Called with what is `Given`, it gives the rows of a queryset, as that would itself."""

    def __init__(self, queryset: QuerySet) -> None:
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        with keeping():
            self.sql, self.params = self.compiler.as_sql()

    def __call__(self, **given: Any) -> list[Any]:
        rows = self.queryset.all()
        rows.query.get_compiler = partial(self.written, given)
        return list(rows)

    def written(self, given: dict[str, Any], *args: Any, **options: Any) -> SQLCompiler:
        """A compiler that has nothing left to do; a connection is its thread's own."""
        compiler = copy.copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *args, **options: (self.sql, tuple(filled(self.params, given)))
        return compiler


class KeptStatement:
    """SQL of our own around querysets; called with what is `Given`, it gives the rows."""

    def __init__(self, template: str, **querysets: QuerySet) -> None:
        parts = {}
        self.params: list[Any] = []
        with keeping():
            for name, queryset in querysets.items():
                parts[name], params = queryset.query.sql_with_params()
                self.params += params
        self.sql = template.format(**parts)

    def __call__(self, also: QuerySet | None = None, **given: Any) -> list[Any]:
        """With the rows of `also`, a queryset that is not kept, behind its own."""
        sql, params = self.sql, filled(self.params, given)
        if also is not None:
            behind, further = also.query.sql_with_params()
            sql, params = f"{sql} UNION ALL {behind}", [*params, *further]
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()
