"""Imports run one way: views -> figures, components -> lstm_engine.runs -> lstm_engine."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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
    assert not imports_any(path, "lstm_engine.runs", "sqlalchemy")


@pytest.mark.parametrize("path", modules("dashboard/figures"), ids=str)
def test_figures_know_no_page(path):
    assert not imports_any(path, "streamlit", "dashboard.views", "dashboard.components", "lstm_engine.runs")


@pytest.mark.parametrize(
    "path", [p for p in modules("dashboard") if "views" not in p.parts and p.name != "main.py"], ids=str
)
def test_only_the_script_knows_the_views(path):
    assert not imports_any(path, "dashboard.views")


def test_the_textbook_is_short():
    assert len((ROOT / "lstm_engine/equations.py").read_text("utf-8").splitlines()) < 120


def test_requirements_and_project_name_the_same_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    lines = [line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()]
    assert sorted(line for line in lines if line and line != "-e .") == sorted(project)
    assert "-e ." in lines
