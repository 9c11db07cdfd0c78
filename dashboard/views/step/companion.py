"""What a run's gradients are compared with: a plain RNN with all else equal, drawn beside the run's own; and an LSTM on
a task where a gradient has so far to go that the difference is large."""

from dataclasses import replace

from lstm_engine.runs import RunSettings
from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.tasks.own_model_task import OwnModelTask

PLAIN = "rnn"
FAR_TASK = "temporal order"  # its answer hangs on symbols that were read long before


def companion_settings(settings: RunSettings) -> RunSettings | None:
    """A plain RNN with all else equal, trained as fast as it goes; None beside one that is such a network itself, or
    was trained elsewhere."""
    own = settings.task == OwnModelTask.name
    return None if own or settings.variant == PLAIN else replace(settings, variant=PLAIN, pace=0.0)


def far_settings() -> RunSettings:
    """The LSTM of the task's own preset: which solves it, as its paper's did."""
    return preset(PUBLISHED, FAR_TASK)
