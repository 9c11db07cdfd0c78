"""Whose file is it? Judged by its content, never by its name; nothing of it is run, and no pickle is ever read."""

import io
import os
import pickletools
import struct
import zipfile
from os import PathLike
from typing import BinaryIO

from lstm_engine.checks import path_text, regular_file, shown, whole_number
from lstm_engine.errors import WeightsError

MOST_BYTES = 512 * 2**20  # of a file, and of what is unpacked from it, unless a caller allows more
MOST_MEMBERS = 10_000  # of a zip archive
MOST_HEADER = 16 * 2**20  # bytes of what a safetensors file says of its arrays
PICKLE_OPCODES = 40  # as many in a row are no accident
REFUSED_PICKLE = (
    "it is a pickle{}, which can run code when it is read, so it was not read; save the weights as safetensors: "
    'safetensors.torch.save_file({{k: v.clone() for k, v in model.state_dict().items()}}, "model.safetensors")'
)
ONNX_STARTS = (b"\x08", b"\x12", b"\x3a", b"\x42")  # ir_version, as all write it; producer, graph, opset_import
MARKS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
    b"\x78\x9c": "zlib",
    b"\x78\xda": "zlib",
    b"\x78\x5e": "zlib",
    b"7z\xbc\xaf": "7z",
}


def pickle_refused(what: str = "") -> WeightsError:
    """The error for a pickle; ``what`` says which kind, if that is known."""
    return WeightsError(REFUSED_PICKLE.format(f" ({what})" if what else ""))


def called(source: object) -> str:
    """What an error calls the file."""
    return path_text(source) if isinstance(source, str | PathLike) else "the file"


def content_of(source: str | PathLike[str] | bytes | BinaryIO, most_bytes: int) -> bytes:
    """All bytes of a file, or WeightsError if there are more than that, or none."""
    most = whole_number("most_bytes", most_bytes)
    if isinstance(source, bytes | bytearray | memoryview):
        content = bytes(source) if len(source) <= most else too_large(len(source), most)
    elif isinstance(source, str | PathLike):
        regular_file(source)
        size = os.stat(source).st_size
        if size > most:
            too_large(size, most)
        with open(source, "rb") as file:
            content = file.read(most + 1)
    elif callable(getattr(source, "read", None)):
        content = source.read(most + 1)
        if not isinstance(content, bytes):
            raise WeightsError("it was opened as text; open it with mode 'rb'")
    else:
        raise WeightsError(f"it is {shown(source)}, expected a path, bytes, or a file opened with mode 'rb'")
    if len(content) > most:
        too_large(len(content), most)
    if not content:
        raise WeightsError("it is empty")
    return content


def too_large(size: int, most: int) -> bytes:
    """Raises WeightsError."""
    raise WeightsError(f"it has {size:,} bytes or more, expected at most {most:,} (most_bytes)")


ZIP, NUMPY = b"PK\x03\x04", b"\x93NUMPY"


def kind_of(content: bytes) -> str:
    """``"safetensors"``, ``"npz"``, ``"keras"``, ``"hdf5"``, or ``"onnx"`` for what is perhaps that.

    Raises:
        WeightsError: it is a pickle, or something else that is known to hold no weights that can be read.
    """
    if is_safetensors(content):
        return "safetensors"
    if content.startswith(ZIP):
        return kind_of_zip(content)
    if content[:8] == b"\x89HDF\r\n\x1a\n":
        return "hdf5"
    if content.startswith(NUMPY):
        if b"'O'" in content[:10_000] or b"|O" in content[:10_000]:
            raise pickle_refused("a NumPy array of objects")
        raise WeightsError("it is a single array (.npy); expected all arrays by name: np.savez('model.npz', **arrays)")
    if is_pickle(content):
        raise pickle_refused()
    for mark, name in MARKS.items():
        if content.startswith(mark):
            raise WeightsError(f"it is compressed with {name}, perhaps a pickle in it; expected a plain file")
    if content[:1] in ONNX_STARTS:
        return "onnx"
    raise WeightsError("it is none of the files that can be read: safetensors, .npz, .weights.h5, .keras or ONNX")


def is_safetensors(content: bytes) -> bool:
    """Whether it begins as such a file does: the length of a JSON object, and that object."""
    if len(content) < 9 or content[8:9] not in (b"{", b"["):
        return False
    (length,) = struct.unpack("<Q", content[:8])
    # a length of 2**63 bytes and then JSON is a broken or hostile one, and is told so
    return length <= len(content) or content[9:10] in (b'"', b"}")


def is_pickle(content: bytes) -> bool:
    """Whether it is a pickle of any protocol; its opcodes are read, not run."""
    if content[:1] == b"\x80" and content[1:2] in (b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"):
        return True
    seen = 0
    try:
        for opcode, argument, _ in pickletools.genops(content[: 2**16]):
            if seen == 0 and opcode.stack_before:
                return False  # it takes what nothing has put there
            seen += 1
            if opcode.name in ("GLOBAL", "INST") and str(argument).isprintable():
                return True
            if opcode.name == "STOP":
                return seen > 1
            if seen >= PICKLE_OPCODES:
                return True
    except Exception:  # what is none ends in many ways
        return False
    return False


def opened_zip(content: bytes, most_bytes: int) -> zipfile.ZipFile:
    """The archive, once its directory was found small, and what it says of its members too.

    Raises:
        WeightsError: it is damaged, too large when unpacked, or packed in a way that weights never are.
    """
    if content.count(b"PK\x01\x02") > MOST_MEMBERS:  # zipfile would make an object of each
        raise WeightsError(f"it has more than {MOST_MEMBERS:,} members")
    try:
        file = zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:  # zipfile raises many kinds for a damaged file
        raise WeightsError(f"it is a damaged or cut zip archive ({error}); fetch or save it again") from error
    total = sum(member.file_size for member in file.infolist())
    if total > most_bytes:
        raise WeightsError(f"it would unpack to {total:,} bytes, expected at most {most_bytes:,} (most_bytes)")
    for member in file.infolist():
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
            raise WeightsError(f"its member {shown(member.filename)} is encrypted or packed in an unusual way")
    return file


def kind_of_zip(content: bytes) -> str:
    """``"npz"`` or ``"keras"``, or WeightsError for other archives, those with pickles above all."""
    with opened_zip(content, 2**62) as file:
        names = file.namelist()
    if any(name.endswith((".pkl", ".pickle")) for name in names):
        raise pickle_refused("as torch.save and joblib write them")
    if any(name.endswith(".weights.h5") for name in names):
        return "keras"
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    held = shown(names[0]) if names else "nothing"
    raise WeightsError(f"it is a zip archive that holds {held}, expected the arrays of np.savez, or a .keras file")
