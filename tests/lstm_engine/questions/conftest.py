"""A task and two models of it, for questions."""

import pytest

from lstm_engine import Adam, LSTMModel, Trainer, tasks


@pytest.fixture(scope="module")
def names():
    return tasks.get("names")


@pytest.fixture(scope="module")
def models(names):
    """One as it begins, one that has learned for a while."""
    found = []
    for steps in (0, 60):
        model = LSTMModel(names.input_size, 12, names.output_size, seed=3)
        trainer = Trainer(model, names, optimizer=Adam(model, learning_rate=0.02), batch_size=16, seed=0)
        for _ in range(steps):
            trainer.step()
        found.append(model)
    return found
