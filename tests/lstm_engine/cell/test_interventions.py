import numpy as np
import pytest

from lstm_engine import Intervention, LSTMModel, SettingsError, ShapeError
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.cell.variants import VARIANTS

INPUTS = np.random.default_rng(2).normal(size=(5, 2, 3))


def test_a_clamp_is_an_intervention_that_forgets_what_was_computed():
    clamp = Intervention.clamp("forget_gate", 0.25, timesteps=[1, 2], units=[0], layer=1)
    assert clamp == Intervention("forget_gate", [1, 2], [0], scale=0.0, shift=0.25, layer=1)
    assert clamp.is_clamp
    assert not Intervention("forget_gate", scale=0.5).is_clamp


@pytest.mark.parametrize("name", VARIANTS)
def test_a_clamped_quantity_has_its_value_and_nothing_else_is_touched(name):
    model = LSTMModel(3, 4, 2, 2, name, seed=1)
    whole = model.trace(INPUTS)
    for quantity in quantities_of(name):
        value = quantity.clamp_limits[1]
        clamp = Intervention.clamp(quantity.name, value, range(2, 4), [1], layer=1)
        layer = model.trace(INPUTS, interventions=[clamp]).layers[1]
        assert (getattr(layer, quantity.name)[2:4, :, 1] == value).all()
        before = getattr(whole.layers[1], quantity.name)
        np.testing.assert_allclose(getattr(layer, quantity.name)[:2], before[:2], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("intervention", "message"),
    [
        (Intervention.clamp("forget_gate", 1.5), "forget_gate cannot be clamped to 1.5; expected a number from 0 to 1"),
        (Intervention.clamp("candidate", -2), "candidate cannot be clamped to -2; expected a number from -1 to 1"),
        (Intervention.clamp("cell", 1e7), r"cell cannot be clamped|from -1e\+06 to 1e\+06"),
        (Intervention.clamp("cell", float("inf")), "must be finite numbers"),
        (Intervention.clamp("reset_gate", 0.5), "no 'reset_gate' in a standard cell; choose forget_gate, input_gate"),
        (Intervention.clamp("cell", 0, timesteps=range(10**18)), r"no timestep 999999999999999999 to change"),
        (Intervention.clamp("cell", 0, units=np.array([4])), r"no unit 4 to change; expected 0\.\.3"),
        (Intervention.clamp("cell", 0, layer=-1), r"no layer -1 to change; expected 0\.\.1"),
    ],
)
def test_what_cannot_be_changed_is_named_before_anything_runs(intervention, message):
    model = LSTMModel(3, 4, 2, 2)
    with pytest.raises(SettingsError, match=message):
        model.check_interventions([intervention], 5)
    with pytest.raises(SettingsError, match=message):
        model.trace(INPUTS, interventions=[intervention])
    with pytest.raises(ShapeError, match="not run"):
        model.last_state()


@pytest.mark.parametrize(
    "attributes",
    [
        {"quantity": 3},
        {"timesteps": 3},
        {"timesteps": "12"},
        {"units": [1.5]},
        {"units": [True]},
        {"units": {1, 2}},
        {"scale": "1"},
        {"shift": None},
        {"layer": 0.5},
    ],
)
def test_attributes_of_the_wrong_type_are_told_when_they_are_given(attributes):
    with pytest.raises(SettingsError, match=f"{next(iter(attributes))} (is|holds) "):
        Intervention(**{"quantity": "cell", **attributes})


def test_limits_are_those_of_the_variant():
    clamp = Intervention.clamp("candidate", 5)
    LSTMModel(3, 4, 2, variant="no_input_activation").trace(INPUTS, interventions=[clamp])
    with pytest.raises(SettingsError, match="candidate cannot be clamped to 5"):
        LSTMModel(3, 4, 2).trace(INPUTS, interventions=[clamp])
