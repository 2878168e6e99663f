"""What has to agree before a version gets its tag."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_changelog_has_the_version_with_its_day_below_what_is_unreleased():
    heads = re.findall("^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0] == "Unreleased"
    newest, *_older = heads[1:]
    assert re.fullmatch(rf"{re.escape(VERSION)} – \d{{4}}-\d{{2}}-\d{{2}}", newest)


def test_the_version_is_one_that_gets_security_corrections():
    series = VERSION.rpartition(".")[0]
    assert f"| {series}.x | yes |" in (ROOT / "SECURITY.md").read_text()


def test_every_part_that_the_site_runs_on_has_its_decision():
    lines = (ROOT / "requirements.in").read_text().splitlines()
    parts = {re.match(r"[\w-]*", line)[0].lower() for line in lines} - {""}
    decided = re.findall(r"\*\*([\w-]+)", (ROOT / "docs/decisions.md").read_text())
    assert {"django", "pillow", "gunicorn"} < parts
    assert parts - {part.lower() for part in decided} == set()


def test_tests_never_open_the_site_s_own_database():
    variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    show = "from tests.settings import DATABASES; print(DATABASES['default']['NAME'])"
    done = subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env=variables, capture_output=True, text=True
    )
    assert done.stdout == ":memory:\n", done.stderr
