"""What takes long to make and much room: made once for all who ask, and kept until the last of them has it."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from dashboard.serving.pools import Pool

Thing = TypeVar("Thing")


class Loan(Generic[Thing]):
    """One thing and those who use it."""

    def __init__(self) -> None:
        self.users = 0
        self.begun = False
        self.unused = asyncio.Event()
        self.made: asyncio.Future[Thing] = asyncio.get_running_loop().create_future()
        self.keeper: asyncio.Task[None] | None = None


class Lending(Generic[Thing]):
    """Things that are being made or used, each at a place of the pool.

    Args:
        pool: of the threads that make them, and of the places of things there are at once.
        let_go: called with what nobody uses any more.
    """

    def __init__(self, pool: Pool, let_go: Callable[[Thing], object] = lambda _thing: None):
        self._pool, self._let_go = pool, let_go
        self._loans: dict[Hashable, Loan[Thing]] = {}

    async def take(self, key: Hashable, client: str, make: Callable[[], Thing]) -> tuple[Thing, Callable[[], None]]:
        """The thing that ``make`` makes, and what to call once it is not used any more.

        Args:
            key: says what it is.

        Raises:
            EngineError: what ``make`` refuses, or too many are asked for.
        """
        loan = self._loans.get(key)
        if loan is None:
            loan = self._loans[key] = Loan()
            loan.keeper = asyncio.create_task(self._keep(key, loan, client, make))
        loan.users += 1
        try:
            thing = await asyncio.shield(loan.made)
        except BaseException:
            self._leave(key, loan)
            raise
        return thing, lambda: self._leave(key, loan)

    async def _keep(self, key: Hashable, loan: Loan[Thing], client: str, make: Callable[[], Thing]) -> None:
        """Make the thing, and keep it until nobody uses it any more."""

        def make_if_wanted() -> Thing | None:
            return None if loan.unused.is_set() else make()

        try:
            async with self._pool.place(client):
                loan.begun = True
                thing = await self._pool.compute(make_if_wanted)
                if thing is None:
                    return
                try:
                    loan.made.set_result(thing)
                    await loan.unused.wait()
                finally:
                    self._let_go(thing)
        except Exception as error:
            loan.made.set_exception(error)
            loan.made.exception()  # those who asked may all have gone
        finally:
            self._forget(key, loan)

    def _leave(self, key: Hashable, loan: Loan[Thing]) -> None:
        loan.users -= 1
        if loan.users == 0:
            loan.unused.set()
            self._forget(key, loan)  # whoever comes from now on has it made anew
            if loan.keeper is not None and not loan.begun:
                loan.keeper.cancel()  # it still waits for a place

    def _forget(self, key: Hashable, loan: Loan[Thing]) -> None:
        if self._loans.get(key) is loan:
            del self._loans[key]
