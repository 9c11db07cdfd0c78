"""Arrays in NumPy's ``.npz``; one of objects, which would be a pickle, is refused."""

import zipfile
from collections.abc import Callable

from numpy.lib import format as npy
from numpy.typing import NDArray

from lstm_engine.checks import shown
from lstm_engine.errors import WeightsError
from lstm_engine.formats.arrays import Contents, Promised, bytes_of, check_names, checked_shape, widened
from lstm_engine.formats.content import opened_zip, pickle_refused


def read_npz(content: bytes, most_bytes: int, kinds: str = "f") -> Contents:
    """The arrays of ``np.savez`` or ``np.savez_compressed``; they are unpacked when they are wanted.

    ``kinds`` are the kinds of dtypes that are wanted, as NumPy names them.

    Raises:
        WeightsError: it is damaged, holds objects, or would unpack to more than ``most_bytes``.
    """
    file = opened_zip(content, most_bytes)
    promised: dict[str, Promised] = {}
    left_out = []
    check_names(file.namelist())
    for member in file.infolist():
        name = member.filename.removesuffix(".npy")
        if name in promised:
            raise WeightsError(f"it holds {shown(name)} twice")
        try:
            with file.open(member) as stream:
                version = npy.read_magic(stream)
                if version not in ((1, 0), (2, 0)):
                    raise WeightsError("its header is of a kind that no plain array needs")
                read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
                shape, _, dtype = read(stream)
                start = stream.tell()
        except Exception as error:  # zipfile, zlib and NumPy raise many kinds for what is damaged
            raise WeightsError(f"{shown(name)} cannot be read: {error}") from error
        if dtype.hasobject:
            raise pickle_refused(f"{shown(name)} is a NumPy array of objects")
        shape = checked_shape(name, shape)
        if bytes_of(shape, dtype.itemsize) != member.file_size - start:
            raise WeightsError(f"{shown(name)} has shape {shape}, but {member.file_size:,} bytes in the file")
        if dtype.kind in kinds:
            promised[name] = Promised(shape, dtype.name, unpacker(file, member, name))
        elif dtype.kind == "V" and len(shape) == 2:
            left_out.append(f"{shown(name)} has numbers that NumPy does not know, and is left out; save it as float32")
    return Contents("npz", promised, {}, tuple(left_out[:3]))


def unpacker(file: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Callable[[], NDArray]:
    """What unpacks an array when it is wanted."""

    def read() -> NDArray:
        try:
            with file.open(member) as stream:
                return widened(npy.read_array(stream, allow_pickle=False))
        except Exception as error:  # as above
            raise WeightsError(f"{shown(name)} cannot be read: {error}") from error

    return read
