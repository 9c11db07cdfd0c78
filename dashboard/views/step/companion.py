"""The companion of a run: a plain RNN with all else equal, whose gradients are drawn beside the run's own."""

from dataclasses import replace

from lstm_engine.runs import RunSettings

PLAIN = "rnn"


def companion_settings(settings: RunSettings) -> RunSettings | None:
    """A plain RNN with all else equal, trained as fast as it goes; None beside one that is such a network itself."""
    return None if settings.variant == PLAIN else replace(settings, variant=PLAIN, pace=0.0)
