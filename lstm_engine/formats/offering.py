"""From what a file holds to mappings that a person can take: the models in it, and doubts about them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lstm_engine.cell.parameters import EMBEDDING, checked_architecture
from lstm_engine.checks import shown
from lstm_engine.errors import EngineError
from lstm_engine.formats.arrays import Contents
from lstm_engine.formats.linear_layers import LinearLayers
from lstm_engine.formats.mapping import ACTIVATIONS, LayerMapping, Mapping, ReadoutMapping
from lstm_engine.formats.recognising import recognised
from lstm_engine.formats.safetensors import FORMAT, SIZES, read_sizes

ORDERED = ("npz", "onnx")  # kinds of files in which the arrays stand as their maker put them
KERAS_KINDS = {"standard": ("LSTM", "LSTMCell"), "gru": ("GRU", "GRUCell"), "rnn": ("SimpleRNN", "SimpleRNNCell")}
TRANSFORMER = ("self_attn", "attention", "attn.", "q_proj", "layernorm", "layer_norm", "ln_1")
MOST_DOUBTS = 20
NAMED = 4  # arrays that a sentence names


def offered(contents: Contents) -> tuple[tuple[Mapping, ...], tuple[str, ...]]:
    """A mapping for each model in the file, and what a person should know."""
    doubts = list(contents.doubts)
    own = own_mapping(contents)
    if own is not None:
        return (own,), tuple(doubts)
    offers = contents.offers
    if offers is None:
        offers = by_names(contents, doubts)
    shapes = {name: promised.shape for name, promised in contents.arrays.items()}
    if not offers:
        doubts.append(nothing_found(list(shapes)))
        return (), told(doubts)
    if len(offers) > 1:
        names = ", ".join(shown(offer.name) for offer in offers[:NAMED])
        doubts.append(f"there are {len(offers)} recurrent networks in it ({names}); the first was taken")
    doubts.extend(doubts_of(offers[0], contents, shapes))
    used = {name for offer in offers for name, _ in offer.arrays()}
    rest = [name for name in shapes if name not in used and shapes[name] not in ((), (1,))]
    if rest:
        names = ", ".join(shown(name) for name in rest[:NAMED]) + (" and more" if len(rest) > NAMED else "")
        doubts.append(f"{len(rest)} of {len(shapes)} arrays are not used, and what they do is left out: {names}")
    return offers, told(doubts)


def told(doubts: list[str]) -> tuple[str, ...]:
    """Each doubt once, and no more than a person reads."""
    once = list(dict.fromkeys(doubts))
    return (*once[:MOST_DOUBTS], *([f"there are {len(once) - MOST_DOUBTS} doubts more"] if once[MOST_DOUBTS:] else []))


def nothing_found(names: Sequence[str]) -> str:
    """Why there is no guess, in a sentence."""
    if not names:
        return "it holds no arrays of floating-point numbers"
    held = ", ".join(shown(name) for name in names[:NAMED]) + (" and more" if len(names) > NAMED else "")
    if any(word in name.lower() for name in names for word in TRANSFORMER):
        return (
            f"these are a transformer's weights ({held}), which has no recurrent layers; expected an LSTM, GRU or RNN"
        )
    return (
        f"no LSTM, GRU or RNN was recognised among {len(names)} arrays ({held}); expected names such as PyTorch's "
        "weight_ih_l0 and weight_hh_l0 or Keras' kernel and recurrent_kernel, or choose the arrays by hand"
    )


def own_mapping(contents: Contents) -> Mapping | None:
    """The mapping of a file that ``save_model`` wrote, or None if it is another."""
    if contents.metadata.get("format") != FORMAT:
        return None
    try:
        sizes = read_sizes(contents.metadata.get("model", ""))
        I, H, O, count = (sizes[name] for name in SIZES[:4])
        bias, variant = sizes.get("bias", True), sizes.get("variant", "standard")
        a = checked_architecture(I, H, O, count, bias, variant, sizes.get("embedding_size"))
    except EngineError:
        return None
    names = set(contents.arrays)
    family = a.variant.family

    def standing(name: str) -> str | None:
        return name if name in names else None

    layers = tuple(
        LayerMapping(
            f"{family}.weight_ih_l{k}",
            standing(f"{family}.weight_hh_l{k}"),
            tuple(name for side in ("ih", "hh") if (name := f"{family}.bias_{side}_l{k}") in names),
            a.variant.blocks,
            peepholes=standing(f"{family}.peephole_l{k}"),
        )
        for k in range(a.num_layers)
    )
    readout = ReadoutMapping("readout.weight", standing("readout.bias"))
    return Mapping(a.variant.name, layers, readout, standing(EMBEDDING), name=family)


def by_names(contents: Contents, doubts: list[str]) -> tuple[Mapping, ...]:
    """Mappings that names and shapes suggest."""
    shapes = {name: promised.shape for name, promised in contents.arrays.items()}
    found = recognised(shapes, contents.kind in ORDERED)
    doubts.extend(found.doubts)
    used = frozenset(name for stack in found.stacks for layer in stack.layers for name, _ in arrays_of(layer))
    linear = LinearLayers(shapes, used)
    offers = []
    for number, stack in enumerate(found.stacks):
        others = [other for other in found.stacks if other is not stack]
        here: list[str] = []
        readout, embedding = linear.of(stack, others, here)
        doubts.extend(here if number == 0 else [])
        offer = Mapping(
            stack.variant, stack.layers, readout, embedding, reset=stack.reset, backward=stack.backward, name=stack.name
        )
        described = described_as(offer, contents, doubts)
        if described is not None:
            offers.append(described)
    return tuple(offers)


def arrays_of(layer: LayerMapping) -> Iterator[tuple[str, str]]:
    """As ``Mapping.arrays``, of a layer alone."""
    return Mapping("standard", (layer,)).arrays()


def described_as(offer: Mapping, contents: Contents, doubts: list[str]) -> Mapping | None:
    """The mapping with what a .keras file says of its layers; None where the engine has no such cell at all."""
    layers = [read_note(text) for name, text in contents.metadata.items() if name.startswith("keras ")]
    layers = [layer for layer in layers if layer.get("kind") in KERAS_KINDS.get(offer.variant, ())]
    groups = {name.removeprefix("name of ").removesuffix("vars"): label for name, label in contents.metadata.items()}
    inputs = [layer.input for layer in offer.layers]
    called = {label for group, label in groups.items() if group and any(name.startswith(group) for name in inputs)}
    layers = [layer for layer in layers if layer.get("name") in called] or layers
    if not layers:
        return offer
    for layer in layers:
        gates = layer.get("recurrent_activation")
        if gates not in (None, "sigmoid") or layer.get("activation") not in ACTIVATIONS:
            doubts.append(
                f"{shown(layer.get('name'))} has the activations {shown(layer.get('activation'))} and {shown(gates)}, "
                "which the engine's cells do not have, so it is not offered; expected tanh and sigmoid"
            )
            return None
    if any(layer.get("activation") == "relu" for layer in layers):
        offer = replace(offer, activation="relu")
    if offer.variant == "gru" and any(layer.get("reset_after") is False for layer in layers):
        offer = replace(offer, reset="before")
    if any(layer.get("go_backwards") is True for layer in layers):
        offer = replace(offer, backward=True)
    return offer


def read_note(text: str) -> dict[str, Any]:
    """What ``read_keras`` noted of a layer; nothing of a text that another wrote."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def doubts_of(guess: Mapping, contents: Contents, shapes: dict[str, tuple[int, ...]]) -> Iterator[str]:
    """What cannot be told from the weights of the model that was taken."""
    told = contents.kind == "onnx" or any(name.startswith("keras ") for name in contents.metadata)
    if guess.variant == "rnn" and guess.activation == "tanh" and not told:
        yield "whether this plain network has tanh or relu its weights do not tell: tanh was taken"
    if guess.activation == "relu":
        yield "its activation is relu, which the engine does not have; it can be looked at, but not stepped"
    if guess.reset == "before":
        yield (
            "its reset gate acts before the product with h′ (reset_after=False), the engine's, as PyTorch's, after it: "
            "train it with reset_after=True"
        )
    elif guess.layers[0].transposed and not told:
        yield "Keras' arrays do not tell which activations their layers have: tanh and sigmoid were taken"
    keras_gru = guess.variant == "gru" and guess.layers[0].transposed
    if keras_gru and not guess.layers[0].biases and guess.reset == "after" and not told:
        yield "whether its reset gate acts before or after the product with h′ a GRU without biases does not tell"
    if guess.backward:
        yield "it reads sequences from their end: turn them round before you step it"
    hidden = [shapes[layer.recurrent][0 if layer.transposed else 1] for layer in guess.layers if layer.recurrent]
    if len(set(hidden)) > 1:
        yield (
            f"its layers have {', '.join(map(str, hidden))} units; the engine's are equally wide, so narrower ones are "
            "filled up with units that stay at 0"
        )
    if guess.readout is None and not any("bidirectional" in doubt for doubt in contents.doubts):
        yield "no readout was found: the model puts out its hidden state itself"
    if 0 in (size for name, _ in guess.arrays() for size in shapes[name]):
        yield "some of its arrays are empty"
