"""Named weights as views of one flat vector, so that an optimizer sees one array and a person sees PyTorch's names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.variants import STANDARD, Variant
from lstm_engine.errors import WeightsError


@dataclass(frozen=True)
class Architecture:
    """The sizes that fix every weight's shape."""

    input_size: int
    hidden_size: int
    output_size: int
    num_layers: int = 1
    bias: bool = True
    variant: Variant = STANDARD

    def layer_input_size(self, layer: int) -> int:
        """Width of what the layer reads: the inputs for the first, hidden states for the others."""
        return self.input_size if layer == 0 else self.hidden_size


class NamedArrays(Mapping[str, NDArray]):
    """A flat vector seen as one matrix a layer, and as named arrays in PyTorch's layout.

    A layer's matrix is ``[weight_ih | weight_hh | bias_ih | bias_hh]``, of shape (4H, I+H+2), and acts on the column
    ``[x; h; 1; 1]``: one matrix product computes all four gates, both biases included. The readout's is
    ``[weight | bias]``, (O, H+1). Rows stand in PyTorch's order: input, forget, candidate, output. Variants have other
    rows, see ``Variant.blocks``, and some have peephole weights, one row a gate.

    All arrays are views: writing to one writes to ``flat``.
    """

    def __init__(self, architecture: Architecture, flat: NDArray | None = None, dtype: np.dtype | str = "float32"):
        H, O = architecture.hidden_size, architecture.output_size
        biases = 2 if architecture.bias else 0
        rows, peepholes = len(architecture.variant.blocks) * H, len(architecture.variant.peepholes)
        layers = range(architecture.num_layers)
        shapes = [(rows, architecture.layer_input_size(k) + H + biases) for k in layers]
        shapes += [(peepholes, H) for _ in layers] + [(O, H + biases // 2)]
        starts = np.cumsum([0, *(height * width for height, width in shapes)])
        self.architecture = architecture
        self.flat: NDArray = np.zeros(starts[-1], dtype) if flat is None else flat
        blocks = [self.flat[a:b].reshape(shape) for a, b, shape in zip(starts, starts[1:], shapes, strict=False)]
        self.layers: list[NDArray] = blocks[: len(layers)]  # each (4H, I+H+2)
        self.peepholes: list[NDArray] = blocks[len(layers) : -1]  # each (peepholes, H), mostly (0, H)
        self.readout: NDArray = blocks[-1]  # (O, H+1)
        self._named = dict(self._name_views())

    def _name_views(self) -> Iterator[tuple[str, NDArray]]:
        H, variant = self.architecture.hidden_size, self.architecture.variant
        for k, block in enumerate(self.layers):
            I = self.architecture.layer_input_size(k)
            yield f"{variant.family}.weight_ih_l{k}", block[:, :I]
            yield f"{variant.family}.weight_hh_l{k}", block[:, I : I + H]
            if self.architecture.bias:
                yield f"{variant.family}.bias_ih_l{k}", block[:, I + H]
                yield f"{variant.family}.bias_hh_l{k}", block[:, I + H + 1]
            if variant.peepholes:
                yield f"{variant.family}.peephole_l{k}", self.peepholes[k]
        yield "readout.weight", self.readout[:, :H]
        if self.architecture.bias:
            yield "readout.bias", self.readout[:, H]

    def __getitem__(self, name: str) -> NDArray:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def copies(self) -> dict[str, NDArray]:
        """Independent arrays by name."""
        return {name: np.ascontiguousarray(view).copy() for name, view in self.items()}

    def assign(self, arrays: Mapping[str, NDArray]) -> None:
        """Take over the values of ``arrays``; nothing changes unless all names and shapes fit.

        Raises:
            WeightsError: a name is missing or unexpected, or an array has another shape, is not finite, or is of a
                wider dtype and would lose digits.
        """
        missing, extra = self.keys() - arrays.keys(), arrays.keys() - self.keys()
        if missing or extra:
            parts = [f"missing: {', '.join(sorted(missing))}"] if missing else []
            parts += [f"unexpected: {', '.join(sorted(map(str, extra)))}"] if extra else []
            raise WeightsError(f"the weights do not fit this model; {'; '.join(parts)}. Expected: {', '.join(self)}")
        for name, view in self.items():
            array = np.asarray(arrays[name])
            if array.shape != view.shape:
                raise WeightsError(f"{name} has shape {array.shape}, expected {view.shape}")
            if array.dtype.kind != "f":
                raise WeightsError(f"{name} has dtype {array.dtype}, expected a floating-point dtype")
            if not np.isfinite(array).all():
                raise WeightsError(f"{name} holds values that are not finite")
            with np.errstate(over="ignore"):
                narrowed = array.astype(view.dtype, copy=False)
            if not np.array_equal(narrowed, array):
                raise WeightsError(
                    f"{name}, {array.shape}, holds {array.dtype} numbers that {view.dtype} would round, expected "
                    f"{view.dtype}; convert them with .astype({view.dtype.name!r}), or take a model of "
                    f"dtype={array.dtype.name!r}"
                )
        for name, view in self.items():
            view[...] = arrays[name]


def converted(arrays: Mapping[str, NDArray], dtype: np.dtype | str) -> dict[str, NDArray]:
    """Floating-point arrays in the dtype that a caller named; others as they are, for ``assign`` to refuse."""
    with np.errstate(over="ignore"):  # what overflows is not finite, which ``assign`` tells
        return {name: array.astype(dtype) if array.dtype.kind == "f" else array for name, array in arrays.items()}


def strip_prefix(state: Mapping[str, NDArray], prefix: str) -> dict[str, NDArray]:
    """Those arrays whose name starts with the prefix, without it."""
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
