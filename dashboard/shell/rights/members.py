"""Who somebody is in a room, by what their browser holds, and what they may do there.

A teacher's browser holds the room's key, a student's a random token; the store knows both by their hashes alone. Who
is signed in with an account leads the rooms that it opened without their keys. They
hold whoever the browser is otherwise: on a laptop where everybody may do everything, a student is a student.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights.accounts import account_in
from dashboard.shell.rights.cookies import SEAT_COOKIE, TEACHER_COOKIE
from dashboard.shell.rights.limits import most_of
from dashboard.shell.rights.sign_in import hashed
from lstm_engine.runs import RunStore
from lstm_engine.runs.rooms import Room, Seat, shown_code

OF_ACCOUNT = "account."  # before the code of a room, in a teacher's cookie: led by right of an account
NOTICE_SECONDS = 3_600  # before an idle room is closed


class MemberKind(StrEnum):
    """What sort of member."""

    TEACHER = "teacher"
    LEADER = "leader"  # the student who has the lead
    STUDENT = "student"
    OUTSIDER = "outsider"  # of another room, or of none


class RoomAction(StrEnum):
    """What can be asked for in a room."""

    FOLLOW = "follow"  # hear where the room is, and say where oneself is
    LEAD = "lead"  # to another place
    ASK = "ask"  # the class something, see what it answers, show it to all, and take it home
    ANSWER = "answer"  # what is asked, for oneself
    EXPERIMENT = "experiment"  # begin one, freeze, clear and end it, take its curves home, show what one brought
    TRY = "try"  # train one's own run in an experiment
    MANAGE = "manage"  # see who is there, hand the lead on, say what students may, take one out, close the room


@dataclass(frozen=True)
class RoomRight:
    """Who may do something in a room, and the sentence that refuses it to those who are in it."""

    teacher: bool
    leader: bool
    student: bool
    refusal: str

    def of(self, kind: MemberKind) -> bool:
        """Whether that kind of member may."""
        return kind is not MemberKind.OUTSIDER and bool(getattr(self, kind.value))


ROOM_RIGHTS: Mapping[RoomAction, RoomRight] = MappingProxyType(
    {
        RoomAction.FOLLOW: RoomRight(True, True, True, "Nobody may follow this room."),
        RoomAction.LEAD: RoomRight(
            True, True, False, "You follow in this room; its teacher, or who has the lead, leads it."
        ),
        RoomAction.ASK: RoomRight(
            True, False, False, "Only the teacher of this room asks questions, and sees and shows what was answered."
        ),
        RoomAction.ANSWER: RoomRight(False, True, True, "The students of this room answer; its teacher asks."),
        RoomAction.EXPERIMENT: RoomRight(
            True, False, False, "Only the teacher of this room begins, freezes, clears and ends experiments."
        ),
        RoomAction.TRY: RoomRight(
            False, True, True, "The students of this room train in its experiments, each for themselves."
        ),
        RoomAction.MANAGE: RoomRight(True, False, False, "Only the teacher of this room may do that."),
    }
)
OUTSIDE = "You are not in that room, or no longer. Join it by its code, or come back with its key."


@dataclass(frozen=True)
class Member:
    """Somebody in a room; without a seat they are its teacher."""

    room: Room
    seat: Seat | None

    @property
    def kind(self) -> MemberKind:
        """What sort of member."""
        if self.seat is None:
            return MemberKind.TEACHER
        return MemberKind.LEADER if self.room.leader == self.seat.id else MemberKind.STUDENT


def why_over(room: Room) -> str:
    """Why nobody can be in a room any more; empty if they can."""
    hours = most_of("room_hours")
    if room.closed_at is None and time.time() - room.touched_at <= hours * 3_600:
        return ""
    idle = room.closed_at is None or room.closed_at - room.touched_at > hours * 3_600
    name = shown_code(room.code)
    return (
        f"The room {name} has ended: nobody had used it for {hours:,} hours."
        if idle
        else f"The room {name} has ended: its teacher has closed it."
    )


def closes_at(room: Room) -> float | None:
    """When a room is closed because nobody uses it, in seconds since 1970; None as long as that is far off."""
    end = room.touched_at + most_of("room_hours") * 3_600
    return end if end - time.time() < NOTICE_SECONDS else None


def member_of(store: RunStore, cookies: Mapping[str, str]) -> Member | None:
    """Who a browser is in a room, be the room over; None if in none. A teacher's key counts before a student's seat."""
    key, token = cookies.get(TEACHER_COOKIE, ""), cookies.get(SEAT_COOKIE, "")
    room = room_led_with(store, key, cookies) if key else None
    if room is not None:
        return Member(room, None)
    seat = store.seat(hashed(token)) if token else None
    room = store.room_by_id(seat.room_id) if seat is not None else None
    return None if room is None else Member(room, seat)


def room_led_with(store: RunStore, key: str, cookies: Mapping[str, str]) -> Room | None:
    """The room that a teacher's cookie opens: a key, or the code of a room that is the signed-in account's own."""
    if not key.startswith(OF_ACCOUNT):
        return store.room_of_key(hashed(key))
    account = account_in(store, cookies)
    room = None if account is None else store.room(key.removeprefix(OF_ACCOUNT))
    return room if room is not None and room.owner == account else None


def check_member(store: RunStore, cookies: Mapping[str, str], action: RoomAction, code: str | None = None) -> Member:
    """The member that a browser is, if they may do that.

    Args:
        code: of the room that is meant; None is their own.

    Raises:
        Problem: they may not, are in no such room, or the room is over.
    """
    member = member_of(store, cookies)
    if member is None or (member.seat is not None and member.seat.removed) or code not in (None, member.room.code):
        raise Problem(OUTSIDE, Kind.FORBIDDEN)
    over = why_over(member.room)
    if over:
        raise Problem(over, Kind.FORBIDDEN)
    if not ROOM_RIGHTS[action].of(member.kind):
        raise Problem(ROOM_RIGHTS[action].refusal, Kind.FORBIDDEN)
    return member
