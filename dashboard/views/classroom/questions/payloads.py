"""What a room is told of a question: before it is shown, all know what is asked, and its teacher alone who is right."""

import json
from typing import Any

from dashboard.shell.rights.vote_acts import question_in
from lstm_engine.questions import Asked, distribution
from lstm_engine.questions.counting import advice
from lstm_engine.runs import RunStore
from lstm_engine.runs.rooms import Room
from lstm_engine.runs.store.votes import Vote


def vote_for_all(store: RunStore, room: Room) -> dict[str, Any]:
    """For all in the room; nothing of what was answered, or is right, before it is shown."""
    vote = store.vote(room.id)
    if vote is None:
        return {"vote": None}
    asked = question_in(vote)
    found: dict[str, Any] = {"vote": vote.id, "turn": vote.turn, "question": asked.without_answer()}
    found |= {"is_open": vote.is_open, "is_revealed": vote.revealed_at is not None}
    if vote.revealed_at is not None:
        found |= {"turns": counted(store, room, vote, asked), "engine": asked.the_answer()}
    return found


def vote_for_teacher(store: RunStore, room: Room) -> dict[str, Any]:
    """For the teacher: the same with how it stands, and what to do next."""
    vote = store.vote(room.id)
    if vote is None:
        return {"vote": None}
    asked = question_in(vote)
    turns = counted(store, room, vote, asked)
    return {"vote": vote.id, "turn": vote.turn, "turns": turns, "engine": asked.the_answer(), "advice": advice(*turns)}


def counted(store: RunStore, room: Room, vote: Vote, asked: Asked) -> list[dict[str, Any]]:
    """The distribution of each turn."""
    given = store.answers(room.id, vote.id)
    return [
        distribution(asked, [json.loads(one.answer) for one in given if one.turn == turn])
        for turn in range(1, vote.turn + 1)
    ]
