import json
import struct
import tracemalloc

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_engine import LSTMModel, WeightsError, load_model, save_model


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_saved_model_comes_back_bit_for_bit(tmp_path, bias, dtype):
    model = LSTMModel(3, 4, 2, num_layers=2, dtype=dtype, bias=bias, seed=5)
    save_model(model, tmp_path / "model.safetensors", {"run": "first"})
    loaded = load_model(tmp_path / "model.safetensors")
    assert (loaded.architecture, loaded.dtype) == (model.architecture, model.dtype)
    np.testing.assert_array_equal(loaded.parameters.flat, model.parameters.flat)


def write(path, header: dict, data: bytes = b"") -> None:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(struct.pack("<Q", 2**62) + b"{}"),  # a header of exabytes
        lambda path: write(path, {"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 4]}}, b"0000"),
        lambda path: write(
            path,
            {
                "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                "b": {"dtype": "F32", "shape": [1], "data_offsets": [2, 6]},
            },
            b"000000",
        ),
        lambda path: write(path, {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"0000"),
        lambda path: write(path, {"__metadata__": {"format": "lstm_engine model 1", "model": "[]"}}),
        lambda path: write(path, {"__metadata__": {"format": "lstm_engine model 1", "model": '{"input_size": 1e99}'}}),
    ],
)
def test_hostile_files_are_refused_with_an_error_of_ours(tmp_path, make):
    path = tmp_path / "hostile.safetensors"
    make(path)
    with pytest.raises(WeightsError, match=r"hostile\.safetensors"):
        load_model(path)


def test_sizes_that_lie_do_not_make_the_loader_allocate(tmp_path):
    path = tmp_path / "lying.safetensors"
    sizes = {"input_size": 10**6, "hidden_size": 10**6, "output_size": 1, "num_layers": 1, "bias": True}
    write(path, {"__metadata__": {"format": "lstm_engine model 1", "model": json.dumps(sizes)}})
    with pytest.raises(WeightsError, match="but the file holds 0"):
        load_model(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_refused_or_read_but_never_crashes(tmp_path, data):
    path = tmp_path / "model.safetensors"
    save_model(LSTMModel(2, 3, 2), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        model = load_model(path)
    except WeightsError:
        return
    assert np.isfinite(model.parameters.flat).all()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"nothing\.safetensors cannot be read"):
        load_model(tmp_path / "nothing.safetensors")


SIZES = {"input_size": 3, "hidden_size": 4, "output_size": 2, "num_layers": 1, "bias": True, "variant": "standard",
         "dtype": "float32"}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        "",
        "null",
        "NaN",
        "[1, 2]",
        "{}",
        "9" * 5_000,
        *(
            json.dumps({**SIZES, **change})
            for change in (
                {"hidden_size": 10**30},
                {"hidden_size": -4},
                {"hidden_size": 0},
                {"hidden_size": 4.0},
                {"hidden_size": 4.5},
                {"hidden_size": "4"},
                {"hidden_size": None},
                {"hidden_size": [4]},
                {"hidden_size": True},
                {"hidden_size": float("nan")},
                {"num_layers": 10**12},
                {"num_layers": 2},
                {"bias": 1},
                {"bias": "no"},
                {"variant": ["standard"]},
                {"variant": "gru"},
                {"dtype": None},
                {"dtype": "xx"},
                {"dtype": "float16"},
                {"dtype": {"names": ["a"], "formats": ["f4"]}},
                {"seed": -1},
                {"init_std": 1e39},
            )
        ),
    ],
    ids=lambda text: text[:80],
)
def test_sizes_that_are_none_are_refused(tmp_path, text):
    path = tmp_path / "hostile.safetensors"
    safetensors.numpy.save_file(LSTMModel(3, 4, 2).state_dict(), path, {"format": "lstm_engine model 1", "model": text})
    with pytest.raises(WeightsError, match=r"hostile\.safetensors cannot be read as a model"):
        load_model(path)


def test_arrays_are_judged_before_they_are_read(tmp_path):
    """A sparse file costs its maker nothing, and would cost the reader what it promises."""
    path = tmp_path / "huge.safetensors"
    count = 2**34
    array = {"dtype": "F32", "shape": [count], "data_offsets": [0, 4 * count]}
    write(path, {"a": array, "__metadata__": {"format": "lstm_engine model 1", "model": json.dumps(SIZES)}})
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + 4 * count)
    tracemalloc.start()
    with pytest.raises(WeightsError, match=r"the sizes need 154 numbers, but the file holds 17,179,869,184"):
        load_model(path)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


@pytest.mark.parametrize("dtype", ["BF16", "I64", "BOOL", "F8_E4M3"])
def test_dtypes_that_no_weights_have_are_named(tmp_path, dtype):
    path = tmp_path / "other.safetensors"
    bits = {"BF16": 2, "I64": 8, "BOOL": 1, "F8_E4M3": 1}[dtype]
    header = {"a": {"dtype": dtype, "shape": [154], "data_offsets": [0, 154 * bits]}}
    write(
        path,
        {**header, "__metadata__": {"format": "lstm_engine model 1", "model": json.dumps(SIZES)}},
        bytes(154 * bits),
    )
    with pytest.raises(WeightsError, match=f"'a' has dtype {dtype}"):
        load_model(path)


def test_a_model_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(WeightsError, match="cannot be written"):
        save_model(LSTMModel(3, 4, 2), tmp_path / "nowhere" / "model.safetensors")
    with pytest.raises(WeightsError, match=r"metadata is \{1: 2\}, expected texts by name"):
        save_model(LSTMModel(3, 4, 2), tmp_path / "model.safetensors", {1: 2})
