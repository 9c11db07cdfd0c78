"""Weights in and out: safetensors, PyTorch, Keras, ONNX, the notebook's matrices, and what anybody brings.

found = formats.examine("model.safetensors"); model = formats.assemble(found, found.guess)
"""

from lstm_engine.formats.assembly import ArrayWords, assemble, in_words
from lstm_engine.formats.content import MOST_BYTES
from lstm_engine.formats.examination import Found, examine
from lstm_engine.formats.mapping import GATE_ORDERS, GateRows, LayerMapping, Mapping, ReadoutMapping
from lstm_engine.formats.verification import Verification, examples, verify
from lstm_engine.formats.vocabularies import Vocabulary, vocabulary

__all__ = [
    "GATE_ORDERS",
    "MOST_BYTES",
    "ArrayWords",
    "Found",
    "GateRows",
    "LayerMapping",
    "Mapping",
    "ReadoutMapping",
    "Verification",
    "Vocabulary",
    "assemble",
    "examine",
    "examples",
    "in_words",
    "verify",
    "vocabulary",
]
