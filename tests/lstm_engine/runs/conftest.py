from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lstm_engine.runs import RunSettings, RunStore
from tests.postgres import PostgresServer

# small and fast, yet long enough to be killed in the middle
SMALL = RunSettings(hidden_size=8, batch_size=4, sequence_length=8, end_step=400, pace=0.0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for all tests of this process, started when the first of them asks."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'runs.sqlite3'}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(params=["sqlite", "postgres"])
def any_url(request: pytest.FixtureRequest) -> str:
    """Each of the databases in turn."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def store(url: str) -> Iterator[RunStore]:
    store = RunStore(url)
    yield store
    store.close()


@pytest.fixture
def wait_until() -> Callable[..., None]:
    import time

    def wait(condition: Callable[[], object], seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    return wait
