import asyncio
import threading
from collections import Counter

from starlette.requests import Request

from dashboard.serving.kept import Kept
from dashboard.serving.pools import Pool, SharedWork
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import LargeAnswers, answered
from tests.dashboard.serving.asking import body_of, request
from tests.dashboard.serving.test_topics import run_async


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


def test_one_client_never_holds_all_places():
    async def scenario() -> None:
        pool, gate = Pool("test", threads=3, waiting=40), threading.Event()
        greedy = [asyncio.create_task(pool.run("greedy", gate.wait)) for _ in range(12)]
        await asyncio.sleep(0.01)
        for number in range(3):
            assert await asyncio.wait_for(pool.run("modest", lambda number=number: number), 5) == number
        gate.set()
        await asyncio.gather(*greedy)
        pool.close()

    run_async(scenario())


def test_what_nobody_waits_for_any_more_is_not_begun():
    async def scenario() -> None:
        pool, gate, begun = Pool("test", threads=1, waiting=40), threading.Event(), []

        def answer(request: Request) -> bytes:
            begun.append(request.query_params["sequence"])
            gate.wait(5)
            return b"yes"

        respond, leaves = answered(pool, answer), asyncio.Event()
        asks = [respond(request("greedy", f"sequence={k}", leaves)) for k in (0, 1, 2, 3, 1, 2, 3)]
        tasks = [asyncio.create_task(ask) for ask in asks]
        stays = asyncio.create_task(respond(request("modest", "sequence=3")))
        await asyncio.sleep(0.02)
        leaves.set()
        assert {(await task).status_code for task in tasks} == {499}
        next_one = asyncio.create_task(pool.run("next", lambda: begun.append("next")))
        await asyncio.sleep(0.02)
        assert begun == ["0"]  # what runs cannot be stopped, and keeps its place until it ends
        gate.set()
        assert await body_of(await stays) == b"yes"
        await next_one
        assert sorted(begun) == ["0", "3", "next"]  # 3 is still waited for
        pool.close()

    run_async(scenario())


def test_large_answers_have_a_lane_of_their_own_and_few_lie_in_memory_until_they_are_sent():
    async def scenario() -> None:
        small, gate = Pool("small", threads=1, waiting=10), threading.Event()
        pool, made = Pool("large", threads=1, waiting=10, places=3, share=2), []

        def answer(request: Request) -> bytes:
            name = request.query_params["sequence"]
            if name.startswith("large"):
                gate.wait(5)
            made.append(name)
            return name.encode() * 100_000

        large = LargeAnswers(pool, lambda request: request.query_params["sequence"].startswith("large"))
        respond, leaves = answered(small, answer, large), asyncio.Event()
        asks = [respond(request("greedy", f"sequence=large{k}", leaves if k > 2 else None)) for k in (0, 1, 1, 2, 3, 4)]
        tasks = [asyncio.create_task(ask) for ask in asks]
        await asyncio.sleep(0.02)
        assert await body_of(await respond(request("modest", "sequence=small"))) == b"small" * 100_000
        leaves.set()
        gate.set()
        first, *shared = [await task for task in tasks[:3]]
        await respond(request("modest", "sequence=large9"))
        await asyncio.gather(*tasks[4:])
        assert made == ["small", "large0", "large1", "large9"]
        assert not tasks[3].done()  # two of this client's lie there already
        for response in shared:
            assert await body_of(response) == b"large1" * 100_000
        assert await body_of(await asyncio.wait_for(tasks[3], 5)) == b"large2" * 100_000
        assert await body_of(first) == b"large0" * 100_000
        pool.close()
        small.close()

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
        assert {await body_of(response) for response in await asyncio.gather(*tasks)} == {b"maria"}
        assert await body_of(await other) == b"anna"
        assert asked == {"maria": 1, "anna": 1}
        await respond(request(query="sequence=maria"))  # later it is another question
        assert asked["maria"] == 2
        pool.close()

    run_async(scenario())


def test_a_question_is_read_once_and_shared_by_what_it_asks_and_not_by_how_it_is_written():
    async def scenario() -> None:
        pool, gate = Pool("test", threads=4, waiting=100), threading.Event()
        reads, answers = [], []

        def read(request: Request) -> float:
            reads.append(request.query_params["timestep"])
            return float(reads[-1])

        def answer(asked: float) -> bytes:
            answers.append(asked)
            gate.wait(5)
            return str(asked).encode()

        large = LargeAnswers(pool, lambda asked: asked > 9)
        respond = answered(pool, answer, large, read)
        asks = [respond(request(query=f"timestep={text}")) for text in ("1", "1.0", "10")]
        tasks = [asyncio.create_task(ask) for ask in asks]
        await asyncio.sleep(0.05)
        gate.set()
        assert [await body_of(await task) for task in tasks] == [b"1.0", b"1.0", b"10.0"]
        assert sorted(reads) == ["1", "1.0", "10"]
        assert sorted(answers) == [1, 10]
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


def test_answers_are_kept_up_to_so_many_bytes():
    kept: Kept[str] = Kept(100)
    made: list[str] = []

    def make(name: str, size: int) -> bytes:
        made.append(name)
        return bytes(size)

    for name, size in (("a", 40), ("b", 40), ("a", 40), ("c", 40), ("a", 40), ("b", 40), ("d", 101), ("d", 101)):
        assert len(kept.get(name, lambda name=name, size=size: make(name, size))) == size  # type: ignore[misc]
    assert made == ["a", "b", "c", "b", "d", "d"]
