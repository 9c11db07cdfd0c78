"""A trainer's whole state as safetensors bytes, and back. Nothing is ever unpickled."""

import safetensors
import safetensors.numpy

from lstm_engine.errors import EngineError, WeightsError
from lstm_engine.learning.training import Trainer
from lstm_engine.runs.settings import RunSettings


def serialise(trainer: Trainer) -> bytes:
    """A checkpoint: weights, optimizer, random generator and step."""
    return safetensors.numpy.save(trainer.state_dict(), {"format": "lstm_engine checkpoint 1"})


def restore(trainer: Trainer, checkpoint: bytes) -> None:
    """Set a trainer to a checkpoint.

    Raises:
        WeightsError: the bytes are not a checkpoint of such a trainer.
    """
    try:
        trainer.load_state_dict(safetensors.numpy.load(checkpoint))
    except (EngineError, safetensors.SafetensorError, KeyError, ValueError) as error:
        raise WeightsError(f"The checkpoint cannot be read: {error}") from error


def restored(settings: RunSettings, checkpoint: bytes) -> Trainer:
    """A run's trainer as it was at a checkpoint.

    Raises:
        WeightsError: the bytes are not a checkpoint of such a trainer.
    """
    trainer = settings.build_trainer()
    restore(trainer, checkpoint)
    return trainer
