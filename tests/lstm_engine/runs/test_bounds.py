"""What training may have of a machine."""

from dataclasses import replace
from pathlib import Path

import pytest

from lstm_engine.errors import SettingsError
from lstm_engine.runs import Launcher, RunStore, Status
from lstm_engine.runs.training import bounds
from lstm_engine.runs.training.bounds import memory, most_bytes, most_processes

from .conftest import SMALL


def test_as_many_train_at_once_as_the_environment_says(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    assert most_processes() >= 1
    monkeypatch.setenv("LSTM_PROCESSES", "3")
    assert Launcher(store).capacity == 3
    for wrong in ("many", "-1", "1001"):
        monkeypatch.setenv("LSTM_PROCESSES", wrong)
        with pytest.raises(SettingsError, match="expected a number of processes"):
            most_processes()


def test_a_process_may_have_what_the_machine_has_unless_told_otherwise(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    assert most_bytes() == memory()[0]
    monkeypatch.setenv("LSTM_PROCESS_BYTES", "2 GB")
    assert most_bytes() == 2e9
    monkeypatch.setenv("LSTM_PROCESS_BYTES", "10 MB")
    with pytest.raises(SettingsError, match="at least"):
        Launcher(store)  # before any process is started


def test_in_a_container_its_memory_counts_without_what_the_kernel_gives_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounds, "MEMORY_INFO", tmp_path / "meminfo")
    monkeypatch.setattr(bounds, "GROUP", tmp_path)
    assert memory() == (0, 0)  # a system that does not tell
    (tmp_path / "meminfo").write_text("MemTotal:  8000 kB\nMemFree: 10 kB\nMemAvailable:  5000 kB\n")
    assert memory() == (8000 * 1024, 3000 * 1024)
    (tmp_path / "memory.max").write_text("max\n")
    assert memory() == (8000 * 1024, 3000 * 1024)
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("600000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 100000\n")
    assert memory() == (1_000_000, 500_000)


def test_a_run_that_asks_for_more_memory_says_so_and_others_go_on(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, wait_until
):
    monkeypatch.setenv("LSTM_PROCESS_BYTES", "600 MB")
    small = store.create(SMALL, "small")
    large = store.create(replace(SMALL, hidden_size=240, batch_size=256, sequence_length=200), "large")
    launcher = Launcher(store, capacity=2)
    launcher.start()
    try:
        wait_until(lambda: store.get(large.id).status is Status.FAILED, 60)
        assert "more memory than a process may have here, 600 MB (LSTM_PROCESS_BYTES)" in (
            store.get(large.id).error or ""
        )
        wait_until(lambda: store.get(small.id).status is Status.FINISHED, 60)
    finally:
        launcher.close()
