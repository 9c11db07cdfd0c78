"""The textbook's lines that compute a cell, found in its source."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lstm_engine.cell.readouts import readout_of
from lstm_engine.cell.variants import family_of, get_variant


@cache
def textbook_lines(variant: str, loss: str = "cross_entropy") -> dict[str, dict[str, Any]]:
    """The textbook's lines by the letter that they compute: the file, the number in it, and the code.

    Where the textbook asks for the variant's name, those that are carried out for this one; with the line of what a
    network that learns by this loss then says.

    Raises:
        SettingsError: there is no variant, or no loss, of that name.
    """
    found = get_variant(variant)
    step = family_of(found).cell.textbook_of(found)
    of_readout = lines_of(readout_of(loss).textbook, found.name)
    return of_readout if step is None else lines_of(step, found.name) | of_readout


def lines_of(step: Callable[..., Any], variant: str) -> dict[str, dict[str, Any]]:
    """The lines of one function."""
    lines, first = inspect.getsourcelines(step)
    file = Path(inspect.getfile(step)).name
    (function,) = ast.parse(textwrap.dedent("".join(lines))).body
    assert isinstance(function, ast.FunctionDef)
    return {
        letter: {"file": file, "number": first + place - 1, "code": lines[place - 1].partition("#")[0].strip()}
        for letter, place in assignments(function.body, variant)
    }


def assignments(body: list[ast.stmt], variant: str) -> Iterator[tuple[str, int]]:
    """Each letter that is assigned, with its line in the function, along the branches that the variant takes."""
    for statement in body:
        if isinstance(statement, ast.If):
            wanted = ast.literal_eval(statement.test.comparators[0])  # type: ignore[attr-defined]
            yield from assignments(statement.body if variant == wanted else statement.orelse, variant)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield statement.targets[0].id, statement.lineno
