"""What a sweep takes: work, to tell how far it is, and room in the store."""

import math
from functools import lru_cache

from lstm_engine.errors import SettingsError
from lstm_engine.runs.settings import RunSettings
from lstm_engine.runs.sweeps.plan import Plan, Trial


def work_of(settings: RunSettings, steps: int | None = None) -> float:
    """How long so many steps take, as a number to compare: units enter as was measured from 32 to 128 of them."""
    reads = settings.sequence_length * settings.batch_size
    return (
        (settings.end_step if steps is None else steps) * reads * settings.num_layers * (settings.hidden_size + 40) ** 2
    )


@lru_cache(maxsize=32)
def expected_work(plan: Plan) -> float:
    """What all of it takes, as ``work_of`` counts: under halving, as if choices were equally long."""
    return sum(share_trained(plan, trial) * work_of(trial.settings) for trial in plan.trials)


def share_trained(plan: Plan, trial: Trial) -> float:
    """Which part of a run is trained, on the mean over equal ones."""
    if plan.halving is None:
        return 1.0
    end, before, part, total = trial.settings.end_step, 0, 1.0, 0.0
    for target in plan.halving.targets(end):
        total += part * (target - before)
        before, part = target, part / plan.halving.keep
    return total / end


def check_room(plan: Plan, most_bytes: float) -> None:
    """Raises SettingsError if a store of so many bytes cannot hold the runs of a plan, whatever else it holds."""
    needed = expected_bytes(plan)
    if needed > most_bytes:
        raise SettingsError(
            f"the sweep would need about {needed / 1e9:,.1f} GB for its checkpoints, and the store may have "
            f"{most_bytes / 1e9:,.1f} GB (LSTM_STORE_BYTES); train fewer or smaller runs, or allow more"
        )


def expected_bytes(plan: Plan) -> int:
    """What the store will take for them: three checkpoints to a decade of steps, each of weights and two means."""
    sizes: dict[tuple[object, ...], int] = {}
    total = 0
    for trial in plan.trials:
        settings = trial.settings
        key = (settings.task, settings.model)
        if key not in sizes:
            sizes[key] = 12 * settings.build_model().num_parameters
        kept = 3 * math.log10(max(settings.end_step, 10)) + 2
        total += round(kept * sizes[key] + 100 * settings.end_step)
    return total
