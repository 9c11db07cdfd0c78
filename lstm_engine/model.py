"""LSTMModel: stacked recurrent layers and a linear readout, on the kernel."""

from collections.abc import Mapping, Sequence
from typing import Self

from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.interventions import Intervention, check_interventions
from lstm_engine.cell.lstm import is_standard
from lstm_engine.cell.parameters import Architecture, NamedArrays, checked_architecture, initialise
from lstm_engine.cell.state import State
from lstm_engine.checks import as_array, float_dtype, whole_number
from lstm_engine.errors import ShapeError
from lstm_engine.learning.losses import get_loss
from lstm_engine.network import Buffers, Workspace, checked_inputs, checked_state
from lstm_engine.tracing.passes import preactivation_parts, trace_gradients, trace_of_layer
from lstm_engine.tracing.trace import PreactivationParts, Trace, TraceGradients

MOST_SEED = 2**128 - 1  # as wide as NumPy's own


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
        seed: of the initial weights, from 0 to 2**128 - 1.
        bias: whether gates and readout have biases. Both of PyTorch's are kept; the cell adds them up.
        init_std: draw weights from N(0, init_std); None draws as PyTorch does, from U(-1/sqrt(H), 1/sqrt(H)), and an
            embedding from N(0, 1).
        embedding_size: E; each of V = ``input_size`` symbols is read as a vector of E numbers, which is learned too
            (PyTorch's ``nn.Embedding``; Bengio et al. 2003). None feeds the inputs themselves. With an embedding, what
            is called inputs (T, B, I) below are integers (T, B), or one-hot (T, B, V), with the same results.

    Several threads can run one model at once: each has buffers of its own. Whoever changes the weights meanwhile
    (an optimizer's step, ``load_state_dict``) must see to it that nobody runs the model.

    Raises:
        SettingsError: a size is not a positive integer, all of them need more numbers than a model may have, or
            variant, dtype, seed or a scale is unknown or out of range, or the variant's heads cannot share hidden_size.

    >>> import numpy as np
    >>> model = LSTMModel(input_size=3, hidden_size=4, output_size=2)
    >>> outputs, state = model.forward(np.zeros((5, 1, 3)))           # five timesteps, a batch of one
    >>> outputs.shape, state.hidden.shape
    ((5, 1, 2), (1, 1, 4))
    >>> model = LSTMModel(1000, 4, 1000, embedding_size=20)           # a thousand words as 20 learned numbers each
    >>> model.forward([[7], [999], [0]])[0].shape
    (3, 1, 1000)
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
        embedding_size: int | None = None,
    ):
        a = checked_architecture(input_size, hidden_size, output_size, num_layers, bias, variant, embedding_size)
        self._become(NamedArrays(a, dtype=float_dtype(dtype)))
        initialise(self.parameters, whole_number("seed", seed, 0, MOST_SEED), forget_bias, init_std)

    @classmethod
    def with_zeros(cls, architecture: Architecture, dtype: str = "float32") -> Self:
        """A model whose weights are all 0, for whoever fills them: nothing is drawn."""
        (model := cls.__new__(cls))._become(NamedArrays(architecture, dtype=float_dtype(dtype)))
        return model

    def _become(self, parameters: NamedArrays) -> None:
        self.parameters, self.architecture, self.dtype = parameters, parameters.architecture, parameters.flat.dtype
        variant, self._buffers = self.architecture.variant, Buffers(parameters)
        self.variant, self.is_standard = variant.name, is_standard(variant)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_buffers"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._buffers = Buffers(self.parameters)

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
            SettingsError: there is no such dtype.
        """
        from lstm_engine.formats.notebook import gate_matrices  # what goes in and out stands above the model

        a, weights = gate_matrices(forget=forget, input=input, output=output, candidate=candidate, readout=readout)
        model = cls(a.input_size, a.hidden_size, a.output_size, dtype=dtype, bias=False)
        model.parameters.assign(weights, rounding=True)
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

    def forward(self, inputs: ArrayLike, state: State | None = None) -> tuple[NDArray, State]:
        """Run the sequence.

        Args:
            inputs: (T, B, I), real numbers; they are taken in the model's dtype.
            state: states before the first timestep, each (num_layers, B, H), an ``LSTMState``, or an ``SLSTMState`` for
                a cell that carries more; None for zeros.

        Returns:
            outputs (T, B, O), and the states after the last timestep.

        Raises:
            ShapeError: inputs or states have another shape, or hold values that are not finite.
        """
        workspace = self._run(inputs, state)
        return workspace.outputs(), workspace.last_state()

    def last_state(self) -> State:
        """The states after the last timestep of the sequence that the calling thread ran last.

        Raises:
            ShapeError: it has not run any.
        """
        last = self._buffers.last_state
        if last is None:
            raise ShapeError("this thread has not run the model on a sequence yet, so there is no state after one")
        return last.last_state() if isinstance(last, Workspace) else last

    def trace(self, inputs: ArrayLike, state: State | None = None, interventions: Sequence[Intervention] = ()) -> Trace:
        """Run the sequence and keep everything that the cells computed, and the vectors that an embedding gave them.

        Args:
            inputs, state: as in ``forward``, and so are the errors.
            interventions: quantities to clamp, scale or shift on the way; what follows from them is computed as usual.

        Raises:
            SettingsError: an intervention names a quantity, layer, unit or timestep that is not there, or clamps a
                quantity to a value outside of its range.
        """
        workspace = self._run(inputs, state, interventions)
        layers = map(trace_of_layer, workspace.layers, self.parameters.layers)
        return Trace(workspace.inputs_read(), tuple(layers), workspace.outputs())  # type: ignore[arg-type]

    def check_interventions(self, interventions: Sequence[Intervention], timesteps: int) -> None:
        """Judge interventions before they are used on a sequence of so many timesteps.

        Raises:
            SettingsError: as in ``trace``.
        """
        check_interventions(interventions, self.architecture, whole_number("timesteps", timesteps))

    def preactivation_parts(self, trace: Trace, layer: int = 0) -> dict[str, PreactivationParts]:
        """What each pre-activation of a traced layer is the sum of, by the name of its block.

        Args:
            trace: of this model with its present weights.
            layer: which, the lowest is 0.

        Raises:
            ShapeError: the trace is of another kind of model.
            SettingsError: there is no such layer.
        """
        return preactivation_parts(self.parameters, trace, layer)

    def trace_gradients(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        loss: str = "cross_entropy",
        timesteps: Sequence[int] | None = None,
        state: State | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> TraceGradients:
        """The gradient of the loss at chosen timesteps with respect to every gate, state and input before them.

        Args:
            inputs, targets, loss, state: as in ``loss_and_gradients``, and so are the errors.
            timesteps: at which the loss is taken, a mean over them; None for all.
            interventions: as in ``trace``.

        Raises:
            ShapeError: there is no such timestep, or none is asked for.
        """
        workspace = self._run(inputs, state, interventions, plain=True)
        return trace_gradients(workspace, targets, loss, timesteps)

    def loss(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        loss: str = "cross_entropy",
        mask: ArrayLike | None = None,
        state: State | None = None,
    ) -> float:
        """The loss alone; arguments as in ``loss_and_gradients``."""
        return self._loss_of(self._run(inputs, state), targets, loss, mask, False)[0]

    def loss_and_gradients(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        loss: str = "cross_entropy",
        mask: ArrayLike | None = None,
        state: State | None = None,
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
            the loss, and gradients with the names and shapes of ``state_dict()``. The arrays are buffers that the
            model keeps for the calling thread: its next call overwrites them, another thread's does not.

        Raises:
            ShapeError: an array has another shape or dtype, or holds values that are not finite.
        """
        return self._loss_and_backward(inputs, targets, loss, mask, state)[0], self._buffers.gradients

    def loss_and_input_gradients(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        loss: str = "cross_entropy",
        mask: ArrayLike | None = None,
        state: State | None = None,
    ) -> tuple[float, NDArray, State]:
        """The loss and its gradient with respect to the inputs, (T, B, I), and to the initial states.

        With an embedding: with respect to the vectors that were read, (T, B, E).

        Arguments and errors as in ``loss_and_gradients``.
        """
        value, workspace = self._loss_and_backward(inputs, targets, loss, mask, state)
        return value, *workspace.gradients_below()

    def _loss_and_backward(
        self, inputs: ArrayLike, targets: ArrayLike, loss: str, mask: ArrayLike | None, state: State | None
    ) -> tuple[float, Workspace]:
        """Forward, loss and backward; gradients stand in the thread's buffers."""
        workspace = self._run(inputs, state, to_learn=True)
        value, d_outputs = self._loss_of(workspace, targets, loss, mask, True)
        assert d_outputs is not None
        workspace.backward(d_outputs, self._buffers.gradients)
        return value, workspace

    def _loss_of(
        self, workspace: Workspace, targets: ArrayLike, loss: str, mask: ArrayLike | None, want_gradient: bool
    ) -> tuple[float, NDArray | None]:
        mask = None if mask is None else as_array("mask", mask)
        return get_loss(loss)(workspace.read(want_gradient), as_array("targets", targets), mask, want_gradient)

    def _run(
        self,
        inputs: ArrayLike,
        state: State | None,
        interventions: Sequence[Intervention] = (),
        plain: bool = False,
        to_learn: bool = False,
    ) -> Workspace:
        """Judge the arguments, then run every layer; ``plain`` takes the cells that keep gradients."""
        a = self.architecture
        inputs = checked_inputs(inputs, a, self.dtype)
        T, B = inputs.shape[:2]
        state = None if state is None else checked_state(state, a, B, self.dtype)
        found = check_interventions(interventions, a, T)
        if plain or found:
            (workspace := Workspace(self.parameters, T, B, found, plain=True)).run(inputs, state)
            self._buffers.last_state = workspace.last_state()
        else:
            workspace = self._buffers.workspace(T, B)
            self._buffers.last_state = workspace
            workspace.run(inputs, state, to_learn)
        return workspace
