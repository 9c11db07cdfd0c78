"""Names that people give units; each test on SQLite and PostgreSQL."""

import pytest
import sqlalchemy as sql

from lstm_engine import SettingsError
from lstm_engine.runs import RunNotFound, RunStore
from lstm_engine.runs.store import schema, unit_notes
from lstm_engine.runs.store.database import parse_url
from lstm_engine.runs.store.unit_notes import MOST_NAME, UnitNote
from tests.lstm_engine.runs.conftest import SMALL


def test_a_name_is_kept_replaced_and_taken_back(store):
    run, other = store.create(SMALL), store.create(SMALL)
    assert store.unit_notes(run.id) == []
    store.note_unit(run.id, 0, 7, "brackets", "on between ( and )")
    store.note_unit(run.id, 0, 3, "  two\n lines ")
    assert store.unit_notes(run.id) == [
        UnitNote(0, 3, "two lines", ""),
        UnitNote(0, 7, "brackets", "on between ( and )"),
    ]
    assert store.note_unit(run.id, 0, 7, "<b>other</b>\0") == UnitNote(0, 7, "<b>other</b>", "")
    store.note_unit(run.id, 0, 3, "", "")
    assert store.unit_notes(run.id) == [UnitNote(0, 7, "<b>other</b>", "")]
    assert store.unit_notes(other.id) == []


def test_what_is_too_much_is_refused_in_a_sentence_and_changes_nothing(store, monkeypatch):
    run = store.create(SMALL)
    store.note_unit(run.id, 0, 0, "first")
    with pytest.raises(SettingsError, match=r"name has 41 characters.*at most 40"):
        store.note_unit(run.id, 0, 0, "x" * (MOST_NAME + 1))
    monkeypatch.setattr(unit_notes, "MOST_OF_RUN", 1)
    with pytest.raises(SettingsError, match="1 units of this run have names already"):
        store.note_unit(run.id, 0, 1, "second")
    assert store.note_unit(run.id, 0, 0, "again").name == "again"
    with pytest.raises(RunNotFound):
        store.note_unit(99, 0, 0, "nobody")
    assert [note.name for note in store.unit_notes(run.id)] == ["again"]


def test_names_go_with_their_run(store):
    run = store.create(SMALL)
    store.note_unit(run.id, 0, 1, "gone")
    store.delete(run.id)
    with store._writing() as connection:
        connection.exec_driver_sql("UPDATE runs SET deleted_at = 1.0")
    store.purge()
    assert store.unit_notes(run.id) == []


def test_a_store_of_before_there_were_names_gets_their_table_and_keeps_its_runs(url):
    with RunStore(url) as store:
        run = store.create(SMALL, "kept")
    engine = sql.create_engine(parse_url(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE unit_notes")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    engine.dispose()
    with RunStore(url) as store:
        assert store.get(run.id).name == "kept"
        store.note_unit(run.id, 0, 1, "there")
        assert store.unit_notes(run.id)[0].name == "there"


def test_what_turns_a_text_round_or_is_unseen_is_left_out_and_joiners_stay(store):
    run = store.create(SMALL, start=False)
    turned = "\u202eevil\u202c \u2066x\u2069\u200f\x1b[0m\ufeff"
    assert store.note_unit(run.id, 0, 0, turned, f"{turned}\nsecond") == UnitNote(
        0, 0, "evil x[0m", "evil x[0m\nsecond"
    )
    assert store.note_unit(run.id, 0, 1, "\u202e\u200b", "") == UnitNote(0, 1, "", "")
    assert [note.unit for note in store.unit_notes(run.id)] == [0]
    assert store.note_unit(run.id, 0, 2, "می\u200cخواهم שלום").name == "می\u200cخواهم שלום"
    with store._writing() as connection:  # kept before names were judged so
        connection.execute(sql.update(schema.unit_notes).values(name=turned))
    assert {note.name for note in store.unit_notes(run.id)} == {"evil x[0m"}
