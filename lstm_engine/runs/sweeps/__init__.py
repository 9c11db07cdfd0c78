"""Sweeps: many runs from one plan, begun a few at a time, with hopeless ones given up, and what came of them."""

from lstm_engine.runs.sweeps.halving import Halving
from lstm_engine.runs.sweeps.plan import Plan, Trial
from lstm_engine.runs.sweeps.space import Axis, axis, axis_range, read_axis
from lstm_engine.runs.sweeps.sweep import Progress, Sweep, SweepState

__all__ = ["Axis", "Halving", "Plan", "Progress", "Sweep", "SweepState", "Trial", "axis", "axis_range", "read_axis"]
