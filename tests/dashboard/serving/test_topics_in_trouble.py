"""Live data where something goes wrong: questions in vain, faults, a store that is away, the end of the server."""

import asyncio
from functools import partial
from typing import Any

import pytest

from dashboard.serving.delivery import MOST_MESSAGES, MOST_TOPICS_A_LISTENER
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Problem
from dashboard.serving.run_feed import RunFeed
from dashboard.serving.topics import Topics
from lstm_engine.runs import RunStore, StoreError
from tests.dashboard.serving.tabs import Tab, Worker, run_async, topics_of


def test_connections_end_when_the_server_closes(store):
    async def scenario() -> None:
        worker = Worker(store)
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(worker.run.id)
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
    worker = Worker(store)
    monkeypatch.setattr("dashboard.serving.topics.LOOK_AGAIN_SECONDS", 0.02)
    broken = {"is": True}
    read = RunStore.get

    def get(self: RunStore, run_id: int) -> Any:
        if broken["is"]:
            raise ZeroDivisionError("nobody thought of that")
        return read(self, run_id)

    monkeypatch.setattr(RunStore, "get", get)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(worker.run.id)
            trouble = (await tab.next("trouble"))["data"]
            assert trouble["kind"] == "unexpected"
            late = Tab(topics).listen(worker.run.id)  # comes while nothing goes
            assert (await late.next("trouble"))["data"] == trouble
            broken["is"] = False
            for listener in (tab, late):
                assert (await listener.next("run"))["data"]["step"] == 0

    run_async(scenario())
    assert "nobody thought of that" in caplog.text  # with its traceback, in the log alone


def test_the_store_is_opened_in_a_thread_and_not_where_everyone_is_served(store):
    worker = Worker(store)

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
        await Tab(topics).listen(worker.run.id).next("samples")
        assert opened
        assert all(opened)
        topics.close()
        pools.close()

    run_async(scenario())


def test_a_run_that_waits_for_the_store_says_for_what(store, monkeypatch):
    worker = Worker(store)
    worker.record(1, 5)
    monkeypatch.setattr("dashboard.serving.run_feed.SILENT_SECONDS", 0.0)
    monkeypatch.setattr("dashboard.serving.topics.LOOK_AGAIN_SECONDS", 0.05)

    def full(_run_id: int) -> None:
        raise StoreError("The run store cannot grow: the disk is full. Free some space, then go on.")

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(worker.run.id)
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
