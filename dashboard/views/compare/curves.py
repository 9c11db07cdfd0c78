"""The validation curves of compared runs, read once for all who look at them."""

from collections import OrderedDict
from threading import Lock

import numpy as np
import streamlit as st

from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.run import Series

MOST_KEPT = 100  # runs; a curve of 1,000,000 steps has 40,000 points, 640 kB


class ValidationCurves:
    """Curves by run; of each, only what was not read before is read from the store.

    Args:
        measure: whether of the task's own measure rather than of the validation loss.
    """

    def __init__(self, measure: bool = False) -> None:
        self._named = {"name": "measure"} if measure else {}
        self._known: OrderedDict[tuple[int, float], tuple[int, Series]] = OrderedDict()
        self._lock = Lock()  # whoever looks at the same time waits for the one reading, instead of reading as well

    def of(self, store: RunStore, run: Run) -> Series:
        """Every point of the run's curve up to its present step."""
        key = (run.id, run.created_at)  # a number alone could be another database's, put in the place of this one
        with self._lock:
            reached, known = self._known.get(key, (0, Series(np.array([], np.int64), np.array([], np.float64))))
            if run.step > reached:
                new = store.validations(run.id, after=reached, **self._named)
                known = Series(np.append(known.step, new.step), np.append(known.value, new.value))
                reached = max(run.step, int(known.step[-1]) if len(known.step) else 0)
            self._known[key] = reached, known
            self._known.move_to_end(key)
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return known

    def keep(self, run: Run, curve: Series) -> None:
        """What was found otherwise of a run that has no such curve, until it has trained further."""
        with self._lock:
            self._known[run.id, run.created_at] = run.step, curve


@st.cache_resource(show_spinner=False)
def validation_curves() -> ValidationCurves:
    """The one set of curves of this server."""
    return ValidationCurves()


@st.cache_resource(show_spinner=False)
def measure_curves() -> ValidationCurves:
    """The same of tasks' own measures."""
    return ValidationCurves(measure=True)
