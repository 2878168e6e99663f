"""Sessions: of people who are signed in, in files; of strangers, in a signed cookie of their own.

So no stranger makes the server keep anything. A person's session ends twelve hours after they
did something last and seven days after they signed in, whatever their browser keeps. Where several
machines serve the site, `_read`, `_write` and what stands below them need another place.
"""

import os
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth import SESSION_KEY as WHO
from django.contrib.sessions.backends.base import SessionBase, UpdateError

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
IDLE = 12 * HOUR
LONGEST = 7 * DAY
OF_STRANGERS = HOUR
MOVED_ON_AFTER = 5 * MINUTE  # a file is not written at each page
SESSIONS_OF_ONE = 30  # the oldest gives way
LARGEST = 200_000
LARGEST_COOKIE = 3_800  # browsers keep no larger one
BEGUN = "_begun"
OF_A_PERSON = re.compile(r"([0-9]+)x[0-9a-z]{32}")


class SessionStore(SessionBase):
    def load(self):
        is_person = is_of_person(self.session_key)
        data = _read(self.session_key, self.decode) if is_person else self._carried()
        if not data:
            self._session_key = None
        return data

    def _carried(self):
        """What a stranger's cookie holds, if we signed it, for an hour from its beginning."""
        data = self.decode(self.session_key or "")
        is_fresh = isinstance(data, dict) and WHO not in data
        return data if is_fresh and _age(data) <= OF_STRANGERS else {}

    def create(self):
        """Under a new name from the next save on."""
        self._session_key = None
        self.modified = True

    def save(self, must_create=False):
        data = self._get_session(no_load=must_create)
        data.setdefault(BEGUN, time.time())
        if WHO not in data:
            self._session_key = self._signed(data)
        elif is_of_person(self.session_key):
            if not self.exists(self.session_key):
                raise UpdateError
            with suppress(OSError):  # a full disk: what the file holds goes on being true
                _write(self.session_key, self.encode(data))
        else:
            self._session_key = f"{data[WHO]}x{self._get_new_session_key()}"
            _write(self.session_key, self.encode(data))
            _make_room(data[WHO])

    def _signed(self, data):
        signed = self.encode(data)
        return signed if len(signed) <= LARGEST_COOKIE else self.encode({BEGUN: data[BEGUN]})

    def exists(self, session_key):
        return is_of_person(session_key) and _file(session_key).exists()

    def delete(self, session_key=None):
        key = self.session_key if session_key is None else session_key
        if is_of_person(key):
            _remove(_file(key))

    def get_expiry_age(self, **kwargs):
        """How many seconds the browser keeps the cookie."""
        data = self._get_session()
        return max(0, int((LONGEST if WHO in data else OF_STRANGERS) - _age(data)))

    @classmethod
    def clear_expired(cls):
        """Remove what is over, by the files' times alone: none is opened."""
        oldest = time.time() - IDLE
        with suppress(FileNotFoundError), os.scandir(settings.SESSION_FILE_PATH) as files:
            for file in files:
                with suppress(OSError):
                    if file.stat(follow_symlinks=False).st_mtime < oldest:
                        os.unlink(file.path)


def is_of_person(key):
    return bool(key and OF_A_PERSON.fullmatch(key))


def end_all(user, but=None):
    """End each session of a person, on all their machines, but for one."""
    for file in _files_of(user.pk):
        if file.name != but:
            _remove(file)


def _age(data):
    begun = data.get(BEGUN)
    return abs(time.time() - begun) if isinstance(begun, int | float) else 0


def _file(key):
    return Path(settings.SESSION_FILE_PATH) / key


def _files_of(number):
    return list(Path(settings.SESSION_FILE_PATH).glob(f"{number}x*"))


def _read(key, decode):
    """What a file holds; nothing where it is over, torn or another's."""
    file = _file(key)
    try:
        seen, content = file.stat().st_mtime, file.read_bytes()
    except OSError:
        return {}
    data, idle = decode(content.decode("ascii", "replace")), time.time() - seen
    is_theirs = isinstance(data, dict) and str(data.get(WHO)) == OF_A_PERSON.fullmatch(key)[1]
    if not is_theirs or BEGUN not in data or idle > IDLE or _age(data) > LONGEST:
        _remove(file)
        return {}
    if idle > MOVED_ON_AFTER:
        _seen_now(file)
    return data


def _write(key, text):
    """All of it or, where there is no room, nothing."""
    file = _file(key)
    if len(text) > LARGEST:
        raise OSError("This session is too large.")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=file.parent, prefix="unfinished-")
    try:
        with open(number, "w", encoding="ascii") as unfinished:
            unfinished.write(text)
        os.replace(name, file)
    except BaseException:
        _remove(Path(name))
        raise
    _seen_now(file)


def _seen_now(file):
    with suppress(OSError):
        os.utime(file, (now := time.time(), now))


def _make_room(number):
    def age(file):
        with suppress(OSError):
            return file.stat().st_mtime
        return 0

    for file in sorted(_files_of(number), key=age)[:-SESSIONS_OF_ONE]:
        _remove(file)


def _remove(file):
    with suppress(OSError):
        file.unlink(missing_ok=True)
