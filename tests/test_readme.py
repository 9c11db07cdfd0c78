import re
from pathlib import Path

import pytest

from dashboard.serving.headers import EMBED_VARIABLE
from dashboard.serving.metrics import TOKEN_VARIABLE
from dashboard.shell.rights.asking import MODE_VARIABLE
from dashboard.shell.rights.limits import LIMITS, LIMITS_VARIABLE
from dashboard.shell.rights.table import RIGHTS
from lstm_engine import LSTMModel, Trainer
from lstm_engine.runs.logs import LOG_VARIABLE
from lstm_engine.runs.store.address import DATABASE_VARIABLE, DEFAULT_DATABASE
from lstm_engine.runs.store.space import RUN_BYTES, RUN_VARIABLE, STORE_BYTES, STORE_VARIABLE
from lstm_engine.runs.training.bounds import BYTES_VARIABLE, PROCESSES_VARIABLE
from lstm_engine.runs.training.executors import EXECUTOR_VARIABLE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_notebook_example_runs_as_printed(capsys):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    assert len(code[1].strip().splitlines()) <= 11
    exec(code[1], {})
    loss, shapes = capsys.readouterr().out.splitlines()
    held_out, table = map(float, re.findall(r"held out ([\d.]+), bigram table ([\d.]+)", loss)[0])
    assert held_out < table
    assert shapes == "(10, 1, 64) (10, 1, 64)"


def test_the_inspection_example_finds_a_unit_and_breaks_it_as_printed(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = next(code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "rank_units" in code)
    names: dict = {}
    exec(code, names)
    unit, score, rise = re.findall(r"unit (\d+): AUC ([\d.]+); .* rises by ([\d.]+)", capsys.readouterr().out)[0]
    assert float(score) > 0.95
    assert names["found"].units == (int(unit),)
    assert names["found"].holds
    bars = {bar.name: list(bar.y) for bar in names["figure"].data}
    assert list(bars) == ["inside brackets", "outside brackets"]
    assert max(bars["inside brackets"]) == bars["inside brackets"][0] == pytest.approx(float(rise), abs=0.01)
    assert "Plotly.newPlot" in (tmp_path / "claim.html").read_text("utf-8")


def test_the_task_of_ones_own_trains_as_printed():
    code = next(code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "MajorityTask" in code)
    assert len(code.strip().splitlines()) <= 30
    names: dict = {}
    exec(code, names)
    task = names["MajorityTask"]()
    trainer = Trainer(LSTMModel(task.input_size, 16, task.output_size), task, sequence_length=12)
    trainer.optimizer.learning_rate = trainer.base_rate = 0.02
    for _ in range(150):
        trainer.step()
    assert trainer.validate() < 0.5 * task.baseline().loss
    assert [task.answers[answer] for (answer,) in task.answer("abb")] == ["more a", "as many", "more b"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_file_and_command_that_it_names_is_there(name):
    text = (ROOT / name).read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    for path in [*links, *re.findall(r"`((?:lstm_engine|dashboard|tests)/[\w/.]*)`", text)]:
        assert (ROOT / path).exists(), path
    for command in re.findall(r"(?:^|`)make (\w+)", text, re.MULTILINE):
        assert f"\n{command}:" in (ROOT / "Makefile").read_text("utf-8"), command


def test_the_map_names_every_folder():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    packages = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*/__init__.py")}
    for folder in packages - {path for path in packages if path.startswith("tests/")}:
        assert f"`{folder}/`" in text, folder


def test_the_settings_that_it_lists_are_those_there_are():
    listed = set(re.findall(r"`(LSTM_\w+)`", README))
    assert listed == {
        DATABASE_VARIABLE,
        EMBED_VARIABLE,
        EXECUTOR_VARIABLE,
        LIMITS_VARIABLE,
        MODE_VARIABLE,
        RUN_VARIABLE,
        STORE_VARIABLE,
        BYTES_VARIABLE,
        LOG_VARIABLE,
        PROCESSES_VARIABLE,
        TOKEN_VARIABLE,
    }
    assert f"`{DEFAULT_DATABASE}` |" in README
    assert f"`{RUN_BYTES}` |" in README
    assert f"`{STORE_BYTES}` |" in README


def test_the_page_on_sharing_has_the_tables_that_the_code_has():
    text = (ROOT / "docs" / "sharing.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line[:1] == "|"]
    for action, right in RIGHTS.items():
        assert [row[1:] for row in rows if row[0] == action] == [[right.administrator, right.visitor, right.guest]]
    for name, limit in LIMITS.items():
        assert [row[1:] for row in rows if row[0] == f"`{name}`"] == [[f"{limit.most:,}", limit.of]]


def test_every_attack_on_the_page_on_sharing_is_tried_by_a_test_there_is():
    text = (ROOT / "docs" / "sharing.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)`, `(test_\w+)`", text)
    assert len(named) >= 15
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), (path, name)
