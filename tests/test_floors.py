"""A module imports lower floors only, and what decides is pure: no clock, thread, socket or chance."""

import ast
from pathlib import Path

import pytest

import zaius_logging

FLOORS = """
    _errors _causes _flock _outcome _backoff _pace _secret _scrub _json _fleet.__init__ _http.__init__ _sqlite.__init__
    _event _endpoint _fleet.lease
    _context _mend _wire _fleet.url
    _encode
    _record _delivery _config
    _ids _source _stats _spool _transport _uwsgi _notices _trouble _bell _finaliser _writer \
        _http.bounds _http.failures _http.session \
        _sqlite.directory _sqlite.connection _sqlite.wal _sqlite.buried _fleet.scripts _fleet.library
    _compare _process _wiring _http.transport _sqlite.rows _sqlite.keeper _sqlite.base \
        _fleet.failures _fleet.server _fleet.stats
    _books _teller _sqlite.file _fleet.checks _fleet.spool
    _sqlite.line
    _clerk _sqlite.tail _sqlite.orphans
    _listener _sqlite.spool _fleet.transport
    _fleet.term
    _assembly
    _handler _formatter _fleet.relay
    __init__
    _capture
    sandbox integrations pytest_plugin
    cli
    __main__
""".strip().splitlines()
PURE = 5
IMPURE = {"time", "random", "socket", "threading", "queue", "sqlite3", "requests", "os", "asyncio"}
FLOOR = {module: floor for floor, modules in enumerate(FLOORS) for module in modules.split()}
ROOT = Path(zaius_logging.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def name_of(dotted):
    """Give the name under which a module stands in FLOORS: with its folder, if that is one of the core's."""
    folder, _, module = dotted.partition(".")
    inside = f"{folder}.{module.partition('.')[0] or '__init__'}"
    return inside if inside in FLOOR else folder


def module_of(path):
    return name_of(".".join(path.relative_to(ROOT).with_suffix("").parts))


def imported(path, root=ROOT):
    """Give what a file imports, anywhere in it: our modules by name as (True, name), others' roots."""
    here = ["zaius_logging", *path.relative_to(root).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [
                f"{base}.{name.name}" if base == "zaius_logging" else base for name in node.names
            ]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            ours = top == "zaius_logging"
            module = name_of(rest)
            known = module in FLOOR or module.startswith("_")
            yield ours, (module if known else "__init__") if ours else top


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_lower_floors_only(path):
    """Of the package only what lies below it (its own folder apart); on the lower floors nothing impure."""
    module = module_of(path)
    assert module in FLOOR, f"{module} is new: give it a floor in FLOORS, above all that it imports"
    for ours, name in imported(path):
        if ours and name != module:
            floor = FLOOR.get(name, "not in FLOORS")
            low = name in FLOOR and floor < FLOOR[module]
            assert low, f"{module} (floor {FLOOR[module]}) imports {name} (floor {floor})"
        if not ours and FLOOR[module] < PURE:
            assert name not in IMPURE, (
                f"{module} (floor {FLOOR[module]}) is pure, but imports {name}"
            )


def test_the_sandbox_stands_alone():
    """It is a reading of the API of its own: it knows nothing of the client, nor the client of it."""
    for path in FILES:
        module = module_of(path)
        uses = {name for ours, name in imported(path) if ours} - {module}
        assert module != "sandbox" or not uses, f"{path} imports {uses} of the client"
        assert "sandbox" not in uses or module == "cli", f"{path} imports the sandbox"


def test_imports_are_seen(tmp_path):
    """The test itself sees each way of importing; otherwise it would prove nothing."""
    inner = tmp_path / "cli" / "x.py"
    inner.parent.mkdir()
    inner.write_text(
        "import time, os.path\nfrom . import a\nfrom .b import c\nfrom .. import _event\n"
        "from .._wire import x\nimport zaius_logging\nfrom zaius_logging import bound, _ids\n"
        "def f():\n    from zaius_logging._spool import y\n    import zaius_logging.sandbox._core\n"
    )
    seen = {name for _, name in imported(inner, tmp_path)}
    assert seen == {"time", "os", "cli", "_event", "_wire", "__init__", "_ids", "_spool", "sandbox"}
