"""What a class needs: two app servers on one PostgreSQL behind nginx, and so many students with a page open.

``python -m tests.benchmarks.school 40 200``, against this machine alone. Each student is a session of Streamlit's with
the Train page run in it, and a connection of live data, both through the proxy; browsers are not opened.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from lstm_engine.runs import PRESETS, RunStore
from tests.benchmarks.crowd import delay, start
from tests.benchmarks.table import print_table
from tests.browser.school import COOKIE_SECRET, TOKEN, School, nginx
from tests.browser.server import AppServer
from tests.browser.test_school import first_page

PORT = 8839
SECONDS, SETTLING = 20.0, 5.0
AT_ONCE = 8  # that come at the same time, as people do
TICKS = os.sysconf("SC_CLK_TCK")


def memory_of(server: AppServer) -> float:
    """Megabytes of a server's own process, as it holds them now."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def busy_seconds(server: AppServer) -> float:
    """Of a processor that a server's own process has used."""
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def said(message: str | bytes) -> str | None:
    """What a message of a page's connection is about."""
    return ForwardMsg.FromString(message).WhichOneof("type")  # type: ignore[arg-type]


class Student:
    """A page that is open, without a browser."""

    def __init__(self, school: School, run_id: int, heard: list[tuple[int, int, float]]):
        self.school, self.run_id, self.heard = school, run_id, heard
        self.lines: list[ClientConnection] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self) -> float:
        """Open the page; how long it took until its script had run."""
        began = time.monotonic()
        cookie = await asyncio.to_thread(first_page, self.school)
        address = self.school.url.replace("http", "ws")
        headers: Any = {"Cookie": cookie}
        page = await connect(
            f"{address}/_stcore/stream",
            additional_headers=headers,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
        )
        assert page.response is not None
        headers = {"Cookie": f"{cookie}; {page.response.headers['Set-Cookie'].partition(';')[0]}"}
        state = ClientState(query_string=f"run={self.run_id}", page_name="train")
        await page.send(BackMsg(rerun_script=state).SerializeToString())
        while said(await page.recv()) != "script_finished":
            continue
        seconds = time.monotonic() - began
        live = await connect(f"{address}/api/live", additional_headers=headers, max_size=None, compression=None)
        await live.send(json.dumps({"listen": f"run/{self.run_id}", "after": 0, "as": 1}))
        self.lines = [page, live]
        self.tasks = [asyncio.create_task(self.read(page)), asyncio.create_task(self.listen(live))]
        return seconds

    async def read(self, line: ClientConnection) -> None:
        async for _ in line:
            continue
        raise ConnectionError("a session was dropped")

    async def listen(self, line: ClientConnection) -> None:
        last = None
        async for frame in line:
            for event in json.loads(frame):
                if event["name"] == "metrics":
                    if last is not None:
                        self.heard.append((last, event["id"], time.time()))
                    last = event["id"]
        raise ConnectionError("a listener was dropped")

    async def go(self) -> int:
        """Close the page; how many of its connections had been dropped before."""
        dropped = sum(task.done() for task in self.tasks)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for line in self.lines:
            await line.close()
        return dropped


async def class_row(school: School, store: RunStore, number: int) -> list[str]:
    """What so many students take."""
    run = store.create(replace(PRESETS["classroom"], end_step=100_000), start=False)
    heard: list[tuple[int, int, float]] = []
    students = [Student(school, run.id, heard) for _ in range(number)]
    servers = school.servers.values()
    before = sum(map(memory_of, servers))
    came: list[float] = []
    for first in range(0, number, AT_ONCE):
        came += await asyncio.gather(*(student.come() for student in students[first : first + AT_ONCE]))
    store.start(run.id)
    while store.get(run.id).step < 100:
        await asyncio.sleep(0.1)
    await asyncio.sleep(SETTLING)
    heard.clear()
    busy, began = sum(map(busy_seconds, servers)), time.monotonic()
    here = [sys.executable, "-m", "tests.benchmarks.crowd", "clock", school.database_url, str(run.id), str(SECONDS)]
    clock = start(here)
    out, _ = await asyncio.to_thread(clock.communicate)
    times = {int(step): at for step, at in json.loads(out).items()}
    busy, seconds = sum(map(busy_seconds, servers)) - busy, time.monotonic() - began
    grown = sum(map(memory_of, servers)) - before
    rate = (len(times) - 1) / (max(times.values()) - min(times.values()))
    dropped = sum([await student.go() for student in students])
    store.stop(run.id)
    return [
        str(number),
        f"{grown:.0f} MB",
        f"{grown / number:.2f} MB" if number else "–",
        f"{100 * busy / seconds:.0f} %",
        delay(heard, times),
        f"{sorted(came)[int(0.95 * len(came))]:.2f} s" if came else "–",
        f"{rate:.0f}",
        str(dropped),
    ]


def main(numbers: list[int]) -> None:
    if nginx() is None:
        sys.exit("nginx is missing: apt-get install nginx")
    os.environ |= {
        "LSTM_MODE": "shared",
        "LSTM_METRICS_TOKEN": TOKEN,
        "LSTM_PROCESSES": "1",
        "STREAMLIT_SERVER_COOKIE_SECRET": COOKIE_SECRET,
        "FORWARDED_ALLOW_IPS": "127.0.0.1",
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        school = School(Path(folder), PORT)
        try:
            with RunStore(school.database_url) as store, ThreadPoolExecutor(1) as executor:
                print(f"fresh servers: {[round(memory_of(server)) for server in school.servers.values()]} MB each")
                for number in [1, *numbers]:  # the first page loads what all later ones share
                    rows.append(executor.submit(asyncio.run, class_row(school, store, number)).result())
                print(f"after all have gone: {[round(memory_of(s)) for s in school.servers.values()]} MB each")
        finally:
            school.stop()
    head = ["students", "memory, both", "a student", "processor, both", "step to listener, p95", "page, p95", "steps/s"]
    print_table("A class on two servers", [*head, "dropped"], rows)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [40, 200])
