import asyncio
from typing import IO, Any

import pytest

from dashboard.serving.files import Files
from dashboard.serving.pools import Pool
from dashboard.serving.problems import Problem
from dashboard.serving.sending import Left
from tests.dashboard.serving.asking import body_of, request
from tests.dashboard.serving.test_topics import run_async


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
        second = await files.response(request("10.0.0.2"), "b", writer("b"), "b.csv")
        third = asyncio.create_task(files.response(request("10.0.0.3"), "c", writer("c"), "c.csv"))
        await asyncio.sleep(0.05)
        assert not third.done()  # two lie there already
        for response in responses:
            assert await body_of(response) == b"a" * 200_000
        assert await body_of(await asyncio.wait_for(third, 5)) == b"c" * 200_000
        assert await body_of(second) == b"b" * 200_000
        assert written == ["a", "b", "c"]
        pool.close()

    run_async(scenario())


def test_a_file_that_nobody_waits_for_any_more_is_not_written():
    async def scenario() -> None:
        pool, leaves, written = Pool("test", threads=1, waiting=10, places=3, share=1), asyncio.Event(), []
        files = Files(pool)

        def writer(name: str) -> Any:
            return lambda file: written.append(name) or file.write(b"x")

        first = await files.response(request(), "a", writer("a"), "a.csv")
        second = asyncio.create_task(files.response(request(leaves=leaves), "b", writer("b"), "b.csv"))
        await asyncio.sleep(0.02)
        assert not second.done()  # a client has one place
        other = await asyncio.wait_for(files.response(request("10.0.0.2"), "c", writer("c"), "c.csv"), 5)
        leaves.set()
        with pytest.raises(Left):
            await second
        assert await body_of(first) == await body_of(other) == b"x"
        assert await body_of(await files.response(request(), "d", writer("d"), "d.csv")) == b"x"
        assert written == ["a", "c", "d"]
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
