"""Which of a file's other arrays is the readout, and which the embedding, judged by shape, name and bias."""

import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from lstm_engine.checks import shown
from lstm_engine.formats.mapping import ReadoutMapping
from lstm_engine.formats.recognising import Shapes, Stack

EMBEDDING_WORDS = re.compile(
    r"emb|wte|lookup|table|token|vocab|word_?vec|(?:^|[._/])encoder[._/]weight$", re.IGNORECASE
)
READOUT_WORDS = re.compile(
    r"out|head|fc|linear|dense|readout|classif|decoder|logit|generator|lm_|proj|predict|affine|h2o|(?:^|[._/])lin",
    re.IGNORECASE,
)
OTHER_WORDS = re.compile(r"att|query|key|value|norm|conv|bridge|init|gamma|beta|score", re.IGNORECASE)
BIASES = (("weight", "bias"), ("kernel", "bias"), ("kernel:0", "bias:0"), ("vars/0", "vars/1"), ("W", "b"), ("w", "b"))
MOST_CANDIDATES = 12  # of either kind; pairs of them are compared


class Candidate(NamedTuple):
    """An array that could be it, and how well its name says so; at 0 or below, nothing is better."""

    name: str
    bias: str | None
    transposed: bool
    score: float


def readout_and_embedding(
    shapes: Shapes, stack: Stack, used: Set[str], others: list[Stack], doubts: list[str]
) -> tuple[ReadoutMapping | None, str | None]:
    """The readout and the embedding of a stack, either of them None if there is none.

    Args:
        shapes: of all arrays.
        stack: which reads and is read.
        used: names of the arrays that are recurrent layers'.
        others: the other stacks of the file, whose own parts are left to them.
        doubts: what could as well be something else is told here.
    """
    free = [name for name, shape in shapes.items() if name not in used and len(shape) == 2 and 0 not in shape]
    roots = {root_of(other.name) for other in others} - {root_of(stack.name)}
    free = [name for name in free if root_of(name) not in roots]  # decoder.fc is no readout of encoder.rnn
    readouts = [] if stack.half else best(readout_candidate(shapes, stack, name) for name in free)
    embeddings = best(embedding_candidate(shapes, stack, name) for name in free)
    none = Candidate("", None, False, 0)
    pairs = [
        (reading.score + vectors.score, reading, vectors)
        for reading in [*readouts, none]
        for vectors in [*embeddings, none]
        if reading.name != vectors.name or not reading.name
    ]
    most = max(score for score, _, _ in pairs)
    equal = [(reading, vectors) for score, reading, vectors in pairs if score == most]
    reading, vectors = equal[0]
    for what, chosen, rest in (
        ("readout", reading, {other.name for other, _ in equal[1:]}),
        ("embedding", vectors, {other.name for _, other in equal[1:]}),
    ):
        could = sorted(rest - {chosen.name, ""})
        if could and chosen.name:
            doubts.append(f"the {what} could be {shown(chosen.name)} or {shown(could[0])}; the first was taken")
    embedding = vectors.name or None
    readout = ReadoutMapping(reading.name, reading.bias, reading.transposed) if reading.name else None
    if readout is None and embedding is not None and not stack.half:
        readout = tied(shapes, stack, embedding, used, doubts)
    if embedding is not None and not EMBEDDING_WORDS.search(embedding):
        doubts.append(
            f"{shown(embedding)} is taken for an embedding, since it is as wide as what the first layer reads"
        )
    return readout, embedding


def best(candidates: Iterator[Candidate | None]) -> list[Candidate]:
    """Those that are better than nothing, the best first."""
    good = [candidate for candidate in candidates if candidate is not None and candidate.score > 0]
    return sorted(good, key=lambda candidate: -candidate.score)[:MOST_CANDIDATES]


def root_of(name: str) -> str:
    """The first part of a name."""
    return re.split(r"[._/]", name, maxsplit=1)[0]


def bias_of(shapes: Shapes, name: str) -> str | None:
    """The bias that belongs to a matrix, by its name or, where arrays have numbers alone, by its place."""
    for weight, bias in BIASES:
        if name.endswith(weight):
            sibling = name.removesuffix(weight) + bias
            if sibling in shapes and len(shapes[sibling]) == 1:
                return sibling
    if re.fullmatch(r"arr_\d{1,6}", name):
        sibling = f"arr_{int(name[4:]) + 1}"
        if len(shapes.get(sibling, ())) == 1:
            return sibling
    return None


def readout_candidate(shapes: Shapes, stack: Stack, name: str) -> Candidate | None:
    """The array as a readout, or None if its shape forbids it."""
    rows, columns = shapes[name]
    bias = bias_of(shapes, name)
    wide = shapes[bias][0] if bias is not None else None
    fitting = [turned for turned in (stack.keras, not stack.keras)
               if (rows if turned else columns) == stack.hidden
               and wide in (None, columns if turned else rows)]  # fmt: skip
    if not fitting:
        return None
    unusual = bias is None and fitting[0] != stack.keras  # laid out as the other library does
    score = (
        (0 if unusual else 1.5) + (2 if bias is not None else 0) - (1 if bias is None and stack.layers[0].biases else 0)
    )
    return Candidate(name, bias, fitting[0], score + words(name, READOUT_WORDS, EMBEDDING_WORDS))


def embedding_candidate(shapes: Shapes, stack: Stack, name: str) -> Candidate | None:
    """The array as an embedding, or None if its shape or a bias forbids it."""
    if shapes[name][1] != stack.inputs or bias_of(shapes, name) is not None:
        return None
    score = 1.0 + words(name, EMBEDDING_WORDS, READOUT_WORDS)
    return Candidate(name, None, False, score)


def words(name: str, wanted: re.Pattern[str], unwanted: re.Pattern[str]) -> float:
    """How well a name speaks for it."""
    own = re.sub(r"^(?:model|module|net|network|_orig_mod)[._/]", "", name)
    score = 4.0 if wanted.search(own) else 0.0
    score -= 3.0 if unwanted.search(own) and not score else 0.0
    return score - (4.0 if OTHER_WORDS.search(own) else 0.0)


def tied(shapes: Shapes, stack: Stack, embedding: str, used: Set[str], doubts: list[str]) -> ReadoutMapping | None:
    """The embedding as readout, where a bias as long as the vocabulary is there that belongs to no matrix."""
    V, E = shapes[embedding]
    owned = {bias_of(shapes, name) for name in shapes if len(shapes[name]) == 2}
    orphans = [name for name, shape in shapes.items() if shape == (V,) and name not in used and name not in owned]
    if stack.hidden != E:
        return None
    if not orphans:
        doubts.append(
            f"there is no readout; if it shares the embedding's weights, choose {shown(embedding)} as readout as well"
        )
        return None
    doubts.append(f"{shown(orphans[0])} has no weights of its own: the readout is taken to share the embedding's")
    return ReadoutMapping(embedding, orphans[0])
