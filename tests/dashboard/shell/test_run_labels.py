"""Runs told apart in lists, and where a visitor lands who has chosen none."""

from dataclasses import replace

import pytest

from dashboard.shell.run_labels import run_labels
from dashboard.shell.run_picker import landing_first
from lstm_engine.runs import PRESETS, Run, preset

BASE = replace(PRESETS["classroom"], hidden_size=8)


def a_run(number: int, name: str, **settings: object) -> Run:
    made = replace(BASE, **settings)
    return Run(number, name, made, 0.0, 0, 0, False, made.pace, 0.0, None, None, None, None)


def test_a_label_says_cell_task_differences_standing_and_loss():
    runs = [
        a_run(1, "one", seed=0),
        a_run(2, "two", seed=1),
        a_run(3, "three", variant="gru", learning_rate=0.01),
        a_run(4, "Parity", task="parity", hidden_size=1),
    ]
    assert run_labels(runs, {1: 2.4567, 4: 0.5}) == {
        1: "one · LSTM, 8 units · seed 0 · First names · paused · loss 2.46",
        2: "two · LSTM, 8 units · seed 1 · First names · paused",
        3: "three · GRU, 8 units · First names · paused",
        4: "Parity · LSTM, 1 unit · paused · loss 0.5",
    }
    assert run_labels(runs)[2] == "two · LSTM, 8 units · seed 1 · First names"  # beside curves


def test_labels_that_would_read_the_same_have_the_runs_number():
    labels = run_labels([a_run(5, "twin"), a_run(6, "twin")], {})
    assert labels[5] == "twin · LSTM, 8 units · First names · paused (run 5)"
    assert len(set(labels.values())) == 2


def test_of_many_differences_the_unusual_ones_are_said():
    runs = [
        a_run(k, f"run {k}", seed=k % 2, learning_rate=0.001 * (1 + k % 2), num_layers=1 + k % 2) for k in range(1, 5)
    ]
    odd = a_run(9, "odd", learning_rate=0.001, batch_size=7, beta1=0.5, bias=False)
    (label,) = [label for label in run_labels([*runs, odd]).values() if label.startswith("odd")]
    assert set(label.split(" · ")[2:-1]) == {"batch size 7", "no biases", "Adam β₁ 0.5"}


@pytest.mark.parametrize("pace", [0.0, 50.0])
def test_a_plain_network_beside_another_run_is_not_what_a_visitor_lands_on(pace):
    first = a_run(1, "LSTM", pace=pace)
    beside = a_run(2, "plain RNN beside LSTM", variant="rnn", pace=0.0)
    alone = a_run(3, "a plain RNN of one's own", variant="rnn", seed=5)
    assert [run.id for run in landing_first([beside, first])] == [1, 2]
    assert [run.id for run in landing_first([alone, beside, first])] == [3, 1, 2]
    older = a_run(0, "an older plain RNN", variant="rnn")
    assert [run.id for run in landing_first([first, older])] == [1, 0]


def test_every_preset_has_a_label():
    assert run_labels([a_run(1, "x", **vars(preset("published", "adding")))])[1].startswith(
        "x · LSTM, 64 units · Adding"
    )
