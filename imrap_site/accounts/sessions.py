"""Sessions in files: a stranger who asks for a passkey must not write the content database."""

from pathlib import Path

from django.conf import settings
from django.contrib.sessions.backends.file import SessionStore as FileSessionStore


class SessionStore(FileSessionStore):
    """Django's own, which demands a folder that is there."""

    def __init__(self, session_key=None):
        make_folder()
        super().__init__(session_key)

    @classmethod
    def clear_expired(cls):
        make_folder()
        super().clear_expired()


def make_folder():
    Path(settings.SESSION_FILE_PATH).mkdir(mode=0o700, parents=True, exist_ok=True)
