"""The floors of the house: an import only goes down."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = [
    {"publishing", "translation", "images", "documents", "dates", "richtext", "typography"}
    | {"stylesheet"},
    {"models", "migrations"},
    {"search", "feeds", "sitemaps", "structured_data", "citations", "sharing", "importing"}
    | {"starting", "completeness", "preview", "history"},
    {"views", "admin", "desk", "templatetags", "management"},
    {"urls", "apps", "signals"},
]
FLOOR_OF = {module: number for number, floor in enumerate(FLOORS) for module in floor}


def imported_by(source):
    """Dotted names of all modules a source imports, also inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "Imports name their module in full."
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def faults_of(module, source):
    """What a module of profiles/ imports that stands above it, or in imrap_site."""
    for name in imported_by(source):
        parts = name.split(".")
        if parts[0] == "imrap_site":
            yield f"profiles.{module} imports {name}"
        elif parts[0] == "profiles" and floor_of(parts[1:]) > FLOOR_OF[module]:
            yield f"profiles.{module} imports {name}, which stands above it"


def floor_of(parts):
    return FLOOR_OF.get(parts[0], -1) if parts else -1


def modules():
    for path in (ROOT / "profiles").rglob("*.py"):
        module = path.relative_to(ROOT / "profiles").parts[0].removesuffix(".py")
        if module != "__init__":
            yield module, path


def test_every_module_has_a_floor():
    assert {module for module, _path in modules()} - FLOOR_OF.keys() == set()


def test_an_import_only_goes_down():
    faults = [
        fault for module, path in modules() for fault in faults_of(module, path.read_text("utf-8"))
    ]
    assert faults == []


def test_an_import_inside_a_function_is_seen():
    source = "def late():\n    from profiles.views import profile\n"
    assert list(faults_of("models", source)) == [
        "profiles.models imports profiles.views, which stands above it",
        "profiles.models imports profiles.views.profile, which stands above it",
    ]


def test_an_import_from_how_the_site_runs_is_seen():
    assert list(faults_of("views", "import imrap_site.settings")) == [
        "profiles.views imports imrap_site.settings"
    ]
