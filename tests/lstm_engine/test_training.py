import numpy as np
import pytest

from lstm_engine import Adam, DivergenceError, LSTMModel, SettingsError, Trainer, WeightsError, tasks
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
    for _ in range(60):
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
