"""The companion of a run: a plain RNN with all else equal, whose gradients are drawn beside the LSTM's."""

from dataclasses import replace

from lstm_engine.runs import RunSettings


def companion_settings(settings: RunSettings) -> RunSettings:
    """A plain RNN with all else equal, trained as fast as it goes."""
    return replace(settings, variant="rnn", pace=0.0)
