"""Central differences of the eighth order: what they leave out falls with the eighth power of their step."""

from collections.abc import Callable

from numpy.typing import NDArray

COEFFICIENTS = (4 / 5, -1 / 5, 4 / 105, -1 / 280)  # Fornberg 1988, table 1
STEP = 4e-3  # rounding then costs some 5e-14, and what is left out less


def derivative(function: Callable[[], float], array: NDArray, index: tuple[int, ...] | int) -> float:
    """d function / d array[index]; the function reads the array, which is put back as it was."""
    value, total = array[index], 0.0
    for k, coefficient in enumerate(COEFFICIENTS, start=1):
        for sign in (1, -1):
            array[index] = value + sign * k * STEP
            total += sign * coefficient * function()
    array[index] = value
    return total / STEP
