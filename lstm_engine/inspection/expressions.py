"""A person's own property as a Python expression over the symbols; parsed, never evaluated by Python.

``ast`` reads it, and a small language over whole arrays is all that is done: no attributes, no calls but of the
functions in ``functions.py``, no names but those of the table. Length, nodes and depth are bounded, and every number is
a float, so that neither time nor memory can run away: ``9 ** 9 ** 9`` is infinite at once, and refused.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import named_mapping, shown
from lstm_engine.errors import SettingsError, ShapeError
from lstm_engine.inspection.arrays import positions
from lstm_engine.inspection.functions import FUNCTIONS, Value, as_numbers, as_truth, is_text, kind_of
from lstm_engine.inspection.properties import text_properties

LONGEST, MOST_NODES, DEEPEST = 500, 120, 24
ALIASES = {
    "depth": "bracket depth",
    "line": "line position",
    "comment": "inside a comment",
    "string": "inside a string",
}
WORDS = {
    "char": "the symbol that is read, as in char == “a” or char in “aeiou”",
    "symbol": "the same",
    "word": "the same, where symbols are words, as in word in (“the”, “a”)",
    "position": "0 for the first",
}
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def expression_property(
    expression: str, text: str | Sequence[str], properties: Mapping[str, ArrayLike] | None = None
) -> NDArray:
    """A property from an expression such as ``char in "aeiou" and previous(char) == "q"``.

    Args:
        expression: comparisons, arithmetic, ``and``, ``or``, ``not``, ``in`` and ``… if … else …`` over ``char``,
            ``position``, all properties of the text with ``_`` for blanks (``bracket_depth``), and functions:
            ``count``, ``since``, ``previous``, ``following``, ``lower``, ``abs``, ``min``, ``max``.
        text: N characters, or N symbols of any length.
        properties: further arrays (N,) by name.

    Returns:
        (N,) bool, or real.

    Raises:
        SettingsError: it is not such an expression, or asks for too much; a sentence says which part.
        ShapeError: text or properties are not what they should be.

    >>> expression_property('count(char == "(") - count(char == ")")', "a(b)").tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    symbols = symbols_of(text)
    table = table_of(text, symbols, properties)
    value = Evaluator(table, len(symbols)).of(parsed(expression))
    if isinstance(value, tuple) or is_text(value):
        raise SettingsError(f"the expression gives {kind_of(value)}, expected yes or no or a number; compare it")
    found = np.broadcast_to(np.asarray(value), symbols.shape)
    if found.dtype.kind == "b":
        return found.copy()
    found = found.astype(np.float64)
    if not (finite := np.isfinite(found)).all():
        raise SettingsError(
            f"the expression is not finite at position {int((~finite).argmax())}, such as after a division by 0 or a "
            "power too large"
        )
    return found


def names_in_expressions(text: str = "a") -> dict[str, str]:
    """What may stand in an expression, and what it means, by name."""
    names = {written(name): name for name in text_properties(text)}
    names |= {alias: f"the same as {written(name)}" for alias, name in ALIASES.items()}
    return names | WORDS | {f"{name}(…)": function.words for name, function in FUNCTIONS.items()}


def written(name: str) -> str:
    """A property's name as an expression can hold it."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def symbols_of(text: object) -> NDArray:
    """(N,) of NumPy's texts, or ShapeError."""
    symbols = list(text) if isinstance(text, str | list | tuple) else []
    if not symbols or not all(isinstance(symbol, str) for symbol in symbols):
        raise ShapeError(f"text is {shown(text)}, expected at least one symbol")
    return np.array([symbol.replace("\0", "\ufffd")[:100] for symbol in symbols])  # NumPy takes 0 for the end


def table_of(text: Any, symbols: NDArray, properties: object) -> dict[str, Callable[[], Value]]:
    """What each name stands for, computed when it is asked for."""
    known: dict[str, NDArray] = {}

    def of_text(name: str) -> NDArray:
        if not known:
            known.update(text_properties(text))
        return known[name]

    table: dict[str, Callable[[], Value]] = {}
    if isinstance(text, str):
        names = {written(name): name for name in text_properties("a")} | ALIASES
        table = {name: lambda meant=meant: of_text(meant) for name, meant in names.items()}  # type: ignore[misc]
    table |= {"char": lambda: symbols, "symbol": lambda: symbols, "word": lambda: symbols}
    table["position"] = lambda: np.arange(len(symbols), dtype=np.float64)
    given = {} if properties is None else named_mapping("properties", properties, ShapeError)
    for name, array in given.items():
        values = positions(f"the property {name!r}", array, len(symbols))
        table[written(name)] = lambda values=values: values  # type: ignore[misc]
    return table


def parsed(expression: object) -> ast.expr:
    """The expression's tree, within bounds, or SettingsError."""
    if not isinstance(expression, str) or not expression.strip():
        raise SettingsError(f"the expression is {shown(expression)}, expected one such as char in “aeiou”")
    if len(expression) > LONGEST:
        raise SettingsError(f"the expression has {len(expression):,} characters, expected at most {LONGEST}")
    straight = expression.strip().translate({ord(mark): '"' for mark in "“”„"})
    try:
        tree = ast.parse(straight, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise SettingsError(
            f"the expression {shown(expression)} cannot be read ({getattr(error, 'msg', None) or error}); expected one "
            "such as char in “aeiou”"
        ) from None
    level, count = [tree], 0
    for depth in range(DEEPEST + 1):
        count += len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node)]  # type: ignore[misc]
        if not level:
            break
        if depth == DEEPEST or count > MOST_NODES:
            raise SettingsError("the expression is nested too deep, or too long; split it into simpler ones")
    return tree


class Evaluator:
    """Walks the tree; what it does not know it refuses.

    A value is a float, a bool, a text, a tuple of those, or an array (N,) of one of the first three.
    """

    def __init__(self, table: Mapping[str, Callable[[], Value]], N: int):
        self._table, self._N = table, N

    def of(self, node: ast.expr) -> Value:
        """The value of one node."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise SettingsError(
                f"“{source(node)}” cannot stand in an expression; expected comparisons, arithmetic, and, or, not, in, "
                f"and the functions {', '.join(FUNCTIONS)}"
            )
        with np.errstate(all="ignore"):  # what is not finite is refused at the end
            return method(node)

    def _constant(self, node: ast.Constant) -> Value:
        value = node.value
        if isinstance(value, bool | str):
            return value
        if isinstance(value, int | float):
            try:
                return np.float64(value)
            except OverflowError:
                pass
        raise SettingsError(f"“{source(node)}” cannot stand in an expression; expected a number or a text")

    def _name(self, node: ast.Name) -> Value:
        if node.id not in self._table:
            raise SettingsError(f"there is no {shown(node.id)} here; choose one of {', '.join(self._table)}")
        return self._table[node.id]()

    def _tuple(self, node: ast.Tuple | ast.List | ast.Set) -> Value:
        values = tuple(self.of(part) for part in node.elts)
        if any(isinstance(value, tuple | np.ndarray) for value in values):
            raise SettingsError(f"“{source(node)}” holds something else than single numbers and texts")
        return values

    _list = _set = _tuple

    def _boolop(self, node: ast.BoolOp) -> Value:
        combine = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        found = as_truth(self.of(node.values[0]), source(node.values[0]))
        for part in node.values[1:]:
            found = combine(found, as_truth(self.of(part), source(part)))
        return found

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.of(node.operand)
        if isinstance(node.op, ast.Not):
            return np.logical_not(as_truth(value, source(node.operand)))
        if isinstance(node.op, ast.Invert):
            raise SettingsError(f"“{source(node)}” cannot stand in an expression; write not in the place of ~")
        numbers = as_numbers(value, source(node.operand))
        return -numbers if isinstance(node.op, ast.USub) else numbers

    def _binop(self, node: ast.BinOp) -> Value:
        if type(node.op) not in ARITHMETIC:
            raise SettingsError(f"“{source(node)}” cannot be computed here; choose + - * / // % or **, and or, and")
        left, right = (as_numbers(self.of(part), source(part)) for part in (node.left, node.right))
        return ARITHMETIC[type(node.op)](left, right)

    def _compare(self, node: ast.Compare) -> Value:
        found: Any = True
        left = self.of(node.left)
        for comparison, part in zip(node.ops, node.comparators, strict=True):
            right = self.of(part)
            found = np.logical_and(found, self._compared(left, comparison, right, node))
            left = right
        return found

    def _compared(self, left: Value, comparison: ast.cmpop, right: Value, node: ast.Compare) -> Value:
        if isinstance(comparison, ast.In | ast.NotIn):
            inside = within(left, right, source(node))
            return inside if isinstance(comparison, ast.In) else np.logical_not(inside)
        if type(comparison) not in COMPARISONS:
            raise SettingsError(f"“{source(node)}” cannot be compared so; choose ==, !=, <, <=, >, >= or in")
        if isinstance(left, tuple) or isinstance(right, tuple) or is_text(left) != is_text(right):
            raise SettingsError(
                f"“{source(node)}” compares {kind_of(left)} with {kind_of(right)}; expected like with like"
            )
        if not is_text(left):
            left, right = as_numbers(left, source(node)), as_numbers(right, source(node))
        return COMPARISONS[type(comparison)](left, right)

    def _ifexp(self, node: ast.IfExp) -> Value:
        test = as_truth(self.of(node.test), source(node.test))
        either = [self.of(part) for part in (node.body, node.orelse)]
        if any(isinstance(value, tuple) for value in either) or is_text(either[0]) != is_text(either[1]):
            raise SettingsError(
                f"“{source(node)}” gives {kind_of(either[0])} or {kind_of(either[1])}; expected like and like"
            )
        return np.where(test, *either)

    def _call(self, node: ast.Call) -> Value:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            raise SettingsError(
                f"there is no function {shown(source(node.func))}; choose one of {', '.join(FUNCTIONS)}"
            )
        function = FUNCTIONS[name]
        low, high = function.takes
        if node.keywords or not low <= len(node.args) <= high:
            many = f"{low}" if low == high else f"{low} to {high}"
            raise SettingsError(f"“{source(node)}” cannot be called so; {name} takes {many} values, without names")
        return function.apply([self.of(part) for part in node.args], self._N, source(node))


def within(left: Value, right: Value, what: str) -> Value:
    """``left in right``: a symbol among the characters of a text, or a value among several."""
    if isinstance(left, tuple) or not isinstance(right, str | tuple):
        raise SettingsError(f"“{what}” cannot be asked; expected as in char in “aeiou” or depth in (1, 2)")
    among = list(right)
    if any(is_text(one) != is_text(left) for one in among):
        raise SettingsError(f"“{what}” looks for {kind_of(left)} among others; expected like and like")
    return np.isin(left, among) if among else np.zeros(np.shape(left), bool)


def source(node: ast.AST) -> str:
    """A part of the expression as people read it, short."""
    said = " ".join(ast.unparse(node).split())
    return said if len(said) <= 60 else said[:58] + " …"
