"""What the site leans on is declared, and each part says what it is there for."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    "requirements.in",
    "requirements-scale.in",
    "requirements-dev.in",
    "requirements-zim.in",
]
LINE = re.compile(
    r"([A-Za-z0-9-]+)(?:\[[\w,]+\])?([<>=.,*\d]*)(?:; python_version [<>=]+ \"[\d.]+\")?  # (.{5,})"
)


def parts_in(name):
    """The lines of a file of requirements that name a part."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith(("#", "-"))]


def imported():
    """Every module from elsewhere that our code imports."""
    for path in [*ROOT.glob("profiles/**/*.py"), *ROOT.glob("imrap_site/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module.partition(".")[0]


@pytest.mark.parametrize("name", FILES)
def test_every_part_bears_its_reason(name):
    assert [line for line in parts_in(name) if not LINE.fullmatch(line)] == []


def test_what_is_imported_is_declared():
    files = ("requirements.in", "requirements-scale.in", "requirements-zim.in")
    declared = {LINE.fullmatch(line)[1].lower() for name in files for line in parts_in(name)}
    owners = {"libzim": ["libzim"], **packages_distributions()}  # which not every Python can have
    ours = {"profiles", "imrap_site", *sys.stdlib_module_names}
    needed = {owners[name][0].lower().replace("_", "-") for name in set(imported()) - ours}
    assert needed - declared == set()
    assert {"openpyxl", "nh3", "django-js-asset"} <= needed
