"""What is heard of a class's wall, whichever server one is at, and who hears nothing more."""

import asyncio
import json
from contextlib import asynccontextmanager
from functools import partial

from dashboard.serving.listeners import Listener
from dashboard.serving.pools import Pools
from dashboard.serving.topics import Topics
from dashboard.shell.rights.cookies import SEAT_COOKIE
from dashboard.shell.rights.sign_in import hashed
from dashboard.views.classroom.experiments.wall_feed import WallFeed
from dashboard.views.classroom.room_feed import RoomFeed
from lstm_engine.runs.class_curves import part_width
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store import Known
from tests.dashboard.serving.tabs import run_async
from tests.dashboard.shell.rights.in_rooms import Ear, its_runs, tries


@asynccontextmanager
async def listening(store, topic, *whose):
    """Ears at two servers of the store in turn, each with who it is; and the servers."""
    pools = Pools()
    feeds = {"room": RoomFeed, "wall": WallFeed}
    servers = [Topics({name: partial(feed, lambda: store, pools.feeds) for name, feed in feeds.items()}) for _ in "ab"]
    ears, tasks = [], []
    for number, who in enumerate(whose):
        ears.append(Ear())
        listener = Listener(servers[number % 2], ears[-1])
        tasks.append(asyncio.create_task(listener.tell()))
        listener.hear(json.dumps({"listen": topic, "as": 1}), whose=who)
    yield ears, servers
    for server in servers:
        server.close()
    for task in tasks:
        task.cancel()
    pools.close()


def token_of(one):
    return hashed(one.cookies[SEAT_COOKIE])


def test_all_hear_every_curve_grow_and_which_is_best_whichever_server_they_are_at(store, teacher, joined, begins):
    told = begins()
    anna, ben = joined("Anna"), joined("Ben")
    tries(anna, told, learning_rate=0.1)
    tries(ben, told, learning_rate=0.001)
    runs = its_runs(store, told)
    width = part_width(60)

    def train(run, steps):
        lease = new_lease()
        store.acquire(run.id, lease)
        trainer = run.settings.build_trainer()
        measured = [Recorded(trainer.step()) for _ in range(steps)]
        store.record(run.id, lease, measured, known=Known(0))
        store.release(run.id, lease)
        losses = [one.metrics.loss for one in measured]
        parts = range(0, steps // width * width, width)
        return [float(f"{sum(losses[at : at + width]) / width:.4g}") for at in parts]

    async def scenario() -> None:
        async with listening(store, f"wall/{teacher.code}", token_of(anna), token_of(ben)) as (ears, servers):
            for ear in ears:
                curve = await ear.hears(f"curve {runs[0].id}", state="waiting")
                assert (curve["nickname"], curve["what"], curve["values"]) == ("Anna", "learning rate 0.1", [])
                assert (await ear.hears("wall"))["best"] is None
            curves = [train(run, 60) for run in runs]
            for ear in ears:
                for run, values in zip(runs, curves, strict=True):
                    assert (await ear.hears(f"curve {run.id}", state="done"))["values"] == values
                best = min((0, 1), key=lambda at: curves[at][-1])
                wall = await ear.hears("wall", ranked=2)
                assert (wall["best"], wall["worst"]) == (runs[best].id, runs[1 - best].id)
                assert abs(wall["mean"][-1] - (curves[0][-1] + curves[1][-1]) / 2) < 0.01
            assert teacher.post("experiments/remove_curve", run=runs[0].id)[0] == 200
            for ear in ears:
                await ear.hears("wall", runs=[runs[1].id])
            late = Ear()  # one who comes now is told of what is there, and of nothing that is gone
            listener = Listener(servers[0], late)
            task = asyncio.create_task(listener.tell())
            listener.hear(json.dumps({"listen": f"wall/{teacher.code}", "as": 1}))
            await late.hears("wall", runs=[runs[1].id])
            assert [event["name"] for event in late.told if event["name"].startswith("curve")] == [
                f"curve {runs[1].id}"
            ]
            task.cancel()
            assert teacher.post("experiments/end", experiment=told["experiment"])[0] == 200
            for ear in ears:
                await ear.hears("wall", experiment=None)

    run_async(scenario())


def test_who_is_taken_out_hears_nothing_more_at_once_in_all_their_tabs_and_all_others_go_on(store, teacher, joined):
    ben, eve = joined("Ben"), joined("Eve")
    room = store.room(teacher.code)

    async def scenario(topic, then, name) -> None:
        whose = (token_of(ben), token_of(ben), token_of(eve), "")  # two tabs, at two servers
        async with listening(store, topic, *whose) as (ears, _):
            for ear in ears:
                await ear.hears("pace")
            store.remove_seat(room.id, ben.seat)
            for ear in ears[:2]:
                await ear.hears("outside")
            then()
            for ear in ears[2:]:
                await ear.hears(name)
            for ear in ears[:2]:
                assert ear.told[-1]["name"] == "outside"
                assert name not in {event["name"] for event in ear.told}
            for ear in ears[2:]:
                assert "outside" not in {event["name"] for event in ear.told}

    run_async(scenario(f"room/{teacher.code}", lambda: store.close_room(room.id), "closed"))
