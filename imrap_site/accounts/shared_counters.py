"""The same counters on Redis, for all hosts; each host goes on with its own file while Redis is gone."""

import functools
import hashlib
import logging
import time
from contextlib import contextmanager

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from redis import Redis, RedisError
from redis.exceptions import LockError

from imrap_site.accounts.counters import SIZE, CountersCache
from imrap_site.places import CONNECT_SECONDS

logger = logging.getLogger("django.counters")
REST = 5  # seconds for which Redis is not asked again, once it did not answer
TURN, PATIENCE = 5, 2  # seconds: that a turn lasts at most, and that one waits for it


class SharedCountersCache(BaseCache):
    """Whatever is counted is counted here too, so that the limits hold when Redis is lost."""

    def __init__(self, location, params):
        super().__init__(params)
        self.here = CountersCache(location, params)
        self.shared = CountersCache(location, params)
        self.shared.paper = paper_on(params["OPTIONS"]["url"])

    def asked(self, name, *what):
        here = getattr(self.here, name)(*what)
        paper = self.shared.paper
        if time.monotonic() < paper.rests_until:
            return here
        try:
            return getattr(self.shared, name)(*what)
        except (RedisError, LockError) as error:
            paper.rests_until = time.monotonic() + REST
            logger.error("Attempts to sign in are counted by each host for itself: %s", error)
            return here

    def get(self, key, default=None, version=None):
        return self.asked("get", key, default)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self.asked("set", key, value, timeout)

    def delete(self, key, version=None):
        return self.asked("delete", key)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self.asked("add", key, value, timeout)

    def clear(self):
        self.asked("clear")


class PaperOnRedis:
    """As `counters.Paper`, in a text of fixed size."""

    def __init__(self, url):
        self.redis = client(url)
        self.name = f"profile-site:{digest_of(settings.SECRET_KEY)}"
        self.rests_until = 0.0

    @contextmanager
    def locked(self):
        """Alone, among all hosts."""
        turn = {"timeout": TURN, "blocking_timeout": PATIENCE, "sleep": 0.01}
        with self.redis.lock(f"{self.name}:turn", **turn):
            yield

    def read(self, place, size):
        return self.redis.getrange(self.name, place, place + size - 1).ljust(size, b"\0")

    def write(self, place, content):
        if len(content) == SIZE:
            self.redis.delete(self.name)
        else:
            self.redis.setrange(self.name, place, content)


def client(url):
    wait = {"socket_connect_timeout": 1, "socket_timeout": 1}
    return Redis.from_url(url, **wait, retry=None, health_check_interval=30)


@functools.cache
def paper_on(url):
    return PaperOnRedis(url)


def digest_of(text):
    """So that two sites may share one Redis."""
    return hashlib.sha256(f"shared counters {text}".encode()).hexdigest()[:16]


def must_answer(url):
    """RedisError where it refuses, or takes no writes."""
    redis = Redis.from_url(
        url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS, retry=None
    )
    redis.set(f"profile-site:{digest_of(settings.SECRET_KEY)}:probe", b"1", ex=1)
