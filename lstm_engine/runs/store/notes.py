"""What people say of a run: a note and tags; and what it was forked from."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.errors import SettingsError
from lstm_engine.runs.run import Notes
from lstm_engine.runs.store.columns import is_whole
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.rows import find_run, storable
from lstm_engine.runs.store.schema import notes

MOST_NOTE = 2_000  # characters
MOST_TAGS = 12


def put_notes(connection: Connection, run_id: int, values: dict[str, Any]) -> None:
    """Set columns of a run's notes, which need not be there yet."""
    if connection.execute(sql.update(notes).where(notes.c.run_id == run_id).values(values)).rowcount == 0:
        connection.execute(sql.insert(notes).values(run_id=run_id, **values))


class RunNotes(Database):
    """The part of the store that has notes."""

    def notes(self, run_id: int) -> Notes:
        """What people said of the run; what is no text, or no number of a run, nobody said."""
        with self._reading() as connection:
            row = connection.execute(sql.select(notes).where(notes.c.run_id == run_id)).first()
        if row is None:
            return Notes()
        note, tags = (text if isinstance(text, str) else "" for text in (row.note, row.tags))
        parent = (row.parent_run, row.parent_step)
        known = all(is_whole(number) for number in parent)
        return Notes(note, tuple(tags.split()), *(parent if known else (None, None)))

    def annotate(self, run_id: int, note: str, tags: Sequence[str] = ()) -> None:
        """Say something of the run, and give it tags; what was said before is replaced.

        Raises:
            SettingsError: there is too much of it.
        """
        if len(note) > MOST_NOTE or len(tags) > MOST_TAGS:
            raise SettingsError(
                f"the note has {len(note):,} characters and {len(tags)} tags; at most {MOST_NOTE:,} and {MOST_TAGS} fit"
            )
        words = ["-".join(storable(tag).split())[:30] for tag in tags]
        with self._writing() as connection:
            find_run(connection, run_id, lock=True)  # two people's first notes do not meet
            put_notes(connection, run_id, {"note": storable(note), "tags": " ".join(words)})
