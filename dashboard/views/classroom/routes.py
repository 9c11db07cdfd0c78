"""What browsers ask of rooms: who they are in one, and everything that is done in it."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from streamlit.net_util import get_internal_ip

from dashboard.serving.assets import base_path
from dashboard.serving.bodies import read_body
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import client_of, guarded
from dashboard.serving.topics import Topics
from dashboard.serving.trust import is_local, listens_locally, server_token
from dashboard.shell.rights.accounts import ACCOUNT_COOKIE
from dashboard.shell.rights.cookies import cookie
from dashboard.shell.rights.members import (
    OUTSIDE,
    SEAT_COOKIE,
    TEACHER_COOKIE,
    Member,
    MemberKind,
    RoomAction,
    member_of,
    why_over,
)
from dashboard.shell.rights.room_acts import RoomActs
from dashboard.shell.rights.serving import room_acts_of
from dashboard.shell.rights.sign_in import hashed, is_encrypted
from dashboard.views.classroom.presence import Presences
from lstm_engine.runs import RunStore
from lstm_engine.runs.rooms import MOST_WHEREABOUTS, Presence, RoomSettings, shown_code

MOST_BODY = 16_384  # bytes of a message, the longest of which says a place
MOST_LINK = 300
MOST_CLOSED = 20  # parts that students may not change
HELD_SECONDS = 7 * 24 * 3_600  # that a browser holds its place in a room, if the room lasts so long
UNREADABLE = "That is no message of this page; expected JSON with what the route asks for."
TAKEN_OUT = "The teacher has taken you out of the room {}. If that was a mistake, join it once more."
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
GetStore = Callable[[], RunStore]
Act = Callable[[RoomActs, dict[str, Any]], Any]


async def body_of(request: Request) -> bytes:
    """A request's body; raises Problem if it is too long."""
    return await read_body(request, MOST_BODY, f"That message is longer than {MOST_BODY:,} bytes.")


def parsed(body: bytes) -> dict[str, Any]:
    """The message in a body; raises Problem if there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Problem(UNREADABLE)
    return found


def text_in(message: dict[str, Any], name: str) -> str:
    """A text in a message; raises Problem if there is none."""
    value = message.get(name)
    if not isinstance(value, str):
        raise Problem(UNREADABLE)
    return value


def seat_in(message: dict[str, Any]) -> int | None:
    """A seat's number in a message; raises Problem if there is none, and it is not None."""
    value = message.get("seat")
    if value is not None and (type(value) is not int or not 0 < value < 2**63):
        raise Problem(UNREADABLE)
    return value


def settings_in(message: dict[str, Any]) -> RoomSettings:
    """What students may, in a message; raises Problem if it says nothing of that kind."""
    may_leave, closed = message.get("may_leave"), message.get("closed")
    if type(may_leave) is not bool or not isinstance(closed, list) or len(closed) > MOST_CLOSED:
        raise Problem(UNREADABLE)
    if not all(isinstance(name, str) and re.fullmatch(r"[a-z]{1,20}", name) for name in closed):
        raise Problem(UNREADABLE)
    return RoomSettings(may_leave, tuple(closed))


def told_member(member: Member) -> dict[str, Any]:
    """What a browser is told of who it is."""
    return {
        "role": "teacher" if member.kind is MemberKind.TEACHER else "student",
        "code": member.room.code,
        "shown": shown_code(member.room.code),
        "seat": None if member.seat is None else member.seat.id,
        "nickname": None if member.seat is None else member.seat.nickname,
    }


def other_host(host: str) -> str | None:
    """The name under which others reach this server, where ``host`` is one that means each machine itself.

    None where there is no other: it is a real name, or this machine alone is let in.
    """
    if not is_local(host) or listens_locally():
        return None
    address, port = get_internal_ip(), host.rpartition(":")[2]
    return f"{address}:{port}" if address and port.isdecimal() else address


def qr_code(link: str) -> dict[str, Any]:
    """A QR code as the path of its dark squares, ``size`` by ``size``; a quarter of it may be out of sight."""
    code = segno.make(link, error="q", micro=False)
    rows = [bytes(row) for row in code.matrix]
    path = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return {"size": len(rows), "path": "".join(path)}


def classroom_routes(get_store: GetStore, topics: Topics, pools: Pools) -> list[BaseRoute]:
    """The rooms' routes; like all that changes something, for our own pages alone (see ``trust``).

    Args:
        get_store: gives the run store, or raises StoreError. topics: which are told that something is new.
    """
    presences = Presences(get_store, pools.feeds)

    async def acted(request: Request, act: Act, action: RoomAction | None = None) -> Any:
        """What an act gives. Whoever may not do the ``action`` hears that, whatever else is wrong with it."""
        body = await body_of(request)

        def do() -> Any:
            acts = room_acts_of(get_store(), request)
            try:
                return act(acts, parsed(body or b"{}"))
            except Problem as problem:
                if action is not None and problem.kind is Kind.INVALID:
                    acts.member(action)
                raise

        return await pools.questions.run(client_of(request), do)

    def changed(member: Member) -> None:
        for kind in ("room", "class"):
            topics.nudge(f"{kind}/{member.room.code}")

    def managing(act: Act) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of an act that gives its member."""

        async def respond(request: Request) -> Response:
            changed(await acted(request, act, RoomAction.MANAGE))
            return JSONResponse({})

        return guarded(respond)

    async def mine(request: Request) -> Response:
        """Who the browser is in a room; if its room is over, why, and it is let go."""

        def look() -> tuple[Member | None, list[str]]:
            store = get_store()
            member = member_of(store, request.cookies) if holds else None
            own = room_acts_of(store, request).own_rooms() if member is None or why_over(member.room) else []
            return member, [shown_code(room.code) for room in own]

        found: dict[str, Any] = {"token": server_token(), "role": None, "only_here": listens_locally()}
        found["host"] = other_host(request.headers.get("host", ""))
        holds = {name for name in (TEACHER_COOKIE, SEAT_COOKIE) if request.cookies.get(name)}
        known = holds or ACCOUNT_COOKIE in request.cookies
        member, own = await pools.questions.run(client_of(request), look) if known else (None, [])
        found |= {"own_rooms": own} if own else {}
        if member is None:
            return handing(found, {}, request)
        removed = member.seat is not None and member.seat.removed
        over = TAKEN_OUT.format(shown_code(member.room.code)) if removed else why_over(member.room)
        if over:
            return handing(found | {"over": over}, dict.fromkeys(holds, ""), request)
        return handing(found | told_member(member), {}, request)

    async def open_room(request: Request) -> Response:
        member, key = await acted(request, lambda acts, _message: acts.open())
        return handing(told_member(member) | {"key": key}, {TEACHER_COOKIE: key, SEAT_COOKIE: ""}, request)

    async def come_back(request: Request) -> Response:
        def act(acts: RoomActs, message: dict[str, Any]) -> tuple[Member, str]:
            if "code" in message:
                return acts.come_back_to(text_in(message, "code"))
            return acts.come_back(text_in(message, "key"))

        member, key = await acted(request, act)
        return handing(told_member(member), {TEACHER_COOKIE: key, SEAT_COOKIE: ""}, request)

    async def join(request: Request) -> Response:
        member, token = await acted(
            request, lambda acts, message: acts.join(text_in(message, "code"), text_in(message, "nickname"))
        )
        changed(member)
        return handing(told_member(member), {SEAT_COOKIE: token, TEACHER_COOKIE: ""} if token else {}, request)

    async def leave(request: Request) -> Response:
        await acted(request, lambda acts, _message: acts.leave(), RoomAction.FOLLOW)
        return handing({}, {SEAT_COOKIE: "", TEACHER_COOKIE: ""}, request)

    async def move(request: Request) -> Response:
        member, version = await acted(
            request, lambda acts, message: acts.move(text_in(message, "place"), text_in(message, "by")), RoomAction.LEAD
        )
        topics.nudge(f"room/{member.room.code}")
        return JSONResponse({"version": version})

    async def whereabouts(request: Request) -> Response:
        """Where a student is; the store is asked nothing, since what no seat's browser says is not kept there."""
        token = request.cookies.get(SEAT_COOKIE, "")
        if not TOKEN.fullmatch(token):
            raise Problem(OUTSIDE, Kind.FORBIDDEN)
        message = parsed(await body_of(request))
        where, follows = text_in(message, "where")[:MOST_WHEREABOUTS], message.get("follows") is True
        presences.note(Presence(hashed(token), time.time(), follows, where))
        return JSONResponse({})

    async def qr(request: Request) -> Response:
        link = request.query_params.get("link", "")
        if not re.fullmatch(r"https?://[!-~]+", link) or len(link) > MOST_LINK:
            raise Problem(f"A QR code is made of a link of at most {MOST_LINK} characters.")
        await pools.questions.run(
            client_of(request), lambda: room_acts_of(get_store(), request).member(RoomAction.FOLLOW)
        )
        return JSONResponse(qr_code(link))

    endpoints = {
        "open": guarded(open_room),
        "come_back": guarded(come_back),
        "join": guarded(join),
        "leave": guarded(leave),
        "move": guarded(move),
        "whereabouts": guarded(whereabouts),
        "lead": managing(lambda acts, message: acts.hand_lead(seat_in(message))),
        "settings": managing(lambda acts, message: acts.set_settings(settings_in(message))),
        "keep": managing(lambda acts, _message: acts.keep()),
        "take_out": managing(lambda acts, message: acts.take_out(seat_in(message) or 0)),
        "close": managing(lambda acts, _message: acts.close()),
    }
    base = base_path()
    return [
        Route(f"{base}/api/rooms/mine", guarded(mine)),
        Route(f"{base}/api/rooms/qr", guarded(qr)),
        *(Route(f"{base}/api/rooms/{name}", endpoint, methods=["POST"]) for name, endpoint in endpoints.items()),
    ]


def handing(said: dict[str, Any], held: dict[str, str], request: Request) -> Response:
    """An answer that gives the browser what it is to hold from now on; what is empty it is to forget."""
    response = JSONResponse(said, headers={"Cache-Control": "no-store"})
    secure = is_encrypted(request.headers.get("origin", ""), request.url.scheme)
    for name, value in held.items():
        made = cookie(name, value, HELD_SECONDS if value else 0, secure, "Strict")
        response.headers.append("Set-Cookie", made)
    return response
