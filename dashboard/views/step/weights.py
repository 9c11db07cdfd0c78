"""The weights of a checkpoint as a file, with all that is needed to use them on another machine."""

from typing import IO

from lstm_engine.formats.safetensors import model_bytes
from lstm_engine.runs import RunStore
from lstm_engine.runs.checkpoints import restored_model


def write_weights(store: RunStore, run_id: int, step: int, file: IO[bytes]) -> None:
    """Write the model as ``load_model`` reads it.

    The file's header holds, as text: ``settings`` of the run, as ``RunSettings.from_json`` reads them, with the task
    and the text that it was learned from; ``run``, its name, and ``step``, at which the weights were saved.

    Raises:
        RunNotFound: there is no such run.
        StoreError: it has no such checkpoint.
        WeightsError: the checkpoint cannot be read.
    """
    run = store.get(run_id)
    model = restored_model(run.settings, store.checkpoint(run_id, step))
    about = {"run": run.name, "step": str(step), "settings": run.settings.to_json()}
    file.write(model_bytes(model, about))
