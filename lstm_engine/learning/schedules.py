"""Learning-rate schedules: from the number of a step, 1 for the first, to the factor on the learning rate."""

import math
from collections.abc import Callable

from lstm_engine.errors import SettingsError

Schedule = Callable[[int], float]


def constant() -> Schedule:
    """Always 1."""
    return lambda step: 1.0


def warmup(steps: int) -> Schedule:
    """Rises in a straight line to 1 at step ``steps``, then stays.

    >>> [warmup(4)(step) for step in (1, 2, 4, 100)]
    [0.25, 0.5, 1.0, 1.0]
    """
    check_steps("steps", steps)
    return lambda step: min(1.0, step / steps)


def step_decay(every: int, factor: float) -> Schedule:
    """Multiplied by ``factor`` after every so many steps.

    >>> [step_decay(10, 0.5)(step) for step in (1, 10, 11, 21)]
    [1.0, 1.0, 0.5, 0.25]
    """
    check_steps("every", every)
    if not 0 < factor <= 1:
        raise SettingsError(f"factor is {factor!r}, expected a number above 0 and at most 1")
    return lambda step: factor ** ((step - 1) // every)


def cosine(end: int, least: float = 0.0) -> Schedule:
    """Falls along half a cosine from 1 to ``least`` at step ``end`` (Loshchilov and Hutter 2017), then stays.

    >>> [round(cosine(10)(step), 3) for step in (1, 5, 10, 20)]
    [0.976, 0.5, 0.0, 0.0]
    """
    check_steps("end", end)
    if not 0 <= least <= 1:
        raise SettingsError(f"least is {least!r}, expected a number from 0 to 1")
    return lambda step: least + (1 - least) * 0.5 * (1 + math.cos(math.pi * min(1.0, step / end)))


def chain(first: Schedule, second: Schedule) -> Schedule:
    """Both at once: their product, such as a warm-up before a decay."""
    return lambda step: first(step) * second(step)


def check_steps(name: str, steps: int) -> None:
    """Raise SettingsError unless it is a whole number of at least 1."""
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise SettingsError(f"{name} is {steps!r}, expected a whole number of at least 1")
