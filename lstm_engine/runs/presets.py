"""Settings to begin with: for a class, as in the notebook that this project began from, and each task's own."""

from dataclasses import replace

from lstm_engine import tasks
from lstm_engine.errors import SettingsError
from lstm_engine.runs.settings import RunSettings, unjudged
from lstm_engine.tasks.words import WordsTask

CLASSROOM = RunSettings()
# The notebook that this project began from, to the letter: one layer without biases, inputs of 100, 256 units, 1,000
# outputs, weights from N(0, 0.01), Adam with 0.005, 0.9, 0.99, no clipping. Its sizes are those of a model of words:
# each of 1,000 is read as a vector of 100 learned numbers. No task is built for it here, since that one takes a second.
NOTEBOOK = unjudged(
    RunSettings,
    {
        "task": WordsTask.name,
        "hidden_size": 256,
        "learning_rate": 0.005,
        "beta1": 0.9,
        "beta2": 0.99,
        "batch_size": 20,
        "sequence_length": 10,
        "clip_norm": None,
        "bias": False,
        "init_std": 0.01,
        "embedding_size": 100,
        "output_size": 1000,
        "pace": 0.0,
    },
)
# tasks that are no words are read as the notebook's inputs of 100 without an embedding: one-hot, the other places 0
PADDED = {"embedding_size": 0, "input_size": 100}
PRESETS: dict[str, RunSettings] = {"classroom": CLASSROOM, "notebook": NOTEBOOK}
PUBLISHED = "published"  # the preset that each task brings: what reaches its paper's result
PRESET_NAMES = (*PRESETS, PUBLISHED)


def preset(name: str, task: str, text: str | None = None) -> RunSettings:
    """A preset's settings for a task.

    Args:
        text: what to learn from, for a task that learns from a person's own.

    Raises:
        SettingsError: there is no such preset or task.
    """
    if task not in tasks.KINDS:
        raise SettingsError(f"there is no task {task!r}; choose one of {', '.join(tasks.KINDS)}")
    if name == PUBLISHED:
        return RunSettings(task=task, text=text, **tasks.KINDS[task].settings)
    if name not in PRESETS:
        raise SettingsError(f"there is no preset {name!r}; choose one of {', '.join(PRESET_NAMES)}")
    differences = PADDED if name == "notebook" and not issubclass(tasks.KINDS[task], WordsTask) else {}
    return replace(PRESETS[name], task=task, text=text, **differences)  # type: ignore[arg-type]
