"""The rights at the door of the app: browsers are given an identity, and no route answers about a run that is not
theirs to see."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboard.serving.delivery import MOST_MESSAGE
from dashboard.serving.first_paint import wants_page
from dashboard.serving.listeners import parsed
from dashboard.serving.numbers import run_id, run_number
from dashboard.serving.pools import Pool
from dashboard.serving.problems import Kind, Problem, refusal
from dashboard.serving.routes import client_of
from dashboard.shell.rights.actor import Actor, ActorKind
from dashboard.shell.rights.acts import MEGABYTE, Acts
from dashboard.shell.rights.asking import actor_of_request, everyone_is_here, marked
from dashboard.shell.rights.cookies import (
    KEPT_SECONDS,
    SEAT_COOKIE,
    VISITOR_COOKIE,
    cookie,
    new_identity,
    signed,
    signing_key,
)
from dashboard.shell.rights.crowding import memory_in_use
from dashboard.shell.rights.limits import beyond, most_of, rates, too_much
from dashboard.shell.rights.members import RoomAction, check_member
from dashboard.shell.rights.room_acts import RoomActs
from dashboard.shell.rights.seen import hidden, seen_by
from dashboard.shell.rights.sign_in import hashed, is_encrypted, network_of
from lstm_engine import EngineError
from lstm_engine.runs import RunNotFound, RunStore, StoreError

GetStore = Callable[[], RunStore]
# topics, and what to hear one is
OF_A_ROOM = {"room": RoomAction.FOLLOW, "wall": RoomAction.FOLLOW, "class": RoomAction.MANAGE}
OF_A_RUN = re.compile(r"/api/runs/([^/]+)/")
UPLOAD = re.compile(r"/_stcore/upload_file/")
STREAM = re.compile(r"/_stcore/stream")
# what Streamlit's pages send; beside that it takes a developer's orders, such as to forget what all visitors share,
# which would open the store and start its launcher once more
OF_PAGES = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"})
FOR_FORMS = 64 * 1024  # bytes around a file that is uploaded
NO_LENGTH = "That upload does not say how long it is. Send the file with its length."


class Rights:
    """ASGI middleware: marks where a request comes from, gives a visitor an identity with their first page, and
    answers about no run that is not theirs to see.

    Args:
        app: what is asked otherwise. get_store: gives the whole store, or raises StoreError. pool: of threads.
    """

    def __init__(self, app: ASGIApp, get_store: GetStore, pool: Pool):
        self._app, self._get_store, self._pool = app, get_store, pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = marked(scope)
        if scope["type"] == "websocket" and STREAM.search(scope["path"]) and not everyone_is_here():
            receive = sifted(receive)
        if scope["type"] == "http" and not everyone_is_here():
            try:
                await self._check(scope)
            except EngineError as error:
                await refusal(error)(scope, receive, send)
                return
            if scope["method"] == "GET" and wants_page(scope):
                send = await self._introducing(scope, send)
        await self._app(scope, receive, send)

    async def _check(self, scope: Scope) -> None:
        """Raise an EngineError if the request is about what its sender may not see, or sends more than they may."""
        asked = OF_A_RUN.search(scope["path"])
        length = Headers(scope=scope).get("content-length", "")
        uploads = UPLOAD.search(scope["path"]) is not None and scope["method"] == "PUT"
        if asked is None and not uploads:
            return
        connection = HTTPConnection(scope)

        def check() -> None:
            store = self._get_store()
            actor = actor_of_request(store, connection)
            if asked is not None:
                check_sight(store, connection, run_id(asked[1]))
            if uploads and not actor.may_do_everything:
                check_upload(actor, length)

        await self._pool.run(client_of(connection), check)

    async def _introducing(self, scope: Scope, send: Send) -> Send:
        """The same way to a browser, on which a page carries an identity to one that has none yet."""
        connection = HTTPConnection(scope)

        def made() -> str | None:
            store = self._get_store()
            known = actor_of_request(store, connection).kind is not ActorKind.GUEST
            return None if known else signed(signing_key(store), new_identity())

        try:
            value = await asyncio.to_thread(made)
        except StoreError:  # the page says so; the next one brings an identity
            return send
        if value is None:
            return send
        secure = is_encrypted(connection.headers.get("origin", ""), connection.url.scheme)
        secure = secure or connection.headers.get("x-forwarded-proto", "") == "https"
        given = cookie(VISITOR_COOKIE, value, KEPT_SECONDS, secure)

        async def send_with_identity(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", given)
                headers["Cache-Control"] = "private, no-store"  # no proxy hands one identity to several
            await send(message)

        return send_with_identity


def check_upload(actor: Actor, length: str) -> None:
    """Raise Problem if a visitor may not upload a file of that length, as the request's header says it, now.

    What is uploaded lies in memory until its page lets it go, so a server that is nearly full takes nothing more.
    """
    if not length.isdecimal():  # all browsers say how long a file is
        raise Problem(NO_LENGTH)
    size = int(length[:20])
    if size > most_of("megabytes") * MEGABYTE + FOR_FORMS:
        raise beyond("megabytes", size / MEGABYTE)
    network = network_of(actor.address)
    full = too_much("memory", memory_in_use())
    full = full or rates().take(("uploads", actor.identity or network), ("address_uploads", network))
    if full is not None:
        raise full


def sifted(receive: Receive) -> Receive:
    """The same messages of a connection of Streamlit's, without a developer's orders."""

    async def receive_sifted() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or is_of_a_page(message.get("bytes") or b""):
                return message

    return receive_sifted


def is_of_a_page(data: bytes) -> bool:
    """Whether a page sends such a message; what is none at all Streamlit refuses itself."""
    try:
        kind = BackMsg.FromString(data).WhichOneof("type")
    except DecodeError:
        return True
    return kind is None or kind in OF_PAGES


def check_sight(store: RunStore, connection: HTTPConnection, number: int) -> None:
    """Raise Problem, or RunNotFound, if whoever asks may not see that run."""
    why = hidden(actor_of_request(store, connection), store.get(number), store)
    if why:
        raise Problem(why, Kind.FORBIDDEN)


def acts_of(store: RunStore, connection: HTTPConnection) -> Acts:
    """What whoever asks a route may do."""
    return Acts(store, lambda: actor_of_request(store, connection))


def room_acts_of(store: RunStore, connection: HTTPConnection) -> RoomActs:
    """What whoever asks a route may do to rooms."""
    return RoomActs(store, actor_of_request(store, connection), connection.cookies)


def seen_by_asker(store: RunStore, connection: HTTPConnection) -> RunStore:
    """The store as whoever asks a route sees it."""
    return seen_by(store, lambda: actor_of_request(store, connection))


async def check_listening(get_store: GetStore, pool: Pool, connection: HTTPConnection, text: str) -> str:
    """Raise an EngineError if a listener's message asks for a run that is not theirs to see, or a room they are not in.

    Whose room it is does not depend on where they sit.

    Returns:
        by what a room knows the student who listens, so that it tells them no more once they are taken out.
    """
    token = connection.cookies.get(SEAT_COOKIE, "")
    whose = hashed(token) if token else ""
    if len(text) > MOST_MESSAGE:  # which is refused where it is read
        return whose
    kind, _, name = str(parsed(text).get("listen", "")).partition("/")
    action = OF_A_ROOM.get(kind)
    if action is not None:
        await pool.run(client_of(connection), lambda: check_member(get_store(), connection.cookies, action, code=name))
    number = None if everyone_is_here() else run_number(name)
    if kind == "run" and number is not None:
        with suppress(RunNotFound):  # the topic says what became of it
            await pool.run(client_of(connection), lambda: check_sight(get_store(), connection, number))
    return whose
