"""Named weights as views of one flat vector, so that an optimizer sees one array and a person sees PyTorch's names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.variants import STANDARD, Variant, get_variant
from lstm_engine.checks import as_array, named_mapping, narrowed, real_number, shown, truth, whole_number
from lstm_engine.errors import SettingsError, WeightsError

EMBEDDING = "embedding.weight"  # PyTorch's name, where the module calls its nn.Embedding that
MOST_PARAMETERS = 2**28  # 1 GiB in float32, and a trainer needs four times as much
MOST_LAYERS = 500
FARTHEST_DRAW = 100  # standard deviations; no draw from a normal distribution with 53 bits lies nearly so far out


@dataclass(frozen=True)
class Architecture:
    """The sizes that fix every weight's shape; ``embedding_size`` is E, or None where the first layer reads the inputs.

    With an embedding, ``input_size`` is V, how many symbols there are.
    """

    input_size: int
    hidden_size: int
    output_size: int
    num_layers: int = 1
    bias: bool = True
    variant: Variant = STANDARD
    embedding_size: int | None = None

    def __post_init__(self) -> None:
        check_heads(self.variant, self.hidden_size)

    def layer_input_size(self, layer: int) -> int:
        """Width of what the layer reads: the inputs, or the vectors of symbols, for the first; hidden states above."""
        if layer > 0:
            return self.hidden_size
        return self.input_size if self.embedding_size is None else self.embedding_size

    @property
    def num_parameters(self) -> int:
        """How many numbers are learned."""
        H, L, biases = self.hidden_size, self.num_layers, self.variant.biases if self.bias else 0
        rows, seen = len(self.variant.blocks) * H, self.variant.recurrent_width(H)
        widths = self.layer_input_size(0) + (L - 1) * H + L * (seen + biases)  # of all layers' matrices together
        recurrent = rows * widths + L * len(self.variant.peepholes) * H
        embedding = self.input_size * (self.embedding_size or 0)
        return recurrent + self.output_size * (H + int(self.bias)) + embedding


def check_heads(variant: Variant, hidden_size: int) -> None:
    """Raise SettingsError unless the units can be divided evenly among the cell's heads."""
    heads = variant.heads
    if hidden_size % heads:
        nearest = f"{hidden_size // heads * heads} or " if hidden_size > heads else ""
        raise SettingsError(
            f"hidden_size is {hidden_size}, but {variant.name} divides its units evenly among {heads} heads; "
            f"expected a multiple of {heads}, such as {nearest}{(hidden_size // heads + 1) * heads}"
        )


def checked_architecture(
    input_size: object,
    hidden_size: object,
    output_size: object,
    num_layers: object,
    bias: object,
    variant: object,
    embedding_size: object = None,
) -> Architecture:
    """An architecture of whatever a caller gave; arguments and errors as in ``LSTMModel``."""
    a = Architecture(
        whole_number("input_size", input_size),
        whole_number("hidden_size", hidden_size),
        whole_number("output_size", output_size),
        whole_number("num_layers", num_layers, 1, MOST_LAYERS),
        truth("bias", bias),
        get_variant(variant),  # type: ignore[arg-type]
        None if embedding_size is None else whole_number("embedding_size", embedding_size),
    )
    if a.num_parameters > MOST_PARAMETERS:
        needed = shown(a.num_parameters)
        raise SettingsError(
            f"these sizes need {needed} weights, expected at most {MOST_PARAMETERS:,}; make one smaller"
        )
    return a


class NamedArrays(Mapping[str, NDArray]):
    """A flat vector seen as one matrix a layer, and as named arrays in PyTorch's layout.

    A layer's matrix is ``[weight_ih | weight_hh | bias_ih | bias_hh]``, of shape (4H, I+H+2), and acts on the column
    ``[x; h; 1; 1]``: one matrix product computes all four gates, both biases included. The readout's is
    ``[weight | bias]``, (O, H+1). Rows stand in PyTorch's order: input, forget, candidate, output. Variants have other
    rows, see ``Variant.blocks``, and some have peephole weights, one row a gate. In a cell with heads a row of
    ``weight_hh`` acts on the h of its unit's head alone, and is that much shorter; where no block sees h there is none.
    Newer cells, which PyTorch has not, have one bias, ``bias_ih``. An embedding is (V, E), a row a symbol; it stands
    first by name, as in PyTorch, and last in ``flat``.

    All arrays are views: writing to one writes to ``flat``. Copies and pickles keep that.
    """

    def __init__(self, architecture: Architecture, flat: NDArray | None = None, dtype: np.dtype | str = "float32"):
        self.architecture = architecture
        self.see(np.zeros(architecture.num_parameters, dtype) if flat is None else flat)

    def see(self, flat: NDArray) -> None:
        """Be views of this flat vector from now on."""
        architecture = self.architecture
        H, O = architecture.hidden_size, architecture.output_size
        variant = architecture.variant
        columns = variant.recurrent_width(H) + (variant.biases if architecture.bias else 0)
        rows, peepholes = len(variant.blocks) * H, len(variant.peepholes)
        layers = range(architecture.num_layers)
        shapes = [(rows, architecture.layer_input_size(k) + columns) for k in layers]
        shapes += [(peepholes, H) for _ in layers] + [(O, H + int(architecture.bias))]
        if architecture.embedding_size is not None:
            shapes.append((architecture.input_size, architecture.embedding_size))
        starts = np.cumsum([0, *(height * width for height, width in shapes)])
        self.flat: NDArray = flat
        blocks = [flat[a:b].reshape(shape) for a, b, shape in zip(starts, starts[1:], shapes, strict=False)]
        self.layers: list[NDArray] = blocks[: len(layers)]  # each (4H, I+H+2)
        self.peepholes: list[NDArray] = blocks[len(layers) : 2 * len(layers)]  # each (peepholes, H), mostly (0, H)
        self.readout: NDArray = blocks[2 * len(layers)]  # (O, H+1)
        self.embedding: NDArray | None = None if architecture.embedding_size is None else blocks[-1]  # (V, E)
        self._named = dict(self._name_views())

    def _name_views(self) -> Iterator[tuple[str, NDArray]]:
        H, variant = self.architecture.hidden_size, self.architecture.variant
        seen = variant.recurrent_width(H)
        if self.embedding is not None:
            yield EMBEDDING, self.embedding
        for k, block in enumerate(self.layers):
            I = self.architecture.layer_input_size(k)
            yield f"{variant.family}.weight_ih_l{k}", block[:, :I]
            if seen:
                yield f"{variant.family}.weight_hh_l{k}", block[:, I : I + seen]
            if self.architecture.bias:
                for column, kind in enumerate(("ih", "hh")[: variant.biases], start=I + seen):
                    yield f"{variant.family}.bias_{kind}_l{k}", block[:, column]
            if variant.peepholes:
                yield f"{variant.family}.peephole_l{k}", self.peepholes[k]
        yield "readout.weight", self.readout[:, :H]
        if self.architecture.bias:
            yield "readout.bias", self.readout[:, H]

    def recurrent(self, layer: int) -> NDArray:
        """What acts on h′, (blocks*H, H), with zeros where a unit does not see it; a view where it sees all."""
        a = self.architecture
        H, heads, seen = a.hidden_size, a.variant.heads, a.variant.recurrent_width(a.hidden_size)
        I, block = a.layer_input_size(layer), self.layers[layer]
        if seen == H:
            return block[:, I : I + H]
        whole = np.zeros((len(block), H), block.dtype)
        if seen:
            by_head = whole.reshape(-1, heads, seen, heads, seen)
            for head in range(heads):
                by_head[:, head, :, head] = block[:, I : I + seen].reshape(-1, heads, seen, seen)[:, head]
        return whole

    def biases(self, layer: int) -> tuple[NDArray, NDArray]:
        """Those of the input's and of h′'s side, each (blocks*H,); 0 where there is none."""
        a, block = self.architecture, self.layers[layer]
        columns = block[:, a.layer_input_size(layer) + a.variant.recurrent_width(a.hidden_size) :].T
        padded = [*columns, np.zeros(len(block), block.dtype), np.zeros(len(block), block.dtype)]
        return padded[0], padded[1]

    def __getitem__(self, name: str) -> NDArray:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def __reduce__(self) -> tuple:
        return NamedArrays, (self.architecture, self.flat)

    def copies(self) -> dict[str, NDArray]:
        """Independent arrays by name."""
        return {name: np.ascontiguousarray(view).copy() for name, view in self.items()}

    def assign(self, arrays: Mapping[str, ArrayLike], rounding: bool = False) -> None:
        """Take over the values of ``arrays``; nothing changes unless all of them fit, see ``fitting``."""
        for name, array in self.fitting(arrays, rounding).items():
            self[name][...] = array

    def fitting(self, arrays: Mapping[str, ArrayLike], rounding: bool = False) -> dict[str, NDArray]:
        """The arrays in this dtype.

        Args:
            rounding: whether a wider dtype may lose digits, since the caller asked for this one.

        Raises:
            WeightsError: a name is missing or unexpected, or an array has another shape, is not finite, or would lose
                digits unasked.
        """
        arrays = named_mapping("the weights", arrays, WeightsError)
        missing, extra = self.keys() - arrays.keys(), arrays.keys() - self.keys()
        if missing or extra:
            parts = [f"missing: {', '.join(sorted(missing))}"] if missing else []
            parts += [f"unexpected: {', '.join(sorted(extra))}"] if extra else []
            raise WeightsError(f"the weights do not fit this model; {'; '.join(parts)}. Expected: {', '.join(self)}")
        return {name: fitting(name, arrays[name], view, rounding) for name, view in self.items()}


def fitting(name: str, value: ArrayLike, like: NDArray, rounding: bool = False) -> NDArray:
    """An array to take the place of another one, in its dtype; arguments and errors as in ``NamedArrays.fitting``."""
    array = as_array(name, value, WeightsError)
    if array.shape != like.shape:
        raise WeightsError(f"{name} has shape {array.shape}, expected {like.shape}")
    if array.dtype.kind != "f":
        raise WeightsError(f"{name} has dtype {array.dtype}, expected a floating-point dtype")
    exact = narrowed(array, like.dtype)
    if not np.isfinite(exact if rounding else array).all():
        raise WeightsError(f"{name} holds values that are not finite")
    if not rounding and not np.array_equal(exact, array):
        raise WeightsError(
            f"{name}, {array.shape}, holds {array.dtype} numbers that {like.dtype} would round, expected "
            f"{like.dtype}; convert them with .astype({like.dtype.name!r}), or take a model of "
            f"dtype={array.dtype.name!r}"
        )
    return exact


def initialise(parameters: NamedArrays, seed: int, forget_bias: object, init_std: object) -> None:
    """Draw first weights; arguments as in ``LSTMModel``.

    The embedding is drawn last, so that all else begins as it would without one.

    Raises:
        SettingsError: a scale is out of range, or so large that a weight could be infinite.
    """
    a, dtype = parameters.architecture, parameters.flat.dtype
    largest = float(np.finfo(dtype).max)
    bias = real_number("forget_bias", forget_bias)
    if abs(bias) > largest:
        raise SettingsError(f"forget_bias is {shown(forget_bias)}, expected a number that {dtype} can hold")
    scale = None
    if init_std is not None:
        expected = f"a finite number of at least 0 and at most {largest / FARTHEST_DRAW:g} in {dtype}, or None"
        scale = real_number("init_std", init_std, expected)
        if not 0 <= scale <= largest / FARTHEST_DRAW:
            raise SettingsError(f"init_std is {shown(init_std)}, expected {expected}")
    generator = np.random.default_rng(seed)
    H = a.hidden_size
    bound = 1 / np.sqrt(H)
    for name, view in parameters.items():
        if "bias" not in name and name != EMBEDDING:
            draw = (
                generator.uniform(-bound, bound, view.shape)
                if scale is None
                else generator.normal(0, scale, view.shape)
            )
            view[...] = draw
    if a.bias and a.variant.has_forget_bias:
        row = a.variant.blocks.index("forget_gate") * H
        for k in range(a.num_layers):
            parameters[f"{a.variant.family}.bias_ih_l{k}"][row : row + H] = bias
    if parameters.embedding is not None:
        parameters.embedding[...] = generator.normal(0, 1 if scale is None else scale, parameters.embedding.shape)


def strip_prefix(state: Mapping[str, NDArray], prefix: str) -> dict[str, NDArray]:
    """Those arrays whose name starts with the prefix, without it."""
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
