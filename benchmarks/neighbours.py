"""Starts what the site is measured beside, each as its own people would serve it."""

import os
import re
import shutil
import subprocess
import sys
import venv
from contextlib import contextmanager

from benchmarks.copies import variables
from benchmarks.processes import (
    HOST,
    ROOT,
    CannotMeasure,
    Server,
    a_free_port,
    environment,
    started,
)

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
WAGTAIL = ROOT / "var/bench/wagtail"
CONFIGURATION = ROOT / "benchmarks/peers/gunicorn.conf.py"
FRAME = """
daemon off;
{user}
pid {folder}/pid;
error_log stderr;
worker_processes 2;
events {{ worker_connections 768; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
FILES = """
server {{
    listen {host}:{port};
    root {folder}/files;
    default_type text/html;
    sendfile on;
    gzip_static on;
}}
"""


# On the same gunicorn as the site


@contextmanager
def wsgi(application, python=sys.executable, **more):
    port = a_free_port()
    command = [python, "-m", "gunicorn", "-c", CONFIGURATION, f"{application}:application"]
    how = {"cwd": ROOT, "env": variables(PORT=str(port), **more)}
    with started(command, port, **how) as server:
        yield server


def fill(package, database, python=sys.executable):
    command = [python, "-m", f"benchmarks.peers.{package}.filling"]
    subprocess.run(command, cwd=ROOT, env=environment(PEER_DATABASE=str(database)), check=True)


def inside(module, path, database, python):
    """What `benchmarks.inside` prints of it."""
    command = [python, "-m", "benchmarks.inside", module, path]
    how = {"cwd": ROOT, "env": environment(PEER_DATABASE=str(database)), "check": True}
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, **how).stdout


def install_wagtail():
    """Its newest version in an environment of its own; wagtail-cache, which asks for an older one,
    as it is. Gives the Python of that environment."""
    python = WAGTAIL / "bin/python"
    if not (WAGTAIL / "installed").exists():
        venv.create(WAGTAIL, with_pip=True, clear=True)
        for packages in (["wagtail", "gunicorn"], ["--no-deps", "wagtail-cache"]):
            command = [python, "-m", "pip", "install", "--quiet", *packages]
            if subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
                raise CannotMeasure("Wagtail is left out: pip can't install it here.")
        (WAGTAIL / "installed").touch()
    return python


# nginx


@contextmanager
def nginx(folder, configuration, port):
    (folder / "site.conf").write_text(configuration)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(FRAME.format(folder=folder, user=user))
    command = [NGINX, "-e", "stderr", "-c", folder / "nginx.conf"]
    with started(command, port, env=environment()) as server:
        yield server


@contextmanager
def nginx_with_files(folder, recorded, pages):
    """The same bytes as files, compressed beforehand where the site compresses them."""
    (folder / "files").mkdir()
    for page in pages:
        shutil.copy(recorded / page.name, folder / "files" / f"{page.name}.gz")
        (folder / "files" / page.name).touch()
    port = a_free_port()
    with nginx(folder, FILES.format(host=HOST, port=port, folder=folder), port) as server:
        yield server


@contextmanager
def nginx_before(site, folder, copy):
    """The shipped nginx.conf before the site, without encryption, which would weigh on this one alone."""
    port = a_free_port()
    with nginx(folder, shipped(copy, site.port, folder, port), port) as server:
        yield Server(port, server.groups + site.groups)


def shipped(copy, behind, folder, port):
    text = (ROOT / "deploy/nginx.conf").read_text()
    text = re.sub(r"\nserver \{\n    listen 80;.*?\n\}\n", "\n", text, count=1, flags=re.DOTALL)
    text = re.sub(r"\n *(listen \[::\]|ssl_).*", "", text)
    text = text.replace("listen 443 ssl http2", f"listen {HOST}:{port}")
    text = text.replace("www.example.org", HOST)
    text = text.replace("/var/lib/nginx/profile-site", str(folder / "cache"))
    text = text.replace("/var/log/profile-site", str(folder))
    text = text.replace("/srv/profile-site", str(copy))
    return text.replace("127.0.0.1:8000", f"{HOST}:{behind}")
