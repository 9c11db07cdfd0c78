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
READ = 100  # characters of a name, its last ones, in which words are looked for
MOST_CANDIDATES = 12  # of either kind; pairs of them are compared


class Candidate(NamedTuple):
    """An array that could be it, and how well its name says so; at 0 or below, nothing is better."""

    name: str
    bias: str | None
    transposed: bool
    score: float


class LinearLayers:
    """The matrices of a file that are no recurrent layers' own, each with its bias and what its name says, read once.

    Args:
        shapes: of all arrays.
        used: names of the arrays that are recurrent layers'.
    """

    def __init__(self, shapes: Shapes, used: Set[str]):
        self.shapes, self.used = shapes, used
        self.free = [name for name, shape in shapes.items() if name not in used and len(shape) == 2 and 0 not in shape]
        self.biases = {name: bias_of(shapes, name) for name in self.free}
        self.as_readout = {name: words(name, READOUT_WORDS, EMBEDDING_WORDS) for name in self.free}
        self.as_embedding = {name: words(name, EMBEDDING_WORDS, READOUT_WORDS) for name in self.free}

    def of(self, stack: Stack, others: list[Stack], doubts: list[str]) -> tuple[ReadoutMapping | None, str | None]:
        """The readout and the embedding of a stack, either of them None if there is none.

        Args:
            stack: which reads and is read.
            others: the other stacks of the file, whose own parts are left to them.
            doubts: what could as well be something else is told here.
        """
        roots = {root_of(other.name) for other in others} - {root_of(stack.name)}
        free = [name for name in self.free if root_of(name) not in roots]  # decoder.fc is no readout of encoder.rnn
        readouts = [] if stack.half else best(self.readout(stack, name) for name in free)
        embeddings = best(self.embedding(stack, name) for name in free)
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
        if embedding is not None:
            if readout is None and not stack.half:
                readout = self.tied(stack, embedding, doubts)
            if not EMBEDDING_WORDS.search(embedding):
                doubts.append(
                    f"{shown(embedding)} is taken for an embedding, since it is as wide as what the first layer reads"
                )
        return readout, embedding

    def readout(self, stack: Stack, name: str) -> Candidate | None:
        """The array as a readout, or None if its shape forbids it."""
        rows, columns = self.shapes[name]
        bias = self.biases[name]
        wide = self.shapes[bias][0] if bias is not None else None
        fitting = [
            turned
            for turned in (stack.keras, not stack.keras)
            if (rows if turned else columns) == stack.hidden and wide in (None, columns if turned else rows)
        ]
        if not fitting:
            return None
        unusual = bias is None and fitting[0] != stack.keras  # laid out as the other library does
        score = (0 if unusual else 1.5) + (2 if bias is not None else 0)
        score -= 1 if bias is None and stack.layers[0].biases else 0
        return Candidate(name, bias, fitting[0], score + self.as_readout[name])

    def embedding(self, stack: Stack, name: str) -> Candidate | None:
        """The array as an embedding, or None if its shape or a bias forbids it."""
        if self.shapes[name][1] != stack.inputs or self.biases[name] is not None:
            return None
        return Candidate(name, None, False, 1.0 + self.as_embedding[name])

    def tied(self, stack: Stack, embedding: str, doubts: list[str]) -> ReadoutMapping | None:
        """The embedding as readout, where a bias as long as the vocabulary is there that belongs to no matrix."""
        V, E = self.shapes[embedding]
        owned = {*self.biases.values(), *self.used}
        orphans = [name for name, shape in self.shapes.items() if shape == (V,) and name not in owned]
        if stack.hidden != E:
            return None
        if not orphans:
            doubts.append(
                f"there is no readout; if it shares the embedding's weights, choose {shown(embedding)} as readout too"
            )
            return None
        doubts.append(f"{shown(orphans[0])} has no weights of its own: the readout is taken to share the embedding's")
        return ReadoutMapping(embedding, orphans[0])


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


def words(name: str, wanted: re.Pattern[str], unwanted: re.Pattern[str]) -> float:
    """How well a name speaks for it."""
    own = re.sub(r"^(?:model|module|net|network|_orig_mod)[._/]", "", name)[-READ:]
    score = 4.0 if wanted.search(own) else 0.0
    score -= 3.0 if unwanted.search(own) and not score else 0.0
    return score - (4.0 if OTHER_WORDS.search(own) else 0.0)
