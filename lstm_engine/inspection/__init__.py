"""What units mean, and whether it is true: find, match, break. Arrays in, arrays out.

Arrays have a row for each position, in reading order: activations (N, H), a property (N,), bool or real.

>>> import numpy as np
>>> inside = text_properties('say "what it is" and go')["inside quotes"]
>>> bool(inside[7]), bool(inside[-1])
(True, False)
"""

from lstm_engine.inspection.ablation import Ablation, Transplant, ablate, transplant
from lstm_engine.inspection.effects import Effect, Estimate
from lstm_engine.inspection.expressions import expression_property, names_in_expressions
from lstm_engine.inspection.gates import Histogram, LayerStatistics, Memory, gate_statistics, histogram, memory
from lstm_engine.inspection.matching import InCommon, Match, Matches, in_common, matches
from lstm_engine.inspection.own_properties import pattern_property, spans_property
from lstm_engine.inspection.properties import text_properties
from lstm_engine.inspection.ranking import Finding, Findings, UnitScore, comparable, find_units, rank_units
from lstm_engine.inspection.reading import Reading, read, traces
from lstm_engine.inspection.saliency import Saliency, saliency
from lstm_engine.inspection.scores import auc
from lstm_engine.inspection.states import Neighbour, StateMap, neighbours, projected, state_map
from lstm_engine.inspection.task_properties import (
    in_reading_order,
    passage_properties,
    positions_that_count,
    sequence_properties,
)
from lstm_engine.inspection.umap_states import UmapMap, umap_is_installed, umap_map
from lstm_engine.inspection.units import Place, UnitProfile, Weighted, extremes, unit_profile

__all__ = [
    "Ablation",
    "Effect",
    "Estimate",
    "Finding",
    "Findings",
    "Histogram",
    "InCommon",
    "LayerStatistics",
    "Match",
    "Matches",
    "Memory",
    "Neighbour",
    "Place",
    "Reading",
    "Saliency",
    "StateMap",
    "Transplant",
    "UmapMap",
    "UnitProfile",
    "UnitScore",
    "Weighted",
    "ablate",
    "auc",
    "comparable",
    "expression_property",
    "extremes",
    "find_units",
    "gate_statistics",
    "histogram",
    "in_common",
    "in_reading_order",
    "matches",
    "memory",
    "names_in_expressions",
    "neighbours",
    "passage_properties",
    "pattern_property",
    "positions_that_count",
    "projected",
    "rank_units",
    "read",
    "saliency",
    "sequence_properties",
    "spans_property",
    "state_map",
    "text_properties",
    "traces",
    "transplant",
    "umap_is_installed",
    "umap_map",
    "unit_profile",
]
