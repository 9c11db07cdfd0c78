"""The file of an SQLite store: damaged, read-only, removed, replaced, full."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sql

from lstm_engine.runs import RunStore, StoreError
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.store import StoreProblem
from lstm_engine.runs.store.database import BUSY_SECONDS, IDLE_IN_TRANSACTION_SECONDS
from lstm_engine.runs.training.processes import PULSE_SECONDS, SILENCE_SECONDS
from tests.lstm_engine.runs.conftest import SMALL


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite3"


def test_a_damaged_file_is_named_and_left_alone(tmp_path):
    path = tmp_path / "runs.sqlite3"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match=r"runs.sqlite3 is damaged.*Nothing was changed"):
        RunStore(f"sqlite:///{path}")
    assert path.read_bytes() == b"this is not a database" * 100


def test_a_file_damaged_within_is_named(tmp_path, url, store):
    for _ in range(20):
        store.create(SMALL)
    store.close()
    path = tmp_path / "runs.sqlite3"
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = os.urandom(len(data) // 2 - 4096)
    path.write_bytes(data)

    def use_all() -> None:
        with RunStore(url) as damaged:
            for run in damaged.list_runs():
                damaged.delete(run.id)

    with pytest.raises(StoreError, match="is damaged"):
        use_all()


def test_a_read_only_file_can_be_looked_at_but_not_changed(tmp_path, url, store):
    run = store.create(SMALL)
    store.close()
    path = tmp_path / "runs.sqlite3"
    path.chmod(stat.S_IRUSR)
    reader = RunStore(url)
    assert reader.get(run.id).settings == SMALL
    assert reader.checkpoint_steps(run.id) == [0]
    for action in (lambda: reader.create(SMALL), lambda: reader.pause(run.id), lambda: reader.delete(run.id)):
        with pytest.raises(StoreError, match="is read-only"):
            action()
    assert reader.create_first_run(SMALL, "first") is None
    reader.close()


def test_store_makes_the_folder_of_its_file(tmp_path: Path):
    store = RunStore(f"sqlite:///{tmp_path / 'deep' / 'runs.sqlite3'}")
    assert store.list_runs() == []
    store.close()


def test_a_second_store_in_this_process_does_not_blind_the_first(store, url):
    """Closing a handle of one's own on the file would end SQLite's locks; another process then removes the log."""
    run = store.create(SMALL, start=False)
    RunStore(url).close()
    code = f"from lstm_engine.runs import RunStore; RunStore({url!r}).rename({run.id}, 'renamed elsewhere')"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], check=True)
    assert store.get(run.id).name == "renamed elsewhere"
    store.rename(run.id, "renamed here")
    with RunStore(url) as other:
        assert other.get(run.id).name == "renamed here"


def test_made_writable_it_can_be_changed_without_a_restart(path, store):
    run = store.create(SMALL, start=False)
    path.chmod(0o444)
    assert store.read_only
    with pytest.raises(StoreError) as refused:
        store.rename(run.id, "other")
    assert refused.value.kind is StoreProblem.READ_ONLY
    assert store.get(run.id).name == run.name
    path.chmod(0o644)
    assert not store.read_only
    assert store.rename(run.id, "other").name == "other"


def test_opened_read_only_it_can_be_changed_once_it_is_writable(path, url):
    with RunStore(url) as made:
        run = made.create(SMALL, start=False)
    path.chmod(0o444)
    with RunStore(url) as store:
        assert store.read_only
        path.chmod(0o644)
        assert store.rename(run.id, "other").name == "other"


def test_a_removed_file_is_missed_and_welcome_back(path, tmp_path, store):
    run = store.create(SMALL, "kept", start=False)
    path.rename(tmp_path / "elsewhere")
    for action in (store.list_runs, lambda: store.rename(run.id, "lost"), lambda: store.create(SMALL)):
        with pytest.raises(StoreError, match="Put it back") as missed:
            action()
        assert missed.value.kind is StoreProblem.MISSING
    assert not path.exists()  # nothing was begun in its place
    (tmp_path / "elsewhere").rename(path)
    assert store.rename(run.id, "back").name == "back"


def test_a_file_put_in_its_place_is_what_is_read_from_then_on(path, tmp_path, store):
    store.create(SMALL, "first", start=False)
    with RunStore(f"sqlite:///{tmp_path / 'other.sqlite3'}") as other:
        other.create(SMALL, "one", start=False)
        other.create(SMALL, "two", start=False)
    (tmp_path / "other.sqlite3").rename(path)
    for log in tmp_path.glob("runs.sqlite3-*"):
        log.unlink()
    assert [run.name for run in store.list_runs()] == ["two", "one"]
    assert store.create(SMALL, "three", start=False).id == 3


def test_a_full_disk_is_told_also_where_nobody_ever_came_first(store, monkeypatch):
    """SQLite itself refuses to grow, as it does when the disk is full."""

    def limit(connection, _record=None, _proxy=None) -> None:
        count = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {count}")

    store.create(SMALL, start=False)  # as the command line does
    store.probe()
    store._probed_at = float("-inf")
    monkeypatch.setattr("lstm_engine.runs.store.sqlite.SPARE_PAGES", 0)
    store.purge()
    sql.event.listen(store._engine, "checkout", limit)
    with pytest.raises(StoreError, match="the disk is full") as full:
        store.probe()
    assert full.value.kind is StoreProblem.DISK_FULL


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs a small disk of its own")
def test_a_disk_that_is_really_full_is_told_and_recovers(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", folder], check=False).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        with RunStore(f"sqlite:///{folder / 'runs.sqlite3'}") as store:
            run = store.create(SMALL, start=False)
            store.probe()
            store._probed_at = float("-inf")
            filler = folder / "filler"
            filler.write_bytes(bytes(shutil.disk_usage(folder).free - 2**19))
            with pytest.raises(StoreError) as full:
                store.probe()
            assert full.value.kind is StoreProblem.DISK_FULL
            assert store.get(run.id) == run
            filler.unlink()
            lease = new_lease()
            store.acquire(run.id, lease)
            store.record(run.id, lease, checkpoint=(1, bytes(8 * 2**20), False))
            filler.write_bytes(bytes(shutil.disk_usage(folder).free - 6 * 2**20))
            store._probed_at = float("-inf")
            store.probe()  # a worker with smaller checkpoints goes on
            store._probed_at = float("-inf")
            with pytest.raises(StoreError, match="the disk is full"):
                store.probe(run.id)  # this one's next would not fit
            filler.unlink()
            store.release(run.id, lease)
            store.probe()
            assert store.rename(run.id, "goes on").name == "goes on"
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_store_without_a_file_is_refused():
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(StoreError, match="names no file") as refused:
            RunStore(url)
        assert refused.value.kind is StoreProblem.ADDRESS


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made") as refused:
        RunStore(f"sqlite:///{tmp_path / 'file' / 'runs.sqlite3'}")
    assert refused.value.kind is StoreProblem.UNREADABLE


WITH_PERMISSIONS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")  # the superuser's go beyond them
LEAVES_A_LOG = """
import os, sys
from lstm_engine.runs import RunSettings, RunStore
store = RunStore(sys.argv[1])
for seed in range(3):
    store.create(RunSettings(hidden_size=4, seed=seed), start=False)
os.kill(os.getpid(), 9)
"""
LOOKS = """
import os, sys
from lstm_engine.runs import RunStore, StoreError
path, others = sys.argv[1], os.path.dirname(sys.argv[1])
def look():
    try:
        print(len(store.list_runs()), store.read_only)
    except StoreError as error:
        print(error)
def step(name):  # the one that made the files goes on
    print(name, flush=True)
    sys.stdin.readline()
try:
    store = RunStore(f"sqlite:///{path}")
except StoreError as error:
    print(error)
    sys.exit()
look()
while True:
    step("next")
    look()
"""


@pytest.fixture
def looks(path: Path) -> Iterator[Callable[[], str]]:
    """Looks at a store from a process to which permission bits apply, again and again; returns what it saw."""
    drop = WITH_PERMISSIONS if os.geteuid() == 0 else ()
    if drop and shutil.which(drop[0]) is None:
        pytest.skip("permission bits do not apply to this user")
    processes: list[subprocess.Popen[str]] = []

    def look() -> str:
        if not processes:
            command = [*drop, sys.executable, "-c", LOOKS, str(path)]
            processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        else:
            assert processes[0].stdin is not None
            processes[0].stdin.write("\n")
            processes[0].stdin.flush()
        assert processes[0].stdout is not None
        seen = processes[0].stdout.readline().strip()
        processes[0].stdout.readline()
        return seen

    yield look
    path.parent.chmod(0o755)
    for process in processes:
        process.kill()
        process.communicate()


def leave_a_log(path: Path) -> None:
    subprocess.run([sys.executable, "-c", LEAVES_A_LOG, f"sqlite:///{path}"], check=False)
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0


def test_what_is_in_the_log_is_seen_in_a_read_only_folder_too(path, looks):
    leave_a_log(path)  # none of it is in the file yet
    path.parent.chmod(0o555)
    assert looks() == "3 True"
    path.parent.chmod(0o755)
    leave_a_log(path)
    path.parent.chmod(0o555)
    assert looks() == "6 True"
    for runs in (7, 8):  # all goes into the file, and the log away; then a file without a log is written by others
        path.parent.chmod(0o755)
        with RunStore(f"sqlite:///{path}") as other:
            other.create(SMALL, start=False)
        path.parent.chmod(0o555)
        assert looks() == f"{runs} True"


def test_a_log_that_cannot_be_read_is_told_and_no_past_is_shown(path, looks):
    leave_a_log(path)
    path.with_name(f"{path.name}-shm").unlink()
    path.parent.chmod(0o555)
    assert "newest data is still in its log runs.sqlite3-wal" in looks()


def test_a_write_waits_longer_than_it_takes_to_end_a_halted_worker():
    assert BUSY_SECONDS > SILENCE_SECONDS + 2 * PULSE_SECONDS
    assert BUSY_SECONDS > IDLE_IN_TRANSACTION_SECONDS
