"""Where and when something was measured."""

import os
import platform
import re
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks import neighbours, sizes

PACKAGES = ["Django", "gunicorn"]


def facts():
    """What stands above the tables, as (what, fact)."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    yield "Day", date.today().isoformat()
    yield "Machine", f"{processor()}, {os.cpu_count()} cores, {memory():.0f} GiB, {system()}"
    yield "Load average at the start", load
    yield "Versions", ", ".join(versions())


def processor():
    found = re.search(r"model name\s*: (.+)", read("/proc/cpuinfo"))
    return found[1].strip() if found else platform.machine()


def memory():
    found = re.search(r"MemTotal:\s+(\d+) kB", read("/proc/meminfo"))
    return int(found[1]) / 1024**2 if found else 0


def system():
    found = re.search(r'PRETTY_NAME="(.+)"', read("/etc/os-release"))
    return found[1] if found else platform.system()


def read(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def versions():
    yield f"Python {platform.python_version()}"
    yield from (f"{name} {version(name)}" for name in PACKAGES)
    programs = [neighbours.NGINX, sizes.POSTGRESQL and sizes.POSTGRESQL / "postgres"]
    for program, flag in zip(programs, ["-v", "-V"], strict=True):
        if program:
            told = subprocess.run([program, flag], capture_output=True, text=True)
            yield (
                (told.stdout or told.stderr)
                .strip()
                .removeprefix("nginx version: ")
                .replace("/", " ")
            )
    yield from wagtail()


def wagtail():
    """Of the environment that `neighbours` has made."""
    for package in ("wagtail", "wagtail_cache"):
        for found in neighbours.WAGTAIL.glob(f"lib/*/site-packages/{package}-*.dist-info"):
            yield found.name.removesuffix(".dist-info").replace("-", " ").replace("_", "-")
