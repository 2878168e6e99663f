"""How gunicorn serves the site; imrap_site/start.py has checked PORT."""

import os
from pathlib import Path

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
# Only a web server on this machine is believed when it says that a visitor came by https, and
# only in this header: the site itself can't see who wrote it (see HTTPS in the settings).
forwarded_allow_ips = "127.0.0.1"
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
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
# In memory where there is such a folder: a worker must not look dead because a disk is slow.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
