"""What settings will cost before they are trained: parameters, memory and time, the time measured on this machine."""

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median

from lstm_engine.runs.settings import RunSettings

PROBE_SECONDS = 0.08  # that the measured steps may take together, beside the first
MOST_PROBED = 9  # steps
LARGEST_PROBE = 1e9  # multiplications of a step that is measured as it is; of a larger one a part is, and scaled
BESIDE_TRAINING = 1.4  # validation, metrics, checkpoints: 1.1 to 1.9 were measured on a busy machine, short runs most
WITHIN = 2.0  # by how much an estimate may be wrong, either way: other runs and visitors share the machine


@dataclass(frozen=True)
class Cost:
    """What a run will cost.

    Attributes:
        parameters: numbers that are learned.
        memory: bytes while it trains: weights, gradients, Adam's two means, and what a step keeps for its way back.
        kept: bytes of a checkpoint, and of the text that the run keeps.
        steps_per_second: at full speed, on a core of its own.
        seconds: of the whole training, with the pace that was asked for.
        paced: whether the pace decides, and not the machine.
    """

    parameters: int
    memory: int
    kept: int
    steps_per_second: float
    seconds: float
    paced: bool


def cost_of(settings: RunSettings) -> Cost:
    """What these settings will cost; some training steps are measured for it, in about a tenth of a second."""
    parameters, step_seconds = measured(replace(settings, seed=0, end_step=1, pace=0.0))
    rate = 1 / (step_seconds * BESIDE_TRAINING)
    paced = 0 < settings.pace < rate
    return Cost(
        parameters=parameters,
        memory=4 * 4 * parameters + settings.buffer_bytes,
        kept=3 * 4 * parameters + len((settings.text or "").encode()),
        steps_per_second=rate,
        seconds=settings.end_step / (settings.pace if paced else rate),
        paced=paced,
    )


@lru_cache(maxsize=256)
def measured(settings: RunSettings) -> tuple[int, float]:
    """How many numbers are learned, and the seconds that a training step takes."""
    parameters = settings.build_model().num_parameters
    tokens = settings.batch_size * settings.sequence_length
    share = min(1.0, LARGEST_PROBE / (6 * parameters * tokens))  # a multiplication a weight forward, two backward
    batch = max(1, round(settings.batch_size * share))
    length = settings.sequence_length
    if batch == 1:
        least = max(2, settings.task_object.least_length)
        length = max(least, round(length * min(1.0, share * settings.batch_size)))
    probe = replace(settings, batch_size=batch, sequence_length=length).build_trainer()
    probe.step()  # makes its buffers
    times: list[float] = []
    while sum(times) < PROBE_SECONDS and len(times) < MOST_PROBED:
        started = time.perf_counter()
        probe.step()
        times.append(time.perf_counter() - started)
    return parameters, median(times) * tokens / (batch * length)
