"""docs/upgrading.md names all that we use of other packages and that nobody promised us."""

import ast
import hashlib
import importlib
import re
from pathlib import Path

import pytest
from django.contrib import admin

ROOT = Path(__file__).resolve().parent.parent
OURS = {"profiles", "imrap_site", "tests"}
# Django's documentation names these: Model _meta API, Managers, Model instance reference.
PROMISED = {"_meta", "_base_manager", "_default_manager", "_state"}
# Python's names these: of os and of named tuples.
PROMISED |= {"_exit", "_asdict", "_fields", "_make", "_replace"}
# Django's own files in whose place there is one of ours, as they were when ours was compared with them.
REPLACED = {
    "app_list.html": "1fe91b190f34",
    "change_list_object_tools.html": "f805f46d84f1",
    "edit_inline/stacked.html": "ab80d40a24df",
    "filter.html": "72f8dacc6125",
    "includes/object_delete_summary.html": "382ed584a422",
    "pagination.html": "381bc2d87585",
    "prepopulated_fields_js.html": "3d2846a6a416",
    "search_form.html": "18898ee2576b",
}
BY_NAME = {"getattr", "hasattr", "setattr", "delattr"}


def sources():
    """The source of each module that is looked through, under its dotted name."""
    paths = [path for room in ("profiles", "imrap_site") for path in (ROOT / room).rglob("*.py")]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path.read_text("utf-8")
        for path in [*paths, ROOT / "tests/conftest.py"]
        if "migrations" not in path.parts
    }


def is_private(name):
    return name.startswith("_") and not name.startswith("__") and name != "_"


def private_names_asked_of_something(tree):
    """`x._name`, also by getattr() and the like, and what is imported from elsewhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call) and name_of(node.func) in BY_NAME:
            yield from (part.value for part in node.args if is_text(part))
        elif isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] not in OURS:
            yield from (alias.name for alias in node.names)
            yield from internal(node.module)
        elif isinstance(node, ast.Import):
            yield from (name for alias in node.names for name in internal(alias.name))


def name_of(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def internal(module):
    """The name of a foreign module that says it is none of our business."""
    parts = module.split(".")
    if parts[0] not in OURS and ("internal" in parts or any(map(is_private, parts))):
        yield f"_{module}"


def names_defined(tree):
    """What the module or a class of it names itself; a name set on something may be foreign."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def names_overridden(module, tree):
    """Private names of its classes that a class of another package, below them, has too."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        if own := set(filter(is_private, names_defined(node))):
            bases = getattr(importlib.import_module(module), node.name).__mro__
            foreign = [base for base in bases if base.__module__.partition(".")[0] not in OURS]
            yield from (name for name in own if any(name in vars(base) for base in foreign))


def foreign_private_names(modules):
    trees = {name: ast.parse(source) for name, source in modules.items()}
    asked = {name for tree in trees.values() for name in private_names_asked_of_something(tree)}
    defined = {name for tree in trees.values() for name in names_defined(tree)}
    overridden = {
        name
        for module, tree in trees.items()
        if not module.startswith("tests.")
        for name in names_overridden(module, tree)
    }
    return set(filter(is_private, (asked - defined) | overridden)) - PROMISED


def rows(heading):
    """The rows of the table below a heading of docs/upgrading.md, each as its cells."""
    text = (ROOT / "docs/upgrading.md").read_text("utf-8").partition(f"### {heading}\n")[2]
    lines = [line for line in text.partition("\n### ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def quoted(cell):
    return re.findall("`([^`]+)`", cell)


PRIVATE = rows("Private names")
NOT_PRIVATE = rows("What is not private and not promised either")


def test_every_private_name_of_another_package_is_listed_and_no_other():
    assert foreign_private_names(sources()) == {name for row in PRIVATE for name in quoted(row[1])}


@pytest.mark.parametrize("row", [*PRIVATE, *NOT_PRIVATE], ids=lambda row: row[1])
def test_what_is_listed_is_used_where_the_list_says(row):
    package, names, files, *_reasons, tests = row
    for file in quoted(files):
        text = (ROOT / file).read_text("utf-8")
        assert [name for name in quoted(names) if name not in text] == []
    locked = (ROOT / "requirements.txt").read_text("utf-8")
    assert package == "SQLite" or f"\n{package.lower()}==" in f"\n{locked}"
    for test in quoted(tests):
        file, _colons, function = test.partition("::")
        assert f"def {function}" in (ROOT / f"tests/{file}.py").read_text("utf-8")


@pytest.mark.parametrize(
    "line",
    [
        "value = entry._private",
        "value = getattr(entry, '_private', None)",
        "entry._private = 1",
        "monkeypatch.setattr(module, '_private', None)",
        "from django.db import _private",
    ],
)
def test_a_private_name_is_seen_in_every_spelling(line):
    assert foreign_private_names({"tests.some": line}) == {"_private"}


def test_a_module_that_says_it_is_internal_is_seen():
    line = "from allauth.mfa.totp.internal.auth import TOTP"
    assert foreign_private_names({"tests.some": line}) == {"_allauth.mfa.totp.internal.auth"}
    assert foreign_private_names({"tests.some": "import reversion._x"}) == {"_reversion._x"}


def test_a_private_method_that_replaces_a_foreign_one_is_seen():
    module = "imrap_site.accounts.adapters"
    assert foreign_private_names({module: sources()[module]}) == {"_get_login_attempts_cache_key"}


def test_what_is_ours_is_not_listed():
    ours = "class Ours:\n    _kept = 1\n\n    def _told(self):\n        return self._kept\n"
    assert foreign_private_names({"tests.some": f"{ours}\nOurs()._told()"}) == set()


def test_a_template_in_the_place_of_djangos_is_compared_again_when_that_changes():
    ours = ROOT / "templates/admin"
    djangos = Path(admin.__file__).parent / "templates/admin"
    names = {str(path.relative_to(ours)) for path in ours.rglob("*.html")}
    replaced = {
        name: hashlib.sha256((djangos / name).read_bytes()).hexdigest()[:12]
        for name in names
        if (djangos / name).exists() and "{% extends" not in (ours / name).read_text("utf-8")
    }
    assert replaced == REPLACED, "Compare ours with Django's, then note its hash in REPLACED."
