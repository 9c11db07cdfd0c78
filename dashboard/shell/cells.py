"""A cell as browsers are told of it: its quantities, operations, sums, and the ways of a gradient, as plain data."""

from functools import cache
from typing import Any

from dashboard.shell.palette import colour_of
from lstm_engine.cell.family import PREDICTION, WIDEST_CLAMP, Operation, Quantity
from lstm_engine.cell.formulas import read_formula
from lstm_engine.cell.in_words import in_words
from lstm_engine.cell.quantities import gradient_steps_of, operations_of, quantities_of, sums_of
from lstm_engine.cell.variants import get_variant


@cache
def cell_payload(variant: str, loss: str = "cross_entropy") -> dict[str, Any]:
    """The whole cell, and what a network that learns by this loss then says.

    Raises:
        SettingsError: there is no variant, or no loss, of that name.
    """
    found = get_variant(variant)
    return {
        "family": found.family,
        "variant": found.name,
        "name": in_words(variant).name,
        "title": found.title,
        "quantities": quantity_payload(variant),
        "operations": [operation_payload(operation) for operation in operations_of(found, loss)],
        "sums": [
            {"quantity": made.quantity, "peephole": made.peephole, "gated_by": made.gated_by} for made in sums_of(found)
        ],
        "gradient_steps": [
            {"quantity": step.quantity, "onto": step.onto, "factor": formula_payload(step.factor), "words": step.words}
            for step in gradient_steps_of(found)
        ],
    }


def quantity_payload(variant: str) -> list[dict[str, Any]]:
    """The quantities of a cell, and how each is shown."""
    return [
        {
            "name": quantity.name,
            "label": quantity.label,
            "symbol": quantity.symbol,
            "equation": quantity.equation,
            "words": quantity.words,
            "formula": formula_payload(quantity.formula),
            "kept": formula_payload(quantity.kept),
            "written": formula_payload(quantity.written),
            "gate": quantity.is_gate,
            "bounded": quantity.limits is not None and max(map(abs, quantity.limits)) <= 1,
            "clamp_limits": clamp_limits(quantity),
            "carried": quantity.carried,
            "missing": quantity.missing,
            "colour": colour_of(quantity),
        }
        for quantity in quantities_of(variant)
    ]


def operation_payload(operation: Operation) -> dict[str, Any]:
    """One operation; its kind is what it shows: what is ``read``, what is ``computed``, or the prediction."""
    kind = "computed" if operation.formulas or operation.makes else "read"
    return {
        "name": operation.name,
        "kind": PREDICTION if operation.subject == PREDICTION else kind,
        "words": operation.words,
        "equation": operation.equation,
        "formulas": [formula_payload(formula) for formula in operation.formulas],
        "makes": operation.makes,
        "subject": operation.subject,
        "line": operation.line,
    }


def formula_payload(text: str) -> dict[str, Any] | None:
    """A formula in pieces, to be shown with numbers in it, and in the order in which a stack computes it."""
    if not text:
        return None
    formula = read_formula(text)
    return {
        "text": text,
        "left": formula.left,
        "tokens": formula.tokens,
        "postfix": formula.postfix,
        "letters": formula.letters,
    }


def clamp_limits(quantity: Quantity) -> list[float]:
    """Where it can be clamped; JSON knows no infinity."""
    return [max(-WIDEST_CLAMP, min(WIDEST_CLAMP, limit)) for limit in quantity.clamp_limits]
