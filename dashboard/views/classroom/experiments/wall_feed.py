"""The wall of a class as a topic, ``wall/CODE``: ``wall`` (what all curves say together), and an event for each run.

A run's event is named after it and holds its whole curve, which is short. So whoever hears late has lost nothing, a
newcomer is told every curve once, and a step of one run tells nobody of the others.
"""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.serving.delivery import CROWD, ROOM, Pace
from dashboard.serving.pools import Pool
from dashboard.serving.problems import Kind, told
from dashboard.serving.topics import Ended, Event, Topic
from dashboard.shell.rights.members import OUTSIDE, why_over
from dashboard.views.classroom.experiments.payloads import curve_payload, wall_payload
from dashboard.views.classroom.room_feed import GetStore, Outside
from lstm_engine.errors import SettingsError
from lstm_engine.runs import RunStore
from lstm_engine.runs.class_curves import standing, whole_parts
from lstm_engine.runs.experiments import Plan
from lstm_engine.runs.rooms import Room

# two curves or so grow at once; a class need not hear of that more often than it can see
FEW_LOOK = replace(ROOM, look_every=0.3)
MANY_LOOK = replace(ROOM, look_every=0.5, tell_every=0.7)
IDLE_SECONDS = 1.0  # between two looks while nothing is tried
CURVE = "curve "  # begins the name of a run's event


class WallFeed:
    """A wall's events, as a topic's source.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
        pool: the threads that look. code: of the room, as the topic's name has it.
    """

    def __init__(self, get_store: GetStore, pool: Pool, code: str):
        self._get_store, self._pool, self._code = get_store, pool, code
        self._outside = Outside()
        self._experiment: int | None = None
        self._plan: Plan | None = None
        self._curves: dict[int, tuple[float, ...]] = {}
        self._next_look = -math.inf

    def pace_for(self, listeners: int) -> Pace:
        """Of a crowd, each in turn."""
        return MANY_LOOK if listeners > CROWD else FEW_LOOK

    async def look(self, topic: Topic) -> None:
        if topic.position is None:
            topic.reached(0)
        room, payloads = await self._pool.run(self._code, self._look)
        why = OUTSIDE if room is None else why_over(room)
        if room is None or why:
            raise Ended(Event.of("closed", told(Kind.MISSING, why)))
        self._outside.let_go(topic)
        if payloads is None:
            return
        for name in [name for name in topic.latest if name.startswith(CURVE) and name not in payloads]:
            del topic.latest[name]  # else whoever comes next would be told of a curve that is gone
        for name, payload in payloads.items():
            topic.publish(Event.of(name, payload))

    def _look(self) -> tuple[Room | None, Mapping[str, Mapping[str, Any]] | None]:
        """The room, and all events; None while there is nothing to look at."""
        store = self._get_store()
        room = store.room(self._code)
        self._outside.look(store, room)
        if room is None or time.monotonic() < self._next_look:
            return room, None
        experiment = store.experiment(room.id)
        if experiment is None:
            self._next_look = time.monotonic() + IDLE_SECONDS
            self._experiment, self._plan = None, None
            return room, {"wall": {"experiment": None, "runs": []}}
        if experiment.id != self._experiment:
            self._experiment, self._curves = experiment.id, {}
            try:
                self._plan = Plan.from_json(experiment.plan)
            except SettingsError:
                self._plan = None
        return room, {} if self._plan is None else self._payloads(store, experiment.id, self._plan)

    def _payloads(self, store: RunStore, number: int, plan: Plan) -> Mapping[str, Mapping[str, Any]]:
        there, end = store.variations(number), plan.base.end_step
        reached = {one.run_id: whole_parts(one.step, end) for one in there}
        grown = {run: parts for run, parts in reached.items() if parts > len(self._curves.get(run, ()))}
        fresh = store.parts_of_curves(grown, end) if grown else {}
        self._curves = {run: fresh[run] if run in fresh else self._curves.get(run, ()) for run in reached}
        curves = {
            f"{CURVE}{one.run_id}": curve_payload(one, place, plan, json.loads(one.chosen), self._curves[one.run_id])
            for place, one in enumerate(there, 1)
        }
        wall = wall_payload(number, standing({run: curve for run, curve in self._curves.items() if curve}))
        return curves | {"wall": wall | {"runs": list(reached)}}

    async def missed(self, after: int) -> Event | None:
        return None
