"""How gunicorn serves the site; imrap_site/start.py checks PORT, LISTEN and TRUSTED_PROXY, and
keeps TURN."""

import ctypes
import gc
import os
import resource
import tempfile
from contextlib import suppress

from imrap_site import start

bind = start.netloc()
# Only the web server before the site is believed when it says that a visitor came by https, and
# only in this header: the site itself can't see who wrote it (see HTTPS in the settings).
forwarded_allow_ips = ",".join(start.trusted_proxies())
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
# It would take SCRIPT_NAME from the same server, which may hand on what a visitor wrote: all links
# of a page would lead elsewhere, and the page would be kept for others.
forwarder_headers = ""
# What the search field takes, in any script, and the address around it.
limit_request_line = 8190
workers = 2
# Threads, which begin when a request has arrived. A slow upload or a slow reader of a file holds one
# (a proxy that hands out files itself spares them), so there are many: an idle one is never started,
# and a waiting one costs some 50 KB. `timeout` only ends a worker that has stopped answering its
# master, never an upload that takes minutes.
worker_class = "imrap_site.serving.worker.GatheringWorker"
threads = 256
worker_connections = 2000
timeout = 60
# On a slow line a new connection costs more than keeping one open.
keepalive = 15
preload_app = True
# Nobody steers this server through a socket, so it has none.
control_socket_disable = True


def allow_connections(number):
    """As many open files as that takes; most systems begin with 1,024."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if most == resource.RLIM_INFINITY else min(number, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, wanted), most))


allow_connections(3 * worker_connections)  # each may read a file, and write one


def keep_memory_together():
    """glibc would give threads areas of their own, and keep what one large answer took for the next:
    it gives little of either back. Other systems' libraries know no such wishes."""
    with suppress(AttributeError, OSError):
        wish = ctypes.CDLL(None).mallopt
        wish(-8, 1)  # M_ARENA_MAX
        for name in (-1, -3):  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, which grow unless they are set
            wish(name, 128 * 1024)


keep_memory_together()


def is_writable(folder):
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


# What was asked for, without who asked: addresses of visitors are kept only where that is wished.
ACCESS_LOG = os.environ.get("ACCESS_LOG", "yes")
accesslog = None if ACCESS_LOG == "no" else "-"
logger_class = "imrap_site.serving.worker.AccessLog"
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(B)s %(M)sms"
if ACCESS_LOG == "addresses":
    access_log_format = f"%(a)s {access_log_format}"


# In memory where that can be: a worker must not look dead because a disk is slow.
worker_tmp_dir = next(filter(is_writable, ["/dev/shm", tempfile.gettempdir(), "var"]), None)  # noqa: S108 # nosec B108


def when_ready(server):
    """It listens: whoever waits to start in this folder may go on. The workers, which come now,
    share what is loaded as long as nobody writes into it, so the collector must not touch it."""
    gc.collect()
    gc.freeze()
    if turn := os.environ.pop("TURN", None):
        os.close(int(turn))


def post_worker_init(worker):
    """It answers; beside that, one of the workers has what nobody holds swept away once a day, and
    pages that a change has emptied out of the store are made again."""
    from imrap_site.keeping import quietly

    quietly.start()
    if watch := getattr(worker.wsgi, "watch", None):  # not every application is ours
        watch()


def worker_exit(server, worker):
    """It ends: what was counted since the last minute is written down."""
    if write := getattr(getattr(worker, "wsgi", None), "write", None):
        write()
