"""The largest files asked for at once: how far the server's memory grows, and how long another visitor waits."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dashboard.views.step.messages import MOST_VALUES, PLANES
from lstm_engine.runs import PRESETS, RunStore
from tests.benchmarks.table import print_table
from tests.browser.server import AppServer

FILES = 12
KINDS = ("parquet", "csv", "npz")
UNITS, LAYERS = 512, 1
LONGEST = MOST_VALUES // (PLANES * UNITS * LAYERS)  # letters of which a trace may be had


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


async def measure(server: AppServer, large: int, small: int, kind: str) -> list[str]:
    """One row: so many different files of one kind at once, while another visitor goes on stepping."""
    assert server.process is not None
    most, waits, done = memory(server.process.pid), [], asyncio.Event()
    before = most

    async def watch() -> None:
        nonlocal most
        while not done.is_set():
            most = max(most, await asyncio.to_thread(memory, server.process.pid))  # type: ignore[union-attr]
            await asyncio.sleep(0.05)

    async def step() -> None:
        number = 0
        while not done.is_set():
            number += 1
            url = f"{server.url}/api/runs/{small}/trace?sequence={'ab' * (1 + number % 400)}"
            waits.append((await asyncio.to_thread(fetch, url))[1])
            await asyncio.sleep(0.2)

    others = [asyncio.create_task(watch()), asyncio.create_task(step())]
    urls = [
        f"{server.url}/api/runs/{large}/trace.{kind}?sequence={chr(97 + k) + 'a' * (LONGEST - 2)}" for k in range(FILES)
    ]
    found = await asyncio.gather(*(asyncio.to_thread(fetch, url) for url in urls))
    done.set()
    await asyncio.gather(*others)
    return [
        kind,
        f"{sum(size for size, _ in found) / 1e6:,.0f} MB",
        f"{max(took for _, took in found):.0f} s",
        f"{before:.2f} GB",
        f"{most:.2f} GB",
        f"{statistics.median(waits):.2f} s",
        f"{max(waits):.2f} s",
    ]


def main(kinds: Sequence[str] = KINDS) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = AppServer(Path(folder))
        with RunStore(server.database_url) as store:
            sizes = {"hidden_size": UNITS, "num_layers": LAYERS, "batch_size": 8}
            large = store.create(replace(PRESETS["classroom"], **sizes), "large", start=False)  # type: ignore[arg-type]
            small = store.create(PRESETS["classroom"], "another visitor's", start=False)
        server.start()
        rows = [asyncio.run(measure(server, large.id, small.id, kind)) for kind in kinds]
        server.stop()
    print_table(
        f"{FILES} different files at once, {LONGEST:,} letters on {UNITS} units and {LAYERS} layer",
        ["kind", "all files", "last one came after", "memory before", "at most", "another's step, median", "worst"],
        rows,
    )


if __name__ == "__main__":
    main(sys.argv[1:] or KINDS)
