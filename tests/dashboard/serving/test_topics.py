"""The live data of runs, fed by a real store."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.serving.delivery import CROWD, MANY, MOST_MESSAGES, MOST_TOPICS_A_LISTENER, MOST_WAITING
from dashboard.serving.listeners import Listener
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Problem
from dashboard.serving.run_feed import RunFeed
from dashboard.serving.run_messages import metrics_payload
from dashboard.serving.topics import Topics
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


@asynccontextmanager
async def topics_of(store: RunStore) -> AsyncIterator[Topics]:
    """The topics of a server with that store."""
    pools = Pools()
    topics = Topics({"run": partial(RunFeed, lambda: store, pools.feeds)})
    yield topics
    topics.close()
    await asyncio.sleep(0)
    pools.close()


class Tab:
    """One connection; keeps what it was sent."""

    def __init__(self, topics: Topics):
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sends = 0
        self.listener = Listener(topics, self)
        self.task = asyncio.create_task(self.listener.tell())

    async def send_text(self, data: str) -> None:
        self.sends += 1
        for event in json.loads(data):
            self.events.put_nowait(event)

    def listen(self, run_id: int, after: int = 0, number: int = 1) -> "Tab":
        self.say({"listen": f"run/{run_id}", "after": after, "as": number})
        return self

    def say(self, message: object) -> None:
        self.listener.hear(message if isinstance(message, str) else json.dumps(message))

    async def next(self, name: str, number: int = 1) -> dict[str, Any]:
        """The next event of that name."""
        async with asyncio.timeout(15):
            while True:
                event = await self.events.get()
                if event["name"] == name and event["to"] == number:
                    return event

    async def steps_up_to(self, last: int, number: int = 1) -> list[int]:
        """All steps that it is told of, until it was told of that one."""
        seen: list[int] = []
        while not seen or seen[-1] < last:
            event = await self.next("metrics", number)
            assert event["id"] == event["data"]["loss"]["step"][-1]
            seen += event["data"]["loss"]["step"]
        return seen

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.listener.leave_all()


def test_listeners_who_come_at_any_time_get_every_step_once(store):
    async def scenario() -> None:
        source = Source(store)
        async with topics_of(store) as topics:
            source.record(1, 30)
            early = Tab(topics).listen(source.run.id)
            assert await early.steps_up_to(30) == list(range(1, 31))
            source.record(31, 60)
            late = Tab(topics).listen(source.run.id)
            back = Tab(topics).listen(source.run.id, 45)  # lost its connection after step 45
            tasks = [asyncio.create_task(tab.steps_up_to(200)) for tab in (early, late, back)]
            for first in range(61, 201, 20):
                await asyncio.sleep(0.03)
                await asyncio.to_thread(source.record, first, first + 19)
            for task, first in zip(tasks, (31, 1, 46), strict=True):
                assert await task == list(range(first, 201))

    run_async(scenario())


def test_one_connection_listens_to_several_things_and_to_one_thing_twice(store):
    async def scenario() -> None:
        first, second = Source(store), Source(store)
        first.record(1, 20)
        second.record(1, 7)
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(first.run.id).listen(second.run.id, 3, 2).listen(first.run.id, 15, 3)
            found: dict[int, list[int]] = {1: [], 2: [], 3: []}
            while [steps[-1:] for steps in found.values()] != [[20], [7], [20]]:
                event = await asyncio.wait_for(tab.events.get(), 15)
                if event["name"] == "metrics":
                    found[event["to"]] += event["data"]["loss"]["step"]
            assert found == {1: list(range(1, 21)), 2: [4, 5, 6, 7], 3: [16, 17, 18, 19, 20]}
            tab.say({"leave": 1})
            await asyncio.to_thread(first.record, 21, 25)
            assert await tab.steps_up_to(25, 3) == [21, 22, 23, 24, 25]
            assert all(event["to"] != 1 for event in tab.events._queue)  # type: ignore[attr-defined]

    run_async(scenario())


def test_a_crowd_gets_every_step_once_and_of_the_rest_the_newest(store):
    source = Source(store)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tabs = [Tab(topics).listen(source.run.id) for _ in range(CROWD + 5)]
            followers = [asyncio.create_task(tab.steps_up_to(60)) for tab in tabs]
            for last in range(5, 65, 5):
                await asyncio.to_thread(source.record, last - 4, last)
                await asyncio.sleep(MANY.look_every)
            for follower in followers:
                assert await follower == list(range(1, 61))
            assert max(tab.sends for tab in tabs) < 12  # fewer than there were looks

    run_async(scenario())


def test_the_pace_is_told_and_changes_with_the_crowd(store):
    source = Source(store)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(source.run.id)
            few = (await tab.next("pace"))["data"]
            crowd = [Tab(topics).listen(source.run.id) for _ in range(CROWD)]
            many = (await tab.next("pace"))["data"]
            assert (many["points"], many["hear_every"]) < (few["points"], 1e9)
            assert many["hear_every"] > few["hear_every"]
            for other in crowd:
                await other.close()
            assert (await tab.next("pace"))["data"] == few

    run_async(scenario())


def test_a_listener_too_slow_for_all_that_comes_misses_nothing_and_holds_little(store):
    source = Source(store)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(source.run.id)
            await tab.next("run")
            held, go_on = tab.send_text, asyncio.Event()

            async def slow(data: str) -> None:
                await go_on.wait()
                await held(data)

            tab.send_text = slow  # type: ignore[method-assign]
            subscription = tab.listener._subscriptions[1]
            for step in range(1, 3 * MOST_WAITING):
                await asyncio.to_thread(source.record, step, step)
                while (subscription.topic.position or 0) < step:
                    await asyncio.sleep(0.002)
                assert len(subscription.positioned) <= MOST_WAITING
            go_on.set()
            assert await tab.steps_up_to(3 * MOST_WAITING - 1) == list(range(1, 3 * MOST_WAITING))

    run_async(scenario())


def test_a_listener_who_wants_no_metrics_does_not_keep_them_from_others(store):
    """The step view asks for what comes after the run's end: it needs the status alone."""

    async def scenario() -> None:
        source = Source(store)
        source.record(1, 20)
        async with topics_of(store) as topics:
            step_view = Tab(topics).listen(source.run.id, source.run.end_step)
            await step_view.next("run")
            train_view = Tab(topics).listen(source.run.id)
            assert await train_view.steps_up_to(20) == list(range(1, 21))
            await asyncio.to_thread(source.record, 21, 50)
            assert await train_view.steps_up_to(50) == list(range(21, 51))
            assert all(event["name"] != "metrics" for event in step_view.events._queue)  # type: ignore[attr-defined]

    run_async(scenario())


def test_the_run_its_samples_and_its_end_are_told(store):
    async def scenario() -> None:
        source = Source(store)
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(source.run.id)
            run = (await tab.next("run"))["data"]
            assert (run["status"], run["step"], run["checkpoint"], run["end_step"]) == ("training", 0, 0, 10_000)
            samples = (await tab.next("samples"))["data"]
            assert len(samples["texts"]) == 12
            assert {sample["origin"] for sample in samples["texts"]} <= {"new", "memorised", "held out"}
            store.pause(source.run.id)
            while run["status"] != "paused":
                run = (await tab.next("run"))["data"]
            store.delete(source.run.id)
            gone = (await tab.next("gone"))["data"]
            assert gone["kind"] == "missing"
            assert "is no more" in gone["error"]
            # it is brought back: whoever listens again is told of it, and not of its end
            store.undelete(source.run.id)
            tab.listen(source.run.id, 0, 2)
            assert (await tab.next("run", 2))["data"]["status"] == "paused"
            assert all(event["name"] != "gone" for event in tab.events._queue)  # type: ignore[attr-defined]

    run_async(scenario())


def test_a_queued_run_tells_how_many_are_ahead(store):
    async def scenario() -> None:
        runs = [store.create(SETTINGS) for _ in range(3)]
        async with topics_of(store) as topics:
            run = (await Tab(topics).listen(runs[2].id).next("run"))["data"]
            assert (run["status"], run["ahead_in_queue"]) == ("queued", 2)

    run_async(scenario())


def test_connections_end_when_the_server_closes(store):
    async def scenario() -> None:
        source = Source(store)
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(source.run.id)
            await tab.next("run")
            topics.close()
            await asyncio.wait_for(tab.task, 5)

    run_async(scenario())


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ({"listen": "run/77"}, "gone"),
        ({"listen": "run/" + "9" * 30}, "refused"),
        ({"listen": "run/-1"}, "refused"),
        ({"listen": "room/1"}, "refused"),
        ({"listen": "run/1", "after": "soon"}, "refused"),
        ({"listen": "run/1", "after": {}}, "refused"),
        ({"listen": "run/1", "as": -1}, "refused"),
        ({"listen": ["run/1"]}, "refused"),
        ({"leave": "all"}, "refused"),
        ({}, "refused"),
        ([], "refused"),
        ("{", "refused"),
        ("[" * 400, "refused"),
        ('{"listen": "\\ud800"}', "refused"),
        ("", "refused"),
    ],
)
def test_what_is_listened_to_in_vain_is_answered(store, message, kind):
    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics)
            tab.say(message)
            async with asyncio.timeout(10):
                event = await tab.events.get()
            assert event["name"] == kind
            assert event["data"]["error"]

    run_async(scenario())


def test_a_listener_that_says_too_much_is_cut_off(store):
    async def scenario() -> None:
        async with topics_of(store) as topics:
            with pytest.raises(Problem, match="short messages"):
                Tab(topics).say("x" * 100_000)
            tab = Tab(topics)
            for number in range(MOST_MESSAGES):
                tab.say({"leave": number})
            with pytest.raises(Problem, match="and few"):
                tab.say({"leave": 0})
            greedy = Tab(topics)
            for number in range(MOST_TOPICS_A_LISTENER + 1):
                greedy.listen(1, 0, number)
            assert "8 topics at most" in (await greedy.next("refused", MOST_TOPICS_A_LISTENER))["data"]["error"]

    run_async(scenario())


def test_a_topic_that_fails_unexpectedly_is_told_and_begun_again(store, monkeypatch, caplog):
    source = Source(store)
    monkeypatch.setattr("dashboard.serving.topics.RETRY_SECONDS", 0.02)
    broken = {"is": True}
    read = RunStore.get

    def get(self: RunStore, run_id: int) -> Any:
        if broken["is"]:
            raise ZeroDivisionError("nobody thought of that")
        return read(self, run_id)

    monkeypatch.setattr(RunStore, "get", get)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(source.run.id)
            trouble = (await tab.next("trouble"))["data"]
            assert trouble["kind"] == "unexpected"
            late = Tab(topics).listen(source.run.id)  # comes while nothing goes
            assert (await late.next("trouble"))["data"] == trouble
            broken["is"] = False
            for listener in (tab, late):
                assert (await listener.next("run"))["data"]["step"] == 0

    run_async(scenario())
    assert "nobody thought of that" in caplog.text  # with its traceback, in the log alone


def test_the_store_is_opened_in_a_thread_and_not_where_everyone_is_served(store):
    source = Source(store)

    async def scenario() -> None:
        pools = Pools()
        opened: list[bool] = []

        def get_store() -> RunStore:
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                opened.append(True)
            else:
                opened.append(False)
            return store

        topics = Topics({"run": partial(RunFeed, get_store, pools.feeds)})
        await Tab(topics).listen(source.run.id).next("samples")
        assert opened
        assert all(opened)
        topics.close()
        pools.close()

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
    monkeypatch.setattr("dashboard.serving.run_feed.SILENT_SECONDS", 0.0)
    monkeypatch.setattr("dashboard.serving.topics.RETRY_SECONDS", 0.05)

    def full() -> None:
        raise StoreError("The run store cannot grow: the disk is full. Free some space, then go on.")

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(source.run.id)
            await tab.next("run")
            monkeypatch.setattr(store, "probe", full)
            trouble = (await tab.next("trouble"))["data"]
            assert trouble["kind"] == "store"
            assert "the disk is full" in trouble["error"]
            monkeypatch.undo()
            run = (await tab.next("run"))["data"]  # the same as before: it takes the trouble back
            assert run["step"] == 5

    run_async(scenario())


def test_a_store_that_can_be_written_passes_the_probe(store):
    store.probe()
