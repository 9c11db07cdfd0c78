"""A model of a foreign file's arrays, as a mapping says what is what."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.parameters import MOST_PARAMETERS, NamedArrays, checked_architecture
from lstm_engine.cell.variants import Variant, get_variant
from lstm_engine.checks import instance
from lstm_engine.errors import WeightsError
from lstm_engine.formats.examination import Found
from lstm_engine.formats.mapping import GateRows, LayerMapping, Mapping
from lstm_engine.formats.measuring import Sizes, measured
from lstm_engine.model import LSTMModel


@dataclass(frozen=True)
class ArrayWords:
    """What one array of a file is, for a person to judge.

    Attributes:
        name: in the file.
        shape: in the file.
        role: ``"layer 0, weights of the input"``; ``"not used"``.
        rows: which rows belong to which gate; empty where it has none.
    """

    name: str
    shape: tuple[int, ...]
    role: str
    rows: tuple[GateRows, ...] = ()


def in_words(found: Found, mapping: Mapping) -> tuple[ArrayWords, ...]:
    """What each array of the file is by this mapping, those that are used first, in the order of the mapping.

    Rows are only told of layers that have such arrays; ``assemble`` says what does not fit.
    """
    rows: dict[str, tuple[GateRows, ...]] = {}
    for layer in mapping.layers:
        shape = found.arrays.get(layer.input, ())
        if len(shape) == 2 and layer.gates:
            hidden = shape[1 if layer.transposed else 0] // len(layer.gates)
            if hidden:
                told = layer.gate_rows(mapping.variant, hidden)
                rows |= {name: told for name in (layer.input, layer.recurrent, *layer.biases) if name is not None}
    used = [
        ArrayWords(name, found.arrays.get(name, ()), role, rows.get(name, ()) if "layer" in role else ())
        for name, role in mapping.arrays()
    ]
    names = {one.name for one in used}
    return (*used, *(ArrayWords(name, found.arrays[name], "not used") for name in found.arrays if name not in names))


def assemble(
    found: Found, mapping: Mapping | None = None, dtype: str = "float32", most: int = MOST_PARAMETERS
) -> LSTMModel:
    """The model, with its embedding, if there is one.

    Layers that are narrower than the widest are filled up with units whose weights are 0; such units stay at 0.

    Args:
        found: from ``examine``.
        mapping: what is what; None takes the guess.
        dtype: of the model; the arrays are converted to it.
        most: weights that the model may have, those included that narrower layers are filled up with.

    Raises:
        WeightsError: the mapping does not fit the arrays, or asks for a cell that the engine does not have; the
            sentence says what would fit.
        SettingsError: there is no such dtype, or the model would be too large.
    """
    instance("found", found, Found)
    if mapping is None:
        if found.guess is None:
            raise WeightsError(f"there is no guess at what is what: {' '.join(found.doubts)}; give a mapping")
        mapping = found.guess
    sizes = measured(found.arrays, instance("mapping", mapping, Mapping))
    variant = get_variant(mapping.variant)
    bias = any(layer.biases for layer in mapping.layers)
    bias = bias or (mapping.readout is not None and mapping.readout.bias is not None)
    layers = len(mapping.layers)
    a = checked_architecture(sizes.inputs, sizes.hidden, sizes.outputs, layers, bias, mapping.variant, sizes.embedding)
    if a.num_parameters > most:
        raise WeightsError(f"the model has {a.num_parameters:,} weights, expected at most {most:,}; take a smaller one")
    model = LSTMModel.with_zeros(a, dtype)
    weights = model.parameters
    with np.errstate(over="ignore"):  # what is too large for the dtype becomes infinite, and is refused below
        if weights.embedding is not None and mapping.embedding is not None:
            weights.embedding[...] = found.array(mapping.embedding)
        for k, layer in enumerate(mapping.layers):
            put_layer(found, layer, variant, k, sizes, weights)
        put_readout(found, mapping, weights)
    if not np.isfinite(weights.flat).all():
        raise WeightsError(f"it holds values that {model.dtype} cannot hold; take dtype='float64'")
    return model


def put_readout(found: Found, mapping: Mapping, weights: NamedArrays) -> None:
    """Fill the readout with the file's, or so that h itself comes out."""
    target = weights["readout.weight"]
    if mapping.readout is None:
        np.fill_diagonal(target, 1)
        return
    read = found.array(mapping.readout.weight)
    read = read.T if mapping.readout.transposed else read
    target[:, : read.shape[1]] = read
    if mapping.readout.bias is not None:
        weights["readout.bias"][...] = found.array(mapping.readout.bias).reshape(-1)


def put_layer(found: Found, layer: LayerMapping, variant: Variant, k: int, sizes: Sizes, weights: NamedArrays) -> None:
    """Fill a layer's weights with the file's, gates in the engine's order."""
    order = [layer.gates.index(block) for block in variant.blocks]
    blocks, H = len(order), sizes.widths[k]
    prefix = variant.family

    def put(name: str, rows: NDArray) -> None:
        """Rows (blocks*H, columns), or a bias (blocks*H,), to where the model has them."""
        ordered = rows.reshape(blocks, H, -1)[order]  # (blocks, H, columns)
        target = weights[f"{prefix}.{name}_l{k}"]
        for block, values in enumerate(ordered):
            place = target[block * sizes.hidden :][:H]
            if target.ndim == 1:
                place[...] = values[:, 0]
            else:
                place[:, : values.shape[1]] = values

    of_input = found.array(layer.input)
    put("weight_ih", of_input.T if layer.transposed else of_input)
    if layer.recurrent is not None:
        recurrent = found.array(layer.recurrent)
        put("weight_hh", recurrent.T if layer.transposed else recurrent)
    sides = [found.array(name) for name in layer.biases]
    if len(sides) == 1 and sides[0].size == 2 * blocks * H:
        sides = [*sides[0].reshape(2, -1)]
    if len(sides) > variant.biases:
        sides = [sum(sides[1:], sides[0])]
    for side, values in zip(("ih", "hh"), sides, strict=False):
        put(f"bias_{side}", values)
    if layer.peepholes is not None:
        weights[f"{prefix}.peephole_l{k}"][:, :H] = found.array(layer.peepholes)
