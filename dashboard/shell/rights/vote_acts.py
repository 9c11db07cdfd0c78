"""All that routes do with questions in a room: each asks who somebody is there, and the limits, first."""

import json
from collections.abc import Mapping
from typing import Any

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights.limits import beyond, most_of, rates
from dashboard.shell.rights.members import Member, RoomAction, check_member
from lstm_engine import SettingsError
from lstm_engine.questions import Asked, answer_of
from lstm_engine.runs import RunStore
from lstm_engine.runs.store import TooManyQuestions
from lstm_engine.runs.store.votes import Given, Vote

OVER = "That question is over, or has been asked again meanwhile; your answer was not counted."
GONE = "That question is not asked any more, or has come further meanwhile."
NOT_ASKED = "Nothing is asked just now."
MOST_SAID = 2**40  # answers that a browser has counted; milliseconds of a few years fit


class VoteActs:
    """What can be done with questions by whoever asks, in one request.

    Every method raises Problem, with a sentence and a kind, if they may not.

    Args:
        store: the whole one. cookies: what their browser holds, which says who they are in a room.
    """

    def __init__(self, store: RunStore, cookies: Mapping[str, str]):
        self._store, self._cookies = store, cookies
        self._members: dict[RoomAction, Member] = {}  # of one request: a whole class answers at once

    def member(self, action: RoomAction) -> Member:
        """Who they are in their room, if they may do that there."""
        if action not in self._members:
            self._members[action] = check_member(self._store, self._cookies, action)
        return self._members[action]

    def ask(self, asked: Asked) -> Member:
        """Ask the class something; what was asked before ends."""
        member = self.member(RoomAction.ASK)
        try:
            self._store.open_vote(member.room.id, json.dumps(asked.to_stored()), most_of("asked"))
        except TooManyQuestions as error:
            raise beyond("asked", error.most) from error
        return member

    def hold(self, run_id: int, step: int) -> bool:
        """Keep a checkpoint that is about to be asked about, while its run trains on; whether it is there."""
        self.member(RoomAction.ASK)
        return self._store.hold_checkpoint(run_id, step)

    def ask_again(self, vote: int) -> Member:
        """Ask the same once more."""
        member = self.member(RoomAction.ASK)
        return done(self._store.ask_again(member.room.id, vote), member)

    def close(self, vote: int) -> Member:
        """Take no more answers."""
        member = self.member(RoomAction.ASK)
        return done(self._store.close_vote(member.room.id, vote), member)

    def reveal(self, vote: int) -> Member:
        """Show all what the class answered, and the engine."""
        member = self.member(RoomAction.ASK)
        return done(self._store.reveal_vote(member.room.id, vote), member)

    def end(self, vote: int) -> Member:
        """Take it from all screens."""
        member = self.member(RoomAction.ASK)
        return done(self._store.end_vote(member.room.id, vote), member)

    def answer(self, vote_id: int, turn: int, given: Any, said: int) -> None:
        """A student's own answer, in the place of their last one."""
        member = self.member(RoomAction.ANSWER)
        assert member.seat is not None
        full = rates().take(("answers", f"{member.room.id}/{member.seat.id}"))
        if full is not None:
            raise full
        vote = self._store.vote(member.room.id)
        if vote is None or vote.id != vote_id or vote.turn != turn or not vote.is_open:
            raise Problem(OVER, Kind.MISSING)
        try:
            answer = answer_of(question_in(vote), given)
        except SettingsError as error:
            raise Problem(str(error)) from error
        said = min(max(said, 0), MOST_SAID)
        if not self._store.give_answer(member.seat, vote.id, turn, json.dumps(answer), said):
            raise Problem(OVER, Kind.MISSING)

    def own_answer(self) -> Given | None:
        """What a student has answered to what is asked just now."""
        member = self.member(RoomAction.ANSWER)
        vote = self._store.vote(member.room.id)
        if vote is None or member.seat is None:
            return None
        mine = [one for one in self._store.answers(member.room.id, vote.id) if one.seat_id == member.seat.id]
        return next((one for one in mine if one.turn == vote.turn), None)

    def add_question(self, text: str) -> int:
        """Keep a question of the teacher's own with the room."""
        member = self.member(RoomAction.ASK)
        try:
            return self._store.add_question(member.room.id, text, most_of("own_questions"))
        except TooManyQuestions as error:
            raise beyond("own_questions", error.most) from error

    def remove_question(self, number: int) -> Member:
        """Take one of them out."""
        member = self.member(RoomAction.ASK)
        return done(self._store.remove_question(member.room.id, number), member)

    def own_questions(self) -> dict[int, str]:
        """The teacher's own, by number."""
        return self._store.own_questions(self.member(RoomAction.ASK).room.id)

    def own_question(self, number: int) -> str:
        """One of them."""
        text = self._store.own_question(self.member(RoomAction.ASK).room.id, number)
        if text is None:
            raise Problem("That question of yours is not kept here any more.", Kind.MISSING)
        return text

    def all_answers(self) -> tuple[Member, list[Vote], list[Given]]:
        """All that was asked and answered, to take home."""
        member = self.member(RoomAction.ASK)
        return member, self._store.votes(member.room.id), self._store.answers(member.room.id)

    def forget_nicknames(self) -> Member:
        """Take the nicknames from all answers, for good."""
        member = self.member(RoomAction.ASK)
        self._store.forget_nicknames(member.room.id)
        return member


def done(happened: bool, member: Member) -> Member:
    """The member, or Problem where there was nothing to do that to."""
    if not happened:
        raise Problem(GONE, Kind.MISSING)
    return member


def question_in(vote: Vote) -> Asked:
    """What a vote asks."""
    return Asked.from_stored(json.loads(vote.question))
