"""Runs whose units the tests of Inspect ask about."""

from dataclasses import replace

from lstm_engine import LSTMModel
from lstm_engine.runs import PRESETS, Run, RunSettings, RunStore
from lstm_engine.runs.checkpoints import restored_model

TEXT = "f(x) = g[1] + (a or b)\n# about ‘it’\nsay('so', [2, 3])\n" * 90
CODE = replace(RunSettings(), task="own text", text=TEXT, hidden_size=6, sequence_length=20, end_step=10)
NAMES = replace(PRESETS["classroom"], hidden_size=5, end_step=10)


def model_of(store: RunStore, run: Run) -> LSTMModel:
    return restored_model(run.settings, store.checkpoint(run.id, 0))
