"""Undo and redo, held by what must be so for any sequence of commands."""

import random
from typing import Any

import pytest

from tests.modules.test_state import some_state

# Play commands, then go all the way back and forth: every state on the way must be met again
PLAY = """(() => {
  const history = new History();
  const states = [{ ...startState(), timestep: 0 }];
  for (const { change, key } of commands) {
    const next = { ...states.at(-1), ...change };
    history.record(states.at(-1), next, key);
    if (differing(states.at(-1), next).length) states.push(next);
  }
  const back = [states.at(-1)];
  while (history.done.length) back.unshift(history.undo(back[0]));
  const forth = [back[0]];
  while (history.undone.length) forth.push(history.redo(forth.at(-1)));
  return { states, back, forth };
})()"""


@pytest.fixture
def compute(module):
    return module("views/step/browser/state.js", "views/step/browser/history.js")


def some_commands(generator: random.Random, count: int, keys: list[str | None]) -> list[dict[str, Any]]:
    """Changes of one to three fields each."""
    commands = []
    for _ in range(count):
        state = some_state(generator)
        names = generator.sample(sorted(state), generator.randint(1, 3))
        commands.append({"change": {name: state[name] for name in names}, "key": generator.choice(keys)})
    return commands


def test_undoing_all_commands_meets_every_state_again_and_redoing_them_too(compute, generator):
    for _ in range(40):
        commands = some_commands(generator, generator.randint(0, 60), [None])
        played = compute(PLAY, commands=commands)
        assert played["back"] == played["states"]
        assert played["forth"] == played["states"]


def test_commands_under_keys_are_undone_in_fewer_steps_to_the_same_start(compute, generator):
    fewer = 0
    for _ in range(40):
        played = compute(PLAY, commands=some_commands(generator, 40, ["point", "zoom", None]))
        assert played["back"][0] == played["states"][0]
        assert played["forth"][-1] == played["states"][-1]
        assert played["back"] == played["forth"]
        fewer += len(played["states"]) - len(played["back"])
    assert fewer > 0


def test_a_drag_is_one_command_until_something_else_happens(compute):
    counts = compute("""(() => {
      const history = new History();
      let state = { ...startState(), timestep: 0 };
      const commit = (change, key) => {
        history.record(state, { ...state, ...change }, key);
        state = { ...state, ...change };
      };
      const counts = [];
      for (const timestep of [3, 4, 5]) commit({ timestep }, "point");
      counts.push(history.done.length);
      state = { ...state, timestep: 8 }; // stepped by keys
      commit({ timestep: 2 }, "point"); // and pointed anew
      counts.push(history.done.length);
      state = history.undo(state);
      counts.push(state.timestep);
      state = history.undo(state);
      counts.push(state.timestep);
      return counts;
    })()""")
    assert counts == [1, 2, 8, 0]


def test_undo_leaves_alone_what_was_merely_stepped(compute):
    after = compute("""(() => {
      const history = new History();
      const clamped = { ...startState(), clamps: ["f:1:0:1-1=0"] };
      history.record(startState(), clamped);
      const { timestep, clamps } = history.undo({ ...clamped, timestep: 7 });
      return { timestep, clamps };
    })()""")
    assert after == {"timestep": 7, "clamps": []}


def test_a_new_command_ends_what_could_be_redone(compute):
    assert compute("""(() => {
      const history = new History();
      const [a, b, c] = [startState(), { ...startState(), unit: 3 }, { ...startState(), unit: 5 }];
      history.record(a, b);
      history.undo(b);
      history.record(a, c);
      return [history.undone.length, history.redo(c).unit, history.undo(c).unit];
    })()""") == [0, 5, 0]


def test_what_goes_forth_and_back_in_one_drag_is_no_command(compute):
    assert (
        compute("""(() => {
      const history = new History();
      const [a, b] = [startState(), { ...startState(), unit: 3 }];
      history.record(a, b, "point");
      history.record(b, a, "point");
      return history.done.length;
    })()""")
        == 0
    )


def test_the_oldest_of_very_many_commands_is_let_go(compute):
    kept, left = compute("""(() => {
      const history = new History();
      let state = { ...startState(), timestep: 0 };
      for (let unit = 1; unit <= 1000; unit++) {
        const next = { ...state, unit };
        history.record(state, next);
        state = next;
      }
      const kept = history.done.length;
      while (history.done.length) state = history.undo(state);
      return [kept, state.unit];
    })()""")
    assert left == 1000 - kept
