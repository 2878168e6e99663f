"""deploy/compose.scale.yaml says what scripts/topology starts: the same variables, the same nginx file.

Nobody starts containers here; what differs between the two is put side by side.
"""

import re
import shlex
import subprocess

import pytest
import yaml

from imrap_site import places
from imrap_site.start import ROOT
from tests import topology

SITE = "www.association.example"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "deploy/compose.scale.yaml").read_text())


@pytest.fixture
def nginx_conf(compose, tmp_path):
    """The shipped file, after the very command that the container begins with."""
    script = compose["services"]["nginx"]["command"][2].replace("$$", "$")
    sed = script.partition(" >/etc/nginx/")[0].replace(
        "/site.conf", str(ROOT / "deploy/nginx.conf")
    )
    variables = {"SITE_NAME": SITE, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", sed], env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_hosts_have_the_variables_that_the_topology_sets(compose, tmp_path, monkeypatch):
    monkeypatch.setattr(topology, "a_clone", lambda folder: folder.mkdir() or folder)
    monkeypatch.setattr(topology, "lend_static_files", lambda clone: None)
    part = type("Part", (), {"url": "x"})
    parts = type("Parts", (), {"postgresql": part, "redis": part, "s3": part})
    ours = set(topology.host(tmp_path, parts, REACH_LOG="x").variables)
    # Ours have an address of their own, behind a proxy on this machine, and are asked without one too.
    ours -= {"PATH", "HOME", "PORT", "HTTPS", "DJANGO_SETTINGS_MODULE"}
    one, two = (compose["services"][name]["environment"] for name in ("one", "two"))
    assert one == two
    assert set(one) == ours | {"TRUSTED_PROXY"}
    assert one["TRUSTED_PROXY"] == address_of(compose, "nginx")


def address_of(compose, name):
    return compose["services"][name]["networks"]["behind"]["ipv4_address"]


def test_its_addresses_are_read_as_they_are_meant(compose):
    said = compose["services"]["one"]["environment"]
    said = {name: re.sub(r"\$\{[^}]*\}", "long-random", text) for name, text in said.items()}
    database = places.database_at(said["DATABASE_URL"])
    wanted = compose["services"]["postgresql"]["environment"]
    assert (database["USER"], database["NAME"]) == (wanted["POSTGRES_USER"], wanted["POSTGRES_DB"])
    assert database["HOST"] == "postgresql"
    assert places.is_of_redis(said["CACHE_URL"])
    bucket = places.bucket_options(said["MEDIA_URL"])
    assert bucket["access_key"] == compose["services"]["s3"]["environment"]["MINIO_ROOT_USER"]
    assert bucket["endpoint_url"] == f"http://{address_of(compose, 's3')}:9000"
    made = " ".join(compose["services"]["bucket"]["command"])
    assert f" s3/{bucket['bucket_name']}" in made
    assert f"set s3 {bucket['endpoint_url']} " in made


def test_nginx_has_the_shipped_file_with_both_hosts_in_it(compose, nginx_conf):
    shipped = (ROOT / "deploy/nginx.conf").read_text()
    servers = re.findall(r"server (\S+) (max_fails=1 fail_timeout=2s);", nginx_conf)
    hosts = [f"{address_of(compose, name)}:8000" for name in ("one", "two")]
    assert [server for server, _how in servers] == hosts
    for gone in ("www.example.org", "/etc/letsencrypt", "127.0.0.1:9000", "/var/log/"):
        assert gone in shipped
        assert gone not in nginx_conf
    assert f"proxy_pass http://{address_of(compose, 's3')}:9000/;" in nginx_conf
    log = compose["services"]["one"]["environment"]["REACH_LOG"]
    assert f"access_log {log} profile_site_reach" in nginx_conf
    for name in ("one", "two"):
        assert f"pages:{log.rpartition('/')[0]}:ro" in compose["services"][name]["volumes"]
    # But for names, the same as what the topology starts.
    assert len(nginx_conf.splitlines()) == len(shipped.splitlines())


def test_the_container_has_what_several_hosts_need(compose):
    build = compose["services"]["one"]["build"]
    assert "requirements-scale.txt" in shlex.split(build["args"]["LOCKS"])
    assert "ARG LOCKS" in (ROOT / build["dockerfile"]).read_text()
    for name in ("postgresql", "redis"):
        assert "healthcheck" in compose["services"][name]
        assert compose["services"]["one"]["depends_on"][name] == {"condition": "service_healthy"}
