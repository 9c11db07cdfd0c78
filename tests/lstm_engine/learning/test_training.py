import tracemalloc

import numpy as np
import pytest

from lstm_engine import SGD, Adam, DivergenceError, LSTMModel, SettingsError, Trainer, WeightsError, schedules, tasks
from lstm_engine.learning.training import truncated_bptt
from lstm_engine.runs.checkpoints import restore, serialise


def make_trainer(task: str = "names", seed: int = 0, learning_rate: float = 0.01) -> Trainer:
    chosen = tasks.get(task)
    model = LSTMModel(chosen.input_size, 12, chosen.output_size, num_layers=2, seed=seed)
    adam = Adam(model, learning_rate, (0.9, 0.99), clip_norm=1.0)
    return Trainer(model, chosen, adam, batch_size=4, sequence_length=12, seed=seed)


@pytest.mark.parametrize("task", list(tasks.TASKS))
def test_a_resumed_trainer_is_bit_identical(task):
    whole = make_trainer(task)
    losses = [whole.step() for _ in range(12)]
    first = make_trainer(task)
    for _ in range(5):
        first.step()
    second = make_trainer(task, seed=9)
    restore(second, serialise(first))
    assert [second.step() for _ in range(7)] == losses[5:]
    np.testing.assert_array_equal(second.model.parameters.flat, whole.model.parameters.flat)
    assert second.validate() == whole.validate()


@pytest.mark.parametrize("task", list(tasks.TASKS))
def test_training_lowers_the_validation_loss(task):
    trainer = make_trainer(task)
    before = trainer.validate()
    for _ in range(400 if task in ("parity", "temporal order") else 60):  # these two are learned all at once, and late
        trainer.step()
    assert trainer.validate() < 0.95 * before


def test_divergence_names_step_quantity_and_a_cure():
    trainer = make_trainer("signal")
    trainer.step()
    trainer.model.parameters["readout.weight"][...] = 1e30
    before = trainer.model.parameters.flat.copy()
    with pytest.raises(
        DivergenceError, match=r"step 2: the (loss|gradient) .* learning rate that is too large \(it is 0.01\)"
    ):
        trainer.step()
    np.testing.assert_array_equal(trainer.model.parameters.flat, before)
    assert trainer.steps_taken == 1


def test_a_model_that_does_not_fit_its_task_is_refused():
    with pytest.raises(SettingsError, match=r"input_size 3 and output_size 3, but task 'names' needs 28 and 28"):
        Trainer(LSTMModel(3, 4, 3), tasks.get("names"))


def test_a_checkpoint_of_another_model_or_of_noise_is_refused():
    trainer = make_trainer()
    other = Trainer(LSTMModel(28, 5, 28), tasks.get("names"), batch_size=4, sequence_length=12)
    for data in (serialise(other), b"", b"\xff" * 200, serialise(trainer)[:-50]):
        with pytest.raises(WeightsError, match="The checkpoint cannot be read"):
            restore(trainer, data)


def test_a_schedule_scales_the_learning_rate_and_resumes():
    trainer = make_trainer()
    trainer.schedule = schedules.chain(schedules.warmup(4), schedules.step_decay(5, 0.1))
    rates = [trainer.step().learning_rate for _ in range(7)]
    assert rates == pytest.approx([0.0025, 0.005, 0.0075, 0.01, 0.01, 0.001, 0.001])


@pytest.mark.parametrize(
    "make",
    [
        lambda: schedules.warmup(0),
        lambda: schedules.step_decay(5, 0.0),
        lambda: schedules.step_decay(2.5, 0.5),
        lambda: schedules.cosine(10, 2.0),
    ],
)
def test_schedules_out_of_range_are_refused(make):
    with pytest.raises(SettingsError):
        make()


def test_truncated_bptt_carries_the_state_and_forgets_the_gradient():
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(20, 2, 3)), rng.integers(2, size=(20, 2))
    model = LSTMModel(3, 4, 2, dtype="float64")
    frozen = SGD(model, 1e-300)  # moves nothing, so that the pieces can be compared with the whole
    pieces = list(truncated_bptt(model, frozen, inputs, targets, 6))
    _, last = model.forward(inputs)
    assert len(pieces) == 4
    np.testing.assert_allclose(pieces[-1][1].cell, last.cell, rtol=1e-12)
    losses = [loss for loss, _ in pieces]
    assert np.average(losses, weights=[6, 6, 6, 2]) == pytest.approx(model.loss(inputs, targets))


def test_truncated_bptt_learns_what_lies_beyond_its_window():
    """The first symbol must be said at every later timestep, which a window of 2 sees only through the state."""
    rng = np.random.default_rng(1)
    model = LSTMModel(3, 12, 2, seed=3)
    adam = Adam(model, 0.02)
    losses = []
    for _ in range(150):
        first = rng.integers(2, size=16)
        inputs = np.zeros((8, 16, 3), np.float32)
        inputs[1:, :, 2] = 1
        inputs[0, np.arange(16), first] = 1
        losses.append([loss for loss, _ in truncated_bptt(model, adam, inputs, np.tile(first, (8, 1)), 2)][-1])
    assert losses[0] > 0.5
    assert np.mean(losses[-10:]) < 0.1


def test_long_training_leaves_memory_where_it_was():
    trainer = make_trainer()
    for _ in range(100):
        trainer.step()
    tracemalloc.start()
    for _ in range(20):
        trainer.step()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(400):
        trainer.step()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 50_000
