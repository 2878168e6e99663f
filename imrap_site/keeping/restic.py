"""Hands a snapshot to restic, which encrypts it, keeps it elsewhere and forgets old ones."""

import os
import shutil
import subprocess

from imrap_site.keeping.refusals import Refused

PASSWORDS = ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND")
REPOSITORIES = ("RESTIC_REPOSITORY", "RESTIC_REPOSITORY_FILE")
# Each snapshot has a folder of its own, so restic is told what belongs together by a tag.
TAG = ["--tag", "profile-site"]
KEPT = ["--keep-daily", "14", "--keep-weekly", "8", "--keep-monthly", "12"]


def hand_over(folder, path):
    """A sentence on what was done."""
    if not any(map(os.environ.get, REPOSITORIES)):
        return "RESTIC_REPOSITORY is not set, so no second place has a copy."
    must_be_set_up()
    if run("cat", "config").returncode:
        must_work("init")
    # By `latest` each night has the same names, by which restic knows what it has already.
    latest = folder / "latest"
    place = latest if latest.is_symlink() else path
    parts = [place / part.name for part in sorted(path.iterdir())]
    must_work("backup", "--ignore-ctime", *TAG, *parts)
    must_work("forget", "--group-by", "host,tags", *TAG, *KEPT, "--prune")
    must_work("check")
    return "restic has it too, and its repository is whole."


def must_be_set_up():
    if not any(map(os.environ.get, PASSWORDS)):
        raise Refused("RESTIC_REPOSITORY is set and RESTIC_PASSWORD is not.")
    if shutil.which("restic") is None:
        raise Refused("restic is missing; on Debian: apt install restic")


def must_work(*command):
    done = run(*command)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise Refused(f"restic {command[0]} failed: {said[-1]}")


def run(*command):
    return subprocess.run(  # noqa: S603
        [shutil.which("restic"), "--quiet", *map(str, command)], capture_output=True, text=True
    )
