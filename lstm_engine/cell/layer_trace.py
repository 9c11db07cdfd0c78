"""What the trace of a layer is, whatever its cell: arrays by name whose shapes fit each other."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Protocol

import numpy as np

from lstm_engine.cell.family import Quantity
from lstm_engine.checks import shown
from lstm_engine.errors import ShapeError

TRACED_DTYPES = (np.dtype("float32"), np.dtype("float64"))


class Shaped(Protocol):
    """An array, or what a file's header says of one."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype: ...


@dataclass(frozen=True)
class TracedLayer:
    """One layer's quantities, each (T, B, H), their pre-activations, and the states before the first timestep, (B, H).

    Attributes:
        quantities: of the family, in the paper's order.

    Raises:
        ShapeError: the arrays do not fit each other.
    """

    quantities: ClassVar[tuple[Quantity, ...]]

    def __post_init__(self) -> None:
        arrays = {name: array for name, array in vars(self).items() if array is not None}
        for name, array in arrays.items():
            if not isinstance(array, np.ndarray):
                raise ShapeError(f"{name} is {shown(array)}, expected an array")
        check_layer(type(self), arrays)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, B, H)."""
        T, B, H = vars(self)["hidden"].shape  # every family has a hidden state
        return T, B, H


def check_layer(kind: type[TracedLayer], arrays: Mapping[str, Shaped]) -> None:
    """Raise ShapeError unless the arrays can be the fields of such a layer's trace.

    A pre-activation may be missing, since a variant may lack a gate; nothing else may.
    """
    optional = {f"{quantity.name}_preactivation" for quantity in kind.quantities}
    missing = {field.name for field in fields(kind)} - arrays.keys() - optional
    if missing:
        raise ShapeError(f"a {kind.__name__} lacks {', '.join(sorted(missing))}")
    for name, array in arrays.items():
        if array.dtype not in TRACED_DTYPES:
            raise ShapeError(f"{name} has dtype {array.dtype}, expected one of {', '.join(map(str, TRACED_DTYPES))}")
    whole, dtype = arrays["hidden"].shape, arrays["hidden"].dtype
    if len(whole) != 3 or 0 in whole:
        raise ShapeError(f"hidden has shape {whole}, expected (T, B, H), each at least 1")
    for name, array in arrays.items():
        expected, letters = (whole[1:], "(B, H)") if name.startswith("initial_") else (whole, "(T, B, H)")
        if array.shape != expected:
            raise ShapeError(f"{name} has shape {array.shape}, expected {letters} = {expected}")
        if array.dtype != dtype:
            raise ShapeError(f"{name} has dtype {array.dtype}, expected {dtype} as hidden has")
