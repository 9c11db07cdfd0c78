"""All that routes do to rooms: each asks the tables of rights and the limits first, whatever message came."""

import re
import secrets
from collections.abc import Mapping

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights.actor import Actor
from dashboard.shell.rights.counted import full, take
from dashboard.shell.rights.limits import beyond, most_of
from dashboard.shell.rights.members import OF_ACCOUNT, Member, RoomAction, check_member, member_of, why_over
from dashboard.shell.rights.sign_in import hashed, network_of
from dashboard.shell.rights.table import Action, refused
from lstm_engine import SettingsError
from lstm_engine.runs import RunStore
from lstm_engine.runs.rooms import MOST_PLACE, Room, RoomSettings, new_key, nickname_of, read_code, read_key, shown_code
from lstm_engine.runs.store import NicknameTaken, RoomFull, TooManyRooms

PLACE = re.compile(r"[a-z]{0,20}(\?[!-~]*)?")  # a page and its parameters, as browsers write an address
TAB = re.compile(r"[A-Za-z0-9_-]{1,40}")
KEPT_HOURS = 24  # for which a room that is over can still be looked into by its teacher
NO_CODE = "A room's code has six letters and digits, such as K7M-4QX; your teacher shows it."
NO_ROOM = "There is no room with the code {}. Look once more at your teacher's screen."
WRONG_KEY = "That is no room's key. It was shown once, when the room was opened, and begins anew with each room."
IN_ANOTHER = "This browser leads the room {}. Close that one first, or use another browser or a private window."
NOT_YOURS = "That is no room which your account has opened, or it is over."
LENT = "{} has the lead. Take it back first."


class RoomActs:
    """What can be done to rooms by whoever asks.

    Every method raises Problem, with a sentence and a kind, if they may not.

    Args:
        store: the whole one. actor: who asks. cookies: what their browser holds, which says who they are in a room.
    """

    def __init__(self, store: RunStore, actor: Actor, cookies: Mapping[str, str]):
        self._store, self._actor, self._cookies = store, actor, cookies

    def member(self, action: RoomAction) -> Member:
        """Who they are in their room, if they may do that there."""
        return check_member(self._store, self._cookies, action)

    def open(self) -> tuple[Member, str]:
        """A new room, and its teacher's key, which is told this once."""
        refuse_if(refused(self._actor, Action.OPEN_ROOM))
        self._leads_none()
        clear_old_rooms(self._store)
        owner = self._actor.identity
        if not self._actor.may_do_everything:
            refuse_if(take(self._store, ("room_address", network_of(self._actor.address)), ("all_rooms", "")))
        key = new_key()
        try:
            room = self._store.open_room(hashed(key), owner, most_of("rooms") if owner else None)
        except TooManyRooms as error:
            raise beyond("rooms", error.most) from error
        return Member(room, None), key

    def come_back(self, typed: str) -> tuple[Member, str]:
        """The room that a key opens, for its teacher in another browser; and the key, as it is kept."""
        key = read_key(typed)
        counted = (("guesses", network_of(self._actor.address)), ("all_guesses", ""))
        refuse_if(full(self._store, *counted))
        room = self._store.room_of_key(hashed(key))
        if room is None:
            refuse_if(take(self._store, *counted))
            raise Problem(WRONG_KEY, Kind.FORBIDDEN)
        over = why_over(room)
        if over:
            raise Problem(over, Kind.MISSING)
        return Member(room, None), key

    def own_rooms(self) -> list[Room]:
        """Those that their account has opened and that are not over."""
        identity = self._actor.identity if self._actor.account else None
        return [] if identity is None else [room for room in self._store.rooms_of(identity) if not why_over(room)]

    def come_back_to(self, code_text: str) -> tuple[Member, str]:
        """A room of their account's, in any browser; and what that one is to hold in the place of its key."""
        room = next((room for room in self.own_rooms() if room.code == read_code(code_text)), None)
        if room is None:
            raise Problem(NOT_YOURS, Kind.FORBIDDEN)
        return Member(room, None), OF_ACCOUNT + room.code

    def join(self, code_text: str, nickname: str) -> tuple[Member, str]:
        """A seat in the room of that code, and the token that its student's browser is to hold; '' if it has one."""
        refuse_if(refused(self._actor, Action.JOIN_ROOM))
        self._leads_none()
        address = network_of(self._actor.address)
        guesses = (("codes", address), ("all_codes", ""))
        refuse_if(full(self._store, *guesses))
        code = read_code(code_text)
        if code is None:
            raise Problem(NO_CODE, field="code")
        room = self._store.room(code)
        if room is None:
            refuse_if(take(self._store, *guesses))
            raise Problem(NO_ROOM.format(shown_code(code)), Kind.MISSING, field="code")
        over = why_over(room)
        if over:
            raise Problem(over, Kind.MISSING, field="code")
        former = member_of(self._store, self._cookies)
        if former is not None and former.seat is not None and not former.seat.removed and former.room.id == room.id:
            return former, ""  # in another tab, or once more
        try:
            name = nickname_of(nickname)
        except SettingsError as error:
            raise Problem(str(error), field="nickname") from error
        refuse_if(take(self._store, ("joins", address), ("all_joins", "")))
        token = secrets.token_urlsafe(32)
        try:
            seat = self._store.take_seat(room.id, name, hashed(token), most_of("seats"), self._actor.identity)
        except NicknameTaken as error:
            raise Problem(
                f"Somebody in this room is called “{name}” already, or nearly so. Add something to it.",
                field="nickname",
            ) from error
        except RoomFull as error:
            raise beyond("seats", error.most) from error
        if former is not None and former.seat is not None:
            self._store.remove_seat(former.room.id, former.seat.id)
        return Member(room, seat), token

    def leave(self) -> None:
        """Give one's seat back, and one's nickname."""
        member = self.member(RoomAction.FOLLOW)
        if member.seat is not None:
            self._store.remove_seat(member.room.id, member.seat.id)

    def move(self, place: str, by: str) -> tuple[Member, int]:
        """Lead the room to a place, from a tab; its new version."""
        member = self.member(RoomAction.LEAD)
        if not PLACE.fullmatch(place) or len(place) > MOST_PLACE or not TAB.fullmatch(by):
            raise Problem(f"That is no place in this app; expected a page and its parameters, {MOST_PLACE:,} at most.")
        seat = None if member.seat is None else member.seat.id
        version = self._store.move_room(member.room.id, place, by, seat)
        if version is None:
            raise Problem(LENT.format("A student"), Kind.FORBIDDEN)
        return member, version

    def hand_lead(self, seat_id: int | None) -> Member:
        """Hand the lead to a student; None takes it back."""
        member = self.member(RoomAction.MANAGE)
        if not self._store.set_leader(member.room.id, seat_id):
            raise Problem("That student is not in this room any more.", Kind.MISSING)
        return member

    def set_settings(self, settings: RoomSettings) -> Member:
        """What students may do."""
        member = self.member(RoomAction.MANAGE)
        self._store.set_room_settings(member.room.id, settings)
        return member

    def keep(self) -> Member:
        """The room is not idle, though nobody moves in it."""
        member = self.member(RoomAction.MANAGE)
        self._store.touch_room(member.room.id)
        return member

    def take_out(self, seat_id: int) -> Member:
        """Take a student out of the room, and their nickname with them."""
        member = self.member(RoomAction.MANAGE)
        if not self._store.remove_seat(member.room.id, seat_id):
            raise Problem("That student is not in this room any more.", Kind.MISSING)
        return member

    def close(self) -> Member:
        """End the room for all."""
        member = self.member(RoomAction.MANAGE)
        self._store.rest_experiments(member.room.id)
        self._store.close_room(member.room.id)
        return member

    def _leads_none(self) -> None:
        """Refuse if their browser leads a room, which it would lose by coming into another."""
        member = member_of(self._store, self._cookies)
        if member is not None and member.seat is None and not why_over(member.room):
            raise Problem(IN_ANOTHER.format(shown_code(member.room.code)), Kind.FORBIDDEN)


def clear_old_rooms(store: RunStore) -> None:
    """Close the rooms that nobody uses, of which teachers had notice, and forget those that were closed long ago."""
    if not store.read_only:
        store.clear_rooms(most_of("room_hours") * 3_600, KEPT_HOURS * 3_600)


def refuse_if(problem: Problem | None) -> None:
    """Raise it, if there is one."""
    if problem is not None:
        raise problem
