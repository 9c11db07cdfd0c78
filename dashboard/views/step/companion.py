"""The companion of a run: a plain RNN with all else equal, whose gradients are drawn beside the LSTM's."""

from collections.abc import Sequence
from dataclasses import replace

from lstm_engine.runs import Run, RunSettings


def companion_settings(settings: RunSettings) -> RunSettings:
    """A plain RNN with all else equal, trained as fast as it goes."""
    return replace(settings, variant="rnn", pace=0.0)


def find_companion(runs: Sequence[Run], run: Run) -> Run | None:
    """The newest run that is the run's companion."""
    wanted = companion_settings(run.settings)
    return next((other for other in runs if other.settings == wanted), None)
