"""What people call a unit of a run, and say of it: a name that then stands wherever the unit does, and a note."""

import unicodedata
from dataclasses import dataclass

import sqlalchemy as sql

from lstm_engine.errors import SettingsError
from lstm_engine.runs.store.columns import is_shown, is_whole
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.rows import find_run, storable
from lstm_engine.runs.store.schema import unit_notes

MOST_NAME = 40  # characters: it stands beside numbers in lists
MOST_UNIT_NOTE = 1_000
MOST_OF_RUN = 2_000  # named units of one run


def seen(text: str) -> str:
    """A person's text without controls, such as those that turn its direction round for all that stands behind it."""
    joiners = "\u200c\u200d"  # which letters of some scripts, and joined emoji, need
    return "".join(
        one
        for one in storable(text)
        if one in "\n\t" or one in joiners or unicodedata.category(one) not in ("Cc", "Cf")
    ).strip()


@dataclass(frozen=True)
class UnitNote:
    """What people say of a unit; ``layer`` and ``unit`` count from 0."""

    layer: int
    unit: int
    name: str
    note: str


class UnitNotes(Database):
    """The part of the store that has names of units."""

    def unit_notes(self, run_id: int) -> list[UnitNote]:
        """All that people said of the run's units, by layer and unit; a row that holds no such thing is left out."""
        columns = [
            sql.type_coerce(unit_notes.c[name], sql.types.NullType()).label(name)
            for name in ("layer", "unit", "name", "note")
        ]
        query = sql.select(*columns).where(unit_notes.c.run_id == run_id)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(unit_notes.c.layer, unit_notes.c.unit).limit(MOST_OF_RUN)).all()
        return [
            UnitNote(row.layer, row.unit, seen(row.name)[:MOST_NAME], seen(row.note)[:MOST_UNIT_NOTE])
            for row in rows
            if is_whole(row.layer) and is_whole(row.unit) and is_shown(row.name) and is_shown(row.note)
        ]

    def note_unit(self, run_id: int, layer: int, unit: int, name: str, note: str = "") -> UnitNote:
        """Name a unit and say something of it; what was said before is replaced, and nothing takes it back.

        Args:
            layer, unit: counted from 0; the model of the run decides whether there is such a one.
            name: on one line. What cannot be seen, and what turns a text's direction round, is left out of both.

        Raises:
            RunNotFound: there is no such run.
            SettingsError: name or note are too long, or so many units of the run have names already.
        """
        name, note = " ".join(seen(name).split()), seen(note)
        if len(name) > MOST_NAME or len(note) > MOST_UNIT_NOTE:
            raise SettingsError(
                f"the name has {len(name):,} characters and the note {len(note):,}; at most {MOST_NAME} and "
                f"{MOST_UNIT_NOTE:,} fit"
            )
        its = unit_notes.c.run_id == run_id
        with self._writing() as connection:
            find_run(connection, run_id, lock=True)  # two people's first names of a unit do not meet
            connection.execute(
                sql.delete(unit_notes).where(its, unit_notes.c.layer == layer, unit_notes.c.unit == unit)
            )
            if name or note:
                count = connection.execute(sql.select(sql.func.count()).where(its)).scalar_one()
                if count >= MOST_OF_RUN:
                    raise SettingsError(f"{count:,} units of this run have names already; at most {MOST_OF_RUN:,} may")
                values = {"run_id": run_id, "layer": layer, "unit": unit, "name": name, "note": note}
                connection.execute(sql.insert(unit_notes).values(values))
        return UnitNote(layer, unit, name, note)
