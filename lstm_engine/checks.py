"""What callers hand in, judged once: numbers, arrays and choices become what they should be, or an error of ours."""

import json
import math
import os
import stat
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import EngineError, SettingsError, ShapeError, WeightsError

DTYPES = ("float32", "float64")
REAL = "fiub"  # kinds of dtypes whose values are real numbers
SHOWN = 60  # characters of a wrong value that an error repeats

Kind = TypeVar("Kind")
Named = TypeVar("Named")


def shown(value: object) -> str:
    """A wrong value as an error repeats it: short, whatever it is."""
    try:
        text = repr(value)
    except Exception:  # a whole number of 5,000 digits has no text, and a stranger's object may have none either
        text = f"a value of type {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 2]} …"


def why_no_json(error: ValueError | RecursionError) -> str:
    """What is wrong with a text that ``json.loads`` refused, without Python's advice to programmers."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return str(error) if isinstance(error, json.JSONDecodeError) else "it holds a number of thousands of digits"


def path_text(path: object) -> str:
    """A file's path as people know it, or what stands in its place."""
    return str(path) if isinstance(path, str | PathLike) else shown(path)


def regular_file(path: object) -> None:
    """WeightsError unless a path leads to a file that has an end: ``/dev/zero`` has none, and a pipe may never speak.

    An open file is for its owner to judge.
    """
    if isinstance(path, str | PathLike) and not stat.S_ISREG(os.stat(path).st_mode):
        raise WeightsError("it is no regular file")


def whole_number(name: str, value: object, least: int | None = 1, most: int | None = None) -> int:
    """The value as an int, or SettingsError unless it is a whole number from ``least`` to ``most``; None: no limit."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        number = int(value)
        if (least is None or number >= least) and (most is None or number <= most):
            return number
    expected = "a whole number" + ("" if least is None else f" of at least {least}")
    expected += "" if most is None else f" and at most {most:,}"
    raise SettingsError(f"{name} is {shown(value)}, expected {expected}")


def whole_numbers(name: str, values: object) -> Sequence[int]:
    """The values as ints in a list, a tuple or a range, or SettingsError unless they are whole numbers in a row."""
    if isinstance(values, range):
        return values
    if isinstance(values, np.ndarray) and values.ndim == 1:
        values = values.tolist()
    if not isinstance(values, list | tuple):
        raise SettingsError(f"{name} is {shown(values)}, expected a list of whole numbers")
    for value in values:
        if not isinstance(value, int | np.integer) or isinstance(value, bool):
            raise SettingsError(f"{name} holds {shown(value)}, expected whole numbers")
    whole = [int(value) for value in values]
    return whole if isinstance(values, list) else tuple(whole)


def outside(numbers: Sequence[int], count: int) -> list[int]:
    """Those that are not in 0..count-1; of a range, which may be endless, its first and last number say it all."""
    asked = [*numbers[:1], *numbers[-1:]] if isinstance(numbers, range) else numbers
    return [number for number in asked if not 0 <= number < count]


def any_number(name: str, value: object, expected: str = "a number") -> float:
    """The value as a float, or SettingsError unless it is a real number; it may be infinite, or NaN."""
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        raise SettingsError(f"{name} is {shown(value)}, expected {expected}")
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf


def real_number(name: str, value: object, expected: str = "a finite number") -> float:
    """The value as a float, or SettingsError unless it is a finite real number."""
    number = any_number(name, value, expected)
    if not math.isfinite(number):
        raise SettingsError(f"{name} is {shown(value)}, expected {expected}")
    return number


def positive(name: str, value: object) -> float:
    """The value as a float, or SettingsError unless it is a finite number above 0."""
    expected = "a finite number above 0"
    if (number := real_number(name, value, expected)) <= 0:
        raise SettingsError(f"{name} is {shown(value)}, expected {expected}")
    return number


def fraction(name: str, value: object) -> float:
    """The value as a float, or SettingsError unless it lies in [0, 1)."""
    expected = "a number from 0 up to, but not including, 1"
    if not 0 <= (number := real_number(name, value, expected)) < 1:
        raise SettingsError(f"{name} is {shown(value)}, expected {expected}")
    return number


def truth(name: str, value: object) -> bool:
    """The value as a bool, or SettingsError unless it is one."""
    if not isinstance(value, bool | np.bool_):
        raise SettingsError(f"{name} is {shown(value)}, expected True or False")
    return bool(value)


def float_dtype(value: object) -> np.dtype:
    """float32 or float64 as a dtype, or SettingsError for all else."""
    wanted: Any = "object" if value is None else value  # NumPy takes None for float64
    try:
        found = np.dtype(wanted)
    except Exception:  # NumPy asks a stranger's object for its dtype, and whatever that does comes out here
        found = np.dtype(object)
    if found in (np.dtype(name) for name in DTYPES):  # another byte order is another dtype
        return found
    raise SettingsError(f"dtype is {shown(value)}, expected one of {', '.join(DTYPES)}")


def choice(what: str, name: object, choices: Mapping[str, Named]) -> Named:
    """What stands under that name, or SettingsError if there is none."""
    if not isinstance(name, str) or name not in choices:
        raise SettingsError(f"there is no {what} {shown(name)}; choose one of {', '.join(choices)}")
    return choices[name]


def instance(name: str, value: object, kind: type[Kind]) -> Kind:
    """The value, or SettingsError unless it is of that type."""
    if not isinstance(value, kind):
        raise SettingsError(f"{name} is {shown(value)}, expected of type {kind.__name__}")
    return value


def as_array(name: str, value: Any, error: type[EngineError] = ShapeError) -> NDArray:
    """The value as an array, or the error if its rows differ in length, or it cannot be an array otherwise."""
    if type(value) is np.ndarray:  # a matrix, or a masked array, becomes a plain one
        return value
    try:
        return np.asarray(value)
    except Exception as trouble:  # whatever a stranger's object does when NumPy asks it for its values
        raise error(
            f"{name} cannot be made an array ({trouble!r}); expected numbers in rows of equal length"
        ) from trouble


def narrowed(array: NDArray, dtype: np.dtype) -> NDArray:
    """Real numbers in a dtype; what does not fit becomes infinite, for the caller to refuse."""
    with np.errstate(over="ignore"):
        return array.astype(dtype, copy=False)


def named_mapping(name: str, value: object, error: type[EngineError]) -> Mapping[str, Any]:
    """The value, or the error unless it is a mapping whose keys are text."""
    if not isinstance(value, Mapping):
        raise error(f"{name} is {shown(value)}, expected arrays by name")
    wrong = [key for key in value if not isinstance(key, str)]
    if wrong:
        raise error(f"{name} has the key {shown(wrong[0])}, expected names")
    return value
