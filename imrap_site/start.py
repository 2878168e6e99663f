"""Starts the site from nothing, or again with all that it holds: what `make run` calls.

Only the standard library at the top: `check` runs before anything is installed.
"""

import errno
import hashlib
import ipaddress
import os
import secrets
import socket
import sys
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from imrap_site import turns
from imrap_site.keeping import switching
from imrap_site.turns import VAR

ROOT = VAR.parent
THIS_MACHINE = "127.0.0.1"


class CannotStart(Exception):
    """One sentence for whoever typed `make run`."""


def main(step="serve"):
    steps = {"check": check, "static": static, "serve": serve}
    try:
        steps[step]()
    except (CannotStart, OSError) as problem:
        sys.exit(f"The site can't start. {problem}")
    except KeyboardInterrupt:
        sys.exit(130)


def check():
    """Refuse at once what would otherwise fail after minutes of installing."""
    must_be_writable(VAR)
    if not (ROOT / ".env").exists():  # which may name another port, and can't be read yet
        must_make_sense()


def static():
    must_be_writable(VAR)
    with turns.take_turn():
        set_up_django()
        collect_static()


def serve():
    must_be_writable(VAR)
    turn = turns.take_turn()
    if switching.is_interrupted():
        raise CannotStart(switching.INTERRUPTED)
    set_up_django()
    must_make_sense()  # only now: .env may name another port
    parts_must_answer()
    with one_host_at_a_time():
        say("Preparing the database…")
        is_ready = prepare_database()
        collect_static()
        say_warnings()
        address = f"http://{shown_host()}/"
        say(f"\nThe site:   {address}\nIts admin:  {address}admin/   (Ctrl+C stops the site)")
        if is_ready:
            draw_icons()
            create_staff_account()
    turns.stay()
    # Until it listens nobody else may prepare: of two starts on one port, one says so.
    os.environ |= {"PORT": str(port()), "TURN": str(turns.hand_on(turn))}
    os.chdir(ROOT)
    gunicorn = [sys.executable, "-m", "gunicorn", "imrap_site.wsgi:application"]
    os.execv(sys.executable, gunicorn)  # noqa: S606 (our own interpreter, no shell)


def say(text):
    print(text, flush=True)


def port():
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def listen():
    """The address of this machine that answers: in a container 0.0.0.0, all of them."""
    text = os.environ.get("LISTEN") or THIS_MACHINE
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise CannotStart(
            f"LISTEN must be an address of this machine, such as 127.0.0.1 or 0.0.0.0, not {text!r}."
        ) from None


def netloc():
    return f"[{listen()}]:{port()}" if listen().version == 6 else f"{listen()}:{port()}"


def shown_host():
    """As it stands in the address that is told: passkeys work on localhost, and on no number."""
    from django.conf import settings

    is_here = str(listen()) == THIS_MACHINE and "localhost" in settings.ALLOWED_HOSTS
    return f"localhost:{port()}" if is_here else netloc()


def trusted_proxies():
    """The web servers that are believed when they say who comes, and that it was by https."""
    text = os.environ.get("TRUSTED_PROXY") or THIS_MACHINE
    try:
        return [str(ipaddress.ip_network(one.strip())) for one in text.split(",")]
    except ValueError:
        raise CannotStart(
            "TRUSTED_PROXY must be the address of the web server before the site, such as 127.0.0.1 "
            f"or 172.30.14.2, or a network such as 172.30.14.0/24, not {text!r}."
        ) from None


def must_make_sense():
    trusted_proxies()
    must_be_free(port())


def must_be_free(port):
    family = socket.AF_INET6 if listen().version == 6 else socket.AF_INET
    with socket.socket(family) as door:
        # As gunicorn does: connections that are still closing don't count.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((str(listen()), port))
        except OSError as problem:
            raise CannotStart(why_not_there(problem, port)) from None


def why_not_there(problem, port):
    if problem.errno == errno.EACCES:
        return f"Port {port} is for the system only: make run PORT=8001"
    if problem.errno == errno.EADDRNOTAVAIL:
        return f"LISTEN must be an address of this machine, and {listen()} is none."
    return (
        f"Port {port} is in use. Stop what uses it, or choose another one: "
        f"make run PORT={port % 65535 + 1}"
    )


def must_be_writable(folder, variable=""):
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        whose = f", as {variable} names it" if variable else ""
        raise CannotStart(
            f"Nothing can be written into {folder}{whose} ({problem.strerror})."
        ) from None


def set_up_django():
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    keep_secret_key()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imrap_site.settings")
    try:
        django.setup()
    except ImproperlyConfigured as problem:
        raise CannotStart(problem) from None
    if "FileSystem" in settings.STORAGES["default"]["BACKEND"]:
        must_be_writable(Path(settings.MEDIA_ROOT), "MEDIA_ROOT")


def keep_secret_key():
    """Make the key on the first start; a power cut leaves a whole one or none."""
    key = VAR / "secret-key"
    if os.environ.get("SECRET_KEY") or key.exists():
        return
    unfinished = VAR / "secret-key.unfinished"
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(50))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(key)


def prepare_to_restore():
    """An empty installation has no secret key, and one cut off in a restore may have lost its."""
    try:
        must_be_writable(VAR)
        if switching.is_interrupted():
            with turns.take_turn():  # by whoever is at it
                switching.carry_out_if_interrupted()
        keep_secret_key()
    except (CannotStart, OSError) as problem:
        sys.exit(f"Nothing can be restored. {problem}")


def parts_must_answer():
    """A database that was served from here before may be lost: see prepare_database()."""
    from imrap_site.keeping import first_time, parts
    from imrap_site.keeping.refusals import Refused

    try:
        parts.must_answer(with_database=not first_time.was_prepared())
    except Refused as refusal:
        raise CannotStart(refusal) from None


@contextmanager
def one_host_at_a_time():
    """Of several that begin on one database, the first makes the tables, the content, the account."""
    from django.db import DatabaseError, connection

    from imrap_site.postgresql.turns import turn_for_long

    with ExitStack() as until:
        if connection.vendor == "postgresql":
            with suppress(DatabaseError):  # it is lost
                until.enter_context(turn_for_long("start"))
        yield


def prepare_database():
    """Whether it is ready. One that was there before and is lost or broken does not stop the start:
    visitors get the last good pages, and nothing empty takes its place."""
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError, transaction

    from imrap_site.keeping import first_time, parts
    from imrap_site.keeping.refusals import Refused

    was_there = first_time.was_prepared()
    try:
        # Password hashes and drafts: no other account of this machine may read the database.
        umask = os.umask(0o077)
        call_command("migrate", verbosity=0, interactive=False)
        os.umask(umask)
        # All of the starter content or none: a start that was killed begins it anew.
        with transaction.atomic():
            load_starter_content()
        parts.must_have_the_key()
    except Refused as refusal:
        raise CannotStart(refusal) from None
    except (DatabaseError, CommandError) as problem:
        if not was_there:
            raise CannotStart(
                f"The database, as DATABASE_URL names it, can't be prepared: {problem}"
            ) from None
        say(
            f"\nThe database can't be used: {problem}.\n"
            "Visitors get the pages that were kept; staff can't sign in. Restore a backup: see the\n"
            f"README. To begin anew with an empty site instead, take {first_time.note_of_it()} away.\n"
        )
        return False
    first_time.note_prepared()
    forget_pages()
    return True


def forget_pages():
    """What another version or other settings made; what visitors had is asked anew."""
    from imrap_site.serving.apps import empty_store

    empty_store()


def load_starter_content():
    """On the first start only: what staff have deleted since doesn't come back."""
    from django.core.management import call_command

    from profiles.models import Organisation

    if not Organisation.objects.exists():
        say("Loading the starter content…")
        call_command("seed", verbosity=0)


def collect_static():
    """Collect the static files where they have changed; compressing them takes ten seconds."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = VAR / "static-collected"
    wanted = static_fingerprint()
    if settings.STATIC_ROOT.is_dir() and stamp.exists() and stamp.read_text() == wanted:
        return
    say("Preparing the static files…")
    stamp.unlink(missing_ok=True)
    # A site that runs already goes on giving out the files that it knows.
    clear = not turns.something_runs()
    call_command("collectstatic", verbosity=0, interactive=False, clear=clear)
    stamp.write_text(wanted)


def static_fingerprint():
    """A digest of what collectstatic reads: the files' names, sizes and times, and the storage."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    files = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            files.append((name, found.st_size, found.st_mtime_ns))
    read = repr((settings.STORAGES["staticfiles"], sorted(files)))
    return hashlib.sha256(read.encode()).hexdigest()


def draw_icons():
    """Here, so that what draws them is loaded by no process that serves, until there is another logo."""
    from profiles.formats import icons
    from profiles.models import Organisation

    for organisation in Organisation.objects.all()[:1]:
        for size in icons.SIZES:
            icons.icon(organisation.logo, size)


def say_warnings():
    """What the site does without, such as a library of the system; each in a sentence."""
    from django.core.checks import run_checks

    for warning in run_checks(tags=["cards"]):
        say(f"{warning.msg} {warning.hint}")


def create_staff_account():
    """Where nobody has an account yet, make one and show its password, this once."""
    from django.contrib.auth import get_user_model
    from django.db import transaction

    people = get_user_model().objects
    if people.exists():
        return
    password = secrets.token_urlsafe(16)
    with transaction.atomic():
        people.create_superuser(username="admin", email="", password=password)
        # Shown before it counts: killed in between, the next start makes another account.
        say(f"\nYour account, shown this once:\n    name      admin\n    password  {password}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
