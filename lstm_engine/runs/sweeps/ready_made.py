"""Sweeps that answer a question of the field, ready to be begun; each is a plan like any other."""

from dataclasses import dataclass

from lstm_engine.cell.variants import VARIANTS
from lstm_engine.runs.sweeps.plan import Plan
from lstm_engine.runs.sweeps.space import axis, axis_range

DISTANCES = (20, 50, 100, 200)


@dataclass(frozen=True)
class ReadyMade:
    """A question, and the plan that answers it.

    Attributes:
        title: the question. words: what is trained, and where it comes from.
        shows: the picture that answers it: ``choices``, ``distance`` or ``importance``.
    """

    title: str
    words: str
    plan: Plan
    shows: str = "choices"


def ablations() -> tuple[str, ...]:
    """The LSTM with peepholes and those that lack or join one part of it (Greff 2017, section III)."""
    return tuple(name for name, variant in VARIANTS.items() if variant.family == "lstm" and name != "standard")


READY_MADE = {
    "gates": ReadyMade(
        "What does each gate buy?",
        "The eight LSTMs of Greff 2017, with peepholes or with one part missing or joined, on temporal order over 50 "
        "steps, five seeds each.",
        Plan(
            "temporal order",
            (axis("variant", ablations()),),
            fixed={"sequence_length": 50, "end_step": 1_000},
            seeds=5,
            title="What does each gate buy?",
        ),
    ),
    "forget-bias": ReadyMade(
        "Forget bias 0, 1, 5",
        "How a fresh cell's forget gate decides what it can learn (Gers 2000; Jozefowicz 2015): temporal order over "
        "100 steps, five seeds each.",
        Plan(
            "temporal order",
            (axis("forget_bias", (0.0, 1.0, 5.0)),),
            fixed={"end_step": 1_000},
            seeds=5,
            title="Forget bias 0, 1, 5",
        ),
    ),
    "distance": ReadyMade(
        "LSTM, GRU, RNN against distance",
        "How far back three cells remember: temporal order and adding over 20, 50, 100 and 200 steps, three seeds "
        "each.",
        Plan(
            "temporal order",
            (
                axis("task", ("temporal order", "adding")),
                axis("sequence_length", DISTANCES),
                axis("variant", ("standard", "gru", "rnn")),
            ),
            fixed={"hidden_size": 32, "end_step": 1_500},
            seeds=3,
            title="LSTM, GRU, RNN against distance",
        ),
        "distance",
    ),
    "learning-rate": ReadyMade(
        "The learning rate is what matters",
        "How much of the differences each setting explains, as in Greff 2017: adding over 30 steps, a grid of learning "
        "rate, units and clipping, two seeds each.",
        Plan(
            "adding",
            (
                axis_range("learning_rate", 0.0001, 0.1, 7, "log"),
                axis("hidden_size", (8, 16, 32)),
                axis("clip_norm", (0.1, 1.0, None)),
            ),
            fixed={"sequence_length": 30, "end_step": 600},
            seeds=2,
            title="The learning rate is what matters",
        ),
        "importance",
    ),
}
