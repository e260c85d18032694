"""The house rules: who imports whom, the doors to the outside, and that the README knows every room."""

import ast
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from kaoping.cli import COMMANDS
from tests import house_map

ROOT = Path(__file__).parents[1]
ROOMS = {
    "calendars": set[str](),
    "ledger": {"calendars"},
    "metrics": {"ledger", "calendars"},
    "scoring": {"metrics", "ledger", "calendars"},
    "kaoping": {"scoring", "metrics", "ledger", "calendars"},
}
# The line of arrows inside a room, from below; what stands in one tuple may know each other.
LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "scoring": (("scoring/law/",), ("scoring/scores/",), ("scoring/explain/",), ("scoring/compare/",)),
    "kaoping": (
        ("kaoping/language/", "kaoping/files/"),
        ("kaoping/office/",),
        ("kaoping/reports/",),
        ("kaoping/papers/",),
        ("kaoping/commands/", "kaoping/web/"),
    ),
}
FILES = {path.relative_to(ROOT).as_posix(): path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in FILES.items()}

# What of the outside may be imported in which files alone.
DOORS = {
    "sqlite3": {"ledger/store.py", "ledger/reading/records.py", "ledger/files.py", "kaoping/office/accounts/file.py"},
    "sqlite_utils": {"ledger/files.py", "ledger/migrations.py"},
    "chinese_calendar": {"calendars/workdays.py"},
    "time": {"kaoping/now.py"},
    "pendulum": {"kaoping/language/moments.py"},
    "pyspark": {"metrics/engines/spark.py"},
}
# What reads the wall clock, in kaoping/now.py alone.
CLOCKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"}
# Points are exact: a float in these rooms has its reason here.
FLOATS = {"ledger/intake/tables/json/values.py": "a JSON number is read once as float, to refuse infinity"}
READMES = ("README.md", "README.zh-CN.md")


def imports(tree: ast.Module) -> Iterator[str]:
    """The top-level names of the modules a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def modules(tree: ast.Module) -> Iterator[str]:
    """The modules a file imports, whole, and what it imports from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def readme(name: str) -> str:
    path = ROOT / name
    if not path.exists() or len(path.read_text("utf-8")) < 500:
        pytest.skip(f"{name} is not written yet")
    return path.read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_nothing_points_up(name: str) -> None:
    room = name.split("/")[0]
    assert {*imports(TREES[name])} & {*ROOMS} <= {room} | ROOMS[room]


def test_inside_a_room_nothing_points_up_either() -> None:
    wrong = []
    for name, tree in TREES.items():
        for lines in LINES.values():
            floor = next((place for place, rooms in enumerate(lines) if name.startswith(rooms)), None)
            if floor is None:
                continue
            above = tuple(room for rooms in lines[floor + 1 :] for room in rooms)
            wrong += [
                f"{name} -> {module}" for module in modules(tree) if f"{module.replace('.', '/')}/".startswith(above)
            ]
    assert wrong == []


def test_a_class_has_its_name_alone() -> None:
    found = Counter(node.name for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert sorted(name for name, count in found.items() if count > 1) == []


def test_folders_are_small_and_files_are_named_by_what_they_are() -> None:
    folders = Counter(Path(name).parent.as_posix() for name in FILES if not name.endswith("__init__.py"))
    assert {folder: count for folder, count in folders.items() if count > 12} == {}
    assert [name for name in FILES if "_of_" in name] == []


def test_a_function_asks_for_eight_things_at_most() -> None:
    many = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs) > 8
    ]
    assert many == []


def test_the_office_knows_no_terminal() -> None:
    assert [
        f"{name} {module}"
        for name, tree in TREES.items()
        if name.startswith(("kaoping/office/", "kaoping/reports/"))
        for module in imports(tree)
        if module in ("typer", "click", "rich", "sys")
    ] == []


def test_the_doors() -> None:
    outside = {(door, name) for name, tree in TREES.items() for door in imports(tree) if door in DOORS}
    assert sorted((door, name) for door, name in outside if name not in DOORS[door]) == []


def test_measures_name_no_engine_and_compute_nothing() -> None:
    """Whoever holds the frames does, in metrics/engines/: so what is derived here is derived on a cluster too."""
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        if name.startswith("metrics/") and not name.startswith("metrics/engines/")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in ("collect", "lazy", "to_native", "from_native"))
        or (
            isinstance(node, ast.Import | ast.ImportFrom) and {*imports(ast.Module([node], []))} & {"polars", "pyspark"}
        )
    ]
    assert wrong == []


def test_the_wall_clock_is_read_in_one_file() -> None:
    read = {
        (name, node.lineno)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    }
    assert [place for place in sorted(read) if place[0] != "kaoping/now.py"] == []


def test_points_are_exact() -> None:
    floats = {
        name
        for name, tree in TREES.items()
        if name.startswith(("scoring/", "ledger/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    }
    assert floats <= {*FLOATS}


@pytest.mark.parametrize("name", FILES)
def test_every_file_says_its_job(name: str) -> None:
    told = ast.get_docstring(TREES[name])
    assert told
    assert told.splitlines()[0].endswith((".", ":")), "the first line is a sentence"


def test_every_public_function_says_what_it_gives() -> None:
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_in_the_readme(name: str) -> None:
    text = readme(name)
    assert [command for command in COMMANDS if f"kaoping {command}" not in text] == []


def test_the_map_tells_every_file() -> None:
    """`make map` draws it anew; a file without its job in docs/map.zh.toml, or a job without its file, is a gap."""
    paths = [path for path, _ in house_map.entries()]
    for language in ("en", "zh"):
        told = house_map.jobs(language)
        assert [path for path in paths if not told.get(path)] == []
        assert sorted({*told} - {*paths}) == []


@pytest.mark.parametrize("name", READMES)
def test_the_map_is_as_it_is_drawn(name: str) -> None:
    text = readme(name)
    assert house_map.put(text, house_map.READMES[name]) == text, "run make map"


def test_what_must_hold_runs_all_that_is_offered() -> None:
    """Every target of the Makefile, the cleaning, the full bench and the longest laws left out, and the README's commands without make."""
    offered = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    run = (ROOT / ".ci" / "run").read_text("utf-8")
    assert {*offered} - {"clean", "bench", "test-long", "pictures"} == {
        *re.findall(r"^make ([a-z-]+)$", run, re.MULTILINE)
    }
    elsewhere = re.findall(r"^    (python3 -m venv .venv|\.venv/bin/.*)$", readme("README.md"), re.MULTILINE)
    assert len(elsewhere) == 3
    assert "README.md" in run


@pytest.mark.slow
def test_the_data_travel_in_the_wheel(tmp_path: Path) -> None:
    if find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed, so no wheel can be built without the network")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = {*packed.namelist()}
    data = [path for path in sorted((ROOT / "data").rglob("*")) if path.is_file()]
    assert data
    assert [path for path in data if f"kaoping/data/{path.relative_to(ROOT / 'data').as_posix()}" not in names] == []
    assert {*FILES, "ledger/views.sql"} <= names
