"""The event stream, fed by a real store."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard.serving.run_messages import metrics_payload
from dashboard.serving.topics import CROWD, CROWD_POLL_SECONDS, Feeds
from lstm_engine import StepMetrics
from lstm_engine.runs import PRESETS, History, RunStore, StoreError
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded

SETTINGS = replace(PRESETS["classroom"], hidden_size=8, end_step=10_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    store = RunStore(f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    yield store
    store.close()


class Source:
    """Plays the worker: records steps when told to."""

    def __init__(self, store: RunStore):
        self.store, self.lease = store, new_lease()
        self.run = store.create(SETTINGS)
        store.acquire(self.run.id, self.lease)

    def record(self, first: int, last: int) -> None:
        rows = [Recorded(StepMetrics(k, 1 / k, 0.5, 0.01), 2.0 if k % 5 == 0 else None) for k in range(first, last + 1)]
        self.store.record(self.run.id, self.lease, rows)


def run_async(scenario: Coroutine[None, None, None]) -> None:
    """In a thread of its own: the browser tests leave a running event loop in this one."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(asyncio.run, scenario).result()


async def listen(feeds: Feeds, run_id: int, after: int) -> AsyncIterator[bytes]:
    """A listener's stream, event by event: what comes together leaves together."""
    stream = feeds.events(run_id, after)
    try:
        async for chunk in stream:
            for event in chunk.split(b"\n\n"):
                yield event
    finally:
        await stream.aclose()  # type: ignore[attr-defined]


def fields(event: bytes) -> dict[str, str]:
    """An event's lines by their names."""
    return dict(line.split(": ", 1) for line in event.decode().splitlines() if ": " in line)


async def next_event(stream: AsyncIterator[bytes], name: str) -> tuple[dict, int | None]:
    """The next event of that name, and its id."""
    async with asyncio.timeout(10):
        async for chunk in stream:
            lines = fields(chunk)
            if lines.get("event") == name:
                return json.loads(lines["data"]), int(lines["id"]) if "id" in lines else None
    raise AssertionError("the stream ended")


async def steps_up_to(stream: AsyncIterator[bytes], last: int) -> list[int]:
    """All steps that the stream tells of, until it has told of that one."""
    seen: list[int] = []
    while not seen or seen[-1] < last:
        payload, event_id = await next_event(stream, "metrics")
        assert event_id == payload["loss"]["step"][-1]
        seen += payload["loss"]["step"]
    return seen


def test_listeners_who_come_at_any_time_get_every_step_once(store):
    async def scenario() -> None:
        source, feeds = Source(store), Feeds(lambda: store)
        source.record(1, 30)
        early = listen(feeds, source.run.id, 0)
        assert await steps_up_to(early, 30) == list(range(1, 31))
        source.record(31, 60)
        late = listen(feeds, source.run.id, 0)
        back = listen(feeds, source.run.id, 45)  # lost its connection after step 45
        listeners = [(early, 31), (late, 1), (back, 46)]
        tasks = [asyncio.create_task(steps_up_to(stream, 200)) for stream, _ in listeners]
        for first in range(61, 201, 20):
            await asyncio.sleep(0.03)
            source.record(first, first + 19)
        for task, (_, first) in zip(tasks, listeners, strict=True):
            assert await task == list(range(first, 201))
        for stream, _ in listeners:
            await stream.aclose()

    run_async(scenario())


def test_a_crowd_gets_every_step_once_and_of_the_rest_the_newest(store):
    source = Source(store)

    async def follow(feeds: Feeds) -> tuple[list[int], int]:
        steps, told = [], 0
        async for chunk in feeds.events(source.run.id, 0):
            for event in chunk.split(b"\n\n"):
                lines = fields(event)
                if lines.get("event") == "metrics":
                    steps += json.loads(lines["data"])["loss"]["step"]
                told += lines.get("event") == "run"
            if steps and steps[-1] == 60:
                return steps, told
        raise AssertionError("the stream ended")

    async def scenario() -> None:
        feeds = Feeds(lambda: store)
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            listeners = [group.create_task(follow(feeds)) for _ in range(CROWD + 5)]
            for last in range(5, 65, 5):
                await asyncio.to_thread(source.record, last - 4, last)
                await asyncio.sleep(CROWD_POLL_SECONDS)
        for listener in listeners:
            steps, told = listener.result()
            assert steps == list(range(1, 61))
            assert 1 <= told < 12  # fewer than there were

    run_async(scenario())


def test_a_listener_who_wants_no_metrics_does_not_keep_them_from_others(store):
    """The step view asks for what comes after the run's end: it needs the status alone."""

    async def scenario() -> None:
        source, feeds = Source(store), Feeds(lambda: store)
        source.record(1, 20)
        step_view = listen(feeds, source.run.id, source.run.end_step)
        await next_event(step_view, "run")
        train_view = listen(feeds, source.run.id, 0)
        assert await steps_up_to(train_view, 20) == list(range(1, 21))
        source.record(21, 50)
        assert await steps_up_to(train_view, 50) == list(range(21, 51))
        await step_view.aclose()
        await train_view.aclose()

    run_async(scenario())


def test_the_run_its_samples_and_its_end_are_told(store):
    async def scenario() -> None:
        source, feeds = Source(store), Feeds(lambda: store)
        stream = listen(feeds, source.run.id, 0)
        run, _ = await next_event(stream, "run")
        assert (run["status"], run["step"], run["checkpoint"], run["end_step"]) == ("training", 0, 0, 10_000)
        samples, _ = await next_event(stream, "samples")
        assert len(samples["texts"]) == 12
        assert {sample["origin"] for sample in samples["texts"]} <= {"new", "memorised", "held out"}
        store.pause(source.run.id)
        while run["status"] != "paused":
            run, _ = await next_event(stream, "run")
        store.delete(source.run.id)
        gone, _ = await next_event(stream, "gone")
        assert "is no more" in gone["message"]
        assert not await feeds.exists(source.run.id)

    run_async(scenario())


def test_a_queued_run_tells_how_many_are_ahead(store):
    async def scenario() -> None:
        runs = [store.create(SETTINGS) for _ in range(3)]
        stream = listen(Feeds(lambda: store), runs[2].id, 0)
        run, _ = await next_event(stream, "run")
        assert (run["status"], run["ahead_in_queue"]) == ("queued", 2)
        await stream.aclose()

    run_async(scenario())


def test_streams_end_when_the_server_closes(store):
    async def scenario() -> None:
        source, feeds = Source(store), Feeds(lambda: store)
        stream = listen(feeds, source.run.id, 0)
        await next_event(stream, "run")
        feeds.close()
        async with asyncio.timeout(5):
            async for _ in stream:
                pass

    run_async(scenario())


def test_a_long_history_is_thinned_without_losing_a_spike():
    loss = np.ones(1_000_000)
    loss[[123_456, 777_777]] = 50.0, -50.0
    step = np.arange(1, 1_000_001)
    validation = np.where(step % 25 == 0, loss, np.nan)
    payload = metrics_payload(History(step, loss, validation, loss, loss))
    assert len(payload["loss"]["step"]) <= 4_000
    assert payload["loss"]["step"][-1] == 1_000_000
    assert {50.0, -50.0} <= set(payload["loss"]["value"])
    assert len(payload["validation_loss"]["step"]) <= 4_000
    assert payload["learning_rate"]["step"] == [1_000_000]


def test_numbers_that_are_none_become_null():
    history = History(*(np.array([value]) for value in (1, np.inf, np.nan, 2.0, 0.1)))
    payload = metrics_payload(history)
    assert payload["loss"] == {"step": [1], "value": [None]}
    assert payload["validation_loss"] == {"step": [], "value": []}
    json.dumps(payload, allow_nan=False)


def test_a_run_that_waits_for_the_store_says_for_what(store, monkeypatch):
    source = Source(store)
    source.record(1, 5)
    monkeypatch.setattr("dashboard.serving.topics.SILENT_SECONDS", 0.0)

    def full() -> None:
        raise StoreError("The run store cannot grow: the disk is full. Free some space, then go on.")

    monkeypatch.setattr(store, "probe", full)

    async def scenario() -> None:
        feeds = Feeds(lambda: store)
        stream = listen(feeds, source.run.id, 0)
        trouble, _ = await next_event(stream, "trouble")
        assert "the disk is full" in trouble["message"]
        monkeypatch.undo()
        run, _ = await next_event(stream, "run")  # and goes on
        assert run["step"] == 5
        await stream.aclose()

    run_async(scenario())


def test_a_store_that_can_be_written_passes_the_probe(store):
    store.probe()
