"""The plan of the house, as ARCHITECTURE.md draws it: floors, wings, and no circle anywhere.

The tests have two floors of their own: what several files need stands in `builders` and `looks`.
"""

import ast
import functools
import re
import tomllib
from pathlib import Path

import pytest

IMPORTS = (ast.Import, ast.ImportFrom)
ROOT = Path(__file__).resolve().parent.parent
# Rooms of each package, from the ground up; an import only goes down, or sideways on its floor.
FLOORS = {
    "profiles": [
        {"publishing", "translation", "dates", "times", "richtext", "markup", "typography"}
        | {"stylesheet", "journal", "kept_queries"}
        | {"words", "lasting", "addresses", "authors", "openings", "failures", "files"},
        {"models", "migrations"},
        {
            "search",
            "listing",
            "preview",
            "entry_links",
            "seeding",
            "generated",
            "drawn",
            "editing",
            "formats",
        },
        {"views", "machines", "carrying", "admin", "admin_site", "templatetags", "management"},
        {"urls", "apps", "signals"},
    ],
    "imrap_site": [
        {"settings", "variables", "places", "serving", "accounts", "formats"}
        | {"sqlite", "postgresql", "bucket"},
        {"urls", "public_urls", "apps", "wsgi", "turns", "start", "install", "keeping"},
        {"audience"},
    ],
}
# What visitors get never imports what only staff use, not even through a third module.
PUBLIC = {
    "profiles.views",
    "profiles.listing",
    "profiles.machines",
    "profiles.carrying",
    "profiles.formats",
    "profiles.urls",
    "profiles.templatetags.for_machines",
    "profiles.templatetags.profile_page",
    "imrap_site.public_urls",
    "imrap_site.serving",
}
STAFF = {
    "profiles.admin",
    "profiles.admin_site",
    "profiles.templatetags.admin_words",
    "profiles.editing",
}


def modules_in(root):
    """Every module of both packages: its source under its dotted name."""
    found = {}
    for package in FLOORS:
        for path in (root / package).rglob("*.py"):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts).removesuffix(".__init__")
            found[name] = path.read_text("utf-8")
    return found


@functools.cache
def import_statements(source):
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, IMPORTS)]


def imported_by(source, modules):
    """The modules of ours that a source imports, also inside functions."""
    for node in import_statements(source):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            assert node.level == 0, "Imports name their module in full."
            # Of a package, either one of its modules or a name that it holds itself.
            names = [
                full if (full := f"{node.module}.{alias.name}") in modules else node.module
                for alias in node.names
            ]
        yield from (name for name in names if name.partition(".")[0] in FLOORS)


def imports_in(modules):
    """What each module imports of the others."""
    return {name: set(imported_by(source, modules)) - {name} for name, source in modules.items()}


def floor_of(module):
    """(0 for profiles, 1 for imrap_site; the floor in it); packages themselves are the ground."""
    package, _dot, rest = module.partition(".")
    room = rest.partition(".")[0]
    floors = FLOORS[package]
    numbers = [number for number, rooms in enumerate(floors) if room in rooms]
    return list(FLOORS).index(package), numbers[0] if numbers else -1


def steps_up(modules):
    return sorted(
        f"{module} imports {other}, which stands above it"
        for module, others in imports_in(modules).items()
        for other in others
        if floor_of(other) > floor_of(module)
    )


def circles(modules):
    """Each group of modules that import one another, directly or by a way round."""
    imports = imports_in(modules)
    reached = {module: reach(imports, {module}) for module in imports}
    return sorted(
        {
            tuple(sorted({one for one in reached[module] if module in reached[one]}))
            for module in imports
            if module in reached[module]
        }
    )


def reach(imports, starts):
    """All that is imported from some modules on; these too only where a circle leads back."""
    found, todo = set(), list(starts)
    while todo:
        new = imports.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def is_in(wing, module):
    return any(module == room or module.startswith(f"{room}.") for room in wing)


def crossings(modules):
    imports = imports_in(modules)
    return sorted(
        f"{module} reaches {other}"
        for module in imports
        if is_in(PUBLIC, module)
        for other in reach(imports, {module})
        if is_in(STAFF, other)
    )


@pytest.fixture(scope="module")
def house():
    return modules_in(ROOT)


def test_every_room_has_a_floor_and_every_floor_its_rooms(house):
    rooms = {tuple(module.split(".")[:2]) for module in house if "." in module}
    planned = {(package, room) for package in FLOORS for floor in FLOORS[package] for room in floor}
    assert rooms == planned


def test_the_types_of_the_whole_ground_floor_are_checked():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    rooms = {Path(name).with_suffix("").as_posix() for name in settings["files"]}
    assert rooms == {f"profiles/{room}" for room in FLOORS["profiles"][0]}


def test_an_import_only_goes_down(house):
    assert steps_up(house) == []


def test_no_modules_import_one_another(house):
    assert circles(house) == []


def test_the_public_wing_never_imports_the_staff_wing(house):
    assert crossings(house) == []
    for wing in (PUBLIC, STAFF):
        assert {
            room for room in wing if not any(is_in({room}, module) for module in house)
        } == set()


def between_tests(sources):
    """Who imports a test file, or `conftest` or `settings`, which pytest reads by itself."""
    shared = {
        "builders",
        "corpus",
        "encrypted",
        "films",
        "firefox",
        "hostile",
        "hostile_documents",
        "looks",
        "proxies",
        "slow",
        "topology",
        "passkeys",
    }
    return sorted(
        f"{name} imports {other}"
        for name, source in sources.items()
        for other in re.findall(r"^\s*(?:from|import) tests(?:\.| import )(\w+)", source, re.M)
        if other not in shared
    )


@pytest.fixture(scope="module")
def test_files():
    return {path.stem: path.read_text("utf-8") for path in Path(__file__).parent.glob("*.py")}


def test_no_test_file_imports_another(test_files):
    assert between_tests(test_files) == []


# Each kind of breach, seeded once


def test_a_step_up_is_seen_also_inside_a_function(house):
    late = house["profiles.models.fields"] + "\ndef late():\n    from profiles import views\n"
    assert steps_up(house | {"profiles.models.fields": late}) == [
        "profiles.models.fields imports profiles.views, which stands above it"
    ]


def test_a_step_from_what_the_site_says_to_how_it_runs_is_seen(house):
    source = house["profiles.views"] + "\nimport imrap_site.settings\n"
    assert steps_up(house | {"profiles.views": source}) == [
        "profiles.views imports imrap_site.settings, which stands above it"
    ]


def test_a_step_up_in_how_the_site_runs_is_seen(house):
    source = house["imrap_site.serving.ranges"] + "\nfrom imrap_site import start\n"
    assert steps_up(house | {"imrap_site.serving.ranges": source}) == [
        "imrap_site.serving.ranges imports imrap_site.start, which stands above it"
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("profiles.dates", "profiles.typography"),
        ("profiles.models.fields", "profiles.models.entry"),
        ("imrap_site.serving.ranges", "imrap_site.serving.media"),
    ],
)
def test_a_circle_on_one_floor_is_seen(house, one, other):
    seeded = {
        one: f"{house[one]}\nimport {other}\n",
        other: f"{house[other]}\nimport {one}\n",
    }
    (circle,) = circles(house | seeded)
    assert {one, other} <= set(circle)


def test_a_step_into_the_staff_wing_is_seen_by_a_way_round(house):
    source = house["profiles.preview"] + "\nfrom profiles.editing.history import versions_of\n"
    assert "profiles.views reaches profiles.editing.history" in crossings(
        house | {"profiles.preview": source}
    )


def test_a_room_without_a_floor_is_seen(house):
    with pytest.raises(AssertionError):
        test_every_room_has_a_floor_and_every_floor_its_rooms(house | {"profiles.cellar": ""})


def test_an_import_of_a_test_file_is_seen_also_inside_a_function(test_files):
    late = "def late():\n    from tests.test_pages import Words\n"
    seeded = {"test_media": late, "builders": "from tests import conftest\n"}
    assert between_tests(test_files | seeded) == [
        "builders imports conftest",
        "test_media imports test_pages",
    ]
