"""What stands in a file of weights that somebody brings, judged by its content, never by its name."""

from collections.abc import Callable
from collections.abc import Mapping as Named
from dataclasses import dataclass, field
from os import PathLike
from typing import BinaryIO

from numpy.typing import NDArray

from lstm_engine.formats.mapping import Mapping

MOST_BYTES = 512 * 2**20  # of a file, and of what is unpacked from it, unless a caller allows more


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
        read: gives the array of a name; use ``array``.
    """

    kind: str
    arrays: Named[str, tuple[int, ...]]
    dtypes: Named[str, str]
    offers: tuple[Mapping, ...] = ()
    doubts: tuple[str, ...] = ()
    metadata: Named[str, str] = field(default_factory=dict)
    read: Callable[[str], NDArray] | None = field(default=None, repr=False, compare=False)

    @property
    def guess(self) -> Mapping | None:
        return self.offers[0] if self.offers else None

    def array(self, name: str) -> NDArray:
        """The array of that name; float16 and bfloat16 come as float32.

        Raises:
            WeightsError: there is none, or it cannot be read.
        """
        raise NotImplementedError


def examine(source: str | PathLike[str] | bytes | BinaryIO, most_bytes: int = MOST_BYTES) -> Found:
    """What stands in a file of weights, and a guess at what is what.

    Args:
        source: path of a file, its content, or an open file. safetensors, Keras' arrays as ``.npz``, ``.weights.h5``
            and ``.keras`` (with the extra ``keras``), ONNX (with the extra ``onnx``), or a file of this engine; which
            of them it is, its content says.
        most_bytes: of the file, and of what is unpacked from it.

    Raises:
        WeightsError: it cannot be read, is too large, or is none of these; a pickle is refused unread.
        SettingsError: a package that the format needs is not installed.
    """
    raise NotImplementedError
