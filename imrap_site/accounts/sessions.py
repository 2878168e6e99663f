"""Sessions: of people who are signed in, in files or in the database; of strangers, in a signed
cookie of their own.

So no stranger makes the server keep anything. A person's session ends twelve hours after they
did something last and seven days after they signed in, whatever their browser keeps. On SQLite they
lie in files, which ask nothing of the database; on PostgreSQL, where several hosts may serve the
site, each of them finds them there.
"""

import re
import time
from contextlib import suppress

from django.contrib.auth import SESSION_KEY as WHO
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import DatabaseError, connection

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
IDLE = 12 * HOUR
LONGEST = 7 * DAY
OF_STRANGERS = HOUR
MOVED_ON_AFTER = 5 * MINUTE  # nothing is written at each page
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
            with suppress(OSError, DatabaseError):  # a full disk: what is kept goes on being true
                _write(self.session_key, self.encode(data))
        else:
            self._session_key = f"{data[WHO]}x{self._get_new_session_key()}"
            _write(self.session_key, self.encode(data))
            _make_room(data[WHO])

    def _signed(self, data):
        signed = self.encode(data)
        return signed if len(signed) <= LARGEST_COOKIE else self.encode({BEGUN: data[BEGUN]})

    def exists(self, session_key):
        return is_of_person(session_key) and place().exists(session_key)

    def delete(self, session_key=None):
        key = self.session_key if session_key is None else session_key
        if is_of_person(key):
            place().remove(key)

    def get_expiry_age(self, **kwargs):
        """How many seconds the browser keeps the cookie."""
        data = self._get_session()
        return max(0, int((LONGEST if WHO in data else OF_STRANGERS) - _age(data)))

    @classmethod
    def clear_expired(cls):
        """Remove what is over; gives how many were."""
        return place().remove_older_than(time.time() - IDLE)


def place():
    """The module that keeps them."""
    if connection.vendor == "postgresql":
        from imrap_site.accounts import session_rows as found  # a model: not before the settings
    else:
        from imrap_site.accounts import session_files as found
    return found


def is_of_person(key):
    return bool(key and OF_A_PERSON.fullmatch(key))


def end_all(user, but=None):
    """End each session of a person, on all their machines, but for one."""
    for key in place().of_person(user.pk):
        if key != but:
            place().remove(key)


def _age(data):
    begun = data.get(BEGUN)
    return abs(time.time() - begun) if isinstance(begun, int | float) else 0


def _read(key, decode):
    """What a session holds; nothing where it is over, torn or another's."""
    try:
        text, seen = place().read(key)
    except OSError:
        return {}
    data, idle = decode(text), time.time() - seen
    is_theirs = isinstance(data, dict) and str(data.get(WHO)) == OF_A_PERSON.fullmatch(key)[1]
    if not is_theirs or BEGUN not in data or idle > IDLE or _age(data) > LONGEST:
        place().remove(key)
        return {}
    if idle > MOVED_ON_AFTER:
        place().seen_now(key)
    return data


def _write(key, text):
    if len(text) > LARGEST:
        raise OSError("This session is too large.")
    place().write(key, text)


def _make_room(number):
    for key in place().of_person(number)[:-SESSIONS_OF_ONE]:
        place().remove(key)
