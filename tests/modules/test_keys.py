"""The table of keys, from which both the keys and their help come."""

import pytest

from dashboard.shell.cells import quantity_payload
from lstm_engine.cell.variants import VARIANTS


@pytest.fixture
def compute(module):
    return module("views/step/browser/keys.js", "views/step/browser/actions.js")


@pytest.fixture
def tables(compute):
    return {name: compute("keyTable(quantities)", quantities=quantity_payload(name)) for name in VARIANTS}


def test_every_key_is_named_once_and_explained_for_every_cell(tables):
    for name, table in tables.items():
        keys = [key for row in table for key in row["keys"]]
        assert len(set(keys)) == len(keys), name
        for row in table:
            assert row["words"]
            assert row["shown"]


def test_every_key_calls_something_that_a_person_can_do(compute, tables):
    commands = sorted({command for table in tables.values() for row in table for command, *_ in row["keys"].values()})
    assert compute("commands.filter((name) => !(name in Actions.prototype))", commands=commands) == []


def test_every_quantity_has_the_key_of_its_symbol_and_commands_keep_another(tables):
    for name, table in tables.items():
        keys = {key: call for row in table for key, call in row["keys"].items()}
        for quantity in quantity_payload(name):
            assert keys[quantity["symbol"]] == ["askAbout", quantity["name"]]
        assert keys["Ctrl+z"] == ["undo"]  # whatever z is
        assert keys["s"] == ["turnStepSize"]


PRESS = """(({ tag, type, ...pressed }) => {
  const target = document.createElement(tag);
  if (type) target.type = type;
  return commandOf(keyTable([]), { target, ...pressed }, null) ?? null;
})(press)"""


@pytest.mark.parametrize(
    ("press", "command"),
    [
        ({"key": "ArrowRight", "tag": "div"}, ["step", 1]),
        ({"key": "ArrowRight", "tag": "input", "type": "text"}, None),
        ({"key": "ArrowRight", "tag": "input", "type": "range"}, None),
        ({"key": "ArrowRight", "tag": "button"}, ["step", 1]),
        ({"key": "z", "tag": "input", "type": "number"}, None),
        ({"key": "z", "tag": "input", "type": "checkbox"}, ["undo"]),
        ({"key": " ", "tag": "button"}, None),
        ({"key": " ", "tag": "div"}, ["play"]),
        ({"key": "z", "ctrlKey": True, "tag": "div"}, ["undo"]),
        ({"key": "Z", "metaKey": True, "shiftKey": True, "tag": "div"}, ["redo"]),
        ({"key": "y", "ctrlKey": True, "tag": "div"}, ["redo"]),
        ({"key": "y", "tag": "div"}, ["askAbout", "prediction"]),
        ({"key": "p", "ctrlKey": True, "tag": "div"}, None),
        ({"key": "z", "altKey": True, "tag": "div"}, None),
        ({"key": "toString", "tag": "div"}, None),
    ],
)
def test_a_key_is_for_the_view_unless_the_field_with_the_focus_needs_it(compute, press, command):
    assert compute(PRESS, press=press) == command
