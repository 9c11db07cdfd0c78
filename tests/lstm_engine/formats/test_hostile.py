"""Files that nobody should read: each is refused in a sentence of ours, at once, and nothing of it is run."""

import bz2
import gzip
import io
import json
import pickle
import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lstm_engine import EngineError, LSTMModel, WeightsError, formats, to_pytorch
from tests.lstm_engine.formats.foreign import FOREIGN

RUN: list[str] = []


class Runs:
    """What a pickle may do to its reader."""

    def __reduce__(self):
        return RUN.append, ("it ran",)


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def npy(shape: tuple, descr: str = "<f4", data: bytes = b"") -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def safetensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(shape: list, begin: int, end: int, dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


PICKLES = {
    **{f"protocol {k}": pickle.dumps({"weight_ih_l0": [1.0], "x": Runs()}, k) for k in range(6)},
    "torch.save": zipped({"archive/data.pkl": pickle.dumps(Runs()), "archive/data/0": b"0" * 64}, zipfile.ZIP_STORED),
    "object array": npz(weights=np.array([Runs()], dtype=object)),
    "object array alone": npy((1,), "|O", pickle.dumps([Runs()])),
    "old torch.save": pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps(Runs(), 2),
}


@pytest.mark.parametrize("kind", PICKLES)
def test_a_pickle_is_refused_unread_whatever_it_is_called(kind, tmp_path):
    for path in (tmp_path / "model.safetensors", tmp_path / "model.npz"):
        path.write_bytes(PICKLES[kind])
        with pytest.raises(
            WeightsError, match=r"it is a pickle.* was not read; save the weights as safetensors: .*save_file"
        ):
            formats.examine(path)
        with pytest.raises(WeightsError, match="it is a pickle"):
            formats.examples(path)
    assert not RUN


HOSTILE = {
    "nothing": (b"", "it is empty"),
    "text": (b"<!DOCTYPE html><html>not found</html>", "none of the files that can be read"),
    "zeros": (b"0" * 99, "none of the files"),
    "gzip": (gzip.compress(PICKLES["protocol 4"]), "compressed with gzip, perhaps a pickle"),
    "zlib": (zlib.compress(PICKLES["protocol 4"]), "compressed with zlib"),
    "bzip2": (bz2.compress(PICKLES["protocol 4"]), "compressed with bzip2"),
    "one array": (npy((1,), data=b"0000"), r"a single array \(\.npy\)"),
    "a zip of texts": (zipped({"readme.txt": b"hello"}), "a zip archive that holds 'readme.txt'"),
    "an empty zip": (b"PK\x03\x04" + bytes(60), "damaged or cut zip archive"),
    "lzma in a zip": (zipped({"a.npy": npy((1,), data=b"0000")}, zipfile.ZIP_LZMA), "packed in an unusual way"),
    "a cut zip": (npz(a=np.zeros(99))[:-30], "damaged or cut zip archive"),
    "an array that lies": (zipped({"a.npy": npy((10**9,), data=b"0000")}), r"'a' has shape \(1000000000,\), but"),
    "an array of -1": (zipped({"a.npy": npy((-1,), data=b"0000")}), "'a' has shape"),
    "an array twice": (zipped({"a": npy((1,), data=b"0000"), "a.npy": npy((1,), data=b"0000")}), "a zip archive|twice"),
    "deep zip header": (zipped({"a.npy": npy((1,), descr="-" * 5000)}), "'a' cannot be read"),
    "a header of exabytes": (safetensors({}, length=2**62), "its header would have"),
    "a header of megabytes": (safetensors({}, length=2**20), "it is cut short: its header alone has"),
    "a header that is a list": (safetensors([1]), r"its header is \[1\]"),
    "a deep header": (struct.pack("<Q", 200_001) + b"{" + b"[" * 200_000, "its header is no JSON"),
    "a name twice": (
        struct.pack("<Q", 14) + b'{"a":1,"a":2} ', "its header names an array twice",
    ),
    "overlap": (safetensors({"a": entry([1], 0, 4), "b": entry([1], 2, 6)}, bytes(6)), "overlap or leave gaps"),
    "gap": (safetensors({"a": entry([1], 0, 4), "b": entry([1], 8, 12)}, bytes(12)), "overlap or leave gaps"),
    "negative": (safetensors({"a": entry([1], -4, 0)}, bytes(4)), "but data_offsets"),
    "huge": (safetensors({"a": entry([2**40], 0, 2**42)}, bytes(4)), "it is cut short: 'a' would end"),
    "too many numbers": (safetensors({"a": entry([2**47] * 8, 0, 4)}, bytes(4)), "but data_offsets"),
    "sizes that are none": (safetensors({"a": entry([1.5], 0, 4)}, bytes(4)), r"has shape \[1\.5\]"),
    "true as a size": (safetensors({"a": entry([True], 0, 4)}, bytes(4)), r"has shape \[True\]"),
    "nine dimensions": (safetensors({"a": entry([1] * 9, 0, 4)}, bytes(4)), "at most 8 sizes"),
    "no dtype": (safetensors({"a": entry([1], 0, 4, "F31")}, bytes(4)), "'a' has dtype 'F31'"),
    "no entry": (safetensors({"a": 7}), "'a' is described as 7"),
    "metadata of numbers": (safetensors({"__metadata__": {"a": 1}}), "its metadata is"),
    "bytes at the end": (safetensors({"a": entry([1], 0, 4)}, bytes(9)), "5 bytes after its last array"),
    "cut short": (safetensors({"a": entry([9], 0, 36)}, bytes(20)), "it is cut short: 'a' would end at byte 36 of 20"),
    "a long name": (safetensors({"a" * 2000: entry([1], 0, 4)}, bytes(4)), "a name has 2,000|has 2,000 characters"),
    "many arrays": (safetensors({str(k): entry([0], 0, 0) for k in range(6000)}), "it holds 6,000 arrays"),
    "an ONNX of empty parts": (b"\x08\x08\x3a\x80\x89\x7a" + b"\x0a\x00" * 1_000_000, "more parts than a model"),
    "a cut ONNX": ((FOREIGN / "lstm_scripted.onnx").read_bytes()[:3000], "cut short"),
    "a deep protobuf": (b"\x3a\xff\x7f" * 5000, "cut short"),
    "a varint without end": (b"\x08" + b"\xff" * 50, "damaged, or no ONNX"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_hostile_or_damaged_is_refused_in_a_sentence(kind):
    content, sentence = HOSTILE[kind]
    with pytest.raises(WeightsError, match=f"the file cannot be read as a model: .*(?:{sentence})"):
        formats.examine(content)


def test_a_name_that_no_text_can_hold_is_refused():
    with pytest.raises(WeightsError, match="half a character"):
        formats.examine(safetensors({"f\ud800c.weight": entry([1], 0, 4)}, bytes(4)))


def test_a_zip_bomb_is_judged_before_it_is_unpacked():
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = zeros.compress(bytes(2**24)) + zeros.flush()
    # 20 members that share one stretch of packed zeros, each of which says that it is 2 GB
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, len(packed), 2**31, 5, 0) + b"a.npy"
    central = b"".join(
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, 0, len(packed), 2**31, 6, 0, 0, 0, 0, 0, 0)
        + f"{k:02}.npy".encode()
        for k in range(20)
    )
    body = local + packed
    bomb = body + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 20, 20, len(central), len(body), 0)
    tracemalloc.start()
    with pytest.raises(WeightsError, match="it would unpack to 42,949,672,960 bytes, expected at most 536,870,912"):
        formats.examine(bomb)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_members_in_thousands_are_refused_before_the_directory_is_read():
    with pytest.raises(WeightsError, match="it has more than 10,000 members"):
        formats.examine(b"PK\x03\x04" + b"PK\x01\x02" * 10_001)


def test_networks_in_thousands_are_offered_in_part():
    header, at = {}, 0
    for k in range(2000):
        for side, width in (("ih", 2), ("hh", 1)):
            header[f"r{k}q.weight_{side}_l0"] = entry([4, width], at, at + 16 * width)
            at += 16 * width
    found = formats.examine(safetensors(header, bytes(at)))
    assert len(found.offers) == 16
    assert any("of its 2000 recurrent networks the first 16 are offered" in doubt for doubt in found.doubts)
    assert len(found.doubts) < 30


def test_size_is_bounded_and_the_bound_can_be_set(tmp_path):
    content = (FOREIGN / "lstm_float32.safetensors").read_bytes()
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(2**30)  # a sparse file, which costs nothing
    tracemalloc.start()
    with pytest.raises(WeightsError, match=r"1,073,741,824 bytes or more, expected at most 536,870,912 \(most_bytes\)"):
        formats.examine(path)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
    for source in (content, io.BytesIO(content)):
        with pytest.raises(WeightsError, match="expected at most 1,000"):
            formats.examine(source, most_bytes=1000)
    assert formats.examine(content, most_bytes=len(content)).guess


@pytest.mark.parametrize("source", ["/dev/zero", "nothing/here", ".", 7, None, io.StringIO("text"), "a\0b"])
def test_what_is_no_file_is_refused(source):
    with pytest.raises(WeightsError, match="cannot be read as a model"):
        formats.examine(source)


def test_external_data_of_an_onnx_file_is_never_opened():
    onnx = pytest.importorskip("onnx")
    model = onnx.load(FOREIGN / "gru_scripted.onnx")
    for tensor in model.graph.initializer:
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        place = tensor.external_data.add()
        place.key, place.value = "location", "/etc/passwd"
    found = formats.examine(model.SerializeToString())
    with pytest.raises(WeightsError, match=r"stands in another file beside this one \(external data\)"):
        formats.assemble(found)


WHOLE = [path.read_bytes() for path in sorted(FOREIGN.iterdir()) if path.suffix in (".safetensors", ".onnx", ".npz")]


def read_all(content: bytes) -> None:
    """As a person would: what can be assembled is; only errors of ours come out."""
    try:
        found = formats.examine(content, most_bytes=2**22)
        for offer in found.offers:
            formats.in_words(found, offer)
            formats.assemble(found, formats.Mapping.from_json(offer.to_json()))
    except EngineError:
        return


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_files_are_read_or_refused_but_never_crash(data):
    content = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, min(len(content), data.draw(st.sampled_from([100, 600, 10**6]))) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    read_all(bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"\x08\x08\x3a", b"\x80\x04"]), st.binary(max_size=300)
)
@example(b"", b"cos\nsystem\n")
def test_random_bytes_are_refused(start, rest):
    with pytest.raises(WeightsError):
        formats.examine(start + rest)


SMALL = formats.examine(npz(**to_pytorch(LSTMModel(4, 4, 2))[0]))
VALUES = (
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.text(max_size=9) | st.lists(st.just("hidden"), max_size=2)
)
NAMES = st.sampled_from(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "none"])
LAYERS = st.fixed_dictionaries(
    {"input": NAMES},
    optional=dict.fromkeys(("recurrent", "biases", "gates", "transposed", "peepholes", "more"), NAMES | VALUES),
)
MAPPINGS = st.fixed_dictionaries(
    {
        "variant": st.sampled_from(["standard", "gru", "slstm", "vanilla", "lstm"]),
        "layers": st.lists(LAYERS, max_size=2),
    },
    optional={
        "readout": VALUES | st.fixed_dictionaries({"weight": NAMES}, optional={"bias": NAMES, "transposed": VALUES}),
        **dict.fromkeys(("embedding", "reset", "activation", "backward", "name", "more"), NAMES | VALUES),
    },
)


@settings(max_examples=100, deadline=None)
@given(MAPPINGS | VALUES)
def test_mappings_from_anywhere_are_taken_or_refused(given_):
    try:
        mapping = formats.Mapping.from_json(json.dumps(given_))
        assert formats.Mapping.from_dict(mapping.to_dict()) == mapping
        formats.assemble(SMALL, mapping)
    except EngineError:
        pass
