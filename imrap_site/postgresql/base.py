"""What Django loads as ENGINE: its own backend, whose connections lie ready between requests.

The server's threads are many, so none keeps a connection: 256 in two workers on two hosts would be
more than a server takes. A pool with threads of its own (psycopg_pool) makes everybody wait while
the server is lost, and is late to see that it is back; here whoever asks is told at once.
"""

from django.db.backends.postgresql import base

from imrap_site.places import LOCK_SECONDS, STATEMENT_SECONDS
from imrap_site.postgresql.ready import Ready
from imrap_site.sqlite.base import patience

READY = Ready(most=20)  # of one process; of all together a new PostgreSQL takes 100
# Looks whether a connection is alive, and says how long its user has got, in milliseconds; somebody
# who holds locks and asks nothing is ended after five minutes.
BEGIN = (
    "CLOSE ALL; SET lock_timeout = {waits}; SET statement_timeout = {asks}; "
    "SET idle_in_transaction_session_timeout = 300000"
)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        """One that lies ready, else a new one; whoever gets it has as long as `patience` says."""
        seconds = patience.get()
        waits, asks = (seconds, seconds) if seconds else (LOCK_SECONDS, STATEMENT_SECONDS)
        begin = BEGIN.format(waits=int(1000 * waits), asks=int(1000 * asks))
        self.isolation_level = base.IsolationLevel.READ_COMMITTED
        # Django changes a connection to this by itself, but not after a question.
        conn_params = {**conn_params, "autocommit": True}
        get_new_connection = super().get_new_connection
        return READY.taken(
            repr(sorted(conn_params.items(), key=str)),
            lambda: get_new_connection(conn_params),
            lambda connection: connection.execute(begin),
            waits,
        )

    def _close(self):
        if self.connection is not None:
            READY.give_back(self.connection)

    def close_pool(self):
        """Before a database is dropped, or the time zone changes."""
        READY.close()
