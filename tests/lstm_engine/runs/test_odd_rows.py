"""Rows that a foreign hand, or another day's code, left behind: SQLite takes anything anywhere."""

import contextlib
import json
import logging
from dataclasses import replace

import pytest
import sqlalchemy as sql
from sqlalchemy.exc import IntegrityError

from lstm_engine import EngineError, SettingsError
from lstm_engine.runs import Launcher, Status
from lstm_engine.runs.cli import main
from lstm_engine.runs.store.columns import JUDGED, judged
from lstm_engine.runs.store.schema import metadata
from lstm_engine.runs.training.worker import train_run

from .conftest import SMALL

GARBAGE = ("x", b"\xff\x00", "1e999", -5, 1.5, 2**62, 1e300, -1e999, 7, "", "a:b:c", ":9:", "h:99999999999:x")


def put(store, run_id: int, **values: object) -> None:
    """Write into a run's row, past all that judges."""
    with store._writing() as connection:
        for name, value in values.items():
            connection.exec_driver_sql(f"UPDATE runs SET {name} = ? WHERE id = ?", (value, run_id))


@pytest.mark.parametrize("column", [one.name for one in metadata.tables["runs"].columns if one.name != "id"])
def test_an_odd_row_hurts_no_other(store, column, caplog, capsys):
    good = store.create(SMALL, "good")
    odd = {store.create(SMALL, f"odd {k}").id: value for k, value in enumerate(GARBAGE)}
    for run_id, value in odd.items():
        put(store, run_id, **{column: value})
    with store._writing() as connection:  # text that is no UTF-8
        last = max(odd)
        connection.exec_driver_sql(f"UPDATE runs SET {column} = CAST(x'ff41' AS TEXT) WHERE id = {last}")

    listed = {run.id: run for run in store.list_runs()}
    assert listed[good.id].readable
    waiting = [run.id for run in store.waiting()]
    assert good.id in waiting
    assert all(listed[run_id].readable for run_id in waiting)
    if column in JUDGED and column != "name":
        unreadable = [run for run in listed.values() if not run.readable]
        assert unreadable
        assert all(run.row_problem is not None and column in run.row_problem for run in unreadable)
        assert all(run.status is Status.UNREADABLE for run in unreadable)
    launcher = Launcher(store, capacity=0)
    with caplog.at_level(logging.WARNING):
        launcher._look()
    assert not caplog.records
    assert main(["--database", store.url, "list"]) == 0
    assert "good" in capsys.readouterr().out
    assert store.find(SMALL) is not None
    assert store.find(SMALL).readable
    for run_id in listed.keys() - {good.id}:
        run = store.get(run_id)
        if run.row_problem is not None:
            with pytest.raises(SettingsError, match=f"The column {column} of this run holds"):
                store.start(run_id)
            assert store.acquire(run_id, "host:1:x") is None
        store.curves(run_id)
        store.delete(run_id)
        store.undelete(run_id)
        store.delete(run_id)
    store.purge()
    assert store.create(SMALL).readable
    assert store.get(good.id).readable


def test_a_lease_from_a_far_future_holds_no_run_for_ever(store):
    run = store.create(SMALL)
    put(store, run.id, lease="elsewhere:5:x", heartbeat=32_503_680_000.0)  # the year 3000
    assert [one.id for one in store.waiting()] == [run.id]


@pytest.mark.parametrize("name", JUDGED)
def test_what_cannot_be_used_is_named_and_something_sensible_stands_for_it(store, name):
    run = store.create(SMALL, "mine")
    with store._reading() as connection:
        row = dict(connection.execute(sql.select(metadata.tables["runs"])).mappings().one())
    assert judged(row)[1] is None
    for value in (*GARBAGE, None, float("nan"), float("inf"), [], "\ud800", 10**400):
        usable, problem = judged({**row, name: value})
        assert judged(usable)[1] is None
        assert (problem is None) == JUDGED[name].fits(value)
        assert problem is None or f"column {name} of this run holds" in problem
    assert run.name == "mine"
    json.dumps(usable)


PARTS = {
    "metrics": ("step", "loss", "validation_loss", "learning_rate"),
    "summaries": ("bucket", "loss_low", "loss_high_step"),
    "checkpoints": ("step", "data", "passing"),
    "notes": ("note", "tags", "parent_run", "parent_step"),
    "changes": ("step", "field", "value"),
}


@pytest.mark.parametrize(("table", "column"), [(table, name) for table, names in PARTS.items() for name in names])
def test_an_odd_row_of_a_part_of_a_run_is_said_and_hurts_no_other(store, table, column):
    odd = store.create(replace(SMALL, end_step=3), "odd")
    store.annotate(odd.id, "mine", ["a"])
    store.change(odd.id, "batch_size", 5)
    train_run(store.url, odd.id)
    good = store.fork(odd.id, 3)
    for value in ("x", b"\xff", 10**12, 1.5, -7, "1e999", None):
        with store._writing() as connection:
            change = f"UPDATE OR IGNORE {table} SET {column} = ? WHERE run_id = ?"
            with contextlib.suppress(IntegrityError):
                connection.exec_driver_sql(change, (value, odd.id))
        for read in (store.history, store.curves, store.validations, store.changes, store.notes, store.get):
            with contextlib.suppress(EngineError):
                read(odd.id)
            read(good.id)
        for step in store.checkpoint_steps(odd.id):
            with contextlib.suppress(EngineError):
                store.checkpoint(odd.id, step)
        with contextlib.suppress(EngineError):
            store.fork(odd.id, 3)
        store.annotate(odd.id, "still mine")
        assert store.waiting() == []
    assert store.list_runs()[-1].readable


def test_a_worker_fails_a_run_whose_parts_it_cannot_read_and_leaves(store):
    told = {}
    for damage in (
        "DELETE FROM checkpoints",
        "UPDATE checkpoints SET data = 'text'",
        "UPDATE checkpoints SET data = 12",
        "INSERT INTO changes (run_id, field, value) VALUES (?, 'task', 1)",
        "INSERT INTO changes (run_id, field, value) VALUES (?, 'batch_size', 'x')",
    ):
        run = store.create(SMALL)
        with store._writing() as connection:
            if "?" in damage:
                connection.exec_driver_sql(damage, (run.id,))
            else:
                connection.exec_driver_sql(f"{damage} WHERE run_id = ?", (run.id,))
        train_run(store.url, run.id)
        found = store.get(run.id)
        assert (found.status, found.lease) == (Status.FAILED, None)
        told[damage] = found.error
    assert [text.split(":")[0] for text in told.values()] == [
        "Run 1 has no checkpoint any more.",
        "The checkpoint of run 2 at step 0 cannot be read",
        "The checkpoint of run 3 at step 0 cannot be read",
        "The changes of run 4 cannot be read",
        "The changes of run 5 cannot be read",
    ]
    assert store.waiting() == []


def test_metrics_that_are_no_numbers_are_refused_in_a_sentence(store):
    run = store.create(replace(SMALL, end_step=3))
    train_run(store.url, run.id)
    with store._writing() as connection:
        connection.exec_driver_sql("UPDATE metrics SET loss = 'low' WHERE step = 2")
    for read in (store.history, store.curves):
        with pytest.raises(
            SettingsError, match="The metrics of run 1 cannot be read: loss is 'low', expected a number"
        ):
            read(run.id)
