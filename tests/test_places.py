"""Where content, counters and files lie: what is taken, and what stops the start in one sentence."""

import json
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from imrap_site import places
from imrap_site.variables import Variables
from tests import topology
from tests.builders import a_clone, a_free_port, environment

HIDDEN = "Zu-viele-Geheimnisse"


def env(**variables):
    class Env(environ.Env):
        ENVIRON = variables

    return Env()


def refused(reading, *more, **variables):
    with pytest.raises(ImproperlyConfigured) as refusal:
        reading(env(**variables), *more)
    assert HIDDEN not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://site:{HIDDEN}@127.0.0.1/site",
        f"postgres:/site:{HIDDEN}@127.0.0.1/site",
        f"site:{HIDDEN}@127.0.0.1",
        "var/db.sqlite3",
    ],
)
def test_a_database_of_another_kind_is_refused(url):
    assert refused(places.database, Path("var"), DATABASE_URL=url) == (
        "DATABASE_URL must begin with sqlite:/// or postgresql://, as in "
        "postgresql://name:password@127.0.0.1:5432/site."
    )


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://site:{HIDDEN}@127.0.0.1:port/site",
        f"postgresql://site:{HIDDEN}@127.0.0.1",
        f"postgresql://site:{HIDDEN}@[::1/site",
        f"postgresql://site:{HIDDEN}@127.0.0.1:99999/site",
        f"postgresql://site:1/{HIDDEN}@127.0.0.1:5432/site",
        f"postgresql://site:pa/{HIDDEN}@127.0.0.1:5432/site",
        f"postgresql://site:pa?{HIDDEN}@127.0.0.1:5432/site",
        "postgresql:///",
        "sqlite://var/db.sqlite3",
    ],
)
def test_an_address_of_a_database_that_says_too_little_is_refused(url):
    assert refused(places.database, Path("var"), DATABASE_URL=url) == (
        "DATABASE_URL can't be read: it must be as sqlite:////srv/site/db.sqlite3, or as "
        "postgresql://name:password@127.0.0.1:5432/site, with / ? # % in a password written as "
        "%2F %3F %23 %25."
    )


def test_an_at_sign_in_a_password_is_understood_and_so_is_a_space_behind_an_address():
    found = places.database(
        env(DATABASE_URL=" postgresql://site:pa@ss%2Fword@127.0.0.1:5432/site\n"), Path("var")
    )
    assert (found["PASSWORD"], found["HOST"], found["NAME"]) == ("pa@ss/word", "127.0.0.1", "site")
    assert places.bucket_options("s3://key:a@b@s3.example.org/files")["secret_key"] == "a@b"
    assert places.media(env(MEDIA_URL="s3://k:s@s3.example.org/files "))["OPTIONS"][
        "bucket_name"
    ] == ("files")
    counters = places.counters(env(CACHE_URL="redis://:opens@127.0.0.1/0 "), Path("var"))
    assert counters["OPTIONS"] == {"url": "redis://:opens@127.0.0.1/0"}


@pytest.mark.parametrize("said", ["", " ", "\n"])
def test_a_variable_that_says_nothing_is_as_none(said):
    found = env(DATABASE_URL=said, CACHE_URL=said, MEDIA_URL=said, MEDIA_ROOT=said)
    here = Path("/srv/site")
    assert places.database(found, here / "var")["NAME"] == "/srv/site/var/db.sqlite3"
    assert places.counters(found, here / "var")["BACKEND"].endswith(".CountersCache")
    assert places.media(found)["BACKEND"].endswith(".FileSystemStorage")
    assert places.media_folder(found, here, here / "var") == Path("/srv/site/media")


@pytest.mark.parametrize(
    "folder", ["/srv/site", "/srv", "/", "/srv/site/var", "/srv/site/media/.."]
)
def test_files_never_lie_where_the_sweep_would_take_the_site_away(folder):
    here = Path("/srv/site")
    assert refused(places.media_folder, here, here / "var", MEDIA_ROOT=folder) == (
        f"MEDIA_ROOT must be a folder for uploaded files alone, and {folder} holds the site: name "
        "another one, such as /srv/site-media."
    )


@pytest.mark.parametrize("option", ["pool=true", "isolation_level=2", "conn_max_age=9", "sslmod=x"])
def test_an_option_that_is_none_of_postgresql_s_is_refused(option):
    url = f"postgresql://site:{HIDDEN}@127.0.0.1/site?{option}"
    assert refused(places.database, Path("var"), DATABASE_URL=url) == (
        "DATABASE_URL has an option behind its ? that PostgreSQL does not know: it has to be as in "
        "postgresql://name:password@127.0.0.1:5432/site?sslmode=require."
    )


@pytest.mark.parametrize(
    "url",
    [
        f"redis://:{HIDDEN}@127.0.0.1:port/0",
        f"redis://:{HIDDEN}@127.0.0.1:99999/0",
        f"redis://:{HIDDEN}@127.0.0.1/first",
        f"redis://:{HIDDEN}@127.0.0.1/1/2",
        f"redis://:{HIDDEN}@[::1/0",
        f"redis://:{HIDDEN}/x@127.0.0.1/0",
        f"redis://:{HIDDEN}?x@127.0.0.1/0",
        f"redis://:1#{HIDDEN}@127.0.0.1/0",
        f"redis://:1/{HIDDEN}@127.0.0.1/0",
        f"redis://:1?{HIDDEN}@127.0.0.1/0",
    ],
)
def test_an_address_of_redis_that_can_t_be_one_is_refused(url):
    assert refused(places.counters, Path("var"), CACHE_URL=url) == (
        "CACHE_URL can't be read: it must be as redis://:password@127.0.0.1:6379/0, with / ? # % in "
        "a password written as %2F %3F %23 %25."
    )


@pytest.mark.parametrize(
    "url",
    [
        f"https://key:{HIDDEN}@s3.example.org/bucket",
        "s3://s3.example.org/bucket",
        f"s3://key:{HIDDEN}@s3.example.org/",
        f"s3://key:{HIDDEN}@s3.example.org/bucket/folder",
        f"s3://key:{HIDDEN}@s3.example.org:port/bucket",
        f"s3://key:{HIDDEN}@s3.example.org/bucket?regoin=eu-west-3",
        f"s3://key:{HIDDEN}@/bucket",
        f"s3://key:{HIDDEN}@s3.example.org/bucket?addressing=there",
        f"s3://key:{HIDDEN}@s3.example.org/bucket#folder",
        f"s3://key:1/{HIDDEN}@s3.example.org/bucket",
        "/media/",
    ],
)
def test_an_address_of_an_s3_server_that_can_t_be_one_is_refused(url):
    said = refused(places.media, MEDIA_URL=url)
    assert said.startswith("MEDIA_URL can't be read: it must be as s3://KEY:SECRET@s3.example.org/")
    assert said.endswith(", with / ? # % in KEY and SECRET written as %2F %3F %23 %25.")


def test_an_address_of_an_s3_server_says_all_there_is_to_know():
    url = "s3://key%2F1:a%40secret%3A2@s3.example.org:9000/files?region=eu-west-3"
    assert places.bucket_options(url) == {
        "access_key": "key/1",
        "secret_key": "a@secret:2",
        "endpoint_url": "https://s3.example.org:9000",
        "bucket_name": "files",
        "region_name": "eu-west-3",
        "addressing_style": "path",
    }
    plain = places.bucket_options("s3+http://key:secret@127.0.0.1/files?addressing=virtual")
    assert plain["endpoint_url"] == "http://127.0.0.1"
    assert plain["addressing_style"] == "virtual"


def test_counters_lie_in_a_file_or_on_redis():
    assert refused(places.counters, Path("var"), CACHE_URL=f"memcached://{HIDDEN}@there") == (
        "CACHE_URL must begin with redis:// or rediss://, as in redis://:password@127.0.0.1:6379/0."
    )
    assert places.counters(env(), Path("var"))["BACKEND"].endswith(".CountersCache")


@pytest.mark.parametrize(
    ("reading", "variable", "url", "what"),
    [
        (places.database, "DATABASE_URL", "postgresql://site@127.0.0.1/site", "PostgreSQL"),
        (places.counters, "CACHE_URL", "redis://127.0.0.1", "Redis"),
    ],
)
def test_what_is_not_installed_is_named_with_the_file_that_brings_it(
    monkeypatch, reading, variable, url, what
):
    monkeypatch.setattr(places, "find_spec", lambda _module: None)
    assert refused(reading, Path("var"), **{variable: url}) == (
        f"{variable} names {what}, for which requirements-scale.txt has to be installed too: "
        "`make install` does it."
    )


def test_an_s3_server_needs_its_packages_too(monkeypatch):
    monkeypatch.setattr(places, "find_spec", lambda _module: None)
    assert refused(places.media, MEDIA_URL="s3://key:secret@127.0.0.1/files").startswith(
        "MEDIA_URL names an S3 server, for which requirements-scale.txt has to be installed too"
    )


# Of all other variables


def variables(**said):
    class Said(Variables):
        ENVIRON = said

    return Said()


@pytest.mark.parametrize("said", ["", " "])
def test_a_switch_or_a_number_that_says_nothing_is_as_none(said):
    found = variables(HTTPS=said, REVISIONS_KEPT=said, ALLOWED_HOSTS=said, EMAIL_URL=said)
    assert found.bool("HTTPS", default=True) is True
    assert found.int("REVISIONS_KEPT", default=100) == 100
    assert found.list("ALLOWED_HOSTS", default=["localhost"]) == ["localhost"]
    mail = found.email_url("EMAIL_URL", default="consolemail://")
    assert mail["EMAIL_BACKEND"].endswith(".console.EmailBackend")


def test_what_is_said_is_read_with_spaces_or_without():
    found = variables(HTTPS=" False ", REVISIONS_KEPT="7 ", ALLOWED_HOSTS="a.org, b.org,")
    assert found.bool("HTTPS", default=True) is False
    assert found.int("REVISIONS_KEPT", default=100) == 7
    assert variables(REVISIONS_KEPT="0").int("REVISIONS_KEPT", default=100) == 0  # all of them
    assert found.list("ALLOWED_HOSTS", default=[]) == ["a.org", "b.org"]
    mail = variables(EMAIL_URL="smtp+tls://me%40a.org:pa%2Fss@mail.a.org:587").email_url(
        "EMAIL_URL", default=""
    )
    assert (mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"]) == ("me@a.org", "pa/ss")
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"]) == ("mail.a.org", 587)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        f"smtp://name:{HIDDEN}@mail.example.org:port",
        f"smtp+tls://name:pa/{HIDDEN}@mail.example.org:587",
        f"smtp+tls://name:1/{HIDDEN}@mail.example.org:587",
        f"pop3://name:{HIDDEN}@mail.example.org",
    ],
)
def test_a_mail_server_that_can_t_be_one_is_refused(url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        variables(EMAIL_URL=url).email_url("EMAIL_URL", default="")
    assert str(refusal.value) == (
        "EMAIL_URL can't be read: it must be as smtp+tls://name:password@mail.example.org:587, with "
        "/ ? # % in a password written as %2F %3F %23 %25."
    )


# What stops the start


@pytest.fixture(scope="module")
def stores():
    if name := topology.lacking():
        pytest.skip(f"{name} is not installed")
    with topology.folder() as folder, topology.stores(folder) as parts:
        yield parts


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return a_clone(tmp_path_factory.mktemp("clone") / "site")


def begun(clone, **variables):
    """What a start says that ends by itself, in one sentence without a secret."""
    command = [sys.executable, "-m", "imrap_site.start"]
    variables = environment(PORT=str(a_free_port()), **variables)
    done = subprocess.run(
        command, cwd=clone, env=variables, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stderr.strip()
    assert said.startswith("The site can't start. "), said
    assert "\n" not in said
    assert HIDDEN not in done.stdout + done.stderr
    return said.removeprefix("The site can't start. ")


@pytest.mark.server
def test_a_database_that_does_not_let_the_site_in_stops_the_start(stores, clone):
    at = f"127.0.0.1:{stores.postgresql.port}"
    nobody = a_free_port()
    leads = "DATABASE_URL leads to PostgreSQL at {}, which can't be used: {}."
    assert begun(clone, DATABASE_URL=f"postgresql://site:{HIDDEN}@127.0.0.1:{nobody}/site") == (
        leads.format(f"127.0.0.1:{nobody}", "Connection refused")
    )
    assert begun(clone, DATABASE_URL=f"postgresql://site:{HIDDEN}@{at}/postgres") == (
        leads.format(at, 'password authentication failed for user "site"')
    )
    assert begun(clone, DATABASE_URL=f"postgresql://site:passes@{at}/elsewhere") == (
        leads.format(at, 'database "elsewhere" does not exist')
    )


@pytest.mark.server
@pytest.mark.parametrize("host", ["a..b", f"{70 * 'a'}.invalid", "bücher.invalid"])
@pytest.mark.parametrize(
    ("variable", "url", "what"),
    [
        ("DATABASE_URL", f"postgresql://site:{HIDDEN}@HOST:5432/site", "PostgreSQL at HOST:5432"),
        ("CACHE_URL", f"redis://:{HIDDEN}@HOST:6379/0", "Redis at HOST:6379"),
        ("MEDIA_URL", f"s3://key:{HIDDEN}@HOST/files", "an S3 server at https://HOST with"),
    ],
)
def test_a_host_that_can_t_have_that_name_stops_the_start(clone, variable, url, what, host):
    said = begun(clone, **{variable: url.replace("HOST", host)})
    assert said.startswith(f"{variable} leads to {what.replace('HOST', host)}")


@pytest.mark.server
@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite://:memory:"])
def test_a_database_that_lies_nowhere_stops_the_start(clone, url):
    """Each worker would have one of its own, in which nobody could sign in."""
    assert begun(clone, DATABASE_URL=url) == (
        "DATABASE_URL names no file, so all content would be lost with the process: say where it "
        "shall lie, as in sqlite:////srv/site/db.sqlite3."
    )


@pytest.mark.server
@pytest.mark.parametrize(
    ("variable", "url", "module"),
    [
        ("DATABASE_URL", f"postgresql://site:{HIDDEN}@127.0.0.1/site", "psycopg"),
        ("DATABASE_URL", f"postgresql://site:{HIDDEN}@127.0.0.1/site", "psycopg.pq"),
        ("CACHE_URL", f"redis://:{HIDDEN}@127.0.0.1", "redis"),
        ("MEDIA_URL", f"s3://key:{HIDDEN}@127.0.0.1/files", "storages"),
        ("MEDIA_URL", f"s3://key:{HIDDEN}@127.0.0.1/files", "boto3"),
    ],
)
def test_what_is_not_installed_stops_the_start(clone, tmp_path, variable, url, module):
    absent = f"import sys\nsys.modules[{module!r}] = None\n"
    (tmp_path / "sitecustomize.py").write_text(absent)
    said = begun(clone, PYTHONPATH=str(tmp_path), **{variable: url})
    assert said.startswith(f"{variable} names ")
    assert said.endswith(
        ", for which requirements-scale.txt has to be installed too: `make install` does it."
    )


@pytest.mark.server
def test_a_database_that_can_t_hold_every_letter_stops_the_start(stores, clone):
    import psycopg

    with psycopg.connect(stores.postgresql.url, autocommit=True) as door:
        door.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    at = f"127.0.0.1:{stores.postgresql.port}"
    assert begun(clone, DATABASE_URL=f"postgresql://site:passes@{at}/latin") == (
        f"DATABASE_URL leads to PostgreSQL at {at}, which can't be used: its encoding is LATIN1, "
        "make one with ENCODING 'UTF8'."
    )


@pytest.mark.server
def test_a_redis_that_refuses_stops_the_start(stores, clone):
    at, nobody = f"127.0.0.1:{stores.redis.port}", a_free_port()
    assert begun(clone, CACHE_URL=f"redis://:{HIDDEN}@127.0.0.1:{nobody}/0") == (
        f"CACHE_URL leads to Redis at 127.0.0.1:{nobody}, which can't be used: Connection refused."
    )
    assert begun(clone, CACHE_URL=f"redis://{at}/0") == (
        f"CACHE_URL leads to Redis at {at}, which can't be used: it asks for a password."
    )
    said = begun(clone, CACHE_URL=f"redis://:{HIDDEN}@{at}/0")
    assert said.startswith(f"CACHE_URL leads to Redis at {at}, which can't be used: ")
    said = begun(clone, CACHE_URL=f"redis://:opens@{at}/99")
    assert said.endswith("which can't be used: DB index is out of range.")
    said = begun(clone, CACHE_URL=f"redis://:opens@{at}/0?nonsense=1")
    assert said.startswith(f"CACHE_URL leads to Redis at {at}, which can't be used: ")
    said = begun(clone, CACHE_URL=f"redis://:opens@{at}/0?socket_timeout=long")
    assert said.startswith("CACHE_URL can't be read: it must be as redis://:password@127.0.0.1")


@pytest.mark.server
def test_a_bucket_that_is_not_the_site_s_own_stops_the_start(stores, clone):
    server, nobody = f"http://127.0.0.1:{stores.s3.port}", a_free_port()
    leads = "MEDIA_URL leads to an S3 server at {} with the bucket {}, which can't be used: {}."
    key = f"s3+http://key:{HIDDEN}@127.0.0.1"
    assert begun(clone, MEDIA_URL=f"{key}:{stores.s3.port}/elsewhere") == (
        leads.format(server, "elsewhere", "there is no such bucket")
    )
    assert begun(clone, MEDIA_URL=f"{key}:{nobody}/files") == (
        leads.format(f"http://127.0.0.1:{nobody}", "files", "it does not answer")
    )
    for name in ("Bad_Name!", "bücher", "two words"):
        assert begun(clone, MEDIA_URL=f"{key}:{stores.s3.port}/{name}") == (
            leads.format(server, name, "no server, bucket or region can have such a name")
        )
    stores.s3.client.create_bucket(Bucket="open")
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    policy = {
        "Version": "2012-10-17",
        "Statement": [everybody | {"Resource": "arn:aws:s3:::open/*"}],
    }
    stores.s3.client.put_bucket_policy(Bucket="open", Policy=json.dumps(policy))
    assert begun(clone, MEDIA_URL=f"{key}:{stores.s3.port}/open") == (
        leads.format(server, "open", "anybody can read what is in it: make the bucket private")
    )
    assert begun(clone, SECRET_KEY=60 * "y", MEDIA_URL=f"{key}:{nobody}/files")
    stores.s3.client.create_bucket(Bucket="theirs")
    stores.s3.client.put_object(Bucket="theirs", Key=".site", Body=b"0123456789abcdef")
    assert begun(clone, MEDIA_URL=f"{key}:{stores.s3.port}/theirs") == leads.format(
        server,
        "theirs",
        "it has the files of another site, or of this one with another SECRET_KEY",
    )


@pytest.mark.server
def test_a_folder_that_can_t_be_written_stops_the_start(clone, tmp_path):
    (tmp_path / "file").touch()
    assert begun(clone, MEDIA_ROOT=f"{tmp_path}/file") == (
        f"Nothing can be written into {tmp_path}/file, as MEDIA_ROOT names it (File exists)."
    )
    said = begun(clone, MEDIA_ROOT=str(clone))
    assert said.startswith(f"MEDIA_ROOT must be a folder for uploaded files alone, and {clone} ")
    said = begun(clone, DATABASE_URL=f"sqlite:///{tmp_path}/file/site.db")
    assert said.startswith("The database, as DATABASE_URL names it, can't be prepared: ")


@pytest.mark.server
@pytest.mark.parametrize("url", ["mysql://site@127.0.0.1/site", f"s3://{HIDDEN}/"])
def test_no_command_shows_a_trace_of_a_bad_setting(clone, url):
    variables = environment(SECRET_KEY=60 * "x", DATABASE_URL=url)
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=clone,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL must begin with sqlite:/// or postgresql://")
    assert done.stderr.count("\n") == 1
    assert HIDDEN not in done.stderr


@pytest.mark.server
@pytest.mark.parametrize(
    ("variable", "said", "sentence"),
    [
        ("HTTPS", "ture", "HTTPS must be true or false, not 'ture'."),
        ("REQUIRE_SECOND_FACTOR", "x", "REQUIRE_SECOND_FACTOR must be true or false, not 'x'."),
        ("UPLOAD_MB_FILM", "5 GB", "UPLOAD_MB_FILM must be a whole number from 0 to 1000000, not "),
        ("REVISIONS_KEPT", "-1", "REVISIONS_KEPT must be a whole number from 0 to 1000000, not "),
        ("EMAIL_URL", "mail", "EMAIL_URL can't be read: it must be as smtp+tls://name:password@"),
    ],
)
def test_a_variable_that_can_t_be_meant_stops_the_start(clone, variable, said, sentence):
    assert begun(clone, **{variable: said}).startswith(sentence)
