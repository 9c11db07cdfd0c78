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


def with_one_wrong(name: str, position: int, value: float):
    """A change of a state: one of an array's numbers is another one."""

    def change(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        array = state[name].copy()
        array.reshape(-1)[position] = value
        return {**state, name: array}

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_one_wrong("optimizer.first_moment", 3, np.nan), "first_moment holds values that are not finite"),
        (with_one_wrong("optimizer.second_moment", 3, np.inf), "second_moment holds values that are not finite"),
        (with_one_wrong("optimizer.second_moment", 3, -1e-9), "second_moment holds negative numbers"),
        (with_one_wrong("model.readout.bias", 0, np.nan), "readout.bias holds values that are not finite"),
        (with_one_wrong("steps_taken", 0, -1), "steps_taken is -1"),
        (with_one_wrong("optimizer.steps_taken", 0, -1), "the optimizer's steps_taken is -1"),
        (with_one_wrong("generator", 3, 2), "numbers that no PCG64 generator has"),
        (with_one_wrong("generator", 4, 2), "numbers that no PCG64 generator has"),
        (with_one_wrong("generator", 5, 2**32), "numbers that no PCG64 generator has"),
        (lambda state: {**state, "steps_taken": np.array(1.5)}, "steps_taken is 1.5"),
        (lambda state: {**state, "generator": np.array(7, np.uint64)}, r"generator is uint64 of shape \(\)"),
        (lambda state: {**state, "generator": np.zeros(6)}, "generator is float64"),
        (lambda state: {**state, "generator": np.zeros(7, np.uint64)}, r"of shape \(7,\), expected six"),
        (lambda state: {**state, "surprise": np.zeros(7)}, "holds \\['surprise'\\], which no trainer has"),
        (lambda state: {name: state[name] for name in state if name != "generator"}, "lacks generator"),
        (lambda state: {name: state[name] for name in state if name != "optimizer.first_moment"}, "optimizer's state"),
        (lambda state: {**state, 7: np.zeros(7)}, "has the key 7"),
        (lambda state: list(state), "expected arrays by name"),
    ],
)
def test_a_state_is_taken_as_a_whole_or_not_at_all(change, message):
    trainer, other = make_trainer(), make_trainer(seed=9)
    for _ in range(3):
        trainer.step()
    other.step()
    before = trainer.state_dict()
    with pytest.raises(WeightsError, match=message):
        trainer.load_state_dict(change(other.state_dict()))
    for name, array in trainer.state_dict().items():
        np.testing.assert_array_equal(array, before[name], err_msg=name)


def test_an_optimizer_of_another_model_is_refused():
    task, (model, other) = tasks.get("names"), (LSTMModel(28, 4, 28, seed=seed) for seed in (0, 1))
    with pytest.raises(SettingsError, match="updates another model"):
        Trainer(model, task, Adam(other))
    with pytest.raises(SettingsError, match="updates another model"):
        next(truncated_bptt(model, Adam(other), np.zeros((4, 1, 28)), np.zeros((4, 1), int), 2))


@pytest.mark.parametrize("factor", [-0.5, float("nan"), float("inf"), None])
def test_a_schedule_without_a_factor_is_told_before_anything_is_learned(factor):
    trainer = make_trainer()
    trainer.schedule = lambda step: factor
    before = trainer.state_dict()
    with pytest.raises(SettingsError, match="the schedule's factor at step 1 is"):
        trainer.step()
    np.testing.assert_array_equal(trainer.model.parameters["readout.bias"], before["model.readout.bias"])
    assert trainer.steps_taken == 0


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
