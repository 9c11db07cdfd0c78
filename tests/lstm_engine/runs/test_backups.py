"""A store backed up while it is in use, and restored: on SQLite, on PostgreSQL, and from one to the other."""

import hashlib
import json
import os
import stat
import tarfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstm_engine.errors import EngineError, SettingsError
from lstm_engine.runs import PRESETS, RunStore, StoreError
from lstm_engine.runs.backups import MANIFEST, STORE, restore_backup, write_backup
from lstm_engine.runs.cli import main
from lstm_engine.runs.store import Owner, StoreProblem
from lstm_engine.runs.store.schema import VERSION
from lstm_engine.runs.training.worker import train_run

from .conftest import SMALL
from .store.test_versions import make_old
from .test_survival import outcome

SETTINGS = replace(PRESETS["classroom"], hidden_size=8, batch_size=4, sequence_length=10, end_step=800, pace=100.0)


def same(one: object, other: object) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture
def backup(tmp_path: Path, sqlite_url: str) -> Path:
    """Of a store with a run, and its file beside."""
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "gates.md").write_text("What will the gate do?")
    with RunStore(sqlite_url) as store:
        store.create(SMALL, "kept", start=False, owner=Owner("anna", 3))
        store.sign_in("token", "key", 1_000)
        write_backup(store, tmp_path / "backup.tar", [tmp_path / "questions"])
    return tmp_path / "backup.tar"


@pytest.mark.parametrize("into", ["the same", "the other kind"])
def test_a_run_that_trained_while_it_was_backed_up_goes_on_bit_identically(
    any_url: str, into: str, tmp_path: Path, request: pytest.FixtureRequest, wait_until: Callable[..., None]
):
    path = tmp_path / "backup.tar"
    with RunStore(any_url) as store:
        number = store.create(SETTINGS, "of which some is backed up").id
        gone = store.create(SMALL, start=False).id
        store.delete(gone)
        worker = threading.Thread(target=train_run, args=(any_url, number))
        worker.start()
        wait_until(lambda: store.get(number).step > 10)
        write_backup(store, path)
        assert store.get(number).step < SETTINGS.end_step  # it trained before, meanwhile and afterwards
        store.set_pace(number, 0.0)
        worker.join()
        undisturbed = outcome(store, number)
        if into == "the same":
            target = any_url
            with pytest.raises(SettingsError, match="holds runs already"):
                restore_backup(path, target)
            restore_backup(path, target, replace=True)
            assert 10 < store.get(number).step < SETTINGS.end_step  # seen by whoever had the store open
    if into != "the same":
        other = "postgres_url" if any_url.startswith("sqlite") else "sqlite_url"
        target = request.getfixturevalue(other)
        restore_backup(path, target)
    with RunStore(target) as restored:
        assert not restored.get(number).has_worker
        restored.set_pace(number, 0.0)
        train_run(target, number)
        columns, weights = outcome(restored, number)
        same(columns, undisturbed[0])
        np.testing.assert_array_equal(weights, undisturbed[1])
        assert restored.undelete(gone).id == gone
        assert restored.create(SMALL, start=False).id > gone  # numbers never come back


def test_restoring_has_whoever_trains_let_go(url: str, tmp_path: Path, wait_until: Callable[..., None]):
    with RunStore(url) as store:
        number = store.create(SETTINGS).id
        write_backup(store, tmp_path / "backup.tar")
        worker = threading.Thread(target=train_run, args=(url, number))
        worker.start()
        wait_until(lambda: store.get(number).step > 50)
        restore_backup(tmp_path / "backup.tar", url, replace=True)
        worker.join()
        assert store.get(number).step == 0


def test_a_backup_says_what_is_in_it_and_is_its_owners_alone(backup: Path, tmp_path: Path):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with tarfile.open(backup) as archive:
        said = json.load(archive.extractfile(MANIFEST))  # type: ignore[arg-type]
        assert archive.getnames() == [MANIFEST, STORE, "files/questions/gates.md"]
        archive.extract(STORE, tmp_path / "out", filter="data")
    assert (said["version"], said["runs"]) == (VERSION, 1)
    with RunStore(f"sqlite:///{tmp_path / 'out' / STORE}") as store:  # a store in itself
        assert store.list_runs()[0].name == "kept"


def test_owners_stay_and_who_had_signed_in_does_not(backup: Path, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    restore_backup(backup, url, files_to=tmp_path / "restored")
    with RunStore(url) as store:
        assert store.number_owned("anna") == 1
        assert not store.is_signed_in("token", "key")
    assert (tmp_path / "restored" / "questions" / "gates.md").read_text() == "What will the gate do?"
    with pytest.raises(SettingsError, match="there already"):
        restore_backup(backup, f"sqlite:///{tmp_path / 'newer.sqlite3'}", files_to=tmp_path / "restored")


def rewritten(backup: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A backup whose members somebody changed."""
    with tarfile.open(backup) as archive:
        members = {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]
    change(members)
    path = backup.with_name("changed.tar")
    with tarfile.open(path, "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            path.with_name("piece").write_bytes(content)
            with path.with_name("piece").open("rb") as file:
                archive.addfile(member, file)
    return path


def manifest(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), **changes}).encode()

    return change


def flipped(members: dict[str, bytes]) -> None:
    middle = len(members[STORE]) // 2
    members[STORE] = members[STORE][:middle] + bytes([members[STORE][middle] ^ 1]) + members[STORE][middle + 1 :]


def climbing(members: dict[str, bytes]) -> None:
    members["files/../../climbed"] = b"out"
    manifest(members={STORE: {"bytes": 0, "sha256": ""}, "files/../../climbed": {"bytes": 3, "sha256": ""}})(members)


@pytest.mark.parametrize(
    ("change", "words", "kind"),
    [
        (flipped, "is not what was written", StoreProblem.DAMAGED),
        (lambda members: members.pop(STORE), "is missing in it", StoreProblem.DAMAGED),
        (lambda members: members.pop(MANIFEST), "does not begin with", StoreProblem.DAMAGED),
        (lambda members: members.update({MANIFEST: b"[1"}), "cannot be understood", StoreProblem.DAMAGED),
        (manifest(members=[]), "cannot be understood", StoreProblem.DAMAGED),
        (climbing, "names other things", StoreProblem.DAMAGED),
        (manifest(version="9999"), "newer version of this program", StoreProblem.NEWER),
        (manifest(format=2), "newer version of this program", StoreProblem.NEWER),
    ],
)
def test_a_broken_or_newer_backup_is_refused_and_nothing_changes(backup: Path, sqlite_url: str, change, words, kind):
    with pytest.raises(StoreError, match=words) as refused:
        restore_backup(rewritten(backup, change), sqlite_url, replace=True)
    assert refused.value.kind is kind
    assert "Nothing was changed" in str(refused.value)
    with RunStore(sqlite_url) as store:
        assert [run.name for run in store.list_runs()] == ["kept"]


def test_a_backup_that_was_cut_off_anywhere_is_refused(backup: Path, sqlite_url: str):
    whole = backup.read_bytes()
    for share in (0.0, 0.001, 0.02, 0.3, 0.9):
        backup.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(EngineError, match="no whole backup"):
            restore_backup(backup, sqlite_url, replace=True)


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path):
    make_old(f"sqlite:///{tmp_path / STORE}")
    with RunStore(f"sqlite:///{tmp_path / 'empty.sqlite3'}") as store:
        write_backup(store, tmp_path / "backup.tar")

    def change(members: dict[str, bytes]) -> None:
        members[STORE] = (tmp_path / STORE).read_bytes()
        entry = {"bytes": len(members[STORE]), "sha256": hashlib.sha256(members[STORE]).hexdigest()}
        manifest(version="", members={STORE: entry})(members)

    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    restore_backup(rewritten(tmp_path / "backup.tar", change), url)
    with RunStore(url) as store:
        assert [run.name for run in store.list_runs()] == ["fork", "kept"]


def test_a_damaged_store_is_set_aside_and_restored(backup: Path, sqlite_url: str, tmp_path: Path):
    file = tmp_path / "runs.sqlite3"
    file.write_bytes(b"not a database" * 1_000)
    with pytest.raises(StoreError, match="damaged"):
        restore_backup(backup, sqlite_url)
    restore_backup(backup, sqlite_url, replace=True)
    with RunStore(sqlite_url) as store:
        assert [run.name for run in store.list_runs()] == ["kept"]
    assert list(tmp_path.glob("runs.sqlite3.damaged-*"))


def test_a_store_that_is_damaged_is_not_backed_up_as_if_it_were_whole(tmp_path: Path, sqlite_url: str):
    with RunStore(sqlite_url) as store:
        store.create(SMALL, start=False)
    file = tmp_path / "runs.sqlite3"
    content = bytearray(file.read_bytes())
    content[4096 * 2 : 4096 * 30] = os.urandom(4096 * 28)
    file.write_bytes(bytes(content))
    with pytest.raises(StoreError, match="damaged"), RunStore(sqlite_url) as store:
        write_backup(store, tmp_path / "backup.tar")
    assert not (tmp_path / "backup.tar").exists()


def test_the_commands_say_what_they_did_and_overwrite_nothing(sqlite_url: str, tmp_path: Path, capsys):
    with RunStore(sqlite_url) as store:
        store.create(SMALL, "kept", start=False)
    path = str(tmp_path / "backup.tar")
    assert main(["--database", sqlite_url, "backup", path]) == 0
    assert "1 runs" in capsys.readouterr().out
    assert main(["--database", sqlite_url, "backup", path]) == 1
    assert "overwrites nothing" in capsys.readouterr().err
    assert main(["--database", sqlite_url, "restore", path]) == 1
    assert "--replace" in capsys.readouterr().err
    assert main(["--database", f"sqlite:///{tmp_path / 'new.sqlite3'}", "restore", path]) == 0
    assert time.strftime("%Y") in capsys.readouterr().out
    assert main(["--database", sqlite_url, "restore", str(tmp_path / "nothing.tar")]) == 1
    assert "cannot be read" in capsys.readouterr().err
