"""Whatever is handed to the public face, it works or tells what was wrong in an error of our own."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lstm_engine
from lstm_engine import (
    SGD,
    Adam,
    AdamW,
    EngineError,
    Intervention,
    LayerTrace,
    LSTMModel,
    LSTMState,
    RMSprop,
    SLSTMState,
    Stepper,
    Trace,
    Trainer,
    from_keras,
    from_pytorch,
    load_model,
    save_model,
    schedules,
    tasks,
    to_pytorch,
    truncated_bptt,
)

T, B, I, H, O = 3, 2, 3, 4, 3
INPUTS, TARGETS = np.ones((T, B, I), np.float32), np.zeros((T, B), int)
REALS = np.zeros((T, B, O))
STATE = LSTMState(np.zeros((1, B, H)), np.zeros((1, B, H)))
MODEL = LSTMModel(I, H, O)
MODEL_OF_HEADS, FOUR_STATES = LSTMModel(I, H, O, variant="slstm"), SLSTMState(*np.zeros((4, 1, B, H)))
GRADIENTS = dict(MODEL.loss_and_gradients(INPUTS, TARGETS)[1])
WEIGHTS = MODEL.state_dict()
NAMES = tasks.get("names")


class Stranger:
    """An object that answers every question of NumPy's and Python's with trouble."""

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise RuntimeError("no array here")

    def __repr__(self) -> str:
        raise RuntimeError("no text here")

    @property
    def dtype(self) -> np.dtype:
        raise RuntimeError("no dtype here")


HOSTILE: list[Any] = [
    None, "", "xx", b"x", True, -1, 0, 1.5, float("nan"), float("inf"), -1e300, 1e39, 10**400, 10**5000, 2**63, 1j,
    [], [[]], [1], [[1.0], [1.0, 2.0]], (1, 2, 3), {}, {1: 2}, {"a": None}, {1, 2}, object(), Stranger(), type,
    lambda *_: None, range(10**18), iter([1]), np.array([]), np.array(5.0), np.array([None, "a"], object),
    np.array(["a", "b"]), np.ones((2, 2), complex), np.full((T, B, I), np.nan), np.full((T, B, O), 1e300),
    np.ones((1, 1, 1, 1)), np.ones((T, B), "datetime64[s]"), np.zeros((T, B), [("a", int)]), np.float32(2), np.int64(3),
    np.dtype(">f4"), [[1, None]], [Stranger()], (MODEL, MODEL),
]  # fmt: skip


def sequence(**_: object) -> dict[str, Any]:
    return {"inputs": INPUTS, "state": STATE}


def learning(**_: object) -> dict[str, Any]:
    return {
        "inputs": INPUTS,
        "targets": TARGETS,
        "loss": "cross_entropy",
        "mask": np.ones((T, B), bool),
        "state": STATE,
    }


def optimizing(**_: object) -> dict[str, Any]:
    return {"model": MODEL, "learning_rate": 0.1, "clip_norm": 1.0, "weight_decay": 0.1}


def trained(**changes: Any) -> None:
    Trainer(**changes).step()


def stepped(x: Any, **changes: Any) -> None:
    Stepper(**changes).step(x)


def changed(**changes: Any) -> None:
    MODEL.trace(INPUTS, interventions=[Intervention(**changes)])


def clamped(**changes: Any) -> None:
    MODEL.trace(INPUTS, interventions=[Intervention.clamp(**changes)])


def restored(optimizer: type) -> Callable[..., None]:
    return lambda **state: optimizer(LSTMModel(I, H, O), 0.1).load_state_dict(state)


def resumed(**changes: Any) -> None:
    """A trainer's state with one of its arrays changed."""
    trainer = Trainer(LSTMModel(28, 2, 28), NAMES)
    trainer.load_state_dict({**trainer.state_dict(), **changes})


def fresh(**weights: Any) -> None:
    LSTMModel(I, H, O).load_state_dict(weights)


SYMBOL_MODEL = LSTMModel(O, H, O, embedding_size=2)
MATRICES = {name: np.ones((I + H, H)) for name in ("forget", "input", "output", "candidate")}
RESUMED = Trainer(LSTMModel(28, 2, 28), NAMES).state_dict()
LAYER = vars(MODEL.trace(INPUTS).layers[0])

FACE: dict[str, tuple[Callable[..., object], dict[str, Any]]] = {
    "LSTMModel": (
        LSTMModel,
        {"input_size": I, "hidden_size": H, "output_size": O, "num_layers": 1, "variant": "standard",
         "forget_bias": 1.0, "dtype": "float32", "seed": 0, "bias": True, "init_std": 0.1,
         "embedding_size": 2},
    ),
    "forward of symbols": (SYMBOL_MODEL.forward, {"inputs": TARGETS, "state": STATE}),
    "loss_and_gradients of symbols": (SYMBOL_MODEL.loss_and_gradients, {**learning(), "inputs": TARGETS}),
    "Stepper of symbols": (stepped, {"model": SYMBOL_MODEL, "batch_size": B, "x": TARGETS[0]}),
    "from_gate_matrices": (LSTMModel.from_gate_matrices, {**MATRICES, "readout": np.ones((H, O)), "dtype": "float32"}),
    "load_state_dict": (MODEL.load_state_dict, {"weights": WEIGHTS}),
    "load_state_dict's arrays": (fresh, WEIGHTS),
    "forward": (MODEL.forward, sequence()),
    "trace": (MODEL.trace, {**sequence(), "interventions": []}),
    "trace_gradients": (
        MODEL.trace_gradients,
        {"inputs": INPUTS, "targets": TARGETS, "loss": "cross_entropy", "timesteps": [0], "state": STATE,
         "interventions": []},
    ),
    "loss": (MODEL.loss, learning()),
    "squared error": (MODEL.loss, {**learning(), "targets": REALS, "loss": "squared_error"}),
    "binary cross-entropy": (MODEL.loss, {**learning(), "targets": REALS, "loss": "binary_cross_entropy"}),
    "loss_and_gradients": (MODEL.loss_and_gradients, learning()),
    "loss_and_input_gradients": (MODEL.loss_and_input_gradients, learning()),
    "preactivation_parts": (MODEL.preactivation_parts, {"trace": MODEL.trace(INPUTS), "layer": 0}),
    "check_interventions": (MODEL.check_interventions, {"interventions": [], "timesteps": T}),
    "LSTMState": (lambda **parts: MODEL.forward(INPUTS, LSTMState(**parts)), STATE._asdict()),
    "SLSTMState": (lambda **parts: MODEL_OF_HEADS.forward(INPUTS, SLSTMState(**parts)), FOUR_STATES._asdict()),
    "Intervention": (
        changed, {"quantity": "cell", "timesteps": [0], "units": [0], "scale": 0.5, "shift": 0.1, "layer": 0},
    ),
    "Intervention.clamp": (
        clamped, {"quantity": "hidden", "value": 0.5, "timesteps": [0], "units": [0], "layer": 0},
    ),
    "LayerTrace": (LayerTrace, LAYER),
    "Trace": (Trace, vars(MODEL.trace(INPUTS))),
    "Trace.load": (Trace.load, {"path": "nowhere.npz", "most_bytes": 1}),
    "Trace.save": (MODEL.trace(INPUTS).save, {"path": "nowhere/at/all"}),
    "Stepper": (stepped, {"model": MODEL, "batch_size": B, "state": STATE, "x": INPUTS[0]}),
    "Optimizer.step": (SGD(LSTMModel(I, H, O), 0.1).step, {"gradients": GRADIENTS}),
    "SGD": (SGD, {**optimizing(), "momentum": 0.9}),
    "SGD's state": (restored(SGD), SGD(MODEL, 0.1).state_dict()),
    "RMSprop": (RMSprop, {**optimizing(), "smoothing": 0.9, "epsilon": 1e-8}),
    "Adam": (Adam, {**optimizing(), "betas": (0.9, 0.99), "epsilon": 1e-8}),
    "Adam's state": (restored(Adam), Adam(MODEL).state_dict()),
    "AdamW": (AdamW, {**optimizing(), "betas": (0.9, 0.99), "epsilon": 1e-8}),
    "Optimizer.load_state_dict": (Adam(MODEL).load_state_dict, {"state": Adam(MODEL).state_dict()}),
    "Trainer": (
        trained,
        {"model": LSTMModel(28, 2, 28), "task": NAMES, "optimizer": None, "batch_size": 2, "sequence_length": 5,
         "seed": 0, "schedule": schedules.constant()},
    ),
    "Trainer.load_state_dict": (Trainer(LSTMModel(28, 2, 28), NAMES).load_state_dict, {"state": RESUMED}),
    "Trainer's state": (resumed, RESUMED),
    "truncated_bptt": (
        lambda **given: list(truncated_bptt(**given)),
        {"model": MODEL, "optimizer": SGD(MODEL, 1e-9), "inputs": INPUTS, "targets": TARGETS, "window": 2,
         "loss": "cross_entropy", "state": STATE},
    ),
    "warmup": (schedules.warmup, {"steps": 3}),
    "step_decay": (schedules.step_decay, {"every": 3, "factor": 0.5}),
    "cosine": (schedules.cosine, {"end": 3, "least": 0.1}),
    "chain": (schedules.chain, {"first": schedules.constant(), "second": schedules.constant()}),
    "save_model": (save_model, {"model": MODEL, "path": "nowhere/at/all", "metadata": {"a": "b"}}),
    "load_model": (load_model, {"path": "nowhere"}),
    "from_pytorch": (
        from_pytorch,
        {"network": to_pytorch(MODEL)[0], "readout": to_pytorch(MODEL)[1], "dtype": "float32", "variant": "standard",
         "embedding": {"weight": np.ones((9, I))}},
    ),
    "from_pytorch's arrays": (lambda **arrays: from_pytorch(arrays), to_pytorch(MODEL)[0]),
    "to_pytorch": (to_pytorch, {"model": MODEL}),
    "from_keras": (
        from_keras,
        {"layers": [[np.ones((I, 4 * H)), np.ones((H, 4 * H)), np.ones(4 * H)]],
         "readout": [np.ones((H, O)), np.ones(O)], "dtype": "float32", "embedding": [np.ones((9, I))]},
    ),
    "from_keras' arrays": (
        lambda kernel, recurrent, bias, dense: from_keras([[kernel, recurrent, bias]], [dense]),
        {"kernel": np.ones((I, 4 * H)), "recurrent": np.ones((H, 4 * H)), "bias": np.ones(4 * H),
         "dense": np.ones((H, O))},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FACE)
def test_one_hostile_argument_works_or_is_told_in_an_error_of_ours(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call, good = FACE[name]
    with contextlib.suppress(EngineError):  # some need a file that is not there
        call(**good)
    for argument in good:
        for value in HOSTILE:
            try:
                call(**{**good, argument: value})
            except EngineError as error:
                if len(str(error)) < 20:
                    pytest.fail(f"{name}({argument}=a {type(value).__name__}) says only: {error}")
            except Exception as error:
                pytest.fail(f"{name}({argument}=a {type(value).__name__}) raised {type(error).__name__}: {error}")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_several_hostile_arguments_work_or_are_told_in_an_error_of_ours(data):
    name = data.draw(st.sampled_from(sorted(set(FACE) - {"save_model", "Trace.save"})))  # which would write here
    call, good = FACE[name]
    number = st.integers() | st.floats() | st.complex_numbers() | st.booleans()
    value = st.integers(0, len(HOSTILE) - 1).map(HOSTILE.__getitem__) | number | st.text() | st.lists(number)
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(good)), value, min_size=1))
    with contextlib.suppress(EngineError):
        call(**{**good, **changed})


def test_the_sweep_goes_through_the_whole_public_face():
    records = {"StepMetrics"}  # which the engine makes and nobody hands in
    errors = {name for name in lstm_engine.__all__ if name.endswith("Error")}
    modules = {"schedules", "tasks", "formats", "inspection"}  # these judge for themselves, in tests of their own
    swept = {name for name in lstm_engine.__all__ if any(key.startswith(name) for key in FACE)}
    assert set(lstm_engine.__all__) == swept | records | errors | modules
    assert all(issubclass(getattr(lstm_engine, name), EngineError) for name in errors)
