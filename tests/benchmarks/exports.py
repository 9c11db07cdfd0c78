"""The largest files and traces asked for at once: how far the server's memory grows, how long another visitor waits."""

import asyncio
import http.client
import os
import socket
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from dashboard.views.step.messages import MOST_VALUES, planes_of
from lstm_engine.runs import PRESETS, RunStore
from tests.benchmarks.table import print_table
from tests.browser.server import AppServer

FILES = 12
KINDS = ("parquet", "csv", "npz")
UNITS, LAYERS, MOST_LAYERS = 512, 1, 4
GREEDY = "127.0.0.2"  # whence one visitor asks for much; the other one is at 127.0.0.1
WAYS = ("read", "left at once", "never read")
SECONDS = 20.0  # that the other visitor is watched for
LONGEST = MOST_VALUES // (planes_of("standard") * UNITS * LAYERS)  # letters of which a trace may be had


def memory(process: int) -> float:
    """What a process and all that it started hold, in GB."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(folder.name))
    pages, wanted = 0, [process]
    while wanted:
        one = wanted.pop()
        wanted += children.get(one, [])
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9


def fetch(url: str) -> tuple[int, float]:
    """How many bytes an answer has, and how long it took; they are read and let go."""
    started, size = time.perf_counter(), 0
    with urllib.request.urlopen(url, timeout=900) as response:
        while piece := response.read(2**18):
            size += len(piece)
    return size, time.perf_counter() - started


class Watch:
    """How far the memory of a server grows, and how long another visitor's small questions take, until told to stop."""

    def __init__(self, server: AppServer, small: int):
        assert server.process is not None
        self._url, self._process, self._small = server.url, server.process.pid, small
        self.before = self.most = memory(self._process)
        self.waits: list[float] = []
        self._done = asyncio.Event()
        self._tasks = [asyncio.create_task(self._weigh()), asyncio.create_task(self._step())]

    async def _weigh(self) -> None:
        while not self._done.is_set():
            self.most = max(self.most, await asyncio.to_thread(memory, self._process))
            await asyncio.sleep(0.05)

    async def _step(self) -> None:
        number = 0
        while not self._done.is_set():
            number += 1
            url = f"{self._url}/api/runs/{self._small}/trace?sequence={'ab' * (1 + number % 400)}"
            self.waits.append((await asyncio.to_thread(fetch, url))[1])
            await asyncio.sleep(0.2)

    async def stop(self) -> list[str]:
        """Stop; what was seen, as cells of a table."""
        self._done.set()
        await asyncio.gather(*self._tasks)
        return [
            f"{self.before:.2f} GB",
            f"{self.most:.2f} GB",
            f"{statistics.median(self.waits):.2f} s",
            f"{max(self.waits):.2f} s",
        ]


async def measure(server: AppServer, large: int, small: int, kind: str) -> list[str]:
    """One row: so many different files of one kind at once, while another visitor goes on stepping."""
    watch = Watch(server, small)
    urls = [
        f"{server.url}/api/runs/{large}/trace.{kind}?sequence={chr(97 + k) + 'a' * (LONGEST - 2)}" for k in range(FILES)
    ]
    found = await asyncio.gather(*(asyncio.to_thread(fetch, url) for url in urls))
    seen = await watch.stop()
    return [kind, f"{sum(size for size, _ in found) / 1e6:,.0f} MB", f"{max(took for _, took in found):.0f} s", *seen]


def largest(server: AppServer, run: int, number: int, way: str) -> int:
    """Ask for one of the largest traces in that way; how many of its bytes came."""
    path = f"/api/runs/{run}/trace?sequence={chr(97 + number) + way[0] + 'a' * (LONGEST // MOST_LAYERS - 3)}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=900, source_address=(GREEDY, 0))
    connection.connect()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096 if way == "never read" else 2**20)
    connection.request("GET", path)
    size = 0
    if way == "read":
        response = connection.getresponse()
        assert response.status == 200, response.read()
        while piece := response.read(2**18):
            size += len(piece)
    else:
        time.sleep(0.5 if way == "left at once" else SECONDS)
    connection.close()
    return size


async def measure_traces(server: AppServer, large: int, small: int, way: str) -> list[str]:
    """One row: so many of the largest traces asked for by one visitor; who leaves has left when the watch begins."""
    loop, threads = asyncio.get_running_loop(), ThreadPoolExecutor(FILES)  # of their own: the watch needs some, too
    asking = [loop.run_in_executor(threads, largest, server, large, k, way) for k in range(FILES)]
    if way == "left at once":
        await asyncio.gather(*asking)
    watch, started = Watch(server, small), time.perf_counter()
    sizes = await asyncio.gather(*asking)
    took = time.perf_counter() - started
    await asyncio.sleep(max(0.0, SECONDS - took) if way != "read" else 0.0)
    return [way, f"{sum(sizes) / 1e6:,.0f} MB", f"{took:.0f} s" if way == "read" else "", *await watch.stop()]


def main(kinds: Sequence[str] = (*KINDS, *WAYS)) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = AppServer(Path(folder))
        with RunStore(server.database_url) as store:
            wide = replace(PRESETS["classroom"], hidden_size=UNITS, num_layers=LAYERS, batch_size=8)
            large = store.create(wide, "large", start=False)
            deep = store.create(replace(wide, num_layers=MOST_LAYERS), "largest", start=False)
            small = store.create(PRESETS["classroom"], "another visitor's", start=False)
        server.start()
        files = [asyncio.run(measure(server, large.id, small.id, kind)) for kind in kinds if kind in KINDS]
        traces = [asyncio.run(measure_traces(server, deep.id, small.id, way)) for way in kinds if way in WAYS]
        server.stop()
    seen = ["last one came after", "memory before", "at most", "another's step, median", "worst"]
    if files:
        title = f"{FILES} different files at once, {LONGEST:,} letters on {UNITS} units and {LAYERS} layer"
        print_table(title, ["kind", "all files", *seen], files)
    if traces:
        title = f"{FILES} different traces at once from one address, {UNITS} units and {MOST_LAYERS} layers"
        print_table(title, ["what became of them", "all traces", *seen], traces)


if __name__ == "__main__":
    main(sys.argv[1:] or (*KINDS, *WAYS))
