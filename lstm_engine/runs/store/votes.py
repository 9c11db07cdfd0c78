"""Votes: what is asked in a room, and what each student answers, counted once however often it is sent.

An answer is in the store before it is confirmed, so that a server which is killed loses none; whose answer was not
confirmed sends it again, which replaces it. The row of the vote is locked while an answer is written and while the vote
is closed: an answer comes before the end and counts, or after it and is refused, and no server counts otherwise.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite

from lstm_engine.runs.experiments import LETTERS
from lstm_engine.runs.rooms import Seat
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.errors import TooManyQuestions
from lstm_engine.runs.store.rows import storable
from lstm_engine.runs.store.schema import answers, own_questions, rooms, seats, variations, votes

TURNS = 2  # a question is asked, and once more after the class has talked about it
INSERT: dict[str, Callable[[sql.Table], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@dataclass(frozen=True)
class Vote:
    """A question that was asked.

    Attributes:
        question: as JSON, with the engine's answer. turn: 1, or 2 once it was asked again.
        opened_at, closed_at, revealed_at, ended_at: seconds since 1970, or None as long as it has not come to that.
    """

    id: int
    room_id: int
    question: str
    turn: int
    opened_at: float
    closed_at: float | None
    revealed_at: float | None
    ended_at: float | None

    @property
    def is_open(self) -> bool:
        """Whether it can be answered."""
        return self.closed_at is None and self.revealed_at is None and self.ended_at is None


@dataclass(frozen=True)
class Given:
    """An answer: to which vote and turn, whose, as JSON, and when. Without a nickname nobody knows whose."""

    vote_id: int
    turn: int
    seat_id: int
    nickname: str
    answer: str
    answered_at: float


class Votes(Database):
    """The part of the store that has them."""

    def open_vote(self, room_id: int, question: str, most: int) -> Vote:
        """Ask something; what was asked before ends.

        Raises:
            TooManyQuestions: the room has asked so much already.
        """
        now, mine = time.time(), votes.c.room_id == room_id
        values = {"room_id": room_id, "question": storable(question), "turn": 1, "opened_at": now}
        with self._writing() as connection:
            self._turn(connection, room_id)
            if connection.execute(sql.select(sql.func.count()).where(mine)).scalar_one() >= most:
                raise TooManyQuestions(most)
            connection.execute(sql.update(votes).where(mine, votes.c.ended_at.is_(None)).values(ended_at=now))
            row = connection.execute(sql.insert(votes).values(values).returning(*votes.c)).one()
            self._changed(connection, room_id)
            return Vote(**row._mapping)

    def vote(self, room_id: int) -> Vote | None:
        """What is asked in a room just now; None if nothing is."""
        query = sql.select(votes).where(votes.c.room_id == room_id, votes.c.ended_at.is_(None))
        with self._reading() as connection:
            row = connection.execute(query.order_by(votes.c.id.desc()).limit(1)).first()
        return None if row is None else Vote(**row._mapping)

    def votes(self, room_id: int) -> list[Vote]:
        """All that was asked in a room, in that order."""
        with self._reading() as connection:
            rows = connection.execute(sql.select(votes).where(votes.c.room_id == room_id).order_by(votes.c.id))
            return [Vote(**row._mapping) for row in rows]

    def ask_again(self, room_id: int, vote_id: int) -> bool:
        """Ask the same once more, after the class has talked about it; whether that could be."""
        open_again = {"turn": votes.c.turn + 1, "closed_at": None}
        return self._set(room_id, vote_id, open_again, votes.c.turn < TURNS, votes.c.revealed_at.is_(None))

    def close_vote(self, room_id: int, vote_id: int) -> bool:
        """Take no more answers; whether it was open."""
        return self._set(room_id, vote_id, {"closed_at": time.time()}, votes.c.closed_at.is_(None))

    def reveal_vote(self, room_id: int, vote_id: int) -> bool:
        """Show everybody what the engine answers, and what the class did; nobody answers from then on."""
        now = time.time()
        shown = {"revealed_at": now, "closed_at": sql.func.coalesce(votes.c.closed_at, now)}
        return self._set(room_id, vote_id, shown, votes.c.revealed_at.is_(None))

    def end_vote(self, room_id: int, vote_id: int) -> bool:
        """Take it from all screens; what was answered is kept."""
        return self._set(room_id, vote_id, {"ended_at": time.time()})

    def _set(self, room_id: int, vote_id: int, values: dict[str, Any], *when: sql.ColumnElement[bool]) -> bool:
        its = sql.update(votes).where(votes.c.id == vote_id, votes.c.room_id == room_id, votes.c.ended_at.is_(None))
        with self._writing() as connection:
            self._turn(connection, room_id)
            if not connection.execute(its.where(*when).values(values)).rowcount:
                return False
            self._changed(connection, room_id)
            return True

    def give_answer(self, seat: Seat, vote_id: int, turn: int, answer: str, said: int) -> bool:
        """A student's answer, in the place of their last one; whether it counts, since the vote is open.

        Args:
            answer: as JSON. said: the browser's count of its answers; one that was overtaken changes nothing.
        """
        asked = sql.select(votes.c.id).where(
            votes.c.id == vote_id,
            votes.c.room_id == seat.room_id,
            votes.c.turn == turn,
            *(votes.c[name].is_(None) for name in ("closed_at", "revealed_at", "ended_at")),
        )
        values = {
            "vote_id": vote_id,
            "turn": turn,
            "seat_id": seat.id,
            "room_id": seat.room_id,
            "nickname": seat.nickname,
            "answer": answer,
            "said": said,
            "answered_at": time.time(),
        }
        with self._writing() as connection:
            if connection.execute(asked.with_for_update(read=True)).first() is None:
                return False
            insert = INSERT[connection.dialect.name](answers).values(values)
            changed = {name: insert.excluded[name] for name in ("answer", "said", "answered_at", "nickname")}
            key = [answers.c.vote_id, answers.c.turn, answers.c.seat_id]
            newer = answers.c.said <= insert.excluded.said
            connection.execute(insert.on_conflict_do_update(index_elements=key, set_=changed, where=newer))
            return True

    def answers(self, room_id: int, vote_id: int | None = None) -> list[Given]:
        """All answers of a room, or to one vote; of who was taken out of the room, without the nickname."""
        nickname = sql.case((sql.or_(seats.c.removed.is_(True), seats.c.id.is_(None)), ""), else_=answers.c.nickname)
        columns = [answers.c[name] for name in ("vote_id", "turn", "seat_id", "answer", "answered_at")]
        query = (
            sql.select(*columns, nickname.label("nickname"))
            .select_from(answers.outerjoin(seats, seats.c.id == answers.c.seat_id))
            .where(answers.c.room_id == room_id)
            .order_by(answers.c.vote_id, answers.c.turn, answers.c.seat_id)
        )
        if vote_id is not None:
            query = query.where(answers.c.vote_id == vote_id)
        with self._reading() as connection:
            return [Given(**row._mapping) for row in connection.execute(query)]

    def forget_nicknames(self, room_id: int) -> int:
        """Take the nicknames from all answers and curves of a room, for good; returns from how many."""
        with self._writing() as connection:
            found = 0
            for table in (answers, variations):
                named = sql.update(table).where(table.c.room_id == room_id, table.c.nickname != "")
                found += connection.execute(named.values(nickname="")).rowcount
            theirs = sql.select(variations.c.run_id, variations.c.chosen).where(variations.c.room_id == room_id)
            for run_id, chosen in connection.execute(theirs).all():
                kept = {name: value for name, value in json.loads(chosen).items() if name != LETTERS}  # mostly a name
                letterless = sql.update(variations).where(variations.c.run_id == run_id)
                connection.execute(letterless.values(chosen=json.dumps(kept)))
            return found

    def add_question(self, room_id: int, text: str, most: int) -> int:
        """Keep a question of the teacher's own; its number.

        Raises:
            TooManyQuestions: the room has so many already.
        """
        mine = own_questions.c.room_id == room_id
        with self._writing() as connection:
            self._turn(connection, room_id)
            if connection.execute(sql.select(sql.func.count()).where(mine)).scalar_one() >= most:
                raise TooManyQuestions(most)
            values = {"room_id": room_id, "text": storable(text)}
            return int(
                connection.execute(sql.insert(own_questions).values(values).returning(own_questions.c.id)).scalar_one()
            )

    def own_questions(self, room_id: int) -> dict[int, str]:
        """The teacher's own, by number."""
        query = sql.select(own_questions.c.id, own_questions.c.text).where(own_questions.c.room_id == room_id)
        with self._reading() as connection:
            return {row.id: row.text for row in connection.execute(query.order_by(own_questions.c.id))}

    def own_question(self, room_id: int, number: int) -> str | None:
        """One of them; None if there is none of that number."""
        its = sql.and_(own_questions.c.room_id == room_id, own_questions.c.id == number)
        with self._reading() as connection:
            text: str | None = connection.execute(sql.select(own_questions.c.text).where(its)).scalar()
            return text

    def remove_question(self, room_id: int, number: int) -> bool:
        """Take one of them out; whether it was there."""
        its = sql.and_(own_questions.c.room_id == room_id, own_questions.c.id == number)
        with self._writing() as connection:
            return connection.execute(sql.delete(own_questions).where(its)).rowcount > 0

    @staticmethod
    def _turn(connection: sql.Connection, room_id: int) -> None:
        """One after the other in a room: what is counted and what is made belong together."""
        connection.execute(sql.select(rooms.c.id).where(rooms.c.id == room_id).with_for_update())

    @staticmethod
    def _changed(connection: sql.Connection, room_id: int) -> None:
        """Every server looks at the room anew."""
        values = {"changes": rooms.c.changes + 1, "touched_at": time.time()}
        connection.execute(sql.update(rooms).where(rooms.c.id == room_id).values(values))
