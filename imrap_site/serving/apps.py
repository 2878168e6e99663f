"""What the server has to do when the content changes, in whatever process it does."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_migrate, post_save


class ServingConfig(AppConfig):
    name = "imrap_site.serving"

    def ready(self):
        from imrap_site.serving.pages.triggers import watch_tables
        from profiles.publishing import rows_changed
        from profiles.search.store import tables_made

        # After `profiles`, which makes its tables and the index first.
        post_migrate.connect(watch_tables, sender=self, dispatch_uid="watch the tables")
        tables_made.connect(watch_tables, dispatch_uid="watch new tables")
        for signal in (post_save, post_delete, m2m_changed, rows_changed):
            signal.connect(forget_pages, dispatch_uid="forget the pages")


def forget_pages(sender, **kwargs):
    """Once it is committed: until then the pages are true, and nobody sees the change."""
    from imrap_site.serving.pages.triggers import NOT_CONTENT

    if sender._meta.app_label == "profiles" and sender._meta.db_table not in NOT_CONTENT:
        transaction.on_commit(empty_store, robust=True)


def empty_store():
    from imrap_site.serving.pages.store import Store

    Store(Path(settings.VAR_DIR) / "pages").forget()
