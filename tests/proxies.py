"""The web servers that people put before the site, each with the file that we ship for it.

What stands for one machine is replaced in a copy: name, ports, folders, certificate.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import closing, contextmanager

from imrap_site import start
from tests.builders import a_free_port, environment
from tests.encrypted import HOST

PROGRAMS = {"caddy": "caddy", "nginx": "/usr/sbin/nginx"}
NGINX = """
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
CADDY = """{{
	admin off
	http_port {plain}
	https_port {port}
	skip_install_trust
"""


def is_installed(name):
    return shutil.which(PROGRAMS[name]) is not None


@contextmanager
def serving(name, folder, site):
    """The ports for http and https of a proxy before `site` (its clone, port and certificate)."""
    plain, port = a_free_port(), a_free_port()
    command = {"caddy": caddy, "nginx": nginx}[name](folder, site, plain, port)
    printed = folder / "proxy-printed"
    with printed.open("w") as file:
        variables = environment(XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder))
        proxy = subprocess.Popen(command, env=variables, stdout=file, stderr=subprocess.STDOUT)
    try:
        wait_until_it_listens(port, proxy, printed)
        yield plain, port
    finally:
        proxy.send_signal(signal.SIGTERM)
        proxy.wait(timeout=20)


def wait_until_it_listens(port, proxy, printed):
    for _ in range(200):
        assert proxy.poll() is None, printed.read_text()
        with closing(socket.socket()) as line:
            if line.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(printed.read_text())


def status_of(address):
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.status


def shipped(name, site):
    text = (start.ROOT / "deploy" / name).read_text()
    text = text.replace("/srv/profile-site", str(site.clone))
    return text.replace("127.0.0.1:8000", f"{HOST}:{site.port}")


def nginx(folder, site, plain, port):
    text = shipped("nginx.conf", site)
    text = re.sub(r"\n *listen \[::\].*", "", text)
    text = text.replace("listen 80;", f"listen {HOST}:{plain};")
    text = text.replace("listen 443 ", f"listen {HOST}:{port} ")
    text = text.replace("/var/log/profile-site", str(folder))
    text = re.sub(r"/etc/letsencrypt/\S+\.pem", str(site.certificate), text)
    text = text.replace("https://www.example.org$", f"https://{HOST}:{port}$")
    for written, ours in getattr(site, "changes", ()):
        assert written in text
        text = text.replace(written, ours)
    text = text.replace("/var/lib/nginx/profile-site", f"{folder}/pages")
    (folder / "site.conf").write_text(text.replace("www.example.org", HOST))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))
    return [PROGRAMS["nginx"], "-e", "stderr", "-c", folder / "nginx.conf"]


def caddy(folder, site, plain, port):
    text = shipped("Caddyfile", site)
    text = text.replace("\n{\n", "\n" + CADDY.format(plain=plain, port=port), 1)
    file = site.certificate
    here = f"https://{HOST}:{port} {{\n\tbind {HOST}\n\ttls {file} {file}\n"
    text = text.replace("{$SITE_NAME:www.example.org} {\n", here)
    (folder / "Caddyfile").write_text(text)
    return [PROGRAMS["caddy"], "run", "--config", folder / "Caddyfile"]
