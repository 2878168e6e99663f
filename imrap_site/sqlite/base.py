"""What Django loads as ENGINE."""

from contextvars import ContextVar
from urllib.parse import quote

from django.db.backends.sqlite3 import base

# Seconds that whoever asks now waits for a lock; None leaves it to the settings.
patience = ContextVar("patience", default=None)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self):
        parameters = super().get_connection_params()
        if not self.is_in_memory_db():
            path = quote(str(parameters["database"]))
            parameters["database"] = f"file:{path}?mode=rw"
        if (seconds := patience.get()) is not None:
            parameters["timeout"] = seconds
        return parameters
