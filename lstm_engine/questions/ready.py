"""The questions that come with the app."""

from functools import cache
from importlib.resources import files

from lstm_engine.errors import SettingsError
from lstm_engine.questions.reading import Question, read_question

READY = (
    "units_and_timesteps",
    "one_cell_unrolled",
    "h_c_and_output",
    "forget_gate_of_one",
    "all_of_h",
    "between_sequences",
    "saturated_gate",
    "gradients_survive",
    "sketch_a_cell_state",
    "point_at_a_unit",
)


@cache
def ready_text(name: str) -> str:
    """A ready question's Markdown.

    Raises:
        SettingsError: there is none of that name.
    """
    if name not in READY:
        raise SettingsError(f"there is no ready question “{name[:40]}”; choose one of {', '.join(READY)}")
    return (files("lstm_engine.questions") / "ready" / f"{name}.md").read_text("utf-8")


@cache
def ready_question(name: str) -> Question:
    """The same, read."""
    return read_question(ready_text(name))
