"""The small language in which a question asks the engine: expressions over the numbers of a scene.

``ast`` reads it, and nothing is evaluated by Python: no attributes, no texts, no calls but of the functions below, no
names but those of the scene. Length, nodes and depth are bounded, and every number is a float.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import SettingsError
from lstm_engine.inspection.expressions import ARITHMETIC, COMPARISONS, DEEPEST, LONGEST, MOST_NODES, source

CLOSE = 0.005  # numbers that are read with two decimals are the same within that
EXAMPLE = "such as h[t, u] or argmax(abs(c[t]))"


class Timeline:
    """Values (T, …) at timesteps 1 to T, as people count; ``before`` is what there is before the first, if anything.

    >>> float(Timeline("c", np.array([[1.0], [2.0]]), np.zeros(1))[0, 0])
    0.0
    """

    def __init__(self, name: str, values: NDArray, before: NDArray | None = None):
        self.name, self.values, self.before = name, values, before

    def __getitem__(self, index: Any) -> Any:
        first, *rest = index if isinstance(index, tuple) else (index,)
        if isinstance(first, slice):
            return self.values[(slice(None), *rest)]
        if first == 0 and self.before is not None:
            return self.before[tuple(rest)]
        if not 1 <= first <= len(self.values):
            least = 1 if self.before is None else 0
            raise SettingsError(f"{self.name} has no timestep {first:g}; expected {least} to {len(self.values)}")
        return self.values[(int(first) - 1, *rest)]


def sigmoid(x: Any) -> Any:
    """σ(x) without an overflow on the way."""
    return 0.5 * (1 + np.tanh(np.asarray(x) / 2))


def near(left: Any, right: Any) -> Any:
    """Whether two numbers are read as the same."""
    return np.abs(np.subtract(left, right)) <= CLOSE


FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, np.abs),
    "sqrt": (1, np.sqrt),
    "exp": (1, np.exp),
    "tanh": (1, np.tanh),
    "sigmoid": (1, sigmoid),
    "sum": (1, np.sum),
    "mean": (1, np.mean),
    "product": (1, np.prod),
    "largest": (1, np.max),
    "smallest": (1, np.min),
    "size": (1, np.size),
    "count": (1, np.count_nonzero),
    "argmax": (1, np.argmax),
    "argmin": (1, np.argmin),
    "near": (2, near),
}


def parsed(expression: str) -> ast.expr:
    """The expression's tree, within bounds; SettingsError if it is none."""
    if len(expression) > LONGEST:
        raise SettingsError(f"the expression has {len(expression):,} characters, expected at most {LONGEST}")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise SettingsError(f"“{expression[:60]}” is no expression; expected one {EXAMPLE}") from None
    level, nodes = [tree], 0
    for _ in range(DEEPEST):
        nodes += len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node)]  # type: ignore[misc]
        if not level and nodes <= MOST_NODES:
            return tree
    raise SettingsError("the expression is nested too deep, or too long; write a simpler one")


def value_of(expression: str, names: Mapping[str, Any]) -> Any:
    """What an expression gives, a number, a truth or an array of either.

    Args:
        names: numbers, arrays and ``Timeline`` by name, and functions of numbers.

    Raises:
        SettingsError: it is no such expression, or gives no finite number; a sentence says which part.

    >>> bool(value_of("near(f[t, 0], 0.5) and not t > 2", {"f": Timeline("f", np.array([[0.5]])), "t": 1}))
    True
    """
    with np.errstate(all="ignore"):
        try:
            found = Reader(names).of(parsed(expression))
            if isinstance(found, Timeline):
                found = found.values
            value = np.asarray(found)
        except SettingsError:
            raise
        except (IndexError, ValueError, TypeError) as error:
            raise SettingsError(f"“{expression[:60]}” cannot be computed: {error}") from None
    if value.dtype.kind not in "biuf" or not value.size or not np.isfinite(value).all():
        raise SettingsError(f"“{expression[:60]}” gives no finite number; check what it divides by")
    return value


class Reader:
    """Walks the tree; what it does not know it refuses."""

    def __init__(self, names: Mapping[str, Any]):
        self._names = names

    def of(self, node: ast.AST) -> Any:
        """The value of one node."""
        match node:
            case ast.Constant(value=bool() | int() | float() as value) if abs(value) < 1e300:
                return value if isinstance(value, bool) else float(value)
            case ast.Name(id=name) if name in self._names and not callable(self._names[name]):
                return self._names[name]
            case ast.Name(id=name):
                there = ", ".join(name for name in self._names if name not in FUNCTIONS)
                raise SettingsError(f"there is no “{name[:40]}” in this scene; choose one of {there}")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return np.logical_not(self.of(operand))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return np.negative(self.of(operand))
            case ast.BinOp(op=op) if type(op) in ARITHMETIC:
                return ARITHMETIC[type(op)](self.of(node.left), self.of(node.right))
            case ast.BoolOp(op=op):
                every = isinstance(op, ast.And)
                values = [self.of(part) for part in node.values]
                return (np.logical_and if every else np.logical_or).reduce(values)
            case ast.Compare():
                return self._compared(node)
            case ast.Subscript(value=ast.Name(), slice=places):
                return self.of(node.value)[self._index(places)]
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return self._called(name, node)
        raise SettingsError(f"“{source(node)}” cannot stand in an expression; expected one {EXAMPLE}")

    def _compared(self, node: ast.Compare) -> Any:
        found: Any = True
        left = self.of(node.left)
        for comparison, part in zip(node.ops, node.comparators, strict=True):
            if type(comparison) not in COMPARISONS:
                raise SettingsError(f"“{source(node)}” cannot be compared so; choose ==, !=, <, <=, > or >=")
            right = self.of(part)
            found = np.logical_and(found, COMPARISONS[type(comparison)](left, right))
            left = right
        return found

    def _index(self, places: ast.expr) -> Any:
        parts = places.elts if isinstance(places, ast.Tuple) else [places]
        found: list[Any] = []
        for part in parts:
            if isinstance(part, ast.Slice):
                if part.lower or part.upper or part.step:
                    raise SettingsError("a stretch of timesteps or units is a colon alone, as in c[:, u]")
                found.append(slice(None))
                continue
            value = np.asarray(self.of(part))
            if value.shape or value != int(value) or value < 0:
                raise SettingsError(f"“{source(part)}” is no place; expected a whole number from 0")
            found.append(int(value))
        return tuple(found) if len(found) > 1 else found[0]

    def _called(self, name: str, node: ast.Call) -> Any:
        function = self._names.get(name)
        takes, call = FUNCTIONS[name] if name in FUNCTIONS else (len(node.args), function)
        if call is None or not callable(call):
            raise SettingsError(f"there is no function “{name[:40]}”; choose one of {', '.join(FUNCTIONS)}")
        if len(node.args) != takes:
            raise SettingsError(f"“{source(node)}” cannot be called so; {name} takes {takes}")
        return call(*[self._plain(self.of(part)) for part in node.args])

    @staticmethod
    def _plain(value: Any) -> Any:
        return value.values if isinstance(value, Timeline) else value
