"""Metrics: a row a step, and the extremes of every 256 steps, from which long curves are drawn."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import isfinite
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from lstm_engine.checks import shown
from lstm_engine.errors import SettingsError
from lstm_engine.runs.curves import MOST_POINTS, curves_of, thinned
from lstm_engine.runs.metrics import CURVES, METRICS
from lstm_engine.runs.run import Curves, History, Series
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.rows import THERE, find_run
from lstm_engine.runs.store.schema import LARGEST, metrics, runs, summaries

BUCKET = 256  # steps that a summary stands for
SUMMARISED = tuple(metric.name for metric in CURVES)
LATE = 2_000  # steps in which the validation loss was measured many times
MOST_ROWS = 20_000  # of metrics that are read one by one to draw a curve

Number = TypeVar("Number", np.int64, np.float64)


def is_measured(value: object) -> bool:
    """Whether a summary has an extreme already; a database may hold anything."""
    return isinstance(value, int | float)


def unreadable(run_id: int, name: str, value: object) -> SettingsError:
    """What to say of a metric that is none."""
    return SettingsError(
        f"The metrics of run {run_id} cannot be read: {name} is {shown(value)}, expected a number. Other runs are not "
        "concerned."
    )


def summarise(connection: Connection, run_id: int, rows: Iterable[Mapping[str, Any] | sql.RowMapping]) -> None:
    """Take newly recorded rows of metrics into the extremes of their buckets."""
    for bucket, group in groupby(rows, key=lambda row: row["step"] // BUCKET):
        of_bucket = summaries.c.run_id == run_id, summaries.c.bucket == bucket
        found = connection.execute(sql.select(summaries).where(*of_bucket)).mappings().first()
        values = dict(found) if found is not None else {"run_id": run_id, "bucket": bucket}
        for row in group:
            for name in SUMMARISED:
                value = row[name]
                if value is None:
                    continue
                if not is_measured(value):
                    raise unreadable(run_id, name, value)
                if not is_measured(values.get(f"{name}_low")) or value < values[f"{name}_low"]:
                    values[f"{name}_low"], values[f"{name}_low_step"] = value, row["step"]
                if not is_measured(values.get(f"{name}_high")) or value > values[f"{name}_high"]:
                    values[f"{name}_high"], values[f"{name}_high_step"] = value, row["step"]
        if found is None:
            connection.execute(sql.insert(summaries).values(values))
        else:
            connection.execute(sql.update(summaries).where(*of_bucket).values(values))


def numbers(run_id: int, name: str, values: Sequence[Any], kind: type[Number]) -> NDArray[Number]:
    """A column of what was measured, as (N,) numbers; NaN where one was not.

    Raises:
        SettingsError: it holds something else; no number is made up for it.
    """
    wrong = set(map(type, values)) - ({int} if kind is np.int64 else {int, float, type(None)})
    if wrong:
        raise unreadable(run_id, name, next(value for value in values if type(value) in wrong))
    return np.array(values, kind)


class Metrics(Database):
    """The part of the store that reads metrics; they are appended by ``record``."""

    def history(self, run_id: int, after: int = 0, until: int = LARGEST) -> History:
        """The metrics of all steps after one, up to another."""
        query = (
            sql.select(metrics.c.step, *[metrics.c[metric.name] for metric in METRICS])
            .where(metrics.c.run_id == run_id, metrics.c.step > after, metrics.c.step <= until)
            .where(sql.exists().where(runs.c.id == run_id, THERE))
            .order_by(metrics.c.step)
        )
        with self._reading() as connection:
            rows = connection.execute(query).fetchall()
        step, *measured = zip(*rows, strict=True) if rows else [()] * (1 + len(METRICS))
        columns = zip(METRICS, measured, strict=True)
        values = [numbers(run_id, metric.name, column, np.float64) for metric, column in columns]
        return History(numbers(run_id, "step", step, np.int64), *values)

    def validations(self, run_id: int, after: int = 0, name: str = "validation_loss") -> Series:
        """The validation loss, or the task's own ``measure``, at every step after one at which it was measured, none
        left out."""
        column = metrics.c[name]
        query = (
            sql.select(metrics.c.step, column)
            .where(metrics.c.run_id == run_id, metrics.c.step > after, column.is_not(None))
            .where(sql.exists().where(runs.c.id == run_id, THERE))
            .order_by(metrics.c.step)
        )
        with self._reading() as connection:
            rows = connection.execute(query).fetchall()
        steps, values = zip(*rows, strict=True) if rows else ((), ())
        found = numbers(run_id, name, values, np.float64)
        return Series(numbers(run_id, "step", steps, np.int64), found)

    def newest_losses(self) -> dict[int, float]:
        """The newest validation loss of every run that has measured one of late, by its number: for lists."""
        of_late = metrics.c.step > runs.c.step - LATE
        newest = (
            sql.select(metrics.c.validation_loss)
            .where(metrics.c.run_id == runs.c.id, of_late, metrics.c.validation_loss.is_not(None))
            .order_by(metrics.c.step.desc())
            .limit(1)
            .scalar_subquery()
        )
        with self._reading() as connection:
            rows = connection.execute(sql.select(runs.c.id, newest).where(THERE)).fetchall()
        return {run_id: value for run_id, value in rows if isinstance(value, float) and isfinite(value)}

    def curves(self, run_id: int, after: int = 0, until: int | None = None, most: int = MOST_POINTS) -> Curves:
        """The run's curves over the steps after one up to another, each with at most that many points.

        Long ones come from the summaries: of every bucket of steps its smallest and its largest value.

        Raises:
            RunNotFound: there is no such run.
        """
        with self._reading() as connection:
            step = find_run(connection, run_id).step
        last = step if until is None else min(until, step)
        if last - after <= MOST_ROWS:
            return curves_of(self.history(run_id, after, last), most)
        of_range = summaries.c.bucket.between((after + 1) // BUCKET, last // BUCKET)
        query = sql.select(summaries).where(summaries.c.run_id == run_id, of_range).order_by(summaries.c.bucket)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().fetchall()
        newest = self.history(run_id, last - 1, last)  # seldom an extreme, but where the curve has come to
        found = {}
        for name in SUMMARISED:
            extremes = [(row[f"{name}_{end}_step"], row[f"{name}_{end}"]) for end in ("low", "high") for row in rows]
            extremes = [(step, value) for step, value in extremes if step is not None]
            steps = numbers(run_id, "step", [step for step, _ in extremes], np.int64)
            values = numbers(run_id, name, [value for _, value in extremes], np.float64)
            points = {(last, value) for value in getattr(newest, name) if np.isfinite(value)}
            points |= {point for point in zip(steps.tolist(), values.tolist(), strict=True) if after < point[0] <= last}
            steps, values = (np.array(part) for part in (zip(*sorted(points), strict=True) if points else ((), ())))
            found[name] = thinned(steps.astype(np.int64), values.astype(np.float64), most)
        return Curves(**found)
