"""Whatever is handed to inspection, it works or tells what was wrong in an error of our own."""

import contextlib
import inspect
from typing import Any

import numpy as np
import pytest

from lstm_engine import EngineError, LSTMModel, inspection, tasks
from tests.lstm_engine.test_hostile_arguments import HOSTILE

N = 30
RNG = np.random.default_rng(0)
STATES, TRUTH = RNG.normal(size=(N, 3)), np.arange(N) % 3 == 0
MODEL, TASK = LSTMModel(3, 4, 3), tasks.get("a^n b^n")
BATCH, TRACE = TASK.pack(["Saabb", "Sab"]), MODEL.trace(np.zeros((5, 1, 3)))
SEQUENCE = np.zeros((5, 1, 3))
CALLS: dict[str, dict[str, Any]] = {
    "rank_units": {"activations": STATES, "target": TRUTH, "seed": 0},
    "find_units": {
        "activations": STATES,
        "properties": {"a": TRUTH},
        "seed": 0,
        "shuffles": 1,
        "where": np.ones(N, bool),
    },
    "auc": {"activations": STATES, "targets": TRUTH[:, None]},
    "text_properties": {"text": "abc"},
    "pattern_property": {"pattern": "a", "text": "abc"},
    "spans_property": {"spans": [(0, 1)], "length": 3},
    "expression_property": {"expression": "x > 1", "text": "abc", "properties": {"x": [1, 2, 3]}},
    "names_in_expressions": {"text": "a"},
    "sequence_properties": {"task": TASK, "sequence": BATCH},
    "passage_properties": {"task": tasks.get("own text", text="a (b) " * 50), "held_out": True},
    "positions_that_count": {"sequence": BATCH},
    "matches": {"activations": STATES, "span": (3, 6), "most": 5},
    "in_common": {"places": [(0, 2)], "properties": {"a": TRUTH}, "symbols": "a" * N},
    "neighbours": {"states": STATES, "position": 1, "most": 2, "measure": "cosine", "apart": 1},
    "state_map": {"states": STATES, "dimensions": 2, "most": 10},
    "umap_map": {"states": STATES, "most": 20, "neighbours": 5, "seed": 0},
    "umap_is_installed": {},
    "projected": {"states": STATES, "found": inspection.state_map(STATES)},
    "memory": {"trace": TRACE, "layer": 0},
    "gate_statistics": {"traces": TRACE, "layer": 0, "bins": 5},
    "histogram": {"values": STATES, "limits": (0, 1), "bins": 5},
    "unit_profile": {
        "values": {"hidden": STATES},
        "unit": 0,
        "quantity": "hidden",
        "symbols": np.zeros(N, int),
        "symbol_count": 3,
        "readout": np.ones((2, 3)),
        "findings": None,
        "most": 2,
        "context": 3,
    },
    "extremes": {"values": STATES[:, 0], "most": 2, "context": 3},
    "saliency": {"model": MODEL, "inputs": SEQUENCE, "timestep": 1, "output": 0, "log_probability": False},
    "read": {
        "model": MODEL,
        "inputs": [0, 1],
        "targets": [1, 2],
        "quantities": ["hidden"],
        "layer": 0,
        "loss": "cross_entropy",
        "interventions": (),
        "streams": 2,
        "warm_up": 1,
        "keep_outputs": False,
    },
    "traces": {"model": MODEL, "inputs": [0, 1], "streams": 2, "warm_up": 1},
    "ablate": {
        "model": MODEL,
        "sequence": BATCH,
        "units": [0],
        "property": None,
        "by": "mean",
        "quantity": "hidden",
        "layer": 0,
        "loss": "binary_cross_entropy",
        "random_sets": 1,
        "resamples": 5,
        "confidence": 0.9,
        "block": 2,
        "seed": 0,
    },
    "transplant": {
        "model": MODEL,
        "inputs": SEQUENCE,
        "donor": SEQUENCE,
        "units": [0],
        "timestep": 1,
        "donor_timestep": 1,
        "quantity": "cell",
        "layer": 0,
    },
    "in_reading_order": {"array": SEQUENCE},
    "comparable": {"score": inspection.UnitScore(0, "auc", 0.7, 1)},
}
TOO_PLAIN = {"in_reading_order", "comparable"}  # these take what this package made


def test_every_function_is_called_here():
    functions = {name for name in inspection.__all__ if inspect.isfunction(getattr(inspection, name))}
    assert functions == CALLS.keys()
    for name, arguments in CALLS.items():
        assert list(inspect.signature(getattr(inspection, name)).parameters) == list(arguments), name


@pytest.mark.parametrize("name", sorted(CALLS.keys() - TOO_PLAIN))
def test_bad_arguments_work_or_are_refused(name, monkeypatch):
    monkeypatch.setattr("lstm_engine.inspection.umap_states.umap_is_installed", lambda: False)  # a map takes seconds
    function = getattr(inspection, name)
    for argument in CALLS[name]:
        for hostile in HOSTILE:
            with contextlib.suppress(EngineError), np.errstate(all="ignore"):
                found = function(**(CALLS[name] | {argument: hostile}))
                if name == "traces":
                    list(found)
