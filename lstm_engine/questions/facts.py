"""What a question may ask of its scene: the engine's numbers, and small experiments on the engine, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.interventions import Intervention
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.cell.readouts import readout_of
from lstm_engine.cell.state import LSTMState
from lstm_engine.errors import SettingsError
from lstm_engine.model import LSTMModel
from lstm_engine.questions.language import Timeline, value_of
from lstm_engine.tasks import EncodedSequence, Task

NUDGE = 0.5  # of a cell state; what is linear in it may be nudged by any amount

# what an expression can name, for whoever writes one
WORDS = {
    "t, u": "the scene’s timestep, from 1, and its unit, from 0",
    "T, H, O": "how many timesteps, units and outputs there are",
    "layers, weights": "how many layers, and numbers that are learned",
    "f[t, u], c[:, u], h[t]": "the cell’s quantities by the letters of its equations, at timesteps and units",
    "c[0, u]": "what a state is before the first timestep",
    "p[t, :]": "what the model says of each output",
    "U_f[u]": "the weights by which a unit’s gate sees h of all units",
    "answer": "what the engine computes for the question, in conditions and texts",
    "passes_on(t, u)": "how much of a nudge of c is left after the timestep",
    "anew(t)": "how far h comes out differently if the same is read as the first of a sequence",
}


@dataclass(frozen=True)
class Facts:
    """A scene as the engine computes it.

    Attributes:
        model, task, sequence: what is read by what.
        timestep: counted from 1. unit, layer: counted from 0.
        interventions: what is held.
    """

    model: LSTMModel
    task: Task
    sequence: EncodedSequence
    timestep: int
    unit: int = 0
    layer: int = 0
    interventions: Sequence[Intervention] = ()

    def __post_init__(self) -> None:
        a, T = self.model.architecture, len(self.sequence.labels)
        for name, value, low, high in (
            ("timestep", self.timestep, 1, T),
            ("unit", self.unit, 0, a.hidden_size - 1),
            ("layer", self.layer + 1, 1, a.num_layers),
        ):
            if not low <= value <= high:
                raise SettingsError(f"the scene's {name} is {value}, expected {low} to {high}")

    @cached_property
    def _trace(self) -> Any:
        return self.model.trace(self.sequence.inputs, interventions=self.interventions)

    @cached_property
    def names(self) -> dict[str, Any]:
        """Everything by its name in an expression.

        Quantities by the letters of the cell's equations, (T, H); p (T, O), what the model says; ``U_`` and a letter
        (H, H), the weights by which all of h′ reach each unit; t, u, T, H, O, layers, weights; and experiments.
        """
        a, layer = self.model.architecture, self._trace.layers[self.layer]
        found: dict[str, Any] = {}
        for quantity in quantities_of(a.variant):
            values = getattr(layer, quantity.name)[:, 0].astype(np.float64)  # (T, H)
            before = np.zeros(a.hidden_size) if quantity.carried else None
            found[quantity.symbol] = Timeline(quantity.symbol, values, before)
            if quantity.name in a.variant.blocks:
                found[f"U_{quantity.symbol}"] = self._recurrent(quantity.name)
        found["p"] = Timeline("p", self._said)
        found |= {"t": self.timestep, "u": self.unit, "T": len(self.sequence.labels), "H": a.hidden_size}
        found |= {"O": a.output_size, "layers": a.num_layers, "weights": self.model.num_parameters}
        found |= {
            "anew": self._anew,
            "passes_on": self._passes_on,
        }
        return found

    def _recurrent(self, quantity: str) -> NDArray:
        a = self.model.architecture
        blocks = self.model.parameters.recurrent(self.layer).reshape(len(a.variant.blocks), a.hidden_size, -1)
        return blocks[a.variant.blocks.index(quantity)].astype(np.float64)

    @cached_property
    def _said(self) -> NDArray:
        outputs = self._trace.outputs[:, 0].astype(np.float64)  # (T, O)
        name = readout_of(self.task.loss).name
        if name == "sigmoid":
            return np.asarray(0.5 * (1 + np.tanh(outputs / 2)))
        if name == "linear":
            return np.asarray(outputs)
        raised = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def _state_before(self, timestep: int) -> Any:
        """What is carried into a timestep, counted from 1."""
        if timestep <= 1:
            return None
        return self.model.forward(self.sequence.inputs[: timestep - 1])[1]

    def _anew(self, timestep: float) -> float:
        """Experiment: read the symbol of a timestep from the same state, but as the first of a sequence of its own.

        Returns:
            how far the hidden state comes out differently, at most, over all units of the topmost layer.
        """
        t = self._whole(timestep)
        whole = self.model.trace(self.sequence.inputs[:t]).layers[-1].hidden[-1]
        alone = self.model.trace(self.sequence.inputs[t - 1 : t], self._state_before(t)).layers[-1].hidden[-1]
        return float(np.abs(whole - alone).max())

    def _passes_on(self, timestep: float, unit: float) -> float:
        """Experiment: nudge a unit's cell state before a timestep, all else being the same; per nudge, how far its cell
        state after the timestep moves. It is dc_t/dc_{t-1} along the cell state itself (Hochreiter and Schmidhuber
        1997, section 4)."""
        t, u = self._whole(timestep), int(unit)
        if "c" not in self.names or not 0 <= u < self.model.architecture.hidden_size:
            raise SettingsError("passes_on needs a cell state c and one of its units")
        state = self._state_before(t)
        a = self.model.architecture
        if state is None:
            zeros = np.zeros((a.num_layers, 1, a.hidden_size), self.model.dtype)
            state = LSTMState(zeros, zeros)
        nudged = state.cell.copy()
        nudged[self.layer, 0, u] += NUDGE
        here = self.sequence.inputs[t - 1 : t]
        after = [self.model.trace(here, one).layers[self.layer] for one in (state, state._replace(cell=nudged))]
        moved = [float(getattr(one, "cell")[0, 0, u]) for one in after]  # noqa: B009
        return (moved[1] - moved[0]) / NUDGE

    def _whole(self, timestep: float) -> int:
        if not 1 <= timestep <= len(self.sequence.labels):
            raise SettingsError(f"there is no timestep {timestep:g}; expected 1 to {len(self.sequence.labels)}")
        return int(timestep)

    def value(self, expression: str, **more: Any) -> NDArray:
        """What an expression gives in this scene, with further names; see ``value_of``."""
        return np.asarray(value_of(expression, {**self.names, **more}))

    def number(self, expression: str, **more: Any) -> float:
        """The same where it must be one number.

        Raises:
            SettingsError: it is none, or several.
        """
        value = self.value(expression, **more)
        if value.size != 1:
            raise SettingsError(f"“{expression[:60]}” gives {value.size:,} numbers, expected one; say at which t and u")
        return float(value.reshape(()))


Make = Callable[[int, int], Facts]  # a scene at a timestep (from 1) and a unit (from 0)
