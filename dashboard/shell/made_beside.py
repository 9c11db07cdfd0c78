"""Runs that a page makes by itself, to stand beside what a person looks at: nobody lands on one of them."""

from lstm_engine.runs import Run

FAR_BACK = "Far back"  # an LSTM on temporal order, where a gradient has far to go: see the step view's Backward


def is_made_beside(run: Run) -> bool:
    """Whether a page made the run to show something on it."""
    return run.name.startswith(FAR_BACK)
