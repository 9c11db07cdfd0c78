import asyncio
import logging
from typing import Any

import pytest

from dashboard.serving import sending
from dashboard.serving.sending import ABORT, PIECE, bytes_response
from tests.dashboard.serving.test_topics import run_async


class Reader:
    """Takes pieces; one that waits before each, or for ever."""

    def __init__(self, seconds_a_piece: float = 0.0, leaves: bool = False):
        self.pieces: list[Any] = []
        self.last = False
        self.seconds, self.gone = seconds_a_piece, asyncio.Event()
        if leaves:
            self.gone.set()

    async def read(self, found: bytes) -> None:
        done: list[bool] = []
        response = bytes_response(found, {"Cache-Control": "no-cache"}, "a trace", lambda: done.append(True))
        await response({"type": "http", "extensions": {ABORT: self.gone.set}}, self.receive, self.send)
        assert done == [True]

    async def receive(self) -> Any:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(0)
            return
        await asyncio.sleep(self.seconds)
        self.pieces.append(message["body"])
        self.last = not message["more_body"]


def test_readers_share_the_bytes_and_get_all_of_them():
    async def scenario() -> None:
        found = bytes(range(256)) * 4_000
        readers = [Reader() for _ in range(3)]
        await asyncio.gather(*(reader.read(found) for reader in readers))
        for reader in readers:
            assert reader.last
            assert b"".join(reader.pieces) == found
            assert all(piece.obj is found and len(piece) <= PIECE for piece in reader.pieces)

    run_async(scenario())


@pytest.mark.parametrize(("seconds_a_piece", "pieces"), [(3600.0, 0), (0.06, 4)])
def test_who_has_stopped_or_reads_too_slowly_is_cut_off(monkeypatch, caplog, seconds_a_piece, pieces):
    monkeypatch.setattr(sending, "STALLED_SECONDS", 0.15)
    monkeypatch.setattr(sending, "SLOWEST", PIECE / 0.02)
    caplog.set_level(logging.INFO)

    async def scenario() -> None:
        reader = Reader(seconds_a_piece)
        await asyncio.wait_for(reader.read(bytes(PIECE * 1_000)), 5)
        assert reader.gone.is_set()
        assert len(reader.pieces) <= pieces
        assert not reader.last

    run_async(scenario())
    assert "A reader of a trace has stopped reading, or reads too slowly." in caplog.text


def test_a_response_to_one_who_left_before_its_head_was_sent_is_ended():
    async def scenario() -> None:
        reader = Reader(leaves=True)
        await reader.read(bytes(PIECE * 3))
        assert reader.last
        assert reader.pieces == [b""]

    run_async(scenario())
