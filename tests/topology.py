"""All that deploy/compose.scale.yaml describes, started on this machine, on addresses of its own:
PostgreSQL, Redis, an S3 server, nginx, and two hosts that serve one site. `scripts/topology` keeps
it going for whoever wants to look; tests end single parts of it.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import boto3
import psycopg
import redis

from tests import proxies
from tests.builders import a_clone, a_free_port, environment, lend_static_files
from tests.encrypted import HOST, certificate_in

PLACES = [Path("/usr/local/bin"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
POSTGRESQL = next((folder for folder in PLACES if (folder / "initdb").exists()), None)
KEY, SECRET, BUCKET = "key-of-the-site", "its-secret", "files-of-the-site"
SECRET_KEY = "only-for-tests-" + 50 * "x"
REACH_SECONDS = 1  # between two batches, where a site has a minute
QUICKER = f"from imrap_site.settings import *\nREACH_SECONDS = {REACH_SECONDS}\n"


def lacking():
    """What is not installed of it, in a word; None where all is."""
    if POSTGRESQL is None:
        return "postgresql"
    return next((name for name in ("redis-server", "nginx") if not found(name)), None)


def found(name):
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


class Part:
    """One process, that can be ended in any way and started anew on the same address and folder."""

    def __init__(self, folder, command, answers, user=None, **options):
        self.folder, self.command, self.answers = folder, command, answers
        self.options, self.user, self.process = options, user, None
        self.printed = folder / "printed"

    def start(self):
        with self.printed.open("ab") as file:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.options.get("cwd", self.folder),
                env=self.options.get("env"),
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self.user,
            )
        self.wait()
        return self

    def wait(self, seconds=90):
        until = time.monotonic() + seconds
        while not self.is_there():
            assert self.process.poll() is None, self.printed.read_text()
            assert time.monotonic() < until, self.printed.read_text()
            time.sleep(0.05)

    def is_there(self):
        try:
            return self.answers()
        except Exception:  # whatever it is: not yet
            return False

    def end(self, how=signal.SIGTERM):
        """A kill takes its children too, as a lost machine does."""
        if self.process and self.process.poll() is None:
            if how == signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                self.process.send_signal(how)
            self.process.wait(30)


def as_nobody():
    """PostgreSQL refuses to run as root."""
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


def postgresql(folder, password="passes"):
    folder.mkdir()
    folder.chmod(0o777)
    port, data, secret = a_free_port(), folder / "data", folder / "password"
    secret.write_text(password)
    how = {"preexec_fn": as_nobody, "cwd": folder, "stdout": subprocess.DEVNULL, "check": True}
    initdb = [POSTGRESQL / "initdb", "-D", data, "-U", "site", "-A", "scram-sha-256"]
    subprocess.run([*initdb, "-E", "UTF8", "--locale=C.UTF-8", f"--pwfile={secret}"], **how)
    options = {"listen_addresses": HOST, "port": port, "unix_socket_directories": folder}
    command = [POSTGRESQL / "postgres", "-D", data]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    url = f"postgresql://site:{password}@{HOST}:{port}/postgres"
    part = Part(folder, command, lambda: psycopg.connect(url).close() is None, user=as_nobody)
    part.url, part.port = url, port
    # As a clean stop: connections that lie ready would be waited for for ever.
    return part


def redis_server(folder, password="opens"):
    folder.mkdir()
    port = a_free_port()
    url = f"redis://:{password}@{HOST}:{port}/0"
    command = [found("redis-server"), "--port", str(port), "--bind", HOST, "--save", ""]
    command += ["--requirepass", password, "--dir", folder]
    part = Part(folder, command, lambda: redis.Redis.from_url(url).ping())
    part.url, part.port = url, port
    return part


def s3_server(folder):
    """Moto over HTTP, with one private bucket."""
    folder.mkdir()
    port = a_free_port()
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{HOST}:{port}",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )

    def answers():
        client.create_bucket(Bucket=BUCKET)
        return True

    part = Part(folder, command, answers)
    part.url = f"s3+http://{KEY}:{SECRET}@{HOST}:{port}/{BUCKET}"
    part.port, part.client = port, client
    return part


def host(folder, parts, **more):
    """A copy of the project with a var/ of its own."""
    port = a_free_port()
    clone = a_clone(folder / "site")
    lend_static_files(clone)
    (clone / "quicker.py").write_text(QUICKER)
    variables = environment(
        DJANGO_SETTINGS_MODULE="quicker",
        PORT=str(port),
        SECRET_KEY=SECRET_KEY,
        DATABASE_URL=parts.postgresql.url,
        CACHE_URL=parts.redis.url,
        MEDIA_URL=parts.s3.url,
        ALLOWED_HOSTS=HOST,
        HTTPS="true",
    )
    variables |= more
    command = [sys.executable, "-m", "imrap_site.start"]
    address = f"http://{HOST}:{port}"
    part = Part(
        folder,
        command,
        lambda: proxies.status_of(f"{address}/health/live") == 200,
        cwd=clone,
        env=variables,
    )
    part.port, part.clone, part.address, part.variables = port, clone, address, variables
    return part


@contextmanager
def folder():
    """One that PostgreSQL's own user may enter, which those of pytest do not let in."""
    with tempfile.TemporaryDirectory(prefix="topology-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def started(folder, *parts):
    with ExitStack() as until:
        for part in parts:
            until.callback(part.end, signal.SIGKILL)
            part.start()
        yield parts


@contextmanager
def stores(folder):
    """What hosts share: PostgreSQL, Redis and an S3 server."""
    parts = SimpleNamespace(
        postgresql=postgresql(folder / "postgresql"),
        redis=redis_server(folder / "redis"),
        s3=s3_server(folder / "s3"),
    )
    with started(folder, parts.postgresql, parts.redis, parts.s3):
        yield parts


@contextmanager
def topology(folder, **variables):
    """All parts, begun one after the other as they need one another; `address` is what visitors see."""
    with stores(folder) as parts:
        (folder / "nginx").mkdir()
        log = folder / "nginx/reach.log"
        log.touch()
        parts.logged = lambda path: log.read_text().count(f" GET 200 {path}\n")
        for name in ("one", "two"):
            (folder / name).mkdir()
            variables = {"REACH_LOG": str(log)} | variables
            setattr(parts, name, host(folder / name, parts, **variables))
        parts.hosts = [parts.one, parts.two]
        parts.certificate = certificate_in(folder / "certificate.pem")
        with started(folder, parts.one, parts.two):
            parts.password = re.search(r"password +(\S{20,})\n", parts.one.printed.read_text())[1]
            with nginx(folder / "nginx", parts):
                yield parts


@contextmanager
def nginx(folder, parts):
    """The shipped file, with a line for each host and the place of the files."""
    servers = "\n".join(
        f"    server {HOST}:{one.port} max_fails=1 fail_timeout=2s;" for one in parts.hosts
    )
    site = SimpleNamespace(
        clone=parts.one.clone, port=parts.one.port, certificate=parts.certificate
    )
    site.changes = [
        (f"    server {HOST}:{parts.one.port} max_fails=1 fail_timeout=2s;", servers),
        (f"{HOST}:9000", f"{HOST}:{parts.s3.port}"),
    ]
    with proxies.serving("nginx", folder, site) as (parts.plain, parts.public):
        parts.address = f"https://{HOST}:{parts.public}"
        yield


def main(*command):
    """Keep it going until Ctrl+C; or, of what hosts share, until a command ends that is told of it."""
    if name := lacking():
        sys.exit(f"{name} is not installed; on Debian: apt install {name}")
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(0))
    if command:
        with folder() as place, stores(place) as parts:
            urls = {
                "DATABASE_URL": parts.postgresql,
                "CACHE_URL": parts.redis,
                "MEDIA_URL": parts.s3,
            }
            told = os.environ | {name: part.url for name, part in urls.items()}
            sys.exit(subprocess.run(command, env=told).returncode)
    with folder() as place:
        print("Starting PostgreSQL, Redis, an S3 server, two hosts and nginx…", flush=True)
        with topology(place) as parts:
            for host in parts.hosts:
                print(f"A host      {host.address}/   in {host.clone}")
            print(f"PostgreSQL  {parts.postgresql.url}\nRedis       {parts.redis.url}")
            print(f"S3          {parts.s3.url}\nThe site    {parts.address}/")
            print(f"Account     admin, {parts.password}\nCtrl+C ends all of it.", flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:
                print()
