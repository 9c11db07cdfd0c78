"""Properties of the positions of any task: counts, depths, phases, the position in the sequence."""

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import instance, shown, truth
from lstm_engine.errors import SettingsError, ShapeError
from lstm_engine.inspection.properties import text_properties
from lstm_engine.tasks.base import Batch, EncodedSequence, Task
from lstm_engine.tasks.characters import LABELS, CharactersTask
from lstm_engine.tasks.counting import CountingTask

WRITTEN = {label: symbol for symbol, label in LABELS.items()}
SEQUENCE_POSITION = "position in the sequence"


def sequence_properties(task: Task, sequence: Batch | EncodedSequence) -> dict[str, NDArray]:
    """Properties of each position of a task's sequences, (B * T,) each: one sequence after the other.

    Of all: ``position in the sequence``. Of symbols that are single characters: what ``text_properties`` gives for
    each sequence. Of counting languages: ``count of a`` and so on, how many were read so far, and ``open count``, those
    of the first letter less those of the second. Of tasks on numbers: each number that is read, by its name; where a
    series is continued, too, ``phase, sine`` and ``phase, cosine`` of its analytic signal (Gabor 1946). Where a
    sequence is padded stands in ``positions_that_count``.

    Raises:
        ShapeError: the sequence is none of the task's.
        SettingsError: it is no sequence, or the task no task.
    """
    instance("task", task, Task)  # type: ignore[type-abstract]
    inputs = inputs_of(sequence)
    T, B, I = inputs.shape
    if task.input_size != I:
        raise ShapeError(f"inputs have shape {inputs.shape}, expected (T, B, I) with I = {task.input_size}")
    found = {SEQUENCE_POSITION: np.tile(np.arange(T, dtype=np.float64), B)}
    if task.reads_symbols:
        return found | of_symbols(task, inputs)
    for column, name in enumerate(task.reads):
        found[name] = in_reading_order(inputs[..., column].astype(np.float64))
    if task.continues():
        analytic = in_reading_order(analytic_signal(inputs[..., 0]))
        length = np.maximum(np.abs(analytic), np.finfo(float).tiny)
        found |= {"phase, sine": analytic.imag / length, "phase, cosine": analytic.real / length}
    return found


def passage_properties(task: CharactersTask, held_out: bool = True) -> dict[str, NDArray]:
    """What ``text_properties`` gives for ``task.passage(held_out)``, read from the beginning of the whole text.

    A passage may begin in the middle of a quotation, whose end would else be taken for a beginning.

    Raises:
        SettingsError: the task is none on a text.
    """
    instance("task", task, CharactersTask)
    learned = task.passage(held_out=False)
    part = slice(len(learned), None) if truth("held_out", held_out) else slice(len(learned))
    found = {name: value[part] for name, value in text_properties(learned + task.passage()).items()}
    found["position"] = np.arange(len(found["position"]), dtype=np.float64)
    return found


def of_symbols(task: Task, inputs: NDArray) -> dict[str, NDArray]:
    """Those of a task on symbols; inputs (T, B, I) are one-hot, or zeros where a sequence is padded."""
    symbols = [WRITTEN.get(symbol, symbol) for symbol in task.reads]
    which, there = inputs.argmax(axis=2), inputs.any(axis=2)  # (T, B)
    found: dict[str, NDArray] = {}
    if isinstance(task, CountingTask):
        letters = {letter: np.cumsum((which == symbols.index(letter)) & there, axis=0) for letter in task.letters}
        found = {f"count of {letter}": in_reading_order(count.astype(np.float64)) for letter, count in letters.items()}
        first, second = (found[f"count of {letter}"] for letter in task.letters[:2])
        found["open count"] = first - second
    if max(map(len, symbols), default=0) != 1:
        return found
    padded = np.array([*symbols, "\0"])  # of what lies beyond the task's own symbols nothing is read
    texts = padded[np.where(there, np.minimum(which, len(symbols)), len(symbols))].T  # (B, T)
    of_each = [text_properties("".join(symbol or "\0" for symbol in text)) for text in texts]
    for name in of_each[0]:
        if name != "position":
            found[name] = np.concatenate([properties[name] for properties in of_each])
    return found


def analytic_signal(values: NDArray) -> NDArray:
    """(T, ...) real -> complex, whose imaginary part is the Hilbert transform, along the first dimension."""
    T = len(values)
    centred = values - values.mean(axis=0, dtype=np.float64)
    factor = np.zeros(T)
    factor[0] = 1
    factor[1 : (T + 1) // 2] = 2
    if T % 2 == 0:
        factor[T // 2] = 1
    return np.fft.ifft(np.fft.fft(centred, axis=0) * factor.reshape(-1, *[1] * (centred.ndim - 1)), axis=0)


def positions_that_count(sequence: Batch | EncodedSequence) -> NDArray[np.bool_]:
    """(B * T,), False where a sequence is padded: behind the last position that is read or asked about.

    Raises:
        SettingsError: it is no sequence.
    """
    inputs = inputs_of(sequence)
    used = np.any(inputs != 0, axis=2)
    if sequence.mask is None:
        return np.ones(used.size, bool)
    used |= np.asarray(sequence.mask, bool)
    return in_reading_order(np.maximum.accumulate(used[::-1], axis=0)[::-1])


def in_reading_order(array: NDArray) -> NDArray:
    """(T, B, ...) -> (B * T, ...): one sequence after the other, as all of this package takes it.

    >>> in_reading_order(np.array([[1, 10], [2, 20], [3, 30]])).tolist()
    [1, 2, 3, 10, 20, 30]
    """
    if array.ndim < 2:
        raise ShapeError(f"the array has shape {array.shape}, expected (T, B, ...)")
    return np.ascontiguousarray(array.swapaxes(0, 1)).reshape(-1, *array.shape[2:])


def inputs_of(sequence: object) -> NDArray:
    """(T, B, I), or an error."""
    if not isinstance(sequence, Batch | EncodedSequence):
        raise SettingsError(f"sequence is {shown(sequence)}, expected a Batch or an EncodedSequence, as tasks give")
    if sequence.inputs.ndim != 3:
        raise ShapeError(f"inputs have shape {sequence.inputs.shape}, expected (T, B, I)")
    return sequence.inputs
