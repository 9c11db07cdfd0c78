"""Stores of earlier and of later versions of this program."""

import json
import logging
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql
from alembic.script import ScriptDirectory

from lstm_engine.runs import RunNotFound, RunStore, Status, StoreError
from lstm_engine.runs.checkpoints import serialise
from lstm_engine.runs.run import Change
from lstm_engine.runs.store import StoreProblem, sqlite
from lstm_engine.runs.store.database import parse_url
from lstm_engine.runs.store.migrations import configuration
from lstm_engine.runs.store.schema import VERSION
from tests.lstm_engine.runs.conftest import SMALL

DATA = serialise(SMALL.build_trainer())


def make_old(url: str) -> None:
    """A database as it was before there were versions: two runs, one of them deleted, and a fork."""
    engine = sql.create_engine(parse_url(url))
    name = "sqlite" if engine.dialect.name == "sqlite" else "postgres"
    statements = (Path(__file__).parent / f"without_version_{name}.sql").read_text().split(";")[:-1]
    run = (
        "INSERT INTO runs (name, settings, created_at, step, target_step, stopped, pace, queued_at)"
        " VALUES (:name, :settings, 5.0, 3, 3, :no, 0.0, 5.0)"
    )
    metric = "INSERT INTO metrics VALUES (:run, :step, :loss, NULL, 0.5, 0.01)"
    checkpoint = "INSERT INTO checkpoints VALUES (:run, :step, :no, :data)"
    change = "INSERT INTO changes (run_id, step, field, value) VALUES (1, 2, 'learning_rate', 0.02)"
    note = "INSERT INTO notes VALUES (:run, :note, 'a b', :parent, :step, :deleted)"
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        for number, words in enumerate(("kept", "deleted", "fork"), start=1):
            values = {"name": words, "settings": json.dumps(asdict(SMALL)), "no": False}
            connection.execute(sql.text(run), values)
            for step in (1, 2, 3):
                connection.execute(sql.text(metric), {"run": number, "step": step, "loss": 1 / step})
            for step in (0, 3):
                connection.execute(sql.text(checkpoint), {"run": number, "step": step, "data": DATA, "no": False})
        connection.execute(sql.text(change))
        deleted = {"run": 2, "note": "", "parent": None, "step": None, "deleted": time.time() - 60}
        connection.execute(sql.text(note), deleted)
        forked = {"run": 3, "note": "a note", "parent": 1, "step": 3, "deleted": None}
        connection.execute(sql.text(note), forked)
        connection.execute(sql.text("INSERT INTO marks VALUES ('first run')"))
    engine.dispose()


def tables(store: RunStore) -> dict[str, object]:
    """Everything that the database says of its tables, in no order that depends on when a column came."""
    found = sql.inspect(store._engine)

    def columns(table: str) -> list[tuple[str, ...]]:
        rows = [(c["name"], c["type"], c["nullable"], str(c["default"]).strip("'()")) for c in found.get_columns(table)]
        return sorted(tuple(map(str, row)) for row in rows)

    names = found.get_table_names()
    return {
        name: (columns(name), found.get_pk_constraint(name)["constrained_columns"], found.get_indexes(name))
        for name in names
    }


def test_the_version_is_the_newest_of_the_migrations():
    assert ScriptDirectory.from_config(configuration()).get_heads() == [VERSION]


def test_a_store_without_a_version_opens_and_keeps_all_its_runs(url):
    make_old(url)
    with RunStore(url) as store:
        assert [run.name for run in store.list_runs()] == ["fork", "kept"]
        kept = store.get(1)
        assert (kept.settings, kept.step, kept.status) == (SMALL, 3, Status.PAUSED)
        np.testing.assert_array_equal(store.history(1).loss, [1, 1 / 2, 1 / 3])
        assert store.checkpoint(1, 3) == DATA
        assert store.changes(1) == [Change(2, "learning_rate", 0.02)]
        notes = store.notes(3)
        assert (notes.note, notes.tags, notes.parent_run, notes.parent_step) == ("a note", ("a", "b"), 1, 3)
        with pytest.raises(RunNotFound):
            store.get(2)
        assert store.undelete(2).name == "deleted"
        assert store.create_first_run(SMALL, "first") is None
        assert store.create(SMALL).id == 4
        with store._reading() as connection:
            sizes = connection.exec_driver_sql("SELECT checkpoint_bytes FROM runs WHERE id = 1").scalar()
        assert sizes == 2 * len(DATA)


def test_brought_up_to_date_it_is_as_a_new_one(url, postgres, tmp_path):
    make_old(url)
    new_url = f"sqlite:///{tmp_path / 'new.sqlite3'}" if url.startswith("sqlite") else postgres.new_database()
    with RunStore(url) as old, RunStore(new_url) as new:
        assert tables(old) == tables(new)
        if url.startswith("sqlite"):
            with old._reading() as connection:
                assert sqlite.shrinks(connection)  # rewritten once, so that it can give space back
        for store in (old, new):  # beyond 2^31 as well
            with store._writing() as connection:
                connection.exec_driver_sql("UPDATE runs SET id = 3000000000, step = 3000000000 WHERE id = 1")
        assert old.get(3_000_000_000).step == 3_000_000_000
    if not url.startswith("sqlite"):
        postgres.drop(new_url)


def test_a_store_that_lacks_the_younger_tables_gets_them(url):
    make_old(url)
    engine = sql.create_engine(parse_url(url))
    with engine.begin() as connection:
        for table in ("notes", "summaries", "marks"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    engine.dispose()
    with RunStore(url) as store:
        assert len(store.list_runs()) == 3
        store.annotate(1, "there")
        assert store.notes(1).note == "there"


def test_a_store_of_a_newer_version_is_refused_in_a_sentence(url):
    with RunStore(url) as store, store._writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(StoreError, match=r"was made by a newer version of this program.*0099") as refused:
        RunStore(url)
    assert refused.value.kind is StoreProblem.NEWER


def test_what_is_up_to_date_is_opened_without_a_lock_and_without_alembic(url):
    code = (
        "import sys; from lstm_engine.runs import RunStore; "
        f"store = RunStore({url!r}); store.list_runs(); "
        "sys.exit(any(name.startswith('alembic') for name in sys.modules))"
    )
    with RunStore(url) as store, store._writing():
        assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0


def test_many_that_open_an_old_store_at_once_bring_it_up_to_date_once(url, caplog):
    make_old(url)
    seen: list[object] = []

    def visit() -> None:
        try:
            with RunStore(url) as store:
                seen.append(len(store.list_runs()))
        except Exception as error:
            seen.append(error)

    visitors = [threading.Thread(target=visit) for _ in range(6)]
    with caplog.at_level(logging.WARNING):
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    assert seen == [2] * 6
    assert not caplog.records


def test_many_that_open_a_new_store_at_once_make_it_once(url):
    seen: list[object] = []

    def visit() -> None:
        try:
            with RunStore(url) as store:
                seen.append(len(store.list_runs()))
        except Exception as error:
            seen.append(error)

    visitors = [threading.Thread(target=visit) for _ in range(6)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert seen == [0] * 6


def test_an_old_store_that_may_only_be_read_is_told_in_a_sentence(tmp_path, sqlite_url):
    make_old(sqlite_url)
    (tmp_path / "runs.sqlite3").chmod(0o444)
    with pytest.raises(StoreError, match="earlier version of this program and is read-only") as refused:
        RunStore(sqlite_url)
    assert refused.value.kind is StoreProblem.READ_ONLY
    (tmp_path / "runs.sqlite3").chmod(0o644)
    with RunStore(sqlite_url) as store:
        assert len(store.list_runs()) == 2
