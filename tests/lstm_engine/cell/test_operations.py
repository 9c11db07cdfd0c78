"""What a cell says of itself against what it computes: quantities, operations, sums, and the ways of a gradient."""

import numpy as np
import pytest

from lstm_engine import LSTMModel, tasks
from lstm_engine.cell.family import PREDICTION
from lstm_engine.cell.formulas import read_formula
from lstm_engine.cell.quantities import gradient_steps_of, operations_of, quantities_of, sums_of
from lstm_engine.cell.readouts import readout_of
from lstm_engine.cell.variants import VARIANTS

T, B, I, H, O = 5, 2, 3, 4, 3
NAMES = list(VARIANTS)


def some_model(name: str) -> LSTMModel:
    model = LSTMModel(I, H, O, variant=name, dtype="float64", seed=1)
    model.parameters.flat[:] = np.random.default_rng(NAMES.index(name)).normal(size=model.num_parameters)
    return model


INPUTS = np.random.default_rng(5).normal(size=(T, B, I))


def before(values: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros((1, B, H)), values[:-1]])


def letters(model: LSTMModel) -> dict[str, np.ndarray]:
    """Every letter that a formula may hold, each (T, B, H), from the weights alone as far as they are sums."""
    layer, weights, variant = model.trace(INPUTS).layers[0], model.state_dict(), model.architecture.variant
    U, (of_input, of_hidden) = model.parameters.recurrent(0), model.parameters.biases(0)
    quantities = quantities_of(variant)
    found = {quantity.symbol: getattr(layer, quantity.name) for quantity in quantities}
    found |= {f"{symbol}′": before(values) for symbol, values in found.items()}
    for place, block in enumerate(variant.blocks):
        rows = slice(place * H, (place + 1) * H)
        symbol = next(q.symbol for q in quantities if q.name == block)
        found[f"w_{symbol}"] = INPUTS @ weights[f"{variant.family}.weight_ih_l0"][rows].T + of_input[rows]
        found[f"u_{symbol}"] = before(layer.hidden) @ U[rows].T + of_hidden[rows]
        found[f"a_{symbol}"] = getattr(layer, f"{block}_preactivation")
    for place, name in enumerate(variant.peepholes):
        symbol = next(q.symbol for q in quantities if q.name == name)
        found[f"p_{symbol}"] = weights[f"{variant.family}.peephole_l0"][place]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_quantity_is_what_its_formula_says(name):
    found = letters(some_model(name))
    for quantity in quantities_of(name):
        formula = read_formula(quantity.formula)
        assert formula.left == quantity.symbol
        np.testing.assert_allclose(
            formula.value(found) * np.ones((T, B, H)), found[quantity.symbol], rtol=1e-10, err_msg=quantity.formula
        )
        if quantity.kept:
            kept, written = (read_formula(text).value(found) for text in (quantity.kept, quantity.written))
            was = found[f"{quantity.symbol}′"]
            np.testing.assert_allclose(kept * was + written, found[quantity.symbol], rtol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_every_sum_is_made_of_the_weights_and_of_what_it_says_to_see(name):
    found = letters(some_model(name))
    symbols = {quantity.name: quantity.symbol for quantity in quantities_of(name)}
    assert {made.quantity for made in sums_of(name)} == set(VARIANTS[name].blocks)
    for made in sums_of(name):
        s = symbols[made.quantity]
        a = found[f"w_{s}"] + found[f"u_{s}"] * (found[made.gated_by] if made.gated_by else 1)
        if made.peephole:
            a = a + found[f"p_{s}"] * found[made.peephole]
        np.testing.assert_allclose(a, found[f"a_{s}"], rtol=1e-10, atol=1e-13)
    assert {made.quantity for made in sums_of(name) if made.peephole} == set(VARIANTS[name].peepholes)


@pytest.mark.parametrize("name", NAMES)
def test_operations_make_every_quantity_once_and_after_what_they_read(name):
    operations, quantities = operations_of(name), quantities_of(name)
    made = [quantity for operation in operations for quantity in operation.makes]
    assert sorted(made) == sorted(quantity.name for quantity in quantities if not quantity.missing)
    assert operations[-1].subject == PREDICTION
    assert len({operation.name for operation in operations}) == len(operations)
    found = letters(some_model(name))
    symbols = {quantity.symbol: quantity for quantity in quantities}
    there: set[str] = set()
    for operation in operations:
        assert operation.words.endswith(".")
        for formula in map(read_formula, operation.formulas):
            formula.value(found)
            for letter in formula.letters:
                if letter in symbols and not symbols[letter].missing:
                    assert letter in there, f"{operation.name} reads {letter} before it is made"
            if formula.left in symbols:
                there.add(formula.left)


@pytest.mark.parametrize("name", NAMES)
def test_the_ways_of_a_gradient_are_all_that_there_are(name):
    """Of the loss at the last timestep: what arrives along all ways is what the engine's own chain rule gives."""
    model = some_model(name)
    targets = np.random.default_rng(6).integers(O, size=(T, B))
    found, steps = letters(model), gradient_steps_of(name)
    quantities = {quantity.name: quantity for quantity in quantities_of(name)}
    gradients = model.trace_gradients(INPUTS, targets, timesteps=[T - 1]).layers[0]
    onto: dict[str, np.ndarray] = {}
    for step in steps:
        passed = gradients[step.quantity] * read_formula(step.factor).value(found)
        onto[step.onto] = onto.get(step.onto, 0) + passed
    for quantity in quantities.values():
        s, arrives = quantity.symbol, gradients[quantity.name].copy()
        if quantity.missing or quantity.name == "hidden":
            continue  # what arrives at h comes through the matrices as well, which is checked below
        later = np.zeros_like(arrives)
        later[:-1] = onto.get(f"{s}′", np.zeros_like(arrives))[1:]
        np.testing.assert_allclose(onto.get(s, 0) + later, arrives, rtol=1e-9, atol=1e-14, err_msg=s)
    # h′ takes what comes back through each matrix U, of the GRU's candidate through its reset gate
    U, variant = model.parameters.recurrent(0), VARIANTS[name]
    back = onto.get("h′", np.zeros((T, B, H)))
    _, whole = model.loss_and_gradients(INPUTS, targets, mask=np.arange(T)[:, None] == np.full((T, B), T - 1))
    for place, block in enumerate(variant.blocks):
        rows = slice(place * H, (place + 1) * H)
        s = quantities[block].symbol
        made = next(sum_ for sum_ in sums_of(name) if sum_.quantity == block)
        through = onto[f"a_{s}"] * (found[made.gated_by] if made.gated_by else 1)
        back = back + through @ U[rows]
        bias = whole[f"{variant.family}.bias_ih_l0"][rows]
        np.testing.assert_allclose(onto[f"a_{s}"].sum(axis=(0, 1)), bias, rtol=1e-9, atol=1e-14, err_msg=s)
    np.testing.assert_allclose(back[1:], gradients["hidden"][:-1], rtol=1e-9, atol=1e-14)


def test_formulas_are_read_as_they_are_meant():
    values = {"a_f": 0.3, "c": -0.7, "m′": 2.0, "o": 0.25}
    for text, expected in [
        ("o · (1 − tanh(c)²)", 0.25 * (1 - np.tanh(-0.7) ** 2)),
        ("1 - o - o", 0.5),
        ("−o²", -0.0625),
        ("m = max(a_f + m′, c)", 2.3),
        ("exp(a_f - m′) / o / 2", np.exp(-1.7) / 0.5),
        ("log(σ(a_f)) · −1", np.log(1 + np.exp(-0.3))),
    ]:
        assert read_formula(text).value(values) == pytest.approx(expected), text
    formula = read_formula("c = f · c′ + i · g")
    assert (formula.left, "".join(formula.tokens), formula.letters) == ("c", "f · c′ + i · g", ("f", "c′", "i", "g"))


@pytest.mark.parametrize("text", ["", "f ·", "(f", "f g", "tanh c", "max(f)", "f = ·", "sum[f]", "f + [x, h′]"])
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(ValueError, match=r"formula|stands|bracket|takes|end"):
        read_formula(text)


@pytest.mark.parametrize("loss", sorted({kind.loss for kind in tasks.KINDS.values()}))
def test_every_tasks_readout_is_the_one_that_its_loss_is_made_for(loss):
    """The gradient of a loss by its scores is what is said minus what is right: so each goes with its readout."""
    readout = readout_of(loss)
    assert operations_of("gru", loss)[-1] is readout.operation
    generator = np.random.default_rng(3)
    model = LSTMModel(I, H, O, dtype="float64", seed=1)
    hidden, weights = model.trace(INPUTS).layers[-1].hidden, model.parameters.readout  # (T, B, H), (O, H+1)
    said = readout.textbook(hidden.reshape(-1, H), weights[:, :-1].T, weights[:, -1]).reshape(T, B, O)
    right: np.ndarray = generator.integers(0, 2, (T, B, O)).astype(float)
    if loss == "cross_entropy":
        right = np.eye(O)[generator.integers(0, O, (T, B))]
    targets = right.argmax(axis=-1) if loss == "cross_entropy" else right
    _, gradients = model.loss_and_gradients(INPUTS, targets, loss=loss)
    difference = np.einsum("tbo,tbh->oh", said - right, hidden)
    scale = T * B * (O if loss != "cross_entropy" else 1) / (2 if loss == "squared_error" else 1)
    found = next(value for name, value in gradients.items() if value.shape == (O, H))
    np.testing.assert_allclose(found, difference / scale, rtol=1e-9, atol=1e-12)
