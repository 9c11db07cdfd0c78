"""What the families say of themselves, and that all that follows from it does."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_engine import LayerTrace, LSTMModel, SettingsError
from lstm_engine.cell.family import Family
from lstm_engine.cell.layer_trace import TracedLayer
from lstm_engine.cell.quantities import GATES, QUANTITIES, quantities_of
from lstm_engine.cell.rnn import FAMILY, RNNCell
from lstm_engine.cell.variants import FAMILIES, VARIANTS

RNG = np.random.default_rng(8)


def symbols(variant: str) -> str:
    return " ".join(quantity.symbol for quantity in quantities_of(variant))


def test_each_cell_has_its_papers_quantities_in_its_papers_order():
    assert symbols("standard") == "f i g o c h"
    assert symbols("gru") == "r z n h"
    assert symbols("rnn") == "h"
    assert symbols("slstm") == "i f z o c n m h"
    assert symbols("minlstm") == "f i g h"
    assert symbols("mingru") == "z n h"
    assert all(symbols(name) == "f i g o c h" for name, variant in VARIANTS.items() if variant.family == "lstm")
    assert quantities_of("standard") == QUANTITIES
    assert "".join(quantity.symbol for quantity in GATES) == "figo"
    with pytest.raises(SettingsError, match="no variant 'mlstm'"):
        quantities_of("mlstm")


@pytest.mark.parametrize("name", VARIANTS)
def test_a_trace_has_every_quantity_within_its_limits(name):
    model = LSTMModel(3, 4, 2, variant=name, seed=2, init_std=3.0)
    layer = model.trace(RNG.normal(size=(20, 3, 3))).layers[0]
    gradients = model.trace_gradients(RNG.normal(size=(5, 1, 3)), np.zeros((5, 1), int)).layers[0]
    for quantity in quantities_of(name):
        values = getattr(layer, quantity.name)
        assert values.shape == (20, 3, 4)
        low, high = quantity.limits or (-np.inf, np.inf)
        assert low <= values.min() <= values.max() <= high, quantity.name
        if quantity.equation.endswith("= 1"):
            assert (values == 1).all(), quantity.name
        if quantity.carried:
            assert getattr(layer, f"initial_{quantity.name}").shape == (3, 4)
    assert gradients.keys() == {quantity.name for quantity in quantities_of(name)}


def test_the_quantities_say_what_a_variant_does_otherwise():
    def of(variant: str) -> dict[str, str]:
        return {quantity.symbol: quantity.equation for quantity in quantities_of(variant)}

    assert of("no_input_gate")["i"] == "i = 1"
    assert of("coupled_input_forget")["f"] == "f = 1 - i"
    assert of("no_output_activation")["h"] == "h = o · c"
    assert of("no_peepholes") == of("standard")
    assert next(q for q in quantities_of("no_input_activation") if q.symbol == "g").limits is None


def test_families_are_told_apart_by_name_and_lstm_traces_are_public():
    assert list(FAMILIES) == ["lstm", "gru", "rnn", "slstm", "minlstm", "mingru"]
    assert FAMILIES["lstm"].trace is LayerTrace
    for name, family in FAMILIES.items():
        assert all(variant.family == name for variant in family.variants)
        assert {field.name for field in fields(family.trace)} == set(family.trace_arrays)


def test_a_trace_that_differs_from_its_quantities_is_told_at_once():
    @dataclass(frozen=True)
    class Forgetful(TracedLayer):
        quantities = FAMILY.quantities
        hidden: NDArray
        initial_hidden: NDArray

    with pytest.raises(TypeError, match=r"Forgetful differs from the quantities in .'hidden_preactivation'"):
        Family("rnn", FAMILY.variants, RNNCell, Forgetful)
    assert replace(FAMILY, name="other").trace_arrays == ("hidden", "hidden_preactivation", "initial_hidden")
