"""How much a visitor may: the table of ``limit_table`` as the server's settings have it, and how often counts."""

import logging
import os
import re
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import streamlit as st

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights.limit_table import LIMITS, MINUTES

log = logging.getLogger(__name__)

LIMITS_VARIABLE = "LSTM_VISITOR_LIMITS"
MOST_KEYS = 10_000  # visitors and addresses that are counted at once; who comes then is counted together with others
OTHERS = "others"


@lru_cache(maxsize=8)
def read_limits(text: str) -> Mapping[str, int]:
    """All limits, those that are named as in ``runs=10 steps=8000`` as they say.

    What names none, or says no number, is left out and stands in the log.
    """
    found = {name: limit.most for name, limit in LIMITS.items()}
    for part in re.split(r"[\s,;]+", text.strip()):
        name, _, number = part.partition("=")
        if name in LIMITS and re.fullmatch(r"\d{1,9}", number):
            found[name] = int(number)
        elif part:
            log.warning(
                "%s says %r, which is left out; it must read like runs=10 steps=8000, with names of %s",
                LIMITS_VARIABLE,
                part,
                ", ".join(LIMITS),
            )
    return MappingProxyType(found)


def most_of(name: str) -> int:
    """A limit, as the server's settings have it."""
    return read_limits(os.environ.get(LIMITS_VARIABLE, ""))[name]


def beyond(name: str, asked: float) -> Problem:
    """The refusal of so much."""
    return Problem(LIMITS[name].refusal.format(most=f"{most_of(name):,}", asked=f"{asked:,.6g}"), Kind.LIMIT)


def too_much(name: str, asked: float) -> Problem | None:
    """The refusal of so much; None if it is within the limit."""
    return beyond(name, asked) if asked > most_of(name) else None


class Rates:
    """How often things were done lately, by whom and in all; safe to use from several threads."""

    def __init__(self) -> None:
        self._times: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, *wanted: tuple[str, str]) -> Problem | None:
        """Count one more under each of (a limit's name, of whom); the refusal, and nothing counted, if one is full."""
        now = time.monotonic()
        with self._lock:
            queues = []
            for name, whom in wanted:
                times = self._queue(name, whom)
                while times and now - times[0] > MINUTES * 60:
                    times.popleft()
                if len(times) >= most_of(name):
                    return beyond(name, len(times))
                queues.append(times)
            for times in queues:
                times.append(now)
        return None

    def _queue(self, name: str, whom: str) -> deque[float]:
        """The times under a key; where there are too many keys, the strangers to it share one."""
        key = (name, whom)
        if key not in self._times and len(self._times) >= MOST_KEYS:
            old = next(iter(self._times))
            times = self._times[old]
            if times and time.monotonic() - times[-1] <= MINUTES * 60:
                key = (name, OTHERS)
            else:
                del self._times[old]
        self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        return self._times[key]


@st.cache_resource(show_spinner=False)
def rates() -> Rates:
    """The one that this server counts with."""
    return Rates()
