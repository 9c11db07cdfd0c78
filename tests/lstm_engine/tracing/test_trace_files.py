"""Traces in files that somebody else made: judged by what they say of themselves, before anything is read."""

import io
import os
import struct
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_engine import EngineError, LayerTrace, LSTMModel, ShapeError, Trace, WeightsError, load_model
from lstm_engine.cell.variants import VARIANTS

T, B, I, H = 5, 2, 3, 4
INPUTS = np.random.default_rng(0).normal(size=(T, B, I))


def arrays_of(variant: str = "standard", layers: int = 2) -> dict[str, np.ndarray]:
    """What ``save`` writes, by name."""
    file = io.BytesIO()
    LSTMModel(I, H, 3, layers, variant, seed=1).trace(INPUTS).save(file)
    file.seek(0)
    with np.load(file) as read:
        return dict(read)


GOOD = arrays_of()


def npy(shape: object, descr: object = "<f4", version: tuple[int, int] = (1, 0), data: bytes = b"") -> bytes:
    """The beginning of an array's file, true or not."""
    text = str({"descr": descr, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version == (1, 0) else "<I", len(text)) + text + data


def write(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)


def plain(arrays: dict[str, np.ndarray]) -> dict[str, bytes]:
    found = {}
    for name, array in arrays.items():
        file = io.BytesIO()
        np.save(file, array)
        found[name] = file.getvalue()
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variants_trace_comes_back(tmp_path, variant):
    trace = LSTMModel(I, H, 3, 2, variant, seed=1).trace(INPUTS)
    trace.save(tmp_path / "trace.npz")
    loaded = Trace.load(tmp_path / "trace.npz")
    for mine, other in zip(trace.layers, loaded.layers, strict=True):
        assert type(mine) is type(other)
        for name, array in vars(mine).items():
            np.testing.assert_array_equal(array, getattr(other, name))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lstm.1000000000.cell": np.zeros((T, B, H), np.float32)}, "lstm.1000000000.cell', which is no part"),
        ({"lstm.999.cell": np.zeros((T, B, H), np.float32)}, "holds layers"),
        ({"lstm.-1.cell": np.zeros((T, B, H), np.float32)}, "no part of a trace"),
        ({"gru.2.hidden": np.zeros((T, B, H), np.float32)}, "holds layers"),
        ({"lstm.0.surprise": np.zeros((T, B, H), np.float32)}, "surprise', which no lstm layer has"),
        ({"surprise": np.zeros(3, np.float32)}, "surprise', which is no part"),
        ({"lstm.0.cell": None}, "lacks cell"),
        ({"lstm.1.initial_cell": None}, "lacks initial_cell"),
        ({"lstm.0.candidate_preactivation": None}, "pre-activations of"),
        ({"inputs": None}, "lacks inputs"),
        ({"outputs": None}, "lacks outputs"),
        ({"lstm.0.cell": np.zeros((T, B, H + 1), np.float32)}, r"cell has shape \(5, 2, 5\), expected \(T, B, H\)"),
        ({"lstm.0.initial_cell": np.zeros((B + 1, H), np.float32)}, r"initial_cell has shape \(3, 4\)"),
        ({"inputs": np.zeros((T + 1, B, I), np.float32)}, r"inputs are float32 of shape \(6, 2, 3\)"),
        ({"outputs": np.zeros((T, B), np.float32)}, "three dimensions"),
        ({"lstm.0.cell": np.zeros((T, B, H))}, "cell has dtype float64, expected float32"),
        ({"lstm.0.cell": np.zeros((T, B, H), complex)}, "cell has dtype complex128"),
        ({"lstm.0.cell": np.zeros((T, B, H), ">f4")}, "cell has dtype >f4"),
        ({"lstm.0.cell": np.array("text")}, "cell' has shape"),
    ],
)
def test_arrays_that_are_missing_or_disagree_are_named(tmp_path, change, message):
    path = tmp_path / "trace.npz"
    arrays = {name: array for name, array in {**GOOD, **change}.items() if array is not None}
    write(path, plain(arrays))
    with pytest.raises(WeightsError, match=message):
        Trace.load(path)


@pytest.mark.parametrize(
    "member",
    [
        npy((10**6, 10**6, 10**6)),
        npy((T, B, 2**61)),
        npy((-1, 2, 3)),
        npy((2**70, 1, 1)),
        npy((T, B, H), "|O"),
        npy((T, B, H), [("a", "<f4")]),
        npy((T, B, H), "not a dtype"),
        npy((T, B, H), data=b"too few"),
        npy("(" * 1_000),
        npy((T, B, H), version=(2, 0)),
        npy((T, B, H), version=(3, 0)),
        npy((T, B, H), version=(9, 9)),
        b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + bytes(20_000_000),  # a header of 4 GiB
        b"",
    ],
    ids=range(14),
)
def test_what_a_file_promises_is_not_read_before_it_is_judged(tmp_path, member):
    path = tmp_path / "trace.npz"
    write(path, {**plain(GOOD), "lstm.0.cell": member})
    tracemalloc.start()
    with pytest.raises(WeightsError, match="cannot be read as a trace"):
        Trace.load(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**20


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "trace.npz"
    shape = (40_000, 2, 1_000)  # 320 MB a member in float32, of which the file needs a thousandth
    members = {name: npy(shape[1:] if "initial" in name else shape) for name in GOOD if name.startswith("lstm.0")}
    members |= {"inputs": npy((40_000, 2, 1)), "outputs": npy((40_000, 2, 1))}
    write(path, members)
    tracemalloc.start()
    with pytest.raises(WeightsError, match=r"need 3,\d+,\d+,\d+ bytes, expected at most 1,073,741,824"):
        Trace.load(path)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_a_caller_says_how_much_may_be_read(tmp_path):
    path = tmp_path / "trace.npz"
    LSTMModel(I, H, 3).trace(INPUTS).save(path)
    with pytest.raises(WeightsError, match="expected at most 100 "):
        Trace.load(path, most_bytes=100)
    assert Trace.load(path, most_bytes=10_000).layers[0].shape == (T, B, H)


def test_a_file_of_too_many_members_is_refused(tmp_path):
    path = tmp_path / "trace.npz"
    with zipfile.ZipFile(path, "w") as file:
        for k in range(10_001):
            file.writestr(f"{k}", "")
    with pytest.raises(WeightsError, match="10,001 members"):
        Trace.load(path)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_trace_is_refused_or_read_but_never_crashes(tmp_path, data):
    path = tmp_path / "trace.npz"
    LSTMModel(2, 2, 2).trace(np.ones((2, 1, 2))).save(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        trace = Trace.load(path)
    except EngineError:
        return
    assert trace.layers[0].shape[:2] == trace.inputs.shape[:2]


def test_a_trace_put_together_by_hand_is_judged_like_a_file():
    trace = LSTMModel(I, H, 3).trace(INPUTS)
    arrays = vars(trace.layers[0])
    with pytest.raises(ShapeError, match="LayerTrace lacks cell"):
        LayerTrace(**{**arrays, "cell": None})
    with pytest.raises(ShapeError, match=r"hidden has shape \(5, 2\)"):
        LayerTrace(**{**arrays, "hidden": np.zeros((5, 2), np.float32)})
    with pytest.raises(ShapeError, match="at least one layer"):
        Trace(trace.inputs, (), trace.outputs)
    longer = LSTMModel(I, H, 3).trace(np.ones((T + 1, B, I))).layers[0]
    with pytest.raises(ShapeError, match=r"expected float32 with .* = \(5, 2, 4\)"):
        Trace(trace.inputs, (trace.layers[0], longer), trace.outputs)
    gru = LSTMModel(I, H, 3, variant="gru").trace(INPUTS).layers[0]
    with pytest.raises(ShapeError, match="one kind of cell"):
        Trace(trace.inputs, (trace.layers[0], gru), trace.outputs)


@pytest.mark.parametrize("load", [Trace.load, load_model])
def test_what_is_no_file_with_an_end_is_refused_at_once(tmp_path, load):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in ("/dev/zero", pipe, str(pipe), tmp_path):
        with pytest.raises(WeightsError, match="it is no regular file"):
            load(path)
    with pytest.raises(WeightsError, match="No such file"):
        load(tmp_path / "nowhere")


def test_a_trace_may_hold_what_diverged(tmp_path):
    trace = LSTMModel(I, H, 3).trace(INPUTS)
    trace = replace(trace, outputs=np.full_like(trace.outputs, np.nan))
    trace.save(tmp_path / "t.npz")
    assert np.isnan(Trace.load(tmp_path / "t.npz").outputs).all()
