"""LSTMModel: stacked recurrent layers and a linear readout, on the kernel."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.cells import CELLS, Cell, Intervention
from lstm_engine.cell.kernel import LayerKernel
from lstm_engine.cell.parameters import Architecture, NamedArrays, converted
from lstm_engine.cell.variants import STANDARD, get_variant
from lstm_engine.errors import SettingsError, ShapeError, WeightsError
from lstm_engine.learning.losses import get_loss
from lstm_engine.tracing.passes import preactivation_parts, trace_of_cell, trace_of_kernel
from lstm_engine.tracing.trace import PreactivationParts, Trace, TraceGradients

DTYPES = ("float32", "float64")
KEPT_SHAPES = 4  # buffers are kept for this many shapes (T, B); more would let memory grow with every new length


class LSTMState(NamedTuple):
    """Hidden and cell states of all layers between two timesteps, each (num_layers, B, H)."""

    hidden: NDArray
    cell: NDArray


class LSTMModel:
    """Stacked LSTM layers, or layers of a variant, with a linear readout at every timestep.

    Args:
        input_size: I, width of the input.
        hidden_size: H, units of each layer.
        output_size: O, width of the readout.
        num_layers: how many layers are stacked.
        variant: which cell, see ``variants.py``; ``"standard"`` is the LSTM with forget gate and without peepholes.
        forget_bias: initial bias of the forget gates; 1 lets a new cell remember (Gers et al. 2000; Jozefowicz et al.
            2015). Without effect if there are no biases.
        dtype: ``"float32"`` to train fast, ``"float64"`` to compare digits.
        seed: of the initial weights.
        bias: whether gates and readout have biases. Both of PyTorch's are kept; the cell adds them up.
        init_std: draw weights from N(0, init_std); None draws from U(-1/sqrt(H), 1/sqrt(H)) as PyTorch does.

    Raises:
        SettingsError: a size is not a positive integer, or variant, dtype or a scale is unknown or out of range.

    >>> model = LSTMModel(input_size=3, hidden_size=4, output_size=2)
    >>> outputs, state = model.forward(np.zeros((5, 1, 3)))           # five timesteps, a batch of one
    >>> outputs.shape, state.hidden.shape
    ((5, 1, 2), (1, 1, 4))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        num_layers: int = 1,
        variant: str = "standard",
        forget_bias: float = 1.0,
        dtype: str = "float32",
        seed: int = 0,
        *,
        bias: bool = True,
        init_std: float | None = None,
    ):
        sizes = {
            "input_size": input_size,
            "hidden_size": hidden_size,
            "output_size": output_size,
            "num_layers": num_layers,
        }
        for name, size in sizes.items():
            if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
                raise SettingsError(f"{name} is {size!r}, expected a whole number of at least 1")
        kind = get_variant(variant)
        if np.dtype(dtype).name not in DTYPES:
            raise SettingsError(f"dtype is {dtype!r}, expected one of {', '.join(DTYPES)}")
        if init_std is not None and not (np.isfinite(init_std) and init_std >= 0):
            raise SettingsError(f"init_std is {init_std!r}, expected a finite number of at least 0, or None")
        if not np.isfinite(forget_bias):
            raise SettingsError(f"forget_bias is {forget_bias!r}, expected a finite number")
        self.architecture = Architecture(
            int(input_size), int(hidden_size), int(output_size), int(num_layers), bias, kind
        )
        self.variant = variant
        # whether the cell is the standard one, whatever it is called: the fast kernel knows no other
        self.is_standard = (kind.family, kind.blocks, kind.peepholes) == ("lstm", STANDARD.blocks, ())
        self.dtype = np.dtype(dtype)
        self.parameters = NamedArrays(self.architecture, dtype=self.dtype)
        self._workspaces: dict[tuple[int, int], Sequence[LayerKernel | Cell]] = {}
        self._gradients: NamedArrays | None = None
        self._initialise(seed, forget_bias, init_std)

    def _initialise(self, seed: int, forget_bias: float, init_std: float | None) -> None:
        generator = np.random.default_rng(seed)
        H = self.architecture.hidden_size
        bound = 1 / np.sqrt(H)
        for name, view in self.parameters.items():
            if "bias" in name:
                continue
            if init_std is None:
                view[...] = generator.uniform(-bound, bound, view.shape)
            else:
                view[...] = generator.normal(0, init_std, view.shape)
        blocks = self.architecture.variant.blocks
        if self.architecture.bias and "forget_gate" in blocks:
            row = blocks.index("forget_gate") * H
            for k in range(self.architecture.num_layers):
                self.parameters[f"lstm.bias_ih_l{k}"][row : row + H] = forget_bias

    @classmethod
    def from_gate_matrices(
        cls,
        *,
        forget: ArrayLike,
        input: ArrayLike,
        output: ArrayLike,
        candidate: ArrayLike,
        readout: ArrayLike,
        dtype: str = "float32",
    ) -> Self:
        """A single layer without biases, as the notebook writes it.

        Args:
            forget, input, output, candidate: (I+H, H) each, acting on [x_t, h_{t-1}].
            readout: (H, O).
            dtype: of the model.

        Raises:
            WeightsError: the matrices' shapes do not fit each other.
        """
        gates = {"input": input, "forget": forget, "candidate": candidate, "output": output}  # PyTorch's order
        matrices = {name: np.asarray(matrix) for name, matrix in gates.items()}
        readout = np.asarray(readout)
        if readout.ndim != 2:
            raise WeightsError(f"readout has shape {readout.shape}, expected (H, O)")
        H, O = readout.shape
        rows = matrices["forget"].shape[0] if matrices["forget"].ndim == 2 else 0
        if rows <= H:
            shape = matrices["forget"].shape
            raise WeightsError(f"forget has shape {shape}, expected (I+H, H) with H = {H} and I of at least 1")
        for name, matrix in matrices.items():
            if matrix.shape != (rows, H):
                raise WeightsError(f"{name} has shape {matrix.shape}, expected (I+H, H) = {(rows, H)}")
        I = rows - H
        model = cls(I, H, O, dtype=dtype, bias=False)
        stacked = np.concatenate([matrix.T for matrix in matrices.values()])  # (4H, I+H)
        weights = {
            "lstm.weight_ih_l0": stacked[:, :I],
            "lstm.weight_hh_l0": stacked[:, I:],
            "readout.weight": readout.T,
        }
        model.load_state_dict(converted(weights, dtype))
        return model

    @property
    def num_parameters(self) -> int:
        """How many numbers are learned."""
        return self.parameters.flat.size

    def state_dict(self) -> dict[str, NDArray]:
        """Copies of all weights, by PyTorch's names; gates' rows in PyTorch's order i, f, g, o."""
        return self.parameters.copies()

    def load_state_dict(self, weights: Mapping[str, NDArray]) -> None:
        """Take over weights with the names and shapes of ``state_dict()``.

        Raises:
            WeightsError: they do not fit, or would lose digits in the model's dtype; the model is then unchanged.
        """
        self.parameters.assign(weights)

    def forward(self, inputs: ArrayLike, state: LSTMState | None = None) -> tuple[NDArray, LSTMState]:
        """Run the sequence.

        Args:
            inputs: (T, B, I), real numbers; they are taken in the model's dtype.
            state: states before the first timestep, each (num_layers, B, H); None for zeros.

        Returns:
            outputs (T, B, O), and the states after the last timestep.

        Raises:
            ShapeError: inputs or states have another shape, or hold values that are not finite.
        """
        kernels = self._run(inputs, state)
        return np.ascontiguousarray(self._readout(kernels[-1]).transpose(1, 2, 0)), self.last_state()

    def last_state(self) -> LSTMState:
        """The states after the last timestep of the sequence that the model ran last.

        Raises:
            ShapeError: it has not run any.
        """
        if not self._workspaces:
            raise ShapeError("the model has not run a sequence yet, so there is no state after one")
        kernels = next(reversed(self._workspaces.values()))
        hidden = np.stack([kernel.hidden[-1].T for kernel in kernels])
        return LSTMState(hidden, np.stack([kernel.cell[-1].T for kernel in kernels]))

    def trace(
        self, inputs: ArrayLike, state: LSTMState | None = None, interventions: Sequence[Intervention] = ()
    ) -> Trace:
        """Run the sequence and keep everything that the cells computed.

        Args:
            inputs, state: as in ``forward``, and so are the errors.
            interventions: quantities to clamp, scale or shift on the way; what follows from them is computed as usual.

        Raises:
            SettingsError: an intervention names a quantity, layer, unit or timestep that is not there.
        """
        kernels = self._run(inputs, state, interventions)
        readout = np.ascontiguousarray(self._readout(kernels[-1]).transpose(1, 2, 0))
        layers = [
            trace_of_kernel(kernel, weights) if isinstance(kernel, LayerKernel) else trace_of_cell(kernel)
            for kernel, weights in zip(kernels, self.parameters.layers, strict=True)
        ]
        return Trace(np.array(inputs, self.dtype), tuple(layers), readout)

    def preactivation_parts(self, trace: Trace, layer: int = 0) -> dict[str, PreactivationParts]:
        """What each pre-activation of a traced layer is the sum of, by the name of its block.

        Args:
            trace: of this model with its present weights.
            layer: which, the lowest is 0.
        """
        return preactivation_parts(self.parameters, trace, layer)

    def trace_gradients(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        loss: str = "cross_entropy",
        timesteps: Sequence[int] | None = None,
        state: LSTMState | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> TraceGradients:
        """The gradient of the loss at chosen timesteps with respect to every gate, state and input before them.

        Args:
            inputs, targets, loss, state: as in ``loss_and_gradients``, and so are the errors.
            timesteps: at which the loss is taken, a mean over them; None for all.
            interventions: as in ``trace``.
        """
        cells = self._run(inputs, state, interventions, plain=True)
        outputs = self._readout(cells[-1])
        _, T, B = outputs.shape
        mask = np.ones((T, B), bool)
        if timesteps is not None:
            outside = [t for t in timesteps if not 0 <= t < T]
            if outside or not len(timesteps):
                raise ShapeError(f"timesteps are {list(timesteps)}, expected at least one of 0..{T - 1}")
            mask[:] = np.isin(np.arange(T), timesteps)[:, None]
        value, d_outputs = get_loss(loss)(outputs, np.asarray(targets), mask, True)
        assert d_outputs is not None
        self._backward(cells, d_outputs, NamedArrays(self.architecture, dtype=self.dtype))
        d_inputs, d_state = self._gradients_below(cells)
        return TraceGradients(
            loss=value,
            layers=tuple(
                {name: gradient.transpose(0, 2, 1).copy() for name, gradient in cell.gradients.items()}
                for cell in cells
                if isinstance(cell, Cell)
            ),
            inputs=d_inputs,
            initial_hidden=d_state.hidden,
            initial_cell=d_state.cell,
        )

    def loss(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        loss: str = "cross_entropy",
        mask: ArrayLike | None = None,
        state: LSTMState | None = None,
    ) -> float:
        """The loss alone; arguments as in ``loss_and_gradients``."""
        outputs = self._readout(self._run(inputs, state)[-1])
        mask = None if mask is None else np.asarray(mask)
        return get_loss(loss)(outputs, np.asarray(targets), mask, False)[0]

    def loss_and_gradients(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        loss: str = "cross_entropy",
        mask: ArrayLike | None = None,
        state: LSTMState | None = None,
    ) -> tuple[float, NamedArrays]:
        """The loss and its gradient with respect to every weight, by backpropagation through time.

        Args:
            inputs: (T, B, I).
            targets: integers (T, B) for ``cross_entropy``, reals (T, B, O) for ``squared_error``, numbers from 0 to 1
                (T, B, O) for ``binary_cross_entropy``.
            loss: which loss; a mean over all positions that count.
            mask: (T, B), True where a position counts; None for everywhere.
            state: states before the first timestep; None for zeros.

        Returns:
            the loss, and gradients with the names and shapes of ``state_dict()``. The arrays are the model's own
            buffers: the next call overwrites them.

        Raises:
            ShapeError: an array has another shape or dtype, or holds values that are not finite.
        """
        value, gradients, _ = self._loss_and_backward(inputs, targets, loss, mask, state)
        return value, gradients

    def loss_and_input_gradients(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        loss: str = "cross_entropy",
        mask: ArrayLike | None = None,
        state: LSTMState | None = None,
    ) -> tuple[float, NDArray, LSTMState]:
        """The loss and its gradient with respect to the inputs, (T, B, I), and to the initial states.

        Arguments and errors as in ``loss_and_gradients``.
        """
        value, _, kernels = self._loss_and_backward(inputs, targets, loss, mask, state)
        return value, *self._gradients_below(kernels)

    def _gradients_below(self, kernels: Sequence[LayerKernel | Cell]) -> tuple[NDArray, LSTMState]:
        """After ``_backward``: the gradients of the inputs, (T, B, I), and of the initial states."""
        d_inputs = kernels[0].input_gradients(self.parameters.layers[0]).transpose(0, 2, 1).copy()
        d_hidden = np.stack([kernel.d_hidden.T for kernel in kernels])
        return d_inputs, LSTMState(d_hidden, np.stack([kernel.d_cell.T for kernel in kernels]))

    def _loss_and_backward(
        self, inputs: ArrayLike, targets: ArrayLike, loss: str, mask: ArrayLike | None, state: LSTMState | None
    ) -> tuple[float, NamedArrays, Sequence[LayerKernel | Cell]]:
        """Forward, loss and backward; gradients stand in the model's and its kernels' buffers."""
        kernels = self._run(inputs, state)
        mask = None if mask is None else np.asarray(mask)
        value, d_outputs = get_loss(loss)(self._readout(kernels[-1]), np.asarray(targets), mask, True)
        assert d_outputs is not None
        if self._gradients is None:
            self._gradients = NamedArrays(self.architecture, dtype=self.dtype)
        self._backward(kernels, d_outputs, self._gradients)
        return value, self._gradients, kernels

    def _backward(self, kernels: Sequence[LayerKernel | Cell], d_outputs: NDArray, gradients: NamedArrays) -> None:
        O, T, B = d_outputs.shape
        H = self.architecture.hidden_size
        d_readout = d_outputs.reshape(O, T * B)
        np.matmul(d_readout, self._readout_operand(kernels[-1]).T, out=gradients.readout)
        d_hidden = (self.parameters.readout[:, :H].T @ d_readout).reshape(H, T, B).transpose(1, 0, 2)  # (T, H, B)
        for k in reversed(range(len(kernels))):
            weights, peepholes = self.parameters.layers[k], self.parameters.peepholes[k]
            kernels[k].backward(weights, peepholes, d_hidden, gradients.layers[k], gradients.peepholes[k])
            if k > 0:
                d_hidden = kernels[k].input_gradients(self.parameters.layers[k])

    def _readout_operand(self, kernel: LayerKernel | Cell) -> NDArray:
        """[h_t; 1] of the topmost layer for all timesteps, (H+1, T*B), or (H, T*B) without biases."""
        return kernel.state_columns(self.parameters.readout.shape[1])

    def _readout(self, kernel: LayerKernel | Cell) -> NDArray:
        """Outputs, feature-major: (O, T, B)."""
        outputs = self.parameters.readout @ self._readout_operand(kernel)
        return outputs.reshape(-1, kernel.timesteps, kernel.batch_size)

    def _run(
        self,
        inputs: ArrayLike,
        state: LSTMState | None,
        interventions: Sequence[Intervention] = (),
        plain: bool = False,
    ) -> Sequence[LayerKernel | Cell]:
        """Check the arguments, fill the buffers and run every layer; ``plain`` takes the cells that keep gradients."""
        inputs = np.asarray(inputs)
        a = self.architecture
        if inputs.ndim != 3 or inputs.shape[2] != a.input_size or 0 in inputs.shape:
            raise ShapeError(
                f"inputs have shape {inputs.shape}, expected (T, B, I) with I = {a.input_size} and T, B of at least 1"
            )
        if inputs.dtype.kind not in "fiub":
            raise ShapeError(f"inputs have dtype {inputs.dtype}, expected real numbers")
        inputs = self._narrowed(inputs)
        if not np.isfinite(inputs).all():
            raise ShapeError(f"inputs hold values that are not finite in {self.dtype} (NaN, infinity or too large)")
        T, B, _ = inputs.shape
        kernels: Sequence[LayerKernel | Cell]
        kernels = self._cells(T, B, interventions) if plain or interventions else self._workspace(T, B)
        self._set_initial_state(kernels, state)
        below = inputs.transpose(0, 2, 1)  # (T, I, B)
        for kernel, weights, peepholes in zip(kernels, self.parameters.layers, self.parameters.peepholes, strict=True):
            kernel.operand[:T, : kernel.input_size] = below
            kernel.forward(weights, peepholes)
            below = kernel.hidden
        return kernels

    def _narrowed(self, array: NDArray) -> NDArray:
        """In the model's dtype; what does not fit becomes infinite, for the caller to refuse."""
        with np.errstate(over="ignore"):
            return array.astype(self.dtype, copy=False)

    def _set_initial_state(self, kernels: Sequence[LayerKernel | Cell], state: LSTMState | None) -> None:
        a = self.architecture
        if state is not None:
            shape = (a.num_layers, kernels[0].batch_size, a.hidden_size)
            state = LSTMState(*(np.asarray(part) for part in state))
            for name, part in zip(LSTMState._fields, state, strict=True):
                if part.shape != shape:
                    raise ShapeError(f"state.{name} has shape {part.shape}, expected (num_layers, B, H) = {shape}")
                if part.dtype.kind not in "fiub" or not np.isfinite(self._narrowed(part)).all():
                    raise ShapeError(f"state.{name} must hold real numbers that are finite in {self.dtype}")
        for k, kernel in enumerate(kernels):
            kernel.initial_hidden[...] = 0 if state is None else state.hidden[k].T
            kernel.initial_cell[...] = 0 if state is None else state.cell[k].T

    def _workspace(self, T: int, B: int) -> Sequence[LayerKernel | Cell]:
        """The layers' buffers for this shape; the least recently used ones make room."""
        kernels = self._workspaces.pop((T, B), None)
        if kernels is None:
            a = self.architecture
            if self.is_standard:
                kernels = [
                    LayerKernel(a.layer_input_size(k), a.hidden_size, T, B, a.bias, self.dtype)
                    for k in range(a.num_layers)
                ]
            else:
                kernels = self._cells(T, B)
        self._workspaces[T, B] = kernels
        if len(self._workspaces) > KEPT_SHAPES:
            self._workspaces.pop(next(iter(self._workspaces)))
        return kernels

    def _cells(self, T: int, B: int, interventions: Sequence[Intervention] = ()) -> list[Cell]:
        """A cell for each layer, with its interventions."""
        a = self.architecture
        for change in interventions:
            for name, wanted, count in (("timestep", change.timesteps, T), ("unit", change.units, a.hidden_size)):
                outside = [k for k in wanted or () if not 0 <= k < count]
                if outside:
                    raise SettingsError(f"there is no {name} {outside[0]} to change; expected 0..{count - 1}")
            if not 0 <= change.layer < a.num_layers:
                raise SettingsError(f"there is no layer {change.layer} to change; expected 0..{a.num_layers - 1}")
            if not np.isfinite([change.scale, change.shift]).all():
                raise SettingsError(f"scale {change.scale!r} and shift {change.shift!r} must be finite numbers")
        return [
            CELLS[a.variant.family](
                a.variant,
                a.layer_input_size(k),
                a.hidden_size,
                T,
                B,
                a.bias,
                self.dtype,
                [change for change in interventions if change.layer == k],
            )
            for k in range(a.num_layers)
        ]
