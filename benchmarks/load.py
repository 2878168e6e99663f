"""Requests by Debian's wrk, and what they cost the server."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import BROWSER, CannotMeasure, cpu_seconds

SCRIPT = Path(__file__).with_name("ask.lua")


class Figures(NamedTuple):
    rate: float  # requests a second
    p50: float  # milliseconds
    p99: float
    cpu: float  # milliseconds of the server for one request
    failed: int = 0


def is_installed():
    return shutil.which("wrk") is not None


def measured(server, path, connections, seconds, headers=(), is_unknown=False):
    """`is_unknown` asks each time with a query that nobody has asked with before."""
    command = ["wrk", "--threads=1", f"--connections={connections}", f"--duration={seconds}s"]
    command += ["--timeout=10s", f"--script={SCRIPT}"]
    for name, value in {**BROWSER, "Accept-Encoding": "gzip", **dict(headers)}.items():
        command += ["--header", f"{name}: {value}"]
    command += [server.address(path), "--", str(time.time_ns()) if is_unknown else ""]
    before = cpu_seconds(server.groups)
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return figures_of(printed, cpu_seconds(server.groups) - before)


def figures_of(printed, cpu):
    told = json.loads(printed.splitlines()[-1])
    if not told["requests"]:
        raise CannotMeasure("A server answered nothing at all.")
    return Figures(
        told["requests"] / told["seconds"],
        told["p50"],
        told["p99"],
        1000 * cpu / told["requests"],
        told["failed"],
    )
