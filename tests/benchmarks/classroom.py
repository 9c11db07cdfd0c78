"""A class in one room that follows its teacher while a run trains: what it costs, and where it ends.

``python -m tests.benchmarks.classroom 30 200`` measures so many students one after the other, on fresh servers of their
own on this machine; ``--servers 2`` with the teacher at one and the students at the other, on one PostgreSQL. Eight of
the students and the teacher are real pages in Chromium, the others sessions without a browser (see ``students``), and
all of them share the processors with the server. ``--at http://127.0.0.1:8501`` is a server that runs already.
"""

import argparse
import math
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboard.views.classroom.questions.payloads import vote_for_teacher
from lstm_engine.runs import PRESETS, RunStore
from lstm_engine.runs.rooms import Room
from tests.benchmarks.processor import KINDS, shares, spent
from tests.benchmarks.school import memory_of
from tests.benchmarks.students import Crowd, Heard, check_loopback, delays, timestep_of
from tests.benchmarks.table import print_table
from tests.browser import chromium
from tests.browser.school import SchoolServer
from tests.browser.server import AppServer
from tests.postgres import PostgresServer

PAGES = 8
SETTLING, ALONE = 5.0, 8.0  # s
TEXT = "step inside a cell and see every gate while it learns"  # a step a second lasts so long, and begins anew
LIMITS = "seats=5000 joins=9999 all_joins=99999 address_pages=5000 all_pages=9000 pages=50 address_requests=999999"

# when each timestep was on the screen: the frame after the strip said that it has moved
WATCH = """() => {
  const host = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".strip"));
  const at = () => Number(host.shadowRoot.querySelector(".strip [aria-current]")?.dataset.timestep);
  let last = at();
  window.seen = [];
  new MutationObserver(() => {
    const timestep = at();
    if (timestep === last) return;
    last = timestep;
    requestAnimationFrame(() => window.seen.push([timestep, (Date.now() + 1000 / 60) / 1000]));
  }).observe(host.shadowRoot, { subtree: true, attributes: true, childList: true });
}"""
KEYS = """() => {
  window.keys = [];
  addEventListener("keydown", () => window.keys.push(Date.now() / 1000), true);
}"""
ANSWER = """() => new Promise((done) => {
  const look = () => {
    const choices = document.querySelectorAll(".q-choice");
    if (!choices.length) return void setTimeout(look, 20);
    setTimeout(() => { choices[1].click(); done(); }, 1000 * Math.random());
  };
  look();
})"""


@dataclass
class Lesson:
    """One room that was opened for measuring.

    Attributes:
        teachers, students: addresses of servers. store: theirs. processes: those whose memory is known.
    """

    teachers: str
    students: str
    store: RunStore
    processes: list[AppServer]
    browser: Browser
    seconds: float
    pages: int

    def open(self) -> None:
        """A run that trains at full speed, and a teacher's page that leads the room to it."""
        self.run = self.store.create(replace(PRESETS["classroom"], end_step=1_000_000, pace=0.0), "Class", start=False)
        self.teacher = self.page(f"{self.teachers}/classroom")
        self.teacher.get_by_role("button", name="Open a room").click()
        self.code = self.teacher.locator(".classroom .code").inner_text()
        self.store.start(self.run.id)
        while self.store.get(self.run.id).step < 300:
            time.sleep(0.05)

    def page(self, url: str, width: int = 1440) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(url)
        return page

    def lead(self) -> None:
        self.teacher.goto(f"{self.teachers}/step?run={self.run.id}&sequence={TEXT.replace(' ', '+')}&timestep=1")
        self.teacher.wait_for_selector(".strip button")
        self.teacher.locator(".room-words", has_text="You lead").wait_for()
        for pressed, reached in (("ArrowRight", 1), ("Home", 0)):
            while timestep_of(self.room.place) != reached:
                self.teacher.keyboard.press("Home" if reached == 1 else pressed)
                self.teacher.keyboard.press(pressed)
                self.teacher.wait_for_timeout(500)

    @property
    def room(self) -> Room:
        room = self.store.room(self.code.replace("-", ""))
        assert room is not None
        return room

    def follow(self, number: int) -> Page:
        """A real page, every second one a phone's, in the room and where the class is."""
        page = self.page(f"{self.students}/classroom?room={self.code}", (1440, 390)[number % 2])
        page.get_by_label("Your nickname").fill(f"Page {number}")
        page.get_by_role("button", name="Join", exact=True).click()
        page.wait_for_selector(".strip button")
        return page

    def rate(self, seconds: float) -> float:
        """Steps a second that the run trains."""
        first, began = self.store.get(self.run.id).step, time.monotonic()
        time.sleep(seconds)
        return (self.store.get(self.run.id).step - first) / (time.monotonic() - began)

    def used(self) -> Counter[str]:
        return spent(server.process.pid for server in self.processes if server.process)

    def memory(self) -> float:
        return sum(map(memory_of, self.processes))

    def row(self, crowd: Crowd, count: int) -> list[str]:
        """So many students, all of whom come, follow, answer and go."""
        alone = self.rate(ALONE)
        say(f"{count} students come; alone, the run trains {alone:.0f} steps/s")
        self.lead()
        before = self.memory()
        took = crowd.come(self.students, max(0, count - self.pages), self.code.replace("-", ""), self.run.id)
        held = self.memory() - before
        pages = [self.follow(number) for number in range(min(self.pages, count))]
        say("all are in and follow")
        time.sleep(SETTLING)
        for page in pages:
            page.evaluate(WATCH)
        self.teacher.evaluate(KEYS)
        crowd.heard.places.clear()
        used, first, began = self.used(), self.store.get(self.run.id).step, time.monotonic()
        timesteps = []
        for number in range(round(self.seconds)):
            at_end = (number + 1) % len(TEXT) == 0
            self.teacher.keyboard.press("Home" if at_end else "ArrowRight")
            timesteps.append((number + 1) % len(TEXT))
            self.teacher.wait_for_timeout(1000 * max(0.0, began + number + 1 - time.monotonic()))
        seconds = time.monotonic() - began
        watched = (self.store.get(self.run.id).step - first) / seconds
        processor = shares(used, self.used(), seconds)
        time.sleep(SETTLING)  # in which the last steps come
        steps = list(zip(timesteps, self.teacher.evaluate("window.keys"), strict=True))
        told = by_student(crowd.heard)
        heard = [delay for seen in told.values() for delay in delays(steps, seen, len(TEXT))]
        heard += [math.inf] * ((len(crowd.students) - len(told)) * len(steps))
        shown = [
            delay
            for page in pages
            for delay in delays(steps, [tuple(s) for s in page.evaluate("window.seen")], len(TEXT))
        ]
        say(f"told: {in_milliseconds(heard)} ms; shown: {in_milliseconds(shown)} ms; {watched:.0f} steps/s")
        vote = self.vote(crowd, pages, count)
        dropped = crowd.go()
        for page in pages:
            page.context.close()
        alone = (alone + self.rate(ALONE)) / 2
        return [
            str(count),
            in_milliseconds(heard),
            in_milliseconds(shown),
            f"{sorted(took)[int(0.95 * len(took))]:.1f} s" if took else "–",
            *vote,
            f"{held / len(took):.2f} MB" if took and self.processes else "–",
            processor,
            f"{watched:.0f} of {alone:.0f} ({watched / alone:.2f})",
            str(dropped),
        ]

    def vote(self, crowd: Crowd, pages: list[Page], count: int) -> list[str]:
        """A question: until the teacher's screen counts all, and whether the count is right."""
        pages_answer = ANSWER.replace("new Promise", "void new Promise")
        for page in pages:
            page.evaluate(pages_answer)
        self.teacher.get_by_role("button", name="Ask", exact=True).click()
        self.teacher.get_by_role("button", name="What will this gate do at the next symbol?").click()
        began = time.monotonic()
        expect(self.teacher.locator(".q-count")).to_have_text(f"{count} of {count} have answered.", timeout=60_000)
        seconds = time.monotonic() - began
        made = vote_for_teacher(self.store, self.room)["turns"][0]["made"]
        said = Counter(crowd.heard.said.values())
        said[1] += len(pages)
        exact = made == [said[choice] for choice in range(len(made))]
        self.teacher.get_by_role("button", name="Done", exact=True).click()
        slowest = f"{max(crowd.heard.answered):.2f} s" if crowd.heard.answered else "–"
        return [f"{seconds:.2f} s", slowest, "exact" if exact else f"{made}, not {dict(said)}"]

    def waves(self, crowd: Crowd, count: int, number: int) -> list[str]:
        """So many come and go, again and again; megabytes of the servers' processes after each."""
        found = [f"{self.memory():.0f} MB"]
        for _ in range(number):
            crowd.come(self.students, count, self.code.replace("-", ""), self.run.id)
            within = self.memory()
            crowd.go()
            time.sleep(SETTLING)
            found.append(f"{within:.0f} → {self.memory():.0f} MB")
            say(f"a wave of {count}: {found[-1]}")
        return found


def say(text: str) -> None:
    """How far it is, for whoever waits."""
    print(f"{time.strftime('%X')} {text}", file=sys.stderr, flush=True)


def by_student(heard: Heard) -> dict[int, list[tuple[int, float]]]:
    """What each student heard, in order."""
    found: dict[int, list[tuple[int, float]]] = {}
    for student, timestep, when in heard.places:
        found.setdefault(student, []).append((timestep, when))
    return found


def in_milliseconds(seconds: list[float]) -> str:
    """The median, the 95th percentile and the worst of them; what never came is infinite."""
    if not seconds:
        return "–"
    found = np.quantile(seconds, [0.5, 0.95, 1.0], method="lower")
    return ", ".join("never" if math.isinf(one) else f"{1000 * one:.0f}" for one in found)


@contextmanager
def served(servers: int) -> Iterator[list[AppServer]]:
    """Fresh servers; several on one PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if servers == 1:
            made: list[AppServer] = [AppServer(Path(folder))]
        else:
            postgres = PostgresServer()
            stack.callback(postgres.stop)
            url = postgres.new_database()
            RunStore(url).close()
            made = [SchoolServer(Path(folder) / f"app{number}", url) for number in range(servers)]
        for server in made:
            server.start()
            stack.callback(server.stop, kill=True)
        yield made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("students", type=int, nargs="*", default=[30, 200])
    parser.add_argument("--seconds", type=float, default=30.0, help="that the teacher leads, a step each")
    parser.add_argument("--pages", type=int, default=PAGES, help="real pages among the students")
    parser.add_argument("--waves", type=int, default=0, help="after that, as many come and go so often")
    parser.add_argument("--servers", type=int, default=1, choices=(1, 2))
    parser.add_argument("--at", type=check_loopback, help="a server that runs already; needs --database")
    parser.add_argument("--database", help="its LSTM_DATABASE_URL")
    asked = parser.parse_args()
    if asked.at and not asked.database:
        parser.error("--at needs --database, where its runs stand")
    os.environ |= {"LSTM_MODE": "shared", "LSTM_PROCESSES": "1", "LSTM_VISITOR_LIMITS": LIMITS}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and with it the servers
    rows, waves = [], []
    crowd = Crowd()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(bare=False), args=chromium.FLAGS)
        for count in asked.students:
            with ExitStack() as stack:
                servers = [] if asked.at else stack.enter_context(served(asked.servers))
                teachers, students = [asked.at] * 2 if asked.at else [servers[0].url, servers[-1].url]
                store = stack.enter_context(RunStore(asked.database or servers[0].database_url))
                lesson = Lesson(teachers, students, store, servers, browser, asked.seconds, asked.pages)
                lesson.open()
                rows.append(lesson.row(crowd, count))
                if asked.waves and servers:
                    waves.append([str(count), *lesson.waves(crowd, count, asked.waves)])
                store.stop(lesson.run.id)
                lesson.teacher.context.close()
        browser.close()
    head = ["students", "step to told, ms", "step to screen, ms", "in, p95", "all counted", "slowest answer", "count"]
    head += ["a session", f"% of a core: {', '.join(KINDS)}", "steps/s", "dropped"]
    print_table("A class in one room (delays: median, p95, worst)", head, rows)
    if waves:
        print_table(
            "Memory after each wave", ["students", "before", *(f"wave {n + 1}" for n in range(asked.waves))], waves
        )


if __name__ == "__main__":
    main()
