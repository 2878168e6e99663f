"""How gunicorn serves the site; imrap_site/start.py has checked PORT and keeps TURN."""

import os
import tempfile

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
# Only a web server on this machine is believed when it says that a visitor came by https, and
# only in this header: the site itself can't see who wrote it (see HTTPS in the settings).
forwarded_allow_ips = "127.0.0.1"
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
# What the search field takes, in any script, and the address around it.
limit_request_line = 8190
workers = 2
# A thread per request: a slow upload holds one thread, and `timeout` only ends a worker
# that has stopped answering its master, never an upload that takes minutes.
worker_class = "gthread"
threads = 4
timeout = 60
# On a slow line a new connection costs more than keeping one open.
keepalive = 15
preload_app = True
# Nobody steers this server through a socket, so it has none.
control_socket_disable = True


def is_writable(folder):
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


# In memory where that can be: a worker must not look dead because a disk is slow.
worker_tmp_dir = next(filter(is_writable, ["/dev/shm", tempfile.gettempdir(), "var"]), None)  # noqa: S108


def when_ready(server):
    """It listens: whoever waits to start in this folder may go on."""
    if turn := os.environ.pop("TURN", None):
        os.close(int(turn))


def post_worker_init(worker):
    """It answers: once a day, one of the workers has what nobody holds any more swept away."""
    from imrap_site.keeping import quietly

    quietly.start()
