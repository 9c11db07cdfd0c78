"""Properties of the positions of a text: what a unit may tell, as arrays by name."""

from numpy.typing import NDArray


def text_properties(text: str) -> dict[str, NDArray]:
    """Properties of each of N characters, bool or real, (N,) each, by name.

    Returns:
        yes or no: ``inside quotes``, ``inside brackets``, ``inside a comment``, ``inside a string``, ``word start``,
        ``inside a word``, ``vowel``, ``digit``, ``upper case``, ``white space``, ``line start``; numbers:
        ``bracket depth``, ``indentation``, ``line position``, ``word position``, ``line length so far``, ``position``.

    Raises:
        ShapeError: it is no text, or empty.
    """
    raise NotImplementedError
