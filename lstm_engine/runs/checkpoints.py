"""A trainer's whole state as safetensors bytes, and back; a model alone from them. Nothing is ever unpickled."""

from collections.abc import Mapping

import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from lstm_engine.cell.parameters import EMBEDDING, checked_architecture, strip_prefix
from lstm_engine.errors import EngineError, SettingsError, WeightsError
from lstm_engine.learning.training import Trainer
from lstm_engine.model import LSTMModel
from lstm_engine.runs.settings import STILL_POSSIBLE, ModelSettings, RunSettings
from lstm_engine.tasks import Task


def serialise(trainer: Trainer) -> bytes:
    """A checkpoint: weights, optimizer, random generator and step."""
    return safetensors.numpy.save(trainer.state_dict(), {"format": "lstm_engine checkpoint 1"})


def serialise_model(model: LSTMModel) -> bytes:
    """A checkpoint of a model alone, which nothing can train on from: its weights."""
    weights = {f"model.{name}": array for name, array in model.state_dict().items()}
    return safetensors.numpy.save(weights, {"format": "lstm_engine checkpoint 1"})


def checkpoint_arrays(checkpoint: bytes) -> dict[str, NDArray]:
    """What a checkpoint holds, by the names of ``Trainer.state_dict``.

    Raises:
        WeightsError: the bytes are not a checkpoint.
    """
    try:
        return safetensors.numpy.load(checkpoint)
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"The checkpoint cannot be read: {error}") from error


def restore(trainer: Trainer, checkpoint: bytes) -> None:
    """Set a trainer to a checkpoint.

    Raises:
        WeightsError: the bytes are not a checkpoint of such a trainer.
    """
    arrays = checkpoint_arrays(checkpoint)
    try:
        trainer.load_state_dict(arrays)
    except (EngineError, KeyError, TypeError, ValueError) as error:
        widths = readout_and_input(arrays)
        a = trainer.model.architecture
        if widths is not None and widths != (a.output_size, a.input_size):
            raise WeightsError(other_task(widths, trainer.task)) from error
        raise WeightsError(f"The checkpoint cannot be read: {error}") from error


def restored_model(settings: ModelSettings, checkpoint: bytes) -> LSTMModel:
    """A run's model as it was at a checkpoint. No task is needed: the sizes are those of the arrays.

    Raises:
        WeightsError: the bytes are not a checkpoint, or not one of the settings' kind of cell.
    """
    weights = strip_prefix(checkpoint_arrays(checkpoint), "model.")
    try:
        lowest = next(array for name, array in weights.items() if name.endswith("weight_ih_l0"))
        embedding = weights.get(EMBEDDING)
        O, H = weights["readout.weight"].shape
        a = checked_architecture(
            lowest.shape[1] if embedding is None else embedding.shape[0],
            H,
            O,
            sum(".weight_ih_l" in name for name in weights),
            "readout.bias" in weights,
            settings.variant,
            None if embedding is None else embedding.shape[1],
        )
        model = LSTMModel.with_zeros(a, lowest.dtype.name)
        model.load_state_dict(weights)
    except (EngineError, StopIteration, KeyError, IndexError, TypeError, ValueError) as error:
        what = "it holds no recurrent weights" if isinstance(error, StopIteration | KeyError) else error
        raise WeightsError(f"The checkpoint cannot be read: {what}") from error
    return model


def restored_with_task(settings: RunSettings, checkpoint: bytes) -> tuple[LSTMModel, Task]:
    """A run's model as it was at a checkpoint, and the task that it learned.

    Raises:
        WeightsError: the bytes are not a checkpoint of such a model.
        SettingsError: the task is no longer there, or is another than the model has learned.
    """
    task = settings.task_object
    model = restored_model(settings, checkpoint)
    a = model.architecture
    if (a.input_size, a.output_size) != (task.input_size, task.output_size):
        raise SettingsError(other_task((a.output_size, a.input_size), task))
    return model, task


def readout_and_input(arrays: Mapping[str, NDArray]) -> tuple[int, int] | None:
    """The widths O and I of a checkpoint's model, as far as its arrays tell."""
    inputs = [array for name, array in arrays.items() if name.endswith("weight_ih_l0") and array.ndim == 2]
    readout, embedding = arrays.get("model.readout.weight"), arrays.get(f"model.{EMBEDDING}")
    if not inputs or readout is None or readout.ndim != 2:
        return None
    return len(readout), inputs[0].shape[1] if embedding is None or embedding.ndim != 2 else len(embedding)


def other_task(widths: tuple[int, int], task: Task) -> str:
    """What to say where a task has changed since a model learned it."""
    return (
        f"The model has learned the task {task.name!r} with {widths[1]} inputs and {widths[0]} outputs, but today it "
        f"has {task.input_size} and {task.output_size}: its text or its alphabet is no longer what it was. "
        f"{STILL_POSSIBLE}"
    )
