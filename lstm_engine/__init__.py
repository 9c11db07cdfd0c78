"""An LSTM in NumPy: its equations to read, a fast kernel to train with, and traces to look inside.

>>> import numpy as np
>>> model = LSTMModel(input_size=28, hidden_size=64, output_size=28)
>>> model.trace(np.zeros((10, 1, 28))).layers[0].forget_gate.shape        # (T, B, H)
(10, 1, 64)
"""

from lstm_engine import formats, inspection, tasks
from lstm_engine.cell.interventions import Intervention
from lstm_engine.cell.state import LSTMState, SLSTMState
from lstm_engine.errors import (
    DivergenceError,
    EngineError,
    SettingsError,
    ShapeError,
    TaskInputError,
    WeightsError,
)
from lstm_engine.formats.keras import from_keras
from lstm_engine.formats.pytorch import from_pytorch, to_pytorch
from lstm_engine.formats.safetensors import load_model, save_model
from lstm_engine.learning import schedules
from lstm_engine.learning.optimizers import SGD, Adam, AdamW, RMSprop
from lstm_engine.learning.training import StepMetrics, Trainer, truncated_bptt
from lstm_engine.model import LSTMModel
from lstm_engine.tracing.stepper import Stepper
from lstm_engine.tracing.trace import LayerTrace, Trace

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "DivergenceError",
    "EngineError",
    "Intervention",
    "LSTMModel",
    "LSTMState",
    "LayerTrace",
    "RMSprop",
    "SLSTMState",
    "SettingsError",
    "ShapeError",
    "StepMetrics",
    "Stepper",
    "TaskInputError",
    "Trace",
    "Trainer",
    "WeightsError",
    "formats",
    "from_keras",
    "from_pytorch",
    "inspection",
    "load_model",
    "save_model",
    "schedules",
    "tasks",
    "to_pytorch",
    "truncated_bptt",
]
