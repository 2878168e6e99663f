"""Sessions in files: a stranger who asks for a passkey must not write the content database."""

from pathlib import Path

from django.conf import settings
from django.contrib.sessions.backends.file import SessionStore as FileSessionStore


class SessionStore(FileSessionStore):
    @classmethod
    def _get_storage_path(cls):
        Path(settings.SESSION_FILE_PATH).mkdir(mode=0o700, parents=True, exist_ok=True)
        return super()._get_storage_path()
