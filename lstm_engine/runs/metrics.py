"""What is measured while a run trains: one list, which curves, messages to browsers and charts follow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One measured number.

    Attributes:
        name: of its column in the store and of its curve in every message.
        label: what people read.
        every_step: whether it is measured at each step, or at some.
        curve: whether it is drawn over steps, so that a long run keeps its extremes; of others the newest value counts.
    """

    name: str
    label: str
    every_step: bool = True
    curve: bool = True


METRICS = (
    Metric("loss", "training loss"),
    Metric("gradient_norm", "gradient norm"),
    Metric("validation_loss", "validation loss", every_step=False),
    Metric("learning_rate", "learning rate", curve=False),
)
CURVES = tuple(metric for metric in METRICS if metric.curve)
