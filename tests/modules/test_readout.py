"""Why goes on from the hidden state to what is said: held by NumPy's softmax and by what the engine sent."""

import base64

import numpy as np
import pytest

from dashboard.views.step.messages import trace_message
from lstm_engine import LSTMModel, tasks
from lstm_engine.cell.equations import softmax
from lstm_engine.cell.equations_readout import sigmoid_readout, softmax_readout

READ = "const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;"
SERIES = "\n".join(f"{15 + 9 * np.sin(k / 5):.3f}" for k in range(200))


@pytest.fixture
def compute(module):
    return module("browser/cell/trace.js", "views/step/browser/readout.js", "views/step/browser/explain.js")


def test_softmax_is_taken_apart_without_losing_a_per_cent(compute, generator):
    sizes = [1, 2, 28, 1000]
    many = [[generator.gauss(0, 10.0 ** generator.randint(-3, 3)) for _ in range(size)] for size in sizes * 3]
    many += [[-1e4, -1e4], [1e4, 1e4 - 1], [0.0] * 5]
    found = compute("many.map((scores) => scores.map((_, k) => softmaxParts(scores, k)).slice(0, 40))", many=many)
    for scores, parts in zip(many, found, strict=True):
        expected = softmax(np.array(scores))[:40]
        assert [part["probability"] for part in parts] == pytest.approx(expected.tolist(), rel=1e-9, abs=1e-300)
        shift = parts[0]["shift"]
        exps = np.exp(np.array(scores) - shift)
        assert parts[0]["sum"] == pytest.approx(exps.sum(), rel=1e-12)
        assert [part["own"] for part in parts] == pytest.approx(exps[:40].tolist(), rel=1e-12)
        assert abs(max(scores) - shift) <= 80


@pytest.mark.parametrize(
    ("name", "text"), [("names", None), ("reber", None), ("adding", None), ("signal", None), ("own series", SERIES)]
)
def test_what_is_said_is_computed_by_the_tasks_own_readout(compute, name, text):
    task = tasks.get(name) if text is None else tasks.get(name, text=text)
    model = LSTMModel(task.input_size, 6, task.output_size, num_layers=2, dtype="float64", seed=3)
    sequence = task.encode(task.examples()[0])
    message = base64.b64encode(trace_message(model, task, sequence)).decode()
    last, chosen = len(sequence.labels) - 1, min(1, task.output_size - 1)
    found = compute(
        f"(() => {{ {READ} const trace = new Trace(bytes(message)); const number = (value) => value.toFixed(5);"
        " const state = { quantity: 'prediction', timestep: last, output: chosen };"
        " const { score, said, lines } = readOut(trace, last, chosen); const why = explain(trace, state);"
        " return { score, said, lines: lines(number), why: why.lines(number), title: why.title,"
        " parts: why.contributions.map(({ value }) => value).concat(trace.readoutOf(chosen)[trace.units]) }; })()",
        message=message,
        last=last,
        chosen=chosen,
    )
    trace = model.trace(sequence.inputs)
    hidden, readout = trace.layers[-1].hidden[last], model.parameters.readout
    score = float(trace.outputs[last, 0, chosen])
    assert found["score"] == pytest.approx(score, abs=1e-6)
    assert sum(found["parts"]) == pytest.approx(score, abs=1e-6)
    assert found["why"][2:] == found["lines"]
    if name == "names":
        p = softmax_readout(hidden, readout[:, :-1].T, readout[:, -1])[0, chosen]
    elif name == "reber":
        p = sigmoid_readout(hidden, readout[:, :-1].T, readout[:, -1])[0, chosen]
    else:
        own = float(task.in_own_unit(trace.outputs[last, 0, :1])[0])
        assert float(found["said"].replace("−", "-")) == pytest.approx(own, abs=6e-4)
        assert task.number_asked in found["lines"][-1]
        assert any("standard deviations" in line for line in found["lines"]) == (name == "own series")
        return
    assert found["said"] == f"{p * 100:.1f} %"
    assert found["said"] in found["lines"][-1]
    assert found["title"] == f"Why “{task.vocabulary[chosen]}”: {found['said']}?"
