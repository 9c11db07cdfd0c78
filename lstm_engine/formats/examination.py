"""What stands in a file of weights that somebody brings, judged by its content, never by its name."""

from collections.abc import Mapping as Named
from dataclasses import dataclass, field
from os import PathLike
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import shown
from lstm_engine.errors import SettingsError, WeightsError
from lstm_engine.formats.arrays import Contents, Promised
from lstm_engine.formats.content import MOST_BYTES, called, content_of, kind_of
from lstm_engine.formats.mapping import Mapping
from lstm_engine.formats.offering import offered
from lstm_engine.formats.read_hdf5 import read_hdf5, read_keras
from lstm_engine.formats.read_npz import read_npz
from lstm_engine.formats.read_onnx import read_onnx
from lstm_engine.formats.read_safetensors import read_safetensors


@dataclass(frozen=True)
class Found:
    """What a file of weights holds.

    Attributes:
        kind: ``"safetensors"``, ``"npz"``, ``"keras"``, ``"hdf5"`` or ``"onnx"``, as its content says.
        arrays: shapes by name; of the arrays that can be weights.
        dtypes: as the file has them, by the same names: ``"float32"``, ``"bfloat16"``.
        guess: which array is which, of the first model in the file; None if none was recognised.
        offers: a mapping for each model in the file, of which ``guess`` is the first.
        doubts: what a person should look at, in sentences.
        metadata: texts that the file's maker put beside the arrays.
        promised: how each array is read; ``array`` reads it.
    """

    kind: str
    arrays: Named[str, tuple[int, ...]]
    dtypes: Named[str, str]
    offers: tuple[Mapping, ...] = ()
    doubts: tuple[str, ...] = ()
    metadata: Named[str, str] = field(default_factory=dict)
    promised: Named[str, Promised] = field(default_factory=dict, repr=False, compare=False)

    @property
    def guess(self) -> Mapping | None:
        return self.offers[0] if self.offers else None

    def array(self, name: str) -> NDArray:
        """The array of that name as float64, or as float32 where the file's numbers are no wider.

        Raises:
            WeightsError: there is none, it cannot be read, or it holds values that are not finite.
        """
        if not isinstance(name, str) or name not in self.promised:
            held = ", ".join(map(shown, [*self.promised][:3])) or "none"
            raise WeightsError(f"there is no array {shown(name)} in the file; there are {held}")
        array = self.promised[name].read()
        if not np.isfinite(array).all():
            where = np.unravel_index(np.argmin(np.isfinite(array)), array.shape)
            place = ", ".join(str(int(index)) for index in where)
            raise WeightsError(f"{shown(name)} holds values that are not finite, {array[where]} at [{place}]")
        return array


def examine(source: str | PathLike[str] | bytes | BinaryIO, most_bytes: int = MOST_BYTES) -> Found:
    """What stands in a file of weights, and a guess at what is what.

    Args:
        source: path of a file, its content, or an open file. safetensors, NumPy's ``.npz``, Keras' ``.weights.h5``,
            ``.h5`` and ``.keras`` (with the extra ``keras``), or ONNX; which of them it is, its content says.
        most_bytes: of the file, and of what is unpacked from it.

    Raises:
        WeightsError: it cannot be read, is too large, or is none of these; a pickle is refused unread.
        SettingsError: a package that the format needs is not installed.
    """
    try:
        contents = contents_of(content_of(source, most_bytes), most_bytes)
    except (WeightsError, OSError, ValueError, MemoryError) as error:
        if isinstance(error, SettingsError):
            raise
        raise WeightsError(f"{called(source)} cannot be read as a model: {error}") from error
    offers, doubts = offered(contents)
    return Found(
        contents.kind,
        {name: promised.shape for name, promised in contents.arrays.items()},
        {name: promised.dtype for name, promised in contents.arrays.items()},
        offers,
        doubts,
        contents.metadata,
        contents.arrays,
    )


def contents_of(content: bytes, most_bytes: int) -> Contents:
    """The arrays that a file's content promises; errors as in ``examine``."""
    kind = kind_of(content)
    if kind == "safetensors":
        return read_safetensors(content)
    if kind == "npz":
        return read_npz(content, most_bytes)
    if kind == "hdf5":
        return read_hdf5(content, most_bytes)
    if kind == "keras":
        return read_keras(content, most_bytes)
    return read_onnx(content)
