"""Connections that lie ready for PostgreSQL: few, alive, and nobody waits for ever."""

import os
import threading

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from imrap_site.postgresql.ready import Ready


class Line:
    """A connection whose other end is not there."""

    opened = 0

    def __init__(self):
        Line.opened += 1
        self.closed, self.is_dead = False, False
        self.info = self
        self.transaction_status = TransactionStatus.IDLE

    def close(self):
        self.closed = True


def look_at(line):
    if line.is_dead:
        raise psycopg.OperationalError("the connection is lost")


@pytest.fixture
def ready():
    Line.opened = 0
    return Ready(most=2)


def take(ready, key="site", seconds=0.05):
    return ready.taken(key, Line, look_at, seconds)


def test_a_connection_is_used_again(ready):
    first = take(ready)
    ready.give_back(first)
    assert take(ready) is first
    assert Line.opened == 1


def test_one_that_leads_elsewhere_is_not(ready):
    first = take(ready)
    ready.give_back(first)
    assert take(ready, key="another database") is not first


def test_one_that_was_lost_meanwhile_is_never_given_out_nor_are_those_beside_it(ready):
    lost = [take(ready), take(ready)]
    for line in lost:
        line.is_dead = True
        ready.give_back(line)
    assert take(ready) not in lost
    assert [line.closed for line in lost] == [True, True]
    assert Line.opened == 3


def test_one_within_a_transaction_is_not_used_again(ready):
    line = take(ready)
    line.transaction_status = TransactionStatus.INERROR
    ready.give_back(line)
    assert line.closed
    assert take(ready) is not line


def test_no_more_are_open_than_may_be_and_who_waits_is_told(ready):
    take_all = [take(ready), take(ready)]
    with pytest.raises(psycopg.OperationalError, match="All 2 connections are busy"):
        take(ready)
    threading.Timer(0.05, ready.give_back, [take_all[0]]).start()
    assert take(ready, seconds=5) is take_all[0]


def test_one_whose_thread_died_with_it_counts_no_more(ready):
    take(ready)
    take(ready)
    assert take(ready)


def test_a_server_that_is_gone_leaves_the_room_it_was_asked_for(ready):
    def refuses():
        raise psycopg.OperationalError("Connection refused")

    for _try in range(5):
        with pytest.raises(psycopg.OperationalError, match="refused"):
            ready.taken("site", refuses, look_at, 0.05)
    assert take(ready)


def test_one_that_nobody_needs_is_closed_in_the_end(ready, monkeypatch):
    old = take(ready)
    ready.give_back(old)
    ready.lying = [(since - 61, key, line) for since, key, line in ready.lying]
    ready.give_back(take(ready, key="another database"))
    assert old.closed


def test_a_child_process_has_none_of_its_parent(ready):
    ready.give_back(take(ready))
    if (child := os.fork()) == 0:
        os._exit(len(ready.lying))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(ready.lying) == 1
