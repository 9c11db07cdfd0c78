"""A cell that is not there yet, written the way the others are: one definition, one entry, and everything follows."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_engine import Adam, Intervention, LSTMModel, SettingsError, Trace, Trainer, load_model, save_model, tasks
from lstm_engine.cell.cell import Cell, sigmoid
from lstm_engine.cell.family import GATE_RANGE, SIGNED_RANGE, Family, Quantity, Variant
from lstm_engine.cell.layer_trace import TracedLayer
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.cell.variants import FAMILIES, VARIANTS

QUANTITIES = (
    Quantity("leak_gate", "Leak gate", "l", "l = σ(W_l [x, h′] + b_l)", GATE_RANGE, "blue"),
    Quantity("hidden", "Hidden state", "h", "h = l · tanh(W_h [x, h′] + b_h)", SIGNED_RANGE, "sky_blue", True),
)


@dataclass(frozen=True)
class LeakyLayerTrace(TracedLayer):
    quantities = QUANTITIES

    leak_gate: NDArray
    hidden: NDArray
    leak_gate_preactivation: NDArray
    hidden_preactivation: NDArray
    initial_hidden: NDArray


class LeakyCell(Cell):
    """l = σ(.), h = l tanh(.)."""

    quantities = QUANTITIES

    def step(self, t, weights, peepholes):
        z = self.preactivations[t]
        z[...] = (weights @ self.operand[t]).reshape(2, self.hidden_size, -1)
        leak = self.keep("leak_gate", t, sigmoid(z[0]))
        self.hidden[t] = self.keep("hidden", t, leak * np.tanh(z[1]))

    def back(self, t, dh, weights, peepholes, d_weights, d_peepholes):
        raw, leak, said = self.raw["leak_gate"][t], self.values["leak_gate"][t], np.tanh(self.preactivations[t, 1])
        d_leak = self.note("leak_gate", t, dh * said)
        dz = np.concatenate([d_leak * raw * (1 - raw), dh * leak * (1 - said**2)])
        self._spread(dz, t, weights, d_weights)


LEAKY = Variant("leaky", "A leaky unit", family="leaky", blocks=("leak_gate", "hidden"))


@pytest.fixture(autouse=True)
def _entered(monkeypatch):
    monkeypatch.setitem(FAMILIES, "leaky", Family("leaky", (LEAKY,), LeakyCell, LeakyLayerTrace))
    monkeypatch.setitem(VARIANTS, "leaky", LEAKY)


def test_a_new_cell_is_traced_explained_changed_saved_and_trained(tmp_path):
    rng = np.random.default_rng(1)
    model = LSTMModel(3, 4, 2, 2, "leaky", dtype="float64", seed=3)
    inputs, targets = rng.normal(size=(5, 2, 3)), rng.integers(2, size=(5, 2))
    assert [quantity.symbol for quantity in quantities_of("leaky")] == ["l", "h"]
    trace = model.trace(inputs)
    for layer in range(2):
        for block, parts in model.preactivation_parts(trace, layer).items():
            expected = getattr(trace.layers[layer], f"{block}_preactivation")
            np.testing.assert_allclose(
                parts.input + parts.recurrent + parts.bias + parts.peephole, expected, rtol=1e-10
            )
    trace.save(tmp_path / "trace.npz")
    np.testing.assert_array_equal(Trace.load(tmp_path / "trace.npz").layers[1].leak_gate, trace.layers[1].leak_gate)
    save_model(model, tmp_path / "model.safetensors")
    np.testing.assert_array_equal(load_model(tmp_path / "model.safetensors").forward(inputs)[0], trace.outputs)
    shut = model.trace(inputs, interventions=[Intervention.clamp("leak_gate", 0, layer=1)])
    assert (shut.layers[1].hidden == 0).all()
    with pytest.raises(SettingsError, match="no 'cell' in a leaky cell; choose leak_gate, hidden"):
        model.trace(inputs, interventions=[Intervention.clamp("cell", 0)])
    gradient = model.loss_and_gradients(inputs, targets)[1].flat.copy()
    weights = model.parameters.flat
    for k in range(0, weights.size, 7):
        value = weights[k]
        weights[k] = value + 1e-6
        above = model.loss(inputs, targets)
        weights[k] = value - 1e-6
        below = model.loss(inputs, targets)
        weights[k] = value
        assert gradient[k] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-8)
    names = tasks.get("names")
    trainer = Trainer(learner := LSTMModel(28, 8, 28, variant="leaky"), names, Adam(learner, 0.02))
    before = trainer.validate()
    for _ in range(20):
        trainer.step()
    assert trainer.validate() < before
