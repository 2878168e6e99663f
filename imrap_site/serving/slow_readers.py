"""Whoever reads slowly holds a thread, of which there are many, and no connection to the database."""

from django.db import close_old_connections


def without_connection(site):
    """Give the connection back once the answer is made, not once it has been read: PostgreSQL has
    few. An answer that asks for more while it is read gets one anew."""

    def answered(environ, start_response):
        answer = site(environ, start_response)
        close_old_connections()
        return answer

    return answered
