"""What a class answered, counted."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm_engine.questions.asking import Answer, Asked, is_right, mistake_in

BINS = 12  # of numbers
DISCUSS = (0.35, 0.70)  # the share that is right, at which a discussion teaches most (Crouch and Mazur 2001)
FEW = 3  # answers, below which a share says nothing


def distribution(asked: Asked, answers: Sequence[Answer]) -> dict[str, Any]:
    """How a class answered.

    Returns:
        ``count``; ``right``, how many are right; ``made``, how many made each choice or mistake; of a number ``edges``
        and ``bins``, of a curve ``quartiles`` (3, T), of a unit ``units``, each that was pointed at with its count.
    """
    made = [0] * len(asked.options)
    for answer in answers:
        if asked.kind != "choice" and is_right(asked, answer):
            continue
        place = mistake_in(asked, answer)
        if place is not None:
            made[place] += 1
    found: dict[str, Any] = {
        "count": len(answers),
        "right": sum(is_right(asked, answer) for answer in answers),
        "made": made,
    }
    if asked.kind == "number":
        values = np.array(answers, dtype=np.float64)
        ends = [*np.clip(values, asked.low, asked.high), asked.low, asked.high]
        bins, edges = np.histogram(ends[:-2], BINS, (min(ends), max(ends)))
        found |= {"edges": [float(edge) for edge in edges], "bins": [int(one) for one in bins]}
    elif asked.kind == "curve" and answers:
        found["quartiles"] = np.quantile(np.array(answers), [0.25, 0.5, 0.75], axis=0).round(3).tolist()
    elif asked.kind == "unit":
        units, counts = np.unique(np.array(answers, dtype=np.int64), return_counts=True)
        pointed = sorted(zip(counts.tolist(), units.tolist(), strict=True), reverse=True)
        found["units"] = [{"unit": unit, "count": count} for count, unit in pointed]
    return found


def advice(first: dict[str, Any], second: dict[str, Any] | None = None) -> str:
    """What a teacher might do next, by how many are right (peer instruction: Crouch and Mazur 2001)."""
    if second is not None:
        if not second["count"] or not first["count"]:
            return ""
        before, after = (100 * one["right"] / one["count"] for one in (first, second))
        return f"Right: {before:.0f} % alone, {after:.0f} % after talking. Show the engine’s answer now."
    if first["count"] < FEW:
        return ""
    share = first["right"] / first["count"]
    if share < DISCUSS[0]:
        return f"{share:.0%} are right: few can convince others. Explain, or open the scene, before you ask again."
    if share > DISCUSS[1]:
        return f"{share:.0%} are right: most have it. Show the engine’s answer and why."
    return f"{share:.0%} are right: let them convince their neighbours for two minutes, then ask again."
