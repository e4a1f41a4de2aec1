"""The house: which room may use which, and what must stay pure. `python tests/test_floors.py` prints it."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import zaius_logging

ROOMS = [
    ["_errors"],
    ["_event", "_stats"],
    ["_catalog"],
    ["_operators"],
    ["_process"],
    ["_transport"],
    ["_spool"],
    ["_checks"],
    ["_settings"],
    ["_config"],
    ["_delivery"],
    ["_fleet"],
    ["_build"],
    ["_handler", "_formatter"],
    ["__init__"],
    ["testing", "integrations", "sandbox", "events"],
    ["pytest_plugin", "cli"],
    ["__main__"],
]
"""From the ground up. A module imports its own room and lower floors, nothing else."""

PURE = [
    "_errors",
    "_event.event",
    "_event.rules",
    "_event.writer",
    "_event.encode",
    "_event.plain_json",
    "_event.coerce",
    "_delivery.machine",
    "_delivery.pace",
    "_delivery.backoff",
    "_transport.outcome",
    "_transport.wire",
    "_transport.endpoint",
    "_transport.redis_address",
    "_operators.redact",
    "_operators.secret",
    "_fleet.lanes",
    "_fleet.lease",
]
"""What decides or translates: no clock, thread, socket, file or chance. Time and chance are arguments."""

IMPURE = {"time", "random", "socket", "threading", "queue", "sqlite3", "requests", "os", "asyncio"}

FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}
ROOT = Path(zaius_logging.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def module_of(path, root=ROOT):
    """Give a file's dotted name below the package; a folder's own file has the folder's name."""
    parts = path.relative_to(root).with_suffix("").parts
    inner = parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts
    return ".".join(inner)


def room_of(module):
    """Give the room that a module is in: the folder below the package, or the file itself."""
    return module.partition(".")[0]


@cache  # each file is asked for by several tests
def imported(path, root=ROOT):
    """Give what a file imports, anywhere in it: our modules as (True, dotted name), others' as (False, root)."""
    here, found = ["zaius_logging", *path.relative_to(root).parts[:-1]], []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{name.name}" for name in node.names]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            if top != "zaius_logging":
                found.append((False, top))
                continue
            while rest and not (root / f"{rest.replace('.', '/')}.py").exists():
                if (root / rest.replace(".", "/") / "__init__.py").exists():
                    break
                rest = rest.rpartition(".")[0]  # a name inside that module
            found.append((True, rest or "__init__"))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_its_own_room_and_lower_floors_only(path):
    """No import goes upward, and none goes across to another room on the same floor."""
    module = module_of(path)
    room = room_of(module)
    assert room in FLOOR, (
        f"{room} is a new room: give it a floor in ROOMS, above all that it imports"
    )
    for ours, name in imported(path):
        if ours and room_of(name) != room:
            floor = FLOOR.get(room_of(name), -1)
            assert 0 <= floor < FLOOR[room], (
                f"{module} (floor {FLOOR[room]}) imports {name} ({floor})"
            )
        if not ours and module in PURE:
            assert name not in IMPURE, f"{module} is pure, but imports {name}"


def test_what_is_said_to_be_pure_exists():
    """A module that was renamed must not fall out of the list without a word."""
    assert set(PURE) <= {module_of(path) for path in FILES}


def test_no_module_is_part_of_a_circle():
    """Neither at import nor later, inside a function: every module can be read after those it uses."""
    graph = {module_of(p): {n for ours, n in imported(p) if ours} - {module_of(p)} for p in FILES}
    # The package's own face is imported by whoever imports any part of it, and loads the rest later.
    graph.pop("__init__")
    TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in FILES} - {ROOT}), ids=lambda f: f.name
)
def test_each_folder_says_what_it_is_for_and_loads_nothing(folder):
    """A room's `__init__` is its docstring; only the folders that users import by name have a face."""
    tree = ast.parse((folder / "__init__.py").read_text("utf-8"))
    assert ast.get_docstring(tree), f"{folder.name}/__init__.py says nothing"
    if room_of(module_of(folder / "__init__.py")) not in (
        "integrations",
        "sandbox",
        "testing",
        "cli",
    ):
        assert len(tree.body) == 1, f"{folder.name}/__init__.py holds more than its docstring"


def test_the_root_holds_only_what_is_imported_by_name_or_configured():
    """A visitor sees a short list: at most 14 entries that are files."""
    assert sum(path.is_file() for path in ROOT.iterdir()) <= 14


def test_the_sandbox_stands_alone():
    """It is a reading of the API of its own: it knows nothing of the client, nor the client of it."""
    for path in FILES:
        room = room_of(module_of(path))
        uses = {room_of(name) for ours, name in imported(path) if ours} - {room}
        assert room != "sandbox" or not uses, f"{path} imports {uses} of the client"
        assert "sandbox" not in uses or room == "cli", f"{path} imports the sandbox"


def test_imports_are_seen(tmp_path):
    """The test itself sees each way of importing; otherwise it would prove nothing."""
    for name in ("_a", "_b", "cli/a", "cli/b", "cli/in/c"):
        file = tmp_path / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (tmp_path / "cli" / "in" / "__init__.py").write_text("")
    inner = tmp_path / "cli" / "x.py"
    inner.write_text(
        "import time, os.path\nfrom . import a\nfrom .b import y\nfrom .. import _a\n"
        "from .._b import x\nimport zaius_logging\nfrom zaius_logging import bound\n"
        "def f():\n    from .in_ import y\n    import zaius_logging.cli.in.c\n".replace("in_", "in")
        .replace("from .in import y", "from zaius_logging.cli import b")
        .replace("import zaius_logging.cli.in.c", "from zaius_logging.cli.b import z")
    )
    seen = {name for _, name in imported(inner, tmp_path)}
    assert seen == {"time", "os", "cli.a", "cli.b", "_a", "_b", "__init__"}


def listing():
    """Give the rooms from the ground up, with what each uses of the others."""
    for rooms in ROOMS:
        for room in rooms:
            files = [path for path in FILES if room_of(module_of(path)) == room]
            uses = {room_of(name) for path in files for ours, name in imported(path) if ours}
            below = sorted(uses - {room, "__init__"}, key=lambda each: FLOOR[each])
            yield f"{FLOOR[room]:2}  {room:14} {len(files):3} files   {' '.join(below)}"


if __name__ == "__main__":
    print(*listing(), sep="\n")  # noqa: T201 - a command
