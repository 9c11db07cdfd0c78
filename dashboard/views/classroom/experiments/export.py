"""All curves of a room as a CSV file: a row for each part of each curve."""

import csv
import io
import json
from collections.abc import Sequence

from dashboard.views.classroom.experiments.payloads import state_of
from dashboard.views.classroom.questions.export import cell, moment
from lstm_engine.errors import SettingsError
from lstm_engine.runs import RunStore
from lstm_engine.runs.class_curves import part_width, whole_parts
from lstm_engine.runs.experiments import CALLED, CELL, LETTERS, Plan, part_in_words
from lstm_engine.runs.store.experiments import Experiment, Variation

HEAD = ("experiment", "begun at", "curve", "student")
TAIL = ("state", "run", "step", "mean loss", "unit")


def curves_csv(store: RunStore, tried: Sequence[tuple[Experiment, Sequence[Variation]]], with_nicknames: bool) -> bytes:
    """The file; who has no nickname, or is to have none, is a number that stays the same through it.

    A run that has no part of a curve yet has one row, without a loss.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow((*HEAD, *CALLED.values(), *TAIL))
    students = sorted({one.seat_id for _, runs in tried for one in runs})
    for experiment, runs in tried:
        try:
            plan = Plan.from_json(experiment.plan)
        except SettingsError:  # of another version
            continue
        end, width = plan.base.end_step, part_width(plan.base.end_step)
        curves = store.parts_of_curves({one.run_id: whole_parts(one.step, end) for one in runs}, end)
        for place, one in enumerate(runs, 1):
            number = students.index(one.seat_id) + 1
            student = one.nickname if with_nicknames and one.nickname else f"student {number}"
            head = [cell(plan.title), moment(experiment.opened_at), place, cell(student)]
            chosen = [value_of(name, json.loads(one.chosen), with_nicknames) for name in CALLED]
            points = [(min(end, (part + 1) * width), loss) for part, loss in enumerate(curves[one.run_id])]
            rows: list[tuple[int, object]] = [*points] or [(one.step, "")]
            for step, loss in rows:
                writer.writerow(
                    [*head, *chosen, state_of(one, end), one.run_id, step, loss, plan.base.task_object.unit]
                )
    return file.getvalue().encode("utf-8-sig", "replace")  # which a spreadsheet knows for UTF-8


def value_of(name: str, chosen: dict[str, object], with_nicknames: bool) -> object:
    """What was chosen; letters, which are mostly a name, go with the nicknames."""
    if name not in chosen or (name == LETTERS and not with_nicknames):
        return ""
    value = chosen[name]
    if name == CELL:
        return cell(part_in_words(name, value))
    return cell(value) if isinstance(value, str) else value
