"""A model that was trained elsewhere as a run: settings that say what it is, and its weights as a checkpoint."""

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePath

from lstm_engine.errors import SettingsError
from lstm_engine.model import LSTMModel
from lstm_engine.runs.checkpoints import serialise_model
from lstm_engine.runs.settings import RunSettings
from lstm_engine.tasks.own_model import OwnModel
from lstm_engine.tasks.own_model_task import OwnModelTask

MOST_WEIGHTS = 2**25  # which a browser that steps the model is sent, but for its embedding: 128 MB
MOST_SOURCE = 120  # characters of a file's name


@dataclass(frozen=True)
class BroughtModel:
    """What the store keeps of such a model.

    Attributes:
        settings: its sizes, and how it is to be read; they do not train.
        checkpoint: its weights, as ``restored_model`` takes them.
        suggestion: a name for want of another.
    """

    settings: RunSettings
    checkpoint: bytes
    suggestion: str


def brought(model: LSTMModel, own: OwnModel) -> BroughtModel:
    """A model as ``RunStore.add_model`` takes it.

    Args:
        model: as ``formats.assemble`` gives it; float64 stays float64.
        own: how it is to be read; its sizes and its hash are taken from the model.

    Raises:
        TaskInputError: what is said of it does not fit the model.
        SettingsError: it is larger than a run may be.
    """
    a = model.architecture
    if model.num_parameters > MOST_WEIGHTS:
        raise SettingsError(f"the model has {model.num_parameters:,} weights, expected at most {MOST_WEIGHTS:,}")
    embedded = a.embedding_size is not None
    data = serialise_model(model)
    own = replace(
        own,
        inputs=a.input_size,
        outputs=a.output_size,
        embedded=embedded,
        source=PurePath(own.source).name[:MOST_SOURCE],
        weights=sha256(data).hexdigest(),
    )
    settings = RunSettings(
        task=OwnModelTask.name,
        text=own.to_text(),
        variant=model.variant,
        hidden_size=a.hidden_size,
        num_layers=a.num_layers,
        bias=a.bias,
        embedding_size=a.embedding_size or 0,
        batch_size=1,
        sequence_length=2,
        end_step=1,
        pace=0.0,
    )
    return BroughtModel(settings, data, PurePath(own.source).stem or OwnModelTask.title)
