"""An executor whose calls are made by the workers of an existing Dask cluster (``distributed``, an extra).

Nothing is decided by what Dask remembers: a run that wants a worker says so in the store, a lease there says who
trains it, and a call that comes twice finds the run held. So whatever is lost, a worker, the scheduler or the network,
the call is submitted once more and the run goes on from its last checkpoint, with the same bits.

Dask's own protocol runs what its peers send: see docs/cluster.md for whom a scheduler must be kept from.
"""

import contextlib
import logging
import re
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from lstm_engine.errors import SettingsError
from lstm_engine.runs.training.processes import CallRefused
from lstm_engine.runs.training.remote import difference, sameness

ADDRESS = re.compile(r"(?:tcp|tls)://[^\s/:@]+:\d{1,5}|(?:tcp|tls)://\[[0-9a-fA-F:.]+\]:\d{1,5}")
CONNECT_SECONDS = 10.0  # that the scheduler may take to answer
AGAIN_SECONDS = 30.0  # after which a client that looks for its scheduler is given up for a new one
GREETING_BYTES = 2**20  # a scheduler's first message is shorter, as its first eight bytes say
LOOK_SECONDS = 2.0  # between two looks at which workers there are
LONGEST_SAID = 300  # characters of what another library says
INSTALL = "python -m pip install -e '.[cluster]'"

log = logging.getLogger(__name__)


class ClusterAway(CallRefused):
    """Nobody knows what became of the call: the cluster was lost. Whoever wanted it made asks again."""


class ClusterExecutor(Executor):
    """Calls module-level functions on the workers of a Dask cluster, each in a process of its own there.

    Args:
        address: of the scheduler, such as ``tcp://scheduler:8786``.
        store_url: of the store that the workers are to reach.
        most: calls that are handed over at a time; None for as many as the workers have threads. A cluster that grows
            with its work has to be told, since it starts with none.

    Attributes:
        trouble: why nothing, or not everything, can be trained there now, a sentence; empty if all is well.

    Raises:
        SettingsError: the address cannot be one, ``distributed`` is not installed, nothing answers there, or no worker
            can do what is asked of it: the package is missing, or of another version.
    """

    def __init__(self, address: str, store_url: str, most: int | None = None):
        if not ADDRESS.fullmatch(address):
            raise SettingsError(
                f"“{address[:80]}” is no address of a Dask scheduler, expected such as tcp://scheduler:8786"
            )
        self.address, self.store_url, self.most = address, store_url, most
        self.trouble = ""
        self._threads: dict[str, int] = {}  # of the workers that can train, by address
        self._refused: dict[str, str] = {}  # workers that cannot, and why
        self._calls: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._lost_at: float | None = None  # when the client was first seen without its scheduler
        self._closing = threading.Event()
        self._client = self._connect()
        try:
            self._look()
            if self.trouble and not self._threads:
                raise SettingsError(self.trouble)
        except BaseException:
            self._client.close()
            raise
        self._thread = threading.Thread(target=self._watch, name="cluster", daemon=True)
        self._thread.start()

    @property
    def capacity(self) -> int:
        """How many calls can be handed over at a time, as far as is known now."""
        if self._client is None or self._client.status != "running":
            return 0
        if self.most is not None:
            return self.most if self._threads or not self._refused else 0
        return sum(self._threads.values())

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        assert not kwargs, "arguments have places here"
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            self._calls.add(future)
        call = made_there(sameness(), fn.__module__, fn.__qualname__, args)
        # to some workers alone only if others would refuse: a scheduler looks through the list for each call
        where = {"workers": list(self._threads), "allow_other_workers": False} if self._refused else {}
        try:
            if self._client is None:
                raise ConnectionError(self.trouble)
            remote = self._client.submit(call, key=f"{fn.__name__}-{time.time_ns()}-{id(future)}", pure=False, **where)
            remote.add_done_callback(lambda ended: self._note_end(future, ended))
        except Exception as error:  # whatever Dask says when it is away
            self._settle(future, ClusterAway(f"The call could not be handed over: {said(error)}"))
        return future

    def _note_end(self, future: Future[Any], remote: Any) -> None:
        if remote.status == "finished":
            self._settle(future, None)
        elif remote.status == "error":
            found = remote.exception()
            refused = isinstance(found, ImportError)
            self._settle(future, CallRefused(said(found)) if refused else found)
        else:
            self._settle(future, ClusterAway(f"Dask {remote.status} the call"))

    def _settle(self, future: Future[Any], trouble: BaseException | None) -> None:
        with self._lock:
            if future not in self._calls:
                return
            self._calls.discard(future)
        if trouble is None:
            future.set_result(None)
        else:
            future.set_exception(trouble)

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            before = self.trouble
            try:
                if self._client is None or not self._is_connected():
                    self._client = self._connect()
                self._look()
            except SettingsError as error:  # nothing answers
                self.trouble = str(error)
            except Exception as error:
                self.trouble = f"The Dask scheduler {self.address} was lost ({said(error)}); it is looked for."
            if self.trouble != before:
                log.warning("%s", self.trouble or f"The Dask cluster {self.address} trains again.")

    def _is_connected(self) -> bool:
        """Whether the client has its scheduler; one that has looked for it too long is given up.

        Raises:
            ConnectionError: it looks for it.
        """
        if self._client.status == "running":
            self._lost_at = None
            return True
        self._lost_at = self._lost_at or time.monotonic()
        if self._client.status == "connecting" and time.monotonic() - self._lost_at < AGAIN_SECONDS:
            raise ConnectionError("the connection broke")
        # in a thread: whoever waits for an answer may wait for ever
        threading.Thread(target=self._client.close, args=(CONNECT_SECONDS,), name="lost client", daemon=True).start()
        self._client = self._lost_at = None
        return False

    def _connect(self) -> Any:
        try:
            from distributed import Client
        except ImportError as error:
            raise SettingsError(
                f"To train on a Dask cluster, the extra “cluster” has to be installed: {INSTALL}"
            ) from error
        try:
            greet(self.address)
            return Client(self.address, timeout=CONNECT_SECONDS, set_as_default=False, name="lstm_engine")
        except Exception as error:  # OSError, or whatever the other side's answer leads to
            raise SettingsError(
                f"No Dask scheduler answers at {self.address} ({said(error)}). Start it, correct LSTM_EXECUTOR, or "
                "leave that out to train on this machine."
            ) from error

    def _look(self) -> None:
        """Ask which workers there are, and those that are new what they are."""
        found: dict[str, int] = dict(self._client.nthreads())
        self._refused = {address: why for address, why in self._refused.items() if address in found}
        self._threads = {address: found[address] for address in self._threads if address in found}
        new = [address for address in found if address not in self._threads and address not in self._refused]
        trouble = ""
        if new:
            answers = self._client.run(introduction(None), workers=new, on_error="return")
            wrong = {address: wrong_with(answer, sameness()) for address, answer in answers.items()}
            self._refused |= {address: why for address, why in wrong.items() if why is not None}
            able = [address for address in new if address in wrong and wrong[address] is None]
            trouble = self._store_trouble(able[0]) if able and not self._threads else ""
            if not trouble:  # else they are asked again: it may be the store's
                self._threads |= {address: found[address] for address in able}
        self.trouble = trouble or (self._refusal() if self._refused else "")

    def _store_trouble(self, worker: str) -> str:
        """Why that worker cannot reach the store; one tells for all, as a thousand at once would be too many."""
        answer = self._client.run(introduction(self.store_url), workers=[worker], on_error="return").get(worker)
        why = wrong_with(answer, sameness())
        return f"The worker {worker} of the Dask cluster cannot train: {why}" if why else ""

    def _refusal(self) -> str:
        address, why = next(iter(self._refused.items()))
        more = len(self._refused) - 1
        others = "" if not more else " Neither is another one." if more == 1 else f" Neither are {more:,} others."
        return (
            f"The worker {address} of the Dask cluster is not used: {why.rstrip('.')}.{others} Every worker needs this "
            "program in the same version, and what it needs, as docs/cluster.md says."
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster. What trains there goes on: it belongs to the store, and not to this server."""
        self._closing.set()
        if self._client is not None:
            with contextlib.suppress(Exception):
                self._client.close(timeout=CONNECT_SECONDS)
        for future in list(self._calls):
            self._settle(future, ClusterAway("This server let go of the cluster."))


def greet(address: str) -> None:
    """Raises OSError if nobody says a word at that address, or one that is none of Dask's.

    Dask itself waits for a word without end.
    """
    scheme, _, place = address.partition("://")
    host, _, port = place.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS) as connection:
        if scheme == "tcp":  # with TLS who connects speaks first, and Dask bounds how long that takes
            said = connection.recv(8)
            if not said or int.from_bytes(said, "little") > GREETING_BYTES:
                raise ConnectionError("what answers is no Dask scheduler" if said else "it hung up")


def made_there(expected: dict[str, str], module: str, name: str, args: tuple[Any, ...]) -> Callable[[], None]:
    """The call as it is sent.

    A function inside of a function is sent whole, and not by its name: the scheduler need not have this package. What
    it is called with is inside of it too, as Dask writes arguments into its logs: a store's address may have a
    password.
    """

    def train() -> None:
        from distributed import get_worker

        from lstm_engine.runs.training.remote import carry_out, check_same

        check_same(expected)
        carry_out(get_worker(), module, name, args)

    return train


def introduction(url: str | None) -> Callable[[], dict[str, str]]:
    """What a new worker is asked, sent whole as well: one that has no such package says so."""

    def tell() -> dict[str, str]:
        from lstm_engine.runs.training.remote import introduce

        return introduce(url)

    return tell


def wrong_with(answer: object, here: dict[str, str]) -> str | None:
    """Why a worker that said this cannot train; None if it can."""
    if isinstance(answer, ImportError):
        return f"it has not this program ({said(answer)})"
    if not isinstance(answer, dict):
        return f"it did not say what it is ({said(answer)})"
    differs = difference(answer, here)
    return f"it {differs}" if differs is not None else answer.get("trouble") or None


def said(error: object) -> str:
    """What another library says of its trouble, on one line."""
    return " ".join(str(error).split())[:LONGEST_SAID].rstrip(". ") or type(error).__name__
