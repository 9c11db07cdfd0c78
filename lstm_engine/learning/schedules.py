"""Learning-rate schedules: from the number of a step, 1 for the first, to the factor on the learning rate."""

import math
from collections.abc import Callable

from lstm_engine.checks import real_number, shown, whole_number
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
    steps = whole_number("steps", steps)
    return lambda step: min(1.0, step / steps)


def step_decay(every: int, factor: float) -> Schedule:
    """Multiplied by ``factor`` after every so many steps.

    >>> [step_decay(10, 0.5)(step) for step in (1, 10, 11, 21)]
    [1.0, 1.0, 0.5, 0.25]
    """
    every = whole_number("every", every)
    expected = "a number above 0 and at most 1"
    if not 0 < (factor := real_number("factor", factor, expected)) <= 1:
        raise SettingsError(f"factor is {factor!r}, expected {expected}")
    return lambda step: factor ** ((step - 1) // every)


def cosine(end: int, least: float = 0.0) -> Schedule:
    """Falls along half a cosine from 1 to ``least`` at step ``end`` (Loshchilov and Hutter 2017), then stays.

    >>> [round(cosine(10)(step), 3) for step in (1, 5, 10, 20)]
    [0.976, 0.5, 0.0, 0.0]
    """
    end = whole_number("end", end)
    expected = "a number from 0 to 1"
    if not 0 <= (least := real_number("least", least, expected)) <= 1:
        raise SettingsError(f"least is {least!r}, expected {expected}")
    return lambda step: least + (1 - least) * 0.5 * (1 + math.cos(math.pi * min(1.0, step / end)))


def chain(first: Schedule, second: Schedule) -> Schedule:
    """Both at once: their product, such as a warm-up before a decay."""
    for name, schedule in (("first", first), ("second", second)):
        if not callable(schedule):
            raise SettingsError(f"{name} is {shown(schedule)}, expected a schedule such as warmup(100)")
    return lambda step: first(step) * second(step)
