"""What the engine computed, as the browser reads it: held by the engine's own arrays, to the bit."""

import base64

import numpy as np
import pytest

from dashboard.serving.binary import pack
from dashboard.serving.clamps import parse_clamps
from dashboard.shell.cells import cell_payload
from dashboard.views.step.messages import gradient_message, trace_message
from lstm_engine import LSTMModel, tasks
from lstm_engine.cell.quantities import QUANTITIES, quantities_of, sums_of
from lstm_engine.cell.variants import VARIANTS

READ = "const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;"
TASK = tasks.get("names")
SEQUENCE = TASK.encode("sakura")
CLAMPS = "f:2:3:2-4=0.25,c:1:*:1-1=-4"


def encoded(message: bytes) -> str:
    return base64.b64encode(message).decode()


@pytest.fixture(scope="module")
def model() -> LSTMModel:
    return LSTMModel(28, 9, 28, num_layers=2, seed=4)


@pytest.fixture
def compute(module):
    modules = ["browser/cell/trace.js", "browser/cell/clamps.js"]
    modules += [f"views/step/browser/{name}.js" for name in ("explain", "operations", "arrange")]
    evaluate = module(*modules)

    def compute(expression: str, **given: object) -> object:
        return evaluate(f"(() => {{ {READ} return ({expression}); }})()", **given)

    return compute


def with_trace(expression: str) -> str:
    """The expression, in which ``trace`` is what was sent as ``message``."""
    return f"((trace) => {expression})(new Trace(bytes(message)))"


def test_a_message_comes_apart_into_its_header_and_its_arrays(compute):
    arrays = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "empty": np.zeros((0, 4), np.float32),
        "b": np.float32([1e-30, np.pi]),
    }
    message = encoded(pack({"wörd": "ü, “quoted”\n"}, arrays))
    found = compute(
        "(({ header, arrays }) => ({ header, arrays: Object.fromEntries(Object.entries(arrays).map("
        "([name, { data, shape }]) => [name, { data: [...data], shape }])) }))(unpack(bytes(message)))",
        message=message,
    )
    assert found["header"]["wörd"] == "ü, “quoted”\n"
    for name, array in arrays.items():
        assert found["arrays"][name]["shape"] == list(array.shape)
        np.testing.assert_array_equal(np.float32(found["arrays"][name]["data"]), array.ravel())


def test_every_value_and_preactivation_stands_where_it_is_looked_for(compute, model):
    trace = model.trace(SEQUENCE.inputs)
    given = {"message": encoded(trace_message(model, TASK, SEQUENCE))}
    values = compute(
        with_trace("trace.quantities.map(({ name }) => [0, 1].map((layer) => [...trace.plane(layer, name)]))"), **given
    )
    for quantity, layers in zip(QUANTITIES, values, strict=True):
        for layer, plane in enumerate(layers):
            expected = getattr(trace.layers[layer], quantity.name)[:, 0]
            np.testing.assert_array_equal(np.float32(plane).reshape(7, 9), expected)
    one = compute(with_trace("[trace.value(1, 'cell', 3, 5), trace.preactivation(1, 'candidate', 3, 5)]"), **given)
    layer = trace.layers[1]
    assert np.float32(one).tolist() == [layer.cell[3, 0, 5], layer.candidate_preactivation[3, 0, 5]]
    assert compute(with_trace("[trace.value(0, 'cell', -1, 5), trace.value(0, 'cell', 7, 5)]"), **given) == [0, 0]


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_explains_a_number_adds_up_to_it_for_every_cell(compute, generator, variant):
    model = LSTMModel(28, 12, 28, num_layers=2, variant=variant, seed=4)
    trace, given = model.trace(SEQUENCE.inputs), {"message": encoded(trace_message(model, TASK, SEQUENCE))}
    summed = [made.quantity for made in sums_of(variant)]
    states = [
        {"layer": layer, "timestep": generator.randrange(7), "unit": generator.randrange(12), "quantity": quantity.name}
        for quantity in quantities_of(variant)
        for layer in (0, 1)
    ]
    found = compute(
        with_trace(
            "states.map((state) => ({ ...explain(trace, { ...state, precision: 6 }), lines: null,"
            " said: explain(trace, { ...state, precision: 6 }).lines((value) => value.toFixed(6)),"
            " bias: trace.sums[state.quantity]"
            " ? [...trace.weightsOf(state.layer, state.quantity, state.unit).slice(-2)] : [0, 0],"
            " share: trace.sums[state.quantity]?.gated_by"
            " ? trace.letter(trace.sums[state.quantity].gated_by, state) : 1 }))"
        ),
        states=states,
        **given,
    )
    for state, reason in zip(states, found, strict=True):
        layer, place = trace.layers[state["layer"]], (state["timestep"], 0, state["unit"])
        quantity = next(q for q in quantities_of(variant) if q.name == state["quantity"])
        value = float(getattr(layer, quantity.name)[place])
        values = [part["value"] for part in reason["contributions"]]
        if quantity.missing:
            assert not values
            assert quantity.equation in reason["said"]
            continue
        assert reason["said"][-1].endswith(f"{value:.6f}".replace("-", "−"))
        if quantity.name in summed:
            bias = reason["bias"][0] + reason["share"] * reason["bias"][1]
            expected = float(getattr(layer, f"{quantity.name}_preactivation")[place]) - bias
            assert sum(values) == pytest.approx(expected, abs=4e-6)
        elif quantity.kept or quantity.formula.endswith("1 - i"):
            assert sum(values) == pytest.approx(value, abs=4e-6)
        else:
            assert np.prod(values) == pytest.approx(value, abs=4e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_equations_with_numbers_and_the_ways_of_a_gradient_are_the_engines_for_every_cell(compute, variant):
    model = LSTMModel(28, 12, 28, variant=variant, seed=4)
    state = {"layer": 0, "timestep": 3, "unit": 5, "precision": 5, "operation": None, "quantity": "hidden"}
    given = {"message": encoded(trace_message(model, TASK, SEQUENCE)), "state": state}
    layer = model.trace(SEQUENCE.inputs).layers[0]
    said = compute(
        with_trace("trace.operations.map((operation) => numbers(operation, trace, state))"),
        **given,
    )
    payload = cell_payload(variant)
    for operation, text in zip(payload["operations"], said, strict=True):
        for made in operation["makes"]:
            expected = f"{getattr(layer, made)[3, 0, 5]:.5f}".replace("-", "−")
            assert f" = {expected}" in text
    gradients = compute(
        "((trace, gradients) => trace.cell.gradient_steps.map((step) => passedOn(step, trace, gradients, state)))"
        "(new Trace(bytes(message)), new Gradients(bytes(back)))",
        back=encoded(gradient_message(model, TASK, SEQUENCE, 4)),
        **given,
    )
    engines = model.trace_gradients(SEQUENCE.inputs[:5], SEQUENCE.targets[:5], timesteps=[4]).layers[0]
    onto: dict[str, float] = {}
    for step, passed in zip(payload["gradient_steps"], gradients, strict=True):
        assert passed["gradient"] == pytest.approx(float(engines[step["quantity"]][3, 0, 5]), rel=1e-5, abs=1e-12)
        onto[step["onto"]] = onto.get(step["onto"], 0.0) + passed["gradient"] * passed["factor"]
    for quantity in payload["quantities"]:
        alone = f"{quantity['symbol']}′" not in {step["onto"] for step in payload["gradient_steps"]}
        if alone and quantity["symbol"] in onto:  # all that arrives there comes along these ways
            expected = float(engines[quantity["name"]][3, 0, 5])
            assert onto[quantity["symbol"]] == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_the_memory_is_the_sum_of_what_was_written_and_kept(compute, model):
    given = {"message": encoded(trace_message(model, TASK, SEQUENCE))}
    cell = model.trace(SEQUENCE.inputs).layers[1].cell[:, 0]
    found = compute(
        with_trace(
            "Array.from({ length: 7 }, (_, timestep) => explain(trace, { layer: 1, timestep, unit: 4, quantity: 'cell',"
            " precision: 3 }).contributions.reduce((sum, { value }) => sum + value, 0))"
        ),
        **given,
    )
    assert found == pytest.approx(cell[:, 4].tolist(), abs=1e-6)


def test_the_strongest_contributions_come_first_and_nothing_is_left_out_that_is_stronger(compute):
    values = [0.1, -3, 0, 2, -0.5, 0.2, 0.3, -0.4, 1, 0.05]
    found = compute(
        "strongest(values.map((value) => ({ value }))).map(({ value }) => value)",
        values=values,
    )
    assert found == [-3, 2, 1, -0.5, -0.4, 0.3, 0.2]


def test_gradients_and_their_norms_are_the_engines(compute, model):
    found = model.trace_gradients(SEQUENCE.inputs[:5], SEQUENCE.targets[:5], timesteps=[4])
    message = encoded(gradient_message(model, TASK, SEQUENCE, 4))
    loss_at, norms, beyond = compute(
        "((gradients) => [gradients.lossAt, gradients.norms(1, 'hidden'), gradients.value(1, 'hidden', 6, 0)])"
        "(new Gradients(bytes(message)))",
        message=message,
    )
    assert loss_at == 4
    assert norms == pytest.approx(np.linalg.norm(found.layers[1]["hidden"][:, 0], axis=1).tolist(), rel=1e-5)
    assert beyond == 0  # what comes after the loss has no part in it


def test_the_trace_says_the_clamps_that_it_was_computed_with(compute, model):
    clamps = parse_clamps(CLAMPS, model, 7)
    given = {"message": encoded(trace_message(model, TASK, SEQUENCE, clamps))}
    words = compute(with_trace("trace.clamps.map((clamp) => describeClamp(clamp, trace))"), **given)
    assert words == ["f = 0.25, unit 3, layer 2, at 2 to 4", "c = −4, all units, layer 1, at 1"]
    held = compute(
        with_trace(
            "Array.from({ length: 7 }, (_, t) => [isClamped(trace, { layer: 1, unit: 3 }, 'forget_gate', t),"
            " isClamped(trace, { layer: 0, unit: 8 }, 'cell', t)])"
        ),
        **given,
    )
    assert held == [[1 <= t <= 3, t == 0] for t in range(7)]


def test_what_the_browser_writes_as_a_clamp_the_server_reads(compute, model, generator):
    for _ in range(50):
        quantity = generator.choice(QUANTITIES)
        low, high = quantity.limits or (-1000.0, 1000.0)
        first = generator.randrange(7)
        clamp = {
            "symbol": quantity.symbol,
            "layer": generator.randrange(2),
            "unit": generator.choice([None, generator.randrange(9)]),
            "first": first,
            "last": generator.randrange(first, 7),
            "value": generator.uniform(low, high),
        }
        (read,) = parse_clamps(compute("writeClamp(clamp)", clamp=clamp), model, 7)
        assert (read.quantity, read.layer, read.scale, read.shift) == (quantity.name, clamp["layer"], 0, clamp["value"])
        assert read.units == (None if clamp["unit"] is None else [clamp["unit"]])
        assert [*read.timesteps] == [*range(first, clamp["last"] + 1)]


def test_equations_say_what_was_computed_unless_it_is_clamped(compute, model):
    clamps = parse_clamps("f:1:3:2-4=0.25", model, 7)
    given = {"message": encoded(trace_message(model, TASK, SEQUENCE, clamps))}
    state = {"layer": 0, "unit": 3, "precision": 2, "quantity": "forget_gate", "operation": None}
    said = compute(
        with_trace(
            "[0, 1].map((timestep) => numbers(explained(trace, state), trace, { ...state, timestep }))",
        ),
        state=state,
        **given,
    )
    assert ", but it is clamped at 0.25" not in said[0]
    assert said[1].endswith(", but it is clamped at 0.25")


@pytest.mark.parametrize("order", ["index", "similarity", "mean", "saturation"])
def test_every_order_draws_every_unit_once(compute, model, order):
    given = {"message": encoded(trace_message(model, TASK, SEQUENCE))}
    for quantity in ("forget_gate", "cell", "prediction"):
        state = {"layer": 1, "order": order, "quantity": quantity}
        places = compute(with_trace("arrange(trace, state)"), state=state, **given)
        assert sorted(places["unitAt"]) == list(range(9))
        assert [places["placeOf"][unit] for unit in places["unitAt"]] == list(range(9))


def test_units_by_mean_fall(compute, model):
    given = {"message": encoded(trace_message(model, TASK, SEQUENCE))}
    state = {"layer": 0, "order": "mean", "quantity": "candidate"}
    units = compute(with_trace("arrange(trace, state).unitAt"), state=state, **given)
    means = model.trace(SEQUENCE.inputs).layers[0].candidate[:, 0].mean(axis=0)
    assert np.diff(means[units]).max() <= 0
