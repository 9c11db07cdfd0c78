"""Counts, depths and phases of tasks' sequences, counted by hand."""

import numpy as np
import pytest

from lstm_engine import SettingsError, ShapeError, inspection, tasks
from lstm_engine.inspection import in_reading_order, positions_that_count, sequence_properties
from lstm_engine.tasks.base import Batch


def test_counts_of_a_counting_language():
    task = tasks.get("a^n b^n")
    batch = task.pack(["SaabbSab"[:5], "Sab"])
    found = sequence_properties(task, batch)
    assert found["count of a"].tolist() == [0, 1, 2, 2, 2, 0, 1, 1, 1, 1]
    assert found["open count"].tolist() == [0, 1, 2, 1, 0, 0, 1, 0, 0, 0]
    assert found["position in the sequence"].tolist() == [0, 1, 2, 3, 4] * 2
    assert positions_that_count(batch).tolist() == [True] * 8 + [False] * 2


def test_depth_of_balanced_brackets():
    task = tasks.get("brackets")
    found = sequence_properties(task, task.encode("([]())."))
    assert found["bracket depth"].tolist() == [1, 2, 1, 2, 1, 0, 0]


def test_texts_are_read_as_text_properties_reads_them():
    task = tasks.get("source code")
    text = 'def f(a):\n    return "é"'.replace("é", "e")
    found = sequence_properties(task, task.encode(text))
    for name, value in inspection.text_properties(text[:-1]).items():
        if name != "position":
            np.testing.assert_array_equal(found[name], value)


def test_a_passage_that_begins_inside_a_quotation_is_read_as_the_whole_text_is():
    text = "plain text, " * 20 + '"a quotation that goes on and on beyond the cut, and ends" here. And so on.'
    task = tasks.get("own text", text=text)
    passage = task.passage()
    inside = inspection.passage_properties(task)["inside quotes"]
    assert inside[: passage.index('"')].all()
    assert not inside[passage.index('"') :].any()
    assert not inspection.text_properties(passage)["inside quotes"][: passage.index('"')].any()
    assert len(inspection.passage_properties(task, held_out=False)["position"]) == len(text) - len(passage)


@pytest.mark.parametrize("name", sorted(set(tasks.TASKS) - {"words"}))  # which takes seconds to be made
def test_every_task_has_properties_of_every_position(name):
    task = tasks.get(name)
    batch = task.batch(np.random.default_rng(0), 3, 12)
    found = sequence_properties(task, batch)
    T, B = batch.inputs.shape[:2]
    assert all(value.shape == (T * B,) for value in found.values())
    assert positions_that_count(batch).shape == (T * B,)
    encoded = task.encode(task.examples()[0])
    assert len(sequence_properties(task, encoded)["position in the sequence"]) == len(encoded.inputs)


def test_the_phase_of_a_sine_is_its_angle():
    task = tasks.get("signal")
    angle = 2 * np.pi * np.arange(100) / 20
    inputs = np.stack([np.cos(angle), np.cos(angle + 1)], axis=1)[..., None] * 3 + 5  # whole periods
    found = sequence_properties(task, Batch(inputs, inputs))
    np.testing.assert_allclose(found["phase, cosine"], np.cos(np.concatenate([angle, angle + 1])), atol=1e-9)
    np.testing.assert_allclose(found["phase, sine"], np.sin(np.concatenate([angle, angle + 1])), atol=1e-9)
    np.testing.assert_array_equal(found["value"], in_reading_order(inputs[..., 0]))


@pytest.mark.parametrize("T", [7, 8])
def test_the_analytic_signal_has_no_negative_frequencies(T):
    signal = inspection.task_properties.analytic_signal(np.random.default_rng(0).normal(size=(T, 2)))
    assert np.abs(np.fft.fft(signal, axis=0)[T // 2 + 1 :]).max() < 1e-12


def test_what_is_no_sequence_of_the_task_is_refused():
    task = tasks.get("a^n b^n")
    with pytest.raises(SettingsError, match="expected a Batch"):
        sequence_properties(task, None)
    with pytest.raises(SettingsError, match="task"):
        sequence_properties(None, task.pack(["Sab"]))
    with pytest.raises(ShapeError, match="I = 3"):
        sequence_properties(task, Batch(np.zeros((4, 1, 5)), np.zeros((4, 1))))
