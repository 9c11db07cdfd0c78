import re
from pathlib import Path

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


def test_every_file_that_it_names_is_there():
    for path in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / path).exists(), path
    for command in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert f"\n{command}:" in (ROOT / "Makefile").read_text("utf-8")
