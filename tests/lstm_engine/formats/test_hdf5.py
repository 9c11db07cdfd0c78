import io
import sys
import zipfile

import numpy as np
import pytest

from lstm_engine import SettingsError, WeightsError, formats
from lstm_engine.formats import read_hdf5
from tests.lstm_engine.formats.foreign import FOREIGN


def hdf5(write) -> bytes:
    h5py = pytest.importorskip("h5py")
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        write(h5py, opened)
    return file.getvalue()


def elsewhere(h5py, file):
    file.create_dataset("a", (4,), "f4", external=[("/etc/passwd", 0, 16)])


def virtual(h5py, file):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "a", (4,))
    file.create_virtual_dataset("a", layout)


def nested(h5py, file):
    for _ in range(40):
        file = file.create_group("g")


def cyclic(h5py, file):
    file.create_group("a")["again"] = file


HOSTILE = {
    "an external link": (lambda h5py, f: f.__setitem__("a", h5py.ExternalLink("/etc/passwd", "x")), "is a link out"),
    "a soft link": (lambda h5py, f: f.__setitem__("a", h5py.SoftLink("/b")), "'a' is a link out"),
    "numbers elsewhere": (elsewhere, "'a' has its numbers in another file"),
    "a virtual array": (virtual, "'a' has its numbers in another file"),
    "terabytes": (lambda h5py, f: f.create_dataset("a", (2**40,), "f4", chunks=(1024,)), "its arrays need 4,398,"),
    "a bomb": (lambda h5py, f: f.create_dataset("a", (2**30,), "f4", compression="gzip"), "need 4,294,"),
    "a cycle": (cyclic, "'a/again/a' stands in it twice"),
    "an array twice": (lambda h5py, f: f.__setitem__("b", f.create_dataset("a", (4,), "f4")), "stands in it twice"),
    "deep groups": (nested, "nested too deeply"),
    "a long filter": (lambda h5py, f: f.create_dataset("a", (9,), "f4", scaleoffset=2), "packed with a filter"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_weights_never_are_is_refused_in_a_sentence(kind):
    write, sentence = HOSTILE[kind]
    with pytest.raises(WeightsError, match=sentence):
        formats.examine(hdf5(write))


def test_texts_and_references_are_passed_over_and_packed_arrays_are_read():
    def write(h5py, file):
        file["layers/lstm/cell/vars/0"] = np.ones((3, 16), "f2")
        file.create_dataset(
            "layers/lstm/cell/vars/1", data=np.full((4, 16), 2, ">f8"), compression="gzip", shuffle=True
        )
        file["text"] = "hello"
        file["reference"] = file["text"].ref
        file.attrs["name"] = np.arange(3)
        file["optimizer/vars/0"] = np.ones((3, 16))

    found = formats.examine(hdf5(write))
    assert found.arrays == {"layers/lstm/cell/vars/0": (3, 16), "layers/lstm/cell/vars/1": (4, 16)}
    weights = formats.assemble(found).state_dict()
    assert (weights["lstm.weight_ih_l0"] == 1).all()
    assert (weights["lstm.weight_hh_l0"] == 2).all()


def test_cut_files_are_refused():
    pytest.importorskip("h5py")
    content = (FOREIGN / "keras_plain.weights.h5").read_bytes()
    for size in (100, len(content) - 500):
        with pytest.raises(WeightsError, match="damaged or cut HDF5"):
            formats.examine(content[:size])


@pytest.mark.parametrize(
    ("script", "error", "sentence"),
    [
        ("import os; os.abort()", WeightsError, "a damaged HDF5 file, which the HDF5 library could not read"),
        ("import sys; print('missing: h5py', file=sys.stderr); sys.exit(3)", SettingsError, "needs the package h5py"),
        ("import time; time.sleep(30)", WeightsError, "could not be read within 0.2 s"),
        ("print('chatter')", WeightsError, "could not read"),
    ],
)
def test_the_end_of_the_reading_process_is_survived(monkeypatch, tmp_path, script, error, sentence):
    path = tmp_path / "process.py"
    path.write_text(script)
    monkeypatch.setattr(read_hdf5, "PROCESS", path)
    monkeypatch.setattr(read_hdf5, "SECONDS", 0.2 if "sleep" in script else 60)
    with pytest.raises(error, match=sentence):
        formats.examine((FOREIGN / "keras_plain.weights.h5").read_bytes())


def test_a_keras_file_that_promises_too_much_is_judged_before_it_is_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(2**21))
    with pytest.raises(WeightsError, match=r"it would unpack to 2,097,152 bytes, expected at most 1,048,576"):
        formats.examine(file.getvalue(), most_bytes=2**20)


def test_the_reader_shares_nothing_with_the_engine_that_starts_it():
    """Its folder holds modules called safetensors and onnx, which must not be taken for the packages."""
    text = read_hdf5.PROCESS.read_text("utf-8")
    assert "lstm_engine" not in text
    assert sys.version_info >= (3, 11)  # python -P


def test_activations_that_a_keras_file_tells_of_are_heeded():
    pytest.importorskip("h5py")
    content = (FOREIGN / "keras_relu.keras").read_bytes()

    def with_config(old: bytes, new: bytes) -> formats.Found:
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(file, "w") as archive:
            for name in given.namelist():
                text = given.read(name)
                archive.writestr(name, text.replace(old, new) if name == "config.json" else text)
        return formats.examine(file.getvalue())

    plain = with_config(b'"activation": "relu"', b'"activation": "tanh"')
    assert plain.guess.activation == "tanh"
    assert not any("activation" in doubt for doubt in plain.doubts)
    assert formats.assemble(plain).architecture.hidden_size == 4
    hard = with_config(b'"recurrent_activation": "sigmoid"', b'"recurrent_activation": "hard_sigmoid"')
    assert hard.guess is None
    assert any("'relu' and 'hard_sigmoid'" in doubt for doubt in hard.doubts)
