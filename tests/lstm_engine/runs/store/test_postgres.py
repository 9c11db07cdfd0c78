"""What is PostgreSQL's own: its URL, its driver, a server that goes away and comes back."""

import sys
import threading

import pytest
from sqlalchemy.engine import make_url

from lstm_engine.runs import RunStore, StoreError
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.store import StoreProblem
from lstm_engine.runs.store.database import parse_url
from tests.lstm_engine.runs.conftest import SMALL


@pytest.fixture
def url(postgres_url: str) -> str:
    return postgres_url


@pytest.mark.parametrize("name", ["postgresql", "postgresql+psycopg", "postgres"])
def test_the_url_needs_no_driver(url, name):
    with RunStore(url.replace("postgresql", name, 1)) as store:
        assert store.list_runs() == []
        assert store.create(SMALL, start=False).id == 1


def test_without_its_driver_the_extra_is_named(url, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("psycopg")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"driver for postgresql is not installed.*psycopg\[binary\]") as refused:
        RunStore(url)
    assert refused.value.kind is StoreProblem.NO_DRIVER


def test_a_database_that_is_not_there_is_told_without_its_password(url):
    other = make_url(url).set(database="nowhere", password="secret").render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="nowhere") as refused:
        RunStore(other)
    assert refused.value.kind is StoreProblem.AWAY
    assert "secret" not in str(refused.value)


def test_a_server_that_does_not_answer_is_told(tmp_path):
    with pytest.raises(StoreError, match="does not answer") as refused:
        RunStore(f"postgresql://postgres@/runs?host={tmp_path}")
    assert refused.value.kind is StoreProblem.AWAY


def test_connections_that_the_server_ended_are_made_anew(url, store, postgres):
    run = store.create(SMALL, start=False)
    name = make_url(url).database
    postgres._administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    assert store.get(run.id) == run
    assert store.rename(run.id, "again").name == "again"


def test_a_server_that_may_only_be_read_says_so(url, store):
    run = store.create(SMALL, start=False)
    with store._writing() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{make_url(url).database}" SET default_transaction_read_only = on')
    store.close()
    assert store.get(run.id) == run
    with pytest.raises(StoreError, match="is read-only") as refused:
        store.rename(run.id, "other")
    assert refused.value.kind is StoreProblem.READ_ONLY


def test_writers_of_different_runs_do_not_wait_for_each_other(url, store, monkeypatch):
    monkeypatch.setattr("lstm_engine.runs.store.database.BUSY_SECONDS", 0.5)
    first, second = (store.create(SMALL) for _ in range(2))
    lease = new_lease()
    with RunStore(url) as other, store._writing() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET name = 'held' WHERE id = {first.id}")
        assert other.acquire(second.id, lease) is not None
        assert other.record(second.id, lease, checkpoint=(3, b"data", False)).id == second.id
        assert other.create(SMALL).id > second.id


def test_a_run_that_is_deleted_while_somebody_waits_for_it_is_gone(url, store):
    """The waiting one looks again at what it was waiting for."""
    run, met = store.create(SMALL), []

    def acquire() -> None:
        with RunStore(url) as other:
            try:
                other.acquire(run.id, new_lease())
            except StoreError as error:
                met.append(error.kind)

    waiting = threading.Thread(target=acquire)
    with store._writing() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET deleted_at = 1e12 WHERE id = {run.id}")
        waiting.start()
        waiting.join(timeout=0.5)
        assert waiting.is_alive()
    waiting.join(timeout=20)
    assert met == [StoreProblem.RUN_GONE]


def test_the_url_of_a_socket_and_its_options_are_kept():
    parsed = parse_url("postgresql://user:p%40ss@/runs?host=/tmp/somewhere&connect_timeout=3")
    assert (parsed.drivername, parsed.password, parsed.query["host"]) == (
        "postgresql+psycopg",
        "p@ss",
        "/tmp/somewhere",
    )
