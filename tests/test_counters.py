"""What is counted against guessing can't be flushed, and is lost by nobody."""

import random
import subprocess
import sys
import time

import pytest
from allauth.account import app_settings as account
from allauth.core.internal.ratelimit import Rate, apply_rate, parse_rates
from allauth.mfa import app_settings as mfa

from imrap_site import settings as production
from imrap_site.accounts import counters
from imrap_site.accounts.counters import SIZE, CountersCache, paper_in

NOW = 1_795_600_000.0


@pytest.fixture
def file(tmp_path):
    return tmp_path / "var/counters"


@pytest.fixture
def counted(file, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: NOW)
    return CountersCache(file, {})


@pytest.mark.on_a_folder("see test_bucket")
def test_the_site_counts_in_one_file_that_all_workers_share():
    cache = production.CACHES["default"]
    assert cache["BACKEND"] == "imrap_site.accounts.counters.CountersCache"
    assert cache["LOCATION"].parts[-2:] == ("var", "counters")


def test_no_rate_allows_more_than_a_slot_can_hold():
    """A slot that forgot an attempt would let guessing go on."""
    limits = [*account.RATE_LIMITS.values(), *mfa.RATE_LIMITS.values()]
    amounts = [rate.amount for limit in limits for rate in parse_rates(limit)]
    assert max(amounts) == 30 < counters.MOMENTS
    assert mfa.RATE_LIMITS["webauthn_login"] == "10/m/ip"


def test_what_was_counted_is_there_newest_first(counted):
    assert counted.get("awa", []) == []
    counted.set("awa", [NOW - 2], 300)
    counted.set("awa", [NOW - 1, NOW - 2], 300)
    assert counted.get("awa") == [NOW - 1, NOW - 2]
    assert counted.get("moussa") is None


def test_a_count_is_taken_back_and_taken_away(counted):
    counted.set("awa", [NOW - 1, NOW - 2], 300)
    counted.set("awa", [NOW - 2], 300)
    assert counted.get("awa") == [NOW - 2]
    counted.delete("awa")
    assert counted.get("awa") is None


def test_a_flood_of_names_takes_no_count_away_and_no_room(counted, file):
    """20,000 names, four guesses at each: as many as would empty a cache of 10,000 entries."""
    guesses = [NOW - 1, NOW - 2, NOW - 3, NOW - 4, NOW - 5]
    counted.set("awa", guesses, 300)
    for number in range(20_000):
        counted.set(f"name {number}", [NOW - number / 30_000], 300)
    assert counted.get("awa")[:5] >= guesses
    assert file.stat().st_size == SIZE < 7_000_000


def test_a_flood_hardly_touches_who_has_guessed_nothing(counted):
    for number in range(5_000):
        counted.set(f"name {number}", [NOW - number / 30_000] * 1, 300)
    touched = sum(len(counted.get(f"other {number}", [])) > 1 for number in range(1_000))
    assert touched < 30


def test_what_is_over_for_one_is_not_taken_from_another_in_the_same_slots(counted, monkeypatch):
    monkeypatch.setattr(counters, "SLOTS", 1)
    counted.set("each hour", [NOW - 1_000], 3600)
    counted.set("each minute", [NOW], 60)  # allauth left out what is over after a minute
    assert counted.get("each hour") == [NOW, NOW - 1_000]


def test_what_a_key_has_is_the_least_that_its_slots_say(counted, monkeypatch):
    """Two keys that share one of their three slots; the second was tried later, and more often."""
    size, row = counters.SLOT.size, counters.SLOTS * counters.SLOT.size
    places = {"awa": [0, row, 2 * row], "moussa": [0, row + size, 2 * row + size]}
    lock = [counters.LOCKS_FROM]
    monkeypatch.setattr(counters, "_slots", lambda key: [*places[key], *lock])
    counted.set("awa", [NOW - 200], 300)
    counted.set("moussa", [NOW - 1, NOW - 2], 300)
    assert counted.get("awa") == [NOW - 200]
    assert counted.get("moussa") == [NOW - 1, NOW - 2]


def test_a_lock_is_held_by_one_and_ends(counted, monkeypatch):
    assert counted.add("awa:lock", True, 10)
    assert not counted.add("awa:lock", True, 10)
    counted.delete("awa:lock")
    assert counted.add("awa:lock", True, 10)
    monkeypatch.setattr(time, "time", lambda: NOW + 11)
    assert counted.add("awa:lock", True, 10)


def test_junk_in_the_file_counts_as_nothing(counted, file):
    counted.set("awa", [NOW], 300)
    file.write_bytes(b"\xff" * SIZE)
    assert counted.get("awa") is None
    file.write_bytes(random.Random(1).randbytes(SIZE))
    assert len(counted.get("awa", [])) <= 32
    file.write_bytes(b"")
    counted.set("awa", [NOW], 300)
    assert counted.get("awa") == [NOW]


COUNT = """
import sys, time
import django
from django.conf import settings
settings.configure(SECRET_KEY="x" * 50)
from imrap_site.accounts import counters
counters.SLOTS = 1  # what allauth locks is one key, and this is another with the same slots
cache = counters.CountersCache(sys.argv[1], {})
time.sleep(max(0, float(sys.argv[2]) - time.time()))
for number in range(16):
    cache.set(sys.argv[3], [time.time() - number - len(sys.argv[3]) / 100], 300)
"""


def test_two_processes_lose_no_count(file, settings, monkeypatch):
    settings.SECRET_KEY = "x" * 50
    for _round in range(3):
        command = [sys.executable, "-c", COUNT, str(file), str(time.time() + 1.5)]
        both = [
            subprocess.Popen([*command, name], cwd=production.BASE_DIR)
            for name in ("awa", "moussa")
        ]
        assert [process.wait(timeout=30) for process in both] == [0, 0]
        monkeypatch.setattr(counters, "SLOTS", 1)
        counted = CountersCache(file, {})
        assert len(counted.get("awa")) == 32
        counted.clear()


@pytest.mark.parametrize("trouble", ["no folder", "no room", "breaks later"])
def test_where_the_disk_gives_trouble_counting_goes_on_in_memory(tmp_path, monkeypatch, trouble):
    def fail(*args):
        raise OSError(28, "No space left on device")

    file = tmp_path / "var/counters"
    if trouble == "no folder":
        (tmp_path / "var").write_text("a file in the place of the folder")
    if trouble == "no room":
        monkeypatch.setattr("os.posix_fallocate", fail)
    counted, rate = CountersCache(file, {}), Rate(5, 300, "ip")
    allowed = []
    for number in range(7):
        if trouble == "breaks later" and number == 3:
            monkeypatch.setattr("os.pwrite", fail)
        is_allowed, history = apply_rate(counted.get("awa", []), time.time(), rate)
        counted.set("awa", history, 300)
        allowed.append(is_allowed)
    assert allowed == [True] * 5 + [False] * 2


def test_a_file_has_one_door_in_each_process(file):
    assert paper_in(str(file)) is CountersCache(file, {}).paper
