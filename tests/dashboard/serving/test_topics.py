"""The live data of runs, fed by a real store: who is told what, how often, and that nothing is lost."""

import asyncio

from dashboard.serving.delivery import CROWD, MANY
from tests.dashboard.serving.tabs import SETTINGS, Tab, Worker, run_async, topics_of


def test_listeners_who_come_at_any_time_get_every_step_once(store):
    async def scenario() -> None:
        worker = Worker(store)
        async with topics_of(store) as topics:
            worker.record(1, 30)
            early = Tab(topics).listen(worker.run.id)
            assert await early.steps_up_to(30) == list(range(1, 31))
            worker.record(31, 60)
            late = Tab(topics).listen(worker.run.id)
            back = Tab(topics).listen(worker.run.id, 45)  # lost its connection after step 45
            tasks = [asyncio.create_task(tab.steps_up_to(200)) for tab in (early, late, back)]
            for first in range(61, 201, 20):
                await asyncio.sleep(0.03)
                await asyncio.to_thread(worker.record, first, first + 19)
            for task, first in zip(tasks, (31, 1, 46), strict=True):
                assert await task == list(range(first, 201))

    run_async(scenario())


def test_one_connection_listens_to_several_things_and_to_one_thing_twice(store):
    async def scenario() -> None:
        first, second = Worker(store), Worker(store)
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
            so_far = len(tab.told)
            await asyncio.to_thread(first.record, 21, 25)
            assert await tab.steps_up_to(25, 3) == [21, 22, 23, 24, 25]
            assert all(event["to"] != 1 for event in tab.told[so_far:])

    run_async(scenario())


def test_a_crowd_gets_every_step_once_and_of_the_rest_the_newest(store):
    worker = Worker(store)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tabs = [Tab(topics).listen(worker.run.id) for _ in range(CROWD + 5)]
            followers = [asyncio.create_task(tab.steps_up_to(60)) for tab in tabs]
            for last in range(5, 65, 5):
                await asyncio.to_thread(worker.record, last - 4, last)
                await asyncio.sleep(MANY.look_every)
            for follower in followers:
                assert await follower == list(range(1, 61))
            assert max(tab.sends for tab in tabs) < 12  # fewer than there were looks

    run_async(scenario())


def test_the_pace_is_told_and_changes_with_the_crowd(store):
    worker = Worker(store)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(worker.run.id)
            few = (await tab.next("pace"))["data"]
            crowd = [Tab(topics).listen(worker.run.id) for _ in range(CROWD)]
            many = (await tab.next("pace"))["data"]
            assert (many["points"], many["hear_every"]) < (few["points"], 1e9)
            assert many["hear_every"] > few["hear_every"]
            for other in crowd:
                await other.close()
            assert (await tab.next("pace"))["data"] == few

    run_async(scenario())


def test_a_listener_too_slow_for_all_that_comes_misses_nothing_and_holds_little(store, monkeypatch):
    worker = Worker(store)
    most_waiting = 12  # each step waits for a look
    monkeypatch.setattr("dashboard.serving.topics.MOST_WAITING", most_waiting)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(worker.run.id)
            await tab.next("run")
            held, go_on = tab.send_text, asyncio.Event()

            async def slow(data: str) -> None:
                await go_on.wait()
                await held(data)

            tab.send_text = slow  # type: ignore[method-assign]
            subscription = tab.listener._subscriptions[1]
            for step in range(1, 3 * most_waiting):
                await asyncio.to_thread(worker.record, step, step)
                while (subscription.topic.position or 0) < step:
                    await asyncio.sleep(0.002)
                assert len(subscription.positioned) <= most_waiting
            go_on.set()
            assert await tab.steps_up_to(3 * most_waiting - 1) == list(range(1, 3 * most_waiting))

    run_async(scenario())


def test_a_listener_who_wants_no_metrics_does_not_keep_them_from_others(store):
    """The step view asks for what comes after the run's end: it needs the status alone."""

    async def scenario() -> None:
        worker = Worker(store)
        worker.record(1, 20)
        async with topics_of(store) as topics:
            step_view = Tab(topics).listen(worker.run.id, worker.run.end_step)
            await step_view.next("run")
            train_view = Tab(topics).listen(worker.run.id)
            assert await train_view.steps_up_to(20) == list(range(1, 21))
            await asyncio.to_thread(worker.record, 21, 50)
            assert await train_view.steps_up_to(50) == list(range(21, 51))
            assert all(event["name"] != "metrics" for event in step_view.told)

    run_async(scenario())


def test_the_run_its_samples_and_its_end_are_told(store):
    async def scenario() -> None:
        worker = Worker(store)
        async with topics_of(store) as topics:
            tab = Tab(topics).listen(worker.run.id)
            run = (await tab.next("run"))["data"]
            assert (run["status"], run["step"], run["checkpoint"], run["end_step"]) == ("training", 0, 0, 10_000)
            samples = (await tab.next("samples"))["data"]
            assert len(samples["texts"]) == 12
            assert {sample["origin"] for sample in samples["texts"]} <= {"new", "memorised", "held out"}
            store.pause(worker.run.id)
            while run["status"] != "paused":
                run = (await tab.next("run"))["data"]
            store.delete(worker.run.id)
            gone = (await tab.next("gone"))["data"]
            assert gone["kind"] == "missing"
            assert "is no more" in gone["error"]
            # it is brought back: whoever listens again is told of it, and not of its end
            store.undelete(worker.run.id)
            tab.listen(worker.run.id, 0, 2)
            assert (await tab.next("run", 2))["data"]["status"] == "paused"
            assert all(event["name"] != "gone" for event in tab.told if event["to"] == 2)

    run_async(scenario())


def test_a_queued_run_tells_how_many_are_ahead(store):
    async def scenario() -> None:
        runs = [store.create(SETTINGS) for _ in range(3)]
        async with topics_of(store) as topics:
            run = (await Tab(topics).listen(runs[2].id).next("run"))["data"]
            assert (run["status"], run["ahead_in_queue"]) == ("queued", 2)

    run_async(scenario())


def test_who_waits_for_a_deleted_run_is_told_once_that_it_is_back(store, monkeypatch):
    monkeypatch.setattr("dashboard.serving.absent_feed.LOOK_EVERY", 0.0)
    run = store.create(SETTINGS, start=False)
    store.delete(run.id)

    async def scenario() -> None:
        async with topics_of(store) as topics:
            tab = Tab(topics)
            tab.say({"listen": f"absent/{run.id}", "after": 0, "as": 1})
            await tab.next("pace")  # it was looked for, and not found
            assert not any(event["name"] == "back" for event in tab.told)
            await asyncio.to_thread(store.undelete, run.id)
            assert (await tab.next("back"))["data"] == {"run": run.id}
            tab.say({"listen": f"absent/{run.id}", "after": 0, "as": 2})  # who comes late is told, too
            await tab.next("back", 2)
            assert sum(event["name"] == "back" and event["to"] == 1 for event in tab.told) == 1

    run_async(scenario())
