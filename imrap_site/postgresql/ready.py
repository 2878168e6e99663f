"""Connections that lie ready between two uses, a bounded number for each process."""

import atexit
import gc
import os
import time
from threading import Condition
from weakref import WeakKeyDictionary

from psycopg import Error, OperationalError
from psycopg.pq import TransactionStatus

IDLE_SECONDS = 60  # that one lies ready: a burst of visitors leaves nothing open for long


class Ready:
    def __init__(self, most):
        self.most = most
        self.begin()
        # A worker leaves to its parent what its parent opened.
        os.register_at_fork(after_in_child=self.begin)
        atexit.register(self.close)

    def begin(self):
        self.turn = Condition()
        self.lying = []  # (when it was given back, its key, the connection), the latest last
        self.used = WeakKeyDictionary()  # their keys; one whose thread died with it counts no more
        self.opening = 0

    def taken(self, key, open_one, look_at, seconds):
        """One that `look_at` finds alive; OperationalError where none gets free in so many seconds."""
        connection = self.one_of(key, seconds)
        if connection is None:
            return self.opened(key, open_one, look_at)
        try:
            look_at(connection)
        except Error:  # the server ended it, so the others too
            connection.close()
            self.give_back(connection)
            self.close()
            return self.taken(key, open_one, look_at, seconds)
        return connection

    def one_of(self, key, seconds):
        """The one that lay there last; None, with room for a new one, where there is none."""
        with self.turn:
            if not self.turn.wait_for(self.has_room, seconds):
                gc.collect()  # those of threads that ended
            if not self.has_room():
                raise OperationalError(f"All {self.most} connections are busy.")
            for place, (_since, whose, connection) in reversed(list(enumerate(self.lying))):
                if whose == key:
                    del self.lying[place]
                    self.used[connection] = key
                    return connection
            self.opening += 1
            return None

    def has_room(self):
        return len(self.used) + self.opening < self.most

    def opened(self, key, open_one, look_at):
        try:
            connection = open_one()
            look_at(connection)
            self.used[connection] = key
            return connection
        finally:
            with self.turn:
                self.opening -= 1
                self.turn.notify()

    def give_back(self, connection):
        with self.turn:
            key = self.used.pop(connection, None)
            idle = connection.info.transaction_status == TransactionStatus.IDLE
            if key and idle and not connection.closed:
                self.lying.append((time.monotonic(), key, connection))
            else:
                connection.close()
            self.turn.notify()
        self.close(IDLE_SECONDS)

    def close(self, older_than=0):
        """End those that have lain there for so many seconds."""
        with self.turn:
            oldest = time.monotonic() - older_than
            gone = [one for one in self.lying if one[0] <= oldest]
            self.lying = [one for one in self.lying if one[0] > oldest]
        for _since, _key, connection in gone:
            connection.close()
