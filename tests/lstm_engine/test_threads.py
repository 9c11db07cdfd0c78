"""One model in the hands of several threads."""

import copy
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lstm_engine import LSTMModel, LSTMState, ShapeError

THREADS, ROUNDS = 6, 10
RNG = np.random.default_rng(4)
INPUTS = RNG.normal(size=(THREADS, 20, 4, 6)).astype(np.float32)  # of equal shape, so that all want the same buffers
TARGETS = RNG.integers(5, size=(THREADS, 20, 4))


def make(variant: str = "standard") -> LSTMModel:
    return LSTMModel(6, 24, 5, num_layers=2, variant=variant, seed=1)


def all_at_once(ask: Callable[[int], list[np.ndarray]]) -> list[list[list[np.ndarray]]]:
    """What each thread was answered in each round; they start together."""
    ready = threading.Barrier(THREADS)

    def work(number: int) -> list[list[np.ndarray]]:
        ready.wait(30)
        return [ask(number) for _ in range(ROUNDS)]

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(THREADS)))


def forward(model: LSTMModel, number: int) -> list[np.ndarray]:
    outputs, state = model.forward(INPUTS[number])
    return [outputs, *state, *model.last_state()]


def trace(model: LSTMModel, number: int) -> list[np.ndarray]:
    found = model.trace(INPUTS[number])
    return [found.outputs, *(array for array in vars(found.layers[1]).values() if array is not None)]


def gradients(model: LSTMModel, number: int) -> list[np.ndarray]:
    loss, found = model.loss_and_gradients(INPUTS[number], TARGETS[number])
    threading.Event().wait(0.0002)  # the arrays stay this thread's own, while others compute theirs
    return [np.array(loss), found.flat.copy()]


@pytest.mark.parametrize(
    ("ask", "variant"),
    [(forward, "standard"), (trace, "standard"), (gradients, "standard"), (gradients, "gru")],
    ids=["forward", "trace", "gradients", "gradients of a GRU"],
)
def test_threads_that_share_a_model_get_the_bits_that_each_gets_alone(ask, variant):
    model = make(variant)
    alone = [ask(model, number) for number in range(THREADS)]
    for expected, rounds in zip(alone, all_at_once(lambda number: ask(model, number)), strict=True):
        for found in rounds:
            for one, other in zip(expected, found, strict=True):
                np.testing.assert_array_equal(one, other)


def test_the_last_state_is_that_of_the_thread_that_asks():
    model = make()
    mine = model.forward(INPUTS[0])[1]
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ShapeError, match="this thread has not run"):
            pool.submit(model.last_state).result()
        theirs = pool.submit(model.forward, INPUTS[1]).result()[1]
        np.testing.assert_array_equal(pool.submit(model.last_state).result().hidden, theirs.hidden)
    np.testing.assert_array_equal(model.last_state().hidden, mine.hidden)


def test_the_last_state_follows_traces_with_gradients_and_not_what_was_refused():
    model = make()
    model.forward(INPUTS[0])
    model.trace_gradients(INPUTS[1], TARGETS[1])
    expected = make().forward(INPUTS[1])[1]
    np.testing.assert_allclose(model.last_state().hidden, expected.hidden, rtol=1e-4, atol=1e-6)
    kept = model.last_state()
    with pytest.raises(ShapeError):
        model.forward(INPUTS[2][:7], LSTMState(np.zeros(3), np.zeros(3)))
    np.testing.assert_array_equal(model.last_state().cell, kept.cell)


def test_buffers_go_with_the_thread_that_used_them():
    model = make()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(model.forward, INPUTS[0]).result()
    with pytest.raises(ShapeError, match="not run"):
        model.last_state()


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"]
)
def test_a_copy_computes_the_same_and_has_weights_of_its_own(twin):
    model = make()
    outputs, _ = model.forward(INPUTS[0])
    other = twin(model)
    np.testing.assert_array_equal(other.forward(INPUTS[0])[0], outputs)
    other.parameters.flat[:] = 0
    assert (other.parameters["readout.bias"] == 0).all()
    assert (other.forward(INPUTS[0])[0] == 0).all()
    np.testing.assert_array_equal(model.forward(INPUTS[0])[0], outputs)
