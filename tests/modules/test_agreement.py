"""When the page's script is asked to draw its buttons anew."""

import pytest

# `after(ms)` lets time pass; each word that is said makes the script draw what the run then is, or nothing
SCENE = """(() => {
  const real = [globalThis.setTimeout, globalThis.clearTimeout, performance.now];
  let time = 0, next = 1;
  const timers = new Map();
  globalThis.setTimeout = (act, wait) => (timers.set(next, { act, due: time + wait }), next++);
  globalThis.clearTimeout = (number) => timers.delete(number);
  performance.now = () => time;
  const asked = [];
  const agreement = new Agreement((status) => asked.push([status, time]));
  const after = (wait) => {
    const end = time + wait;
    for (;;) {
      const [first] = [...timers].filter(([, { due }]) => due <= end).sort((a, b) => a[1].due - b[1].due);
      if (!first) break;
      timers.delete(first[0]);
      time = first[1].due;
      first[1].act();
    }
    time = end;
  };
  try {
    (STEPS)(agreement, after);
    return asked;
  } finally {
    [globalThis.setTimeout, globalThis.clearTimeout, performance.now] = real;
  }
})()"""


@pytest.fixture
def asked(module):
    """What was asked and when, in milliseconds, of ``(a, after) => { ... }``."""
    compute = module("browser/agreement.js")
    return lambda steps: compute(SCENE.replace("STEPS", steps))


def test_who_agrees_is_not_asked(asked):
    assert asked("(a, after) => { a.hasDrawn('paused'); a.hears('paused'); after(10_000) }") == []


def test_another_status_is_asked_for_at_once_and_while_nothing_is_drawn_every_three_seconds(asked):
    steps = "(a, after) => { a.hasDrawn('queued'); after(50); a.hears('training'); after(7_000) }"
    assert asked(steps) == [["training", 50], ["training", 3_050], ["training", 6_050]]
    drawn = "(a, after) => { a.hasDrawn('queued'); a.hears('training'); after(9); a.hasDrawn('training'); after(9e3) }"
    assert asked(drawn) == [["training", 0]]


def test_what_was_over_before_the_script_had_drawn_its_beginning_is_asked_for(asked):
    steps = """(a, after) => {
      a.hasDrawn('paused'); a.hears('paused');
      a.hears('queued'); a.hasDrawn('queued'); // the press is drawn
      a.hears('paused'); a.hasDrawn('paused'); after(1_000);
      a.hears('paused'); a.hasDrawn('queued'); // its steps were over before
      after(1_000);
    }"""
    assert asked(steps)[-1] == ["paused", 1_300]


def test_mended_trouble_is_asked_for_and_nothing_while_it_lasts(asked):
    assert asked(
        "(a, after) => { a.hasDrawn('paused'); a.hears('paused', true); a.hasDrawn('paused'); after(9e3) }"
    ) == [["paused", 0]]
    assert asked("(a, after) => { a.hasDrawn('paused'); a.hears('training'); a.end(); after(9_000) }") == [
        ["training", 0]
    ]
