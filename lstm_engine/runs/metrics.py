"""What is measured while a run trains: one list, which the store's columns, histories, curves, messages to browsers and
files follow. How a metric is drawn stands in ``dashboard/views/train/metrics.py``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One measured number.

    Attributes:
        name: of its column in the store, and of its curve in every message. What is measured at each step is an
            attribute of that name in ``StepMetrics``, the others in ``Recorded``.
        label: what people read.
        every_step: whether it is measured at each step, or at some.
        curve: whether it is drawn over steps, so that a long run keeps its extremes; of others the newest value counts.
        live: whether browsers hear of it at each step; what they do not, they ask for.
        younger: whether there are stores of earlier versions, whose runs have steps without it.
    """

    name: str
    label: str
    every_step: bool = True
    curve: bool = True
    live: bool = True
    younger: bool = False

    @property
    def gapless(self) -> bool:
        """Whether each recorded step has a value."""
        return self.every_step and not self.younger


METRICS = (
    Metric("loss", "training loss"),
    Metric("validation_loss", "validation loss", every_step=False),
    Metric("gradient_norm", "gradient norm"),
    Metric("learning_rate", "learning rate", curve=False),
    Metric("measure", "task's own measure", every_step=False, curve=False, live=False, younger=True),
)
CURVES = tuple(metric for metric in METRICS if metric.curve)
SUMMARY_PARTS = ("low", "low_step", "high", "high_step")  # of a curve over a bucket of steps: its extremes, and where
