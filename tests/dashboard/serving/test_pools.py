import asyncio
import io
import threading
from collections import Counter
from typing import IO, Any

import pytest
from starlette.requests import Request

from dashboard.serving.files import Files
from dashboard.serving.kept import Kept
from dashboard.serving.pools import Pool, SharedWork
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import answered
from tests.dashboard.serving.test_topics import run_async


def request(path: str = "/api/runs/1/trace", client: str = "10.0.0.1", query: str = "") -> Request:
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": query.encode()}
    return Request({**scope, "client": (client, 1), "server": ("localhost", 80), "scheme": "http"})


async def body_of(response: Any) -> bytes:
    """What a response sends."""
    sent = io.BytesIO()

    async def send(message: Any) -> None:
        sent.write(message.get("body", b""))

    async def receive() -> Any:
        await asyncio.Event().wait()

    await response({"type": "http"}, receive, send)
    return sent.getvalue()


def test_who_wants_much_waits_behind_themselves():
    async def scenario() -> None:
        pool, order = Pool("test", threads=1, waiting=40), []

        async def one(client: str, number: int) -> None:
            await pool.run(client, lambda: order.append(f"{client}{number}"))

        gate = threading.Event()
        first = asyncio.create_task(pool.run("greedy", gate.wait))
        await asyncio.sleep(0)
        greedy = [asyncio.create_task(one("greedy", k)) for k in range(12)]
        await asyncio.sleep(0)
        modest = asyncio.create_task(one("modest", 0))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(first, *greedy, modest)
        assert order.index("modest0") <= 1
        assert [name for name in order if name != "modest0"] == [f"greedy{k}" for k in range(12)]
        pool.close()

    run_async(scenario())


def test_a_full_pool_says_that_it_is_busy_and_one_client_cannot_fill_it():
    async def scenario() -> None:
        pool, gate = Pool("test", threads=1, waiting=10), threading.Event()
        tasks = [asyncio.create_task(pool.run("greedy", gate.wait)) for _ in range(20)]
        await asyncio.sleep(0.01)
        refused = [task for task in tasks if task.done()]
        assert len(refused) == 20 - 1 - 5
        assert {task.exception().kind for task in refused} == {Kind.BUSY}  # type: ignore[union-attr]
        others = [asyncio.create_task(pool.run(f"client {k}", gate.wait)) for k in range(6)]
        await asyncio.sleep(0.01)
        assert [task.done() for task in others] == [False] * 5 + [True]  # then it is full
        gate.set()
        await asyncio.gather(*tasks, *others, return_exceptions=True)
        assert await pool.run("greedy", lambda: "again") == "again"
        pool.close()

    run_async(scenario())


def test_who_waits_and_leaves_gives_up_the_place():
    async def scenario() -> None:
        pool, gate = Pool("test", threads=1, waiting=10), threading.Event()
        first = asyncio.create_task(pool.run("a", gate.wait))
        await asyncio.sleep(0)
        leaving = [asyncio.create_task(pool.run("b", gate.wait)) for _ in range(5)]
        await asyncio.sleep(0)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        gate.set()
        await first
        assert await asyncio.wait_for(pool.run("c", lambda: 1), 5) == 1
        pool.close()

    run_async(scenario())


def test_forty_who_ask_the_same_at_once_are_answered_by_one_computation():
    async def scenario() -> None:
        pool, asked = Pool("test", threads=4, waiting=100), Counter[str]()
        gate = threading.Event()

        def answer(request: Request) -> bytes:
            asked[request.query_params["sequence"]] += 1
            gate.wait(5)
            return request.query_params["sequence"].encode()

        respond = answered(pool, answer)
        tasks = [asyncio.create_task(respond(request(query="sequence=maria"))) for _ in range(40)]
        other = asyncio.create_task(respond(request(query="sequence=anna")))
        await asyncio.sleep(0.05)
        gate.set()
        assert {response.body for response in await asyncio.gather(*tasks)} == {b"maria"}
        assert (await other).body == b"anna"
        assert asked == {"maria": 1, "anna": 1}
        await respond(request(query="sequence=maria"))  # later it is another question
        assert asked["maria"] == 2
        pool.close()

    run_async(scenario())


def test_what_nobody_expected_is_told_without_its_traceback_and_logged_with_it(caplog):
    def answer(_request: Request) -> bytes:
        raise ZeroDivisionError("inside")

    async def scenario() -> None:
        pool = Pool("test", threads=1, waiting=1)
        response = await answered(pool, answer)(request())
        assert response.status_code == 500
        assert b'"kind":"unexpected"' in response.body
        assert b"inside" not in response.body
        pool.close()

    run_async(scenario())
    assert "ZeroDivisionError" in caplog.text


def test_a_failure_is_shared_too_and_the_next_attempt_is_made_anew():
    async def scenario() -> None:
        shared, attempts = SharedWork(), []

        async def work() -> int:
            attempts.append(1)
            await asyncio.sleep(0)
            if len(attempts) == 1:
                raise Problem("not now", Kind.BUSY)
            return 5

        both = await asyncio.gather(shared.join(1, work), shared.join(1, work), return_exceptions=True)
        assert [type(one) for one in both] == [Problem, Problem]
        assert await shared.join(1, work) == 5

    run_async(scenario())


def test_one_file_is_written_for_all_who_want_it_and_few_lie_on_the_disk_at_once():
    async def scenario() -> None:
        pool = Pool("test", threads=1, waiting=10, places=2)
        files, written = Files(pool), []

        def writer(name: str) -> Any:
            def write(file: IO[bytes]) -> None:
                written.append(name)
                file.write(name.encode() * 200_000)

            return write

        same = [asyncio.create_task(files.response(request(), "a", writer("a"), "a.csv")) for _ in range(5)]
        responses = await asyncio.gather(*same)
        second = await files.response(request(), "b", writer("b"), "b.csv")
        third = asyncio.create_task(files.response(request(), "c", writer("c"), "c.csv"))
        await asyncio.sleep(0.05)
        assert not third.done()  # two lie there already
        for response in responses:
            assert await body_of(response) == b"a" * 200_000
        assert await body_of(await asyncio.wait_for(third, 5)) == b"c" * 200_000
        assert await body_of(second) == b"b" * 200_000
        assert written == ["a", "b", "c"]
        pool.close()

    run_async(scenario())


def test_a_file_that_cannot_be_written_is_explained_and_gives_its_place_back():
    async def scenario() -> None:
        pool = Pool("test", threads=1, waiting=10, places=1)
        files = Files(pool)

        def full(_file: IO[bytes]) -> None:
            raise OSError(28, "No space left on device")

        for _ in range(2):
            with pytest.raises(Problem, match="no room for the file \\(No space left"):
                await files.response(request(), "a", full, "a.csv")
        write = lambda file: file.write(b"yes")  # noqa: E731
        good = await files.response(request(), "a", write, "a.csv")  # type: ignore[arg-type]
        assert await body_of(good) == b"yes"
        pool.close()

    run_async(scenario())


def test_answers_are_kept_up_to_so_many_bytes():
    kept: Kept[str] = Kept(100)
    made: list[str] = []

    def make(name: str, size: int) -> bytes:
        made.append(name)
        return bytes(size)

    for name, size in (("a", 40), ("b", 40), ("a", 40), ("c", 40), ("a", 40), ("b", 40), ("d", 101), ("d", 101)):
        assert len(kept.get(name, lambda name=name, size=size: make(name, size))) == size  # type: ignore[misc]
    assert made == ["a", "b", "c", "b", "d", "d"]
