"""Imports run one way: views -> shell, serving -> lstm_engine; ES modules of a room -> dashboard/browser.

Files stay short and lines too. One that is longer says why in its head, in a line that begins with "Long, since".
"""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = sorted(path.name for path in (ROOT / "dashboard" / "views").iterdir() if (path / "__init__.py").exists())


def imported_modules(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports_any(path: Path, *prefixes: str) -> set[str]:
    return {name for name in imported_modules(path) if any(name == p or name.startswith(p + ".") for p in prefixes)}


@pytest.mark.parametrize("path", modules("lstm_engine"), ids=str)
def test_the_engine_knows_no_screen(path):
    assert not imports_any(path, "dashboard", "streamlit", "plotly")


@pytest.mark.parametrize(
    "path", [p for p in modules("lstm_engine") if "runs" not in p.parts and p.name != "__main__.py"], ids=str
)
def test_the_engine_without_runs_needs_numpy_alone(path):
    """Beside Python itself; a file format may need its own library, and a person's pattern one of linear time."""
    allowed = {"numpy", "lstm_engine"} | ({"safetensors", "onnx", "h5py"} if "formats" in path.parts else set())
    allowed |= {"own_properties.py": {"re2"}, "umap_process.py": {"umap"}}.get(path.name, set())
    packages = {name.partition(".")[0] for name in imported_modules(path)} - set(sys.stdlib_module_names)
    assert packages <= allowed
    assert not imports_any(path, "lstm_engine.runs")


def test_what_is_held_to_the_clock_is_a_browser_test():
    """`make test` looks for them nowhere else."""
    marked = [path for path in modules("tests") if "@pytest.mark.alone" in path.read_text("utf-8")]
    assert all("browser" in path.parts for path in marked if path != Path(__file__))


@pytest.mark.parametrize("path", [p for p in modules("lstm_engine/runs") if "store" not in p.parts], ids=str)
def test_only_the_store_speaks_sql(path):
    assert not imports_any(path, "sqlalchemy", "alembic", "sqlite3")


@pytest.mark.parametrize("path", [p for p in modules("dashboard") if "figure" in p.name], ids=str)
def test_figures_know_no_page(path):
    assert not imports_any(path, "streamlit", "lstm_engine.runs")


@pytest.mark.parametrize("path", [*modules("dashboard/shell"), *modules("dashboard/serving")], ids=str)
def test_the_floors_below_know_no_room(path):
    assert not imports_any(path, "dashboard.views", "dashboard.app", "dashboard.main")


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_do_not_know_each_other(room):
    others = [f"dashboard.views.{other}" for other in ROOMS if other != room]
    for path in modules(f"dashboard/views/{room}"):
        assert not imports_any(path, *others), path


MOST_LINES = 320  # about 300
WIDEST = 120
HEAD = 12  # lines in which a longer file says why
SOURCES = sorted(
    path
    for folder in ("lstm_engine", "dashboard", "tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".js", ".css")
)


def test_files_are_short_or_say_why_not():
    for path in SOURCES:
        lines = path.read_text("utf-8").splitlines()
        says_why = any(re.match(r"\W*Long, since ", line) for line in lines[:HEAD])
        assert len(lines) <= MOST_LINES or says_why, f"{path} has {len(lines)} lines"
        assert not (says_why and len(lines) <= MOST_LINES), f"{path} says why it is long, and is not"


def test_lines_are_no_wider_than_a_page():
    wide = [
        f"{path}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > WIDEST
    ]
    assert not wide


def test_what_a_module_keeps_to_itself_nobody_else_imports():
    """A name that begins with an underscore is its module's own."""
    for path in [*modules("lstm_engine"), *modules("dashboard")]:
        for name in imported_modules(path):
            last = name.rpartition(".")[2]
            assert not last.startswith("_") or last.startswith("__"), f"{path} imports {name}"


IMPORT = re.compile(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""")


@pytest.mark.parametrize("path", sorted((ROOT / "dashboard").rglob("*.js")), ids=str)
def test_es_modules_import_their_own_room_and_the_floor_below(path):
    home = path.parent
    shared = ROOT / "dashboard" / "browser"
    room = next(folder for folder in [home, *home.parents] if folder.name == "browser")
    for name in IMPORT.findall(path.read_text("utf-8")):
        found = (home / name).resolve()
        assert found.is_file(), name
        assert found.is_relative_to(room) or found.is_relative_to(shared), name


def test_the_textbook_is_short():
    assert len((ROOT / "lstm_engine/cell/equations.py").read_text("utf-8").splitlines()) < 220


def test_requirements_and_project_name_the_same_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    lines = [line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()]
    assert sorted(line for line in lines if line and line != "-e .") == sorted(project)
    assert "-e ." in lines
