"""Names and texts as people write them."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import TaskInputError, tasks
from lstm_engine.tasks.folding import fold
from lstm_engine.tasks.names import ALPHABET, END

LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F), max_size=30)


@pytest.mark.parametrize(
    ("typed", "read", "said"),
    [
        ("José", "jose", "é as e"),
        ("Zoë", "zoe", "ë as e"),
        ("O'Neil", "oneil", "without '"),
        ("D’Arcy", "darcy", "without ’"),
        ("Łukasz", "lukasz", "ł as l"),
        ("Straße", "strasse", "ß as ss"),
        ("e\u0301ric", "eric", "é as e"),
        ("Anne\u2013Marie", "anne-marie", "– as -"),
        ("St. John", "st·john", "without ."),
        ("ann\u200d", "ann", ""),
    ],
)
def test_accents_and_apostrophes_are_folded_with_a_word_on_it(typed, read, said):
    sequence = tasks.get("names").encode(typed)
    assert "".join(sequence.labels) == END + read
    assert said in sequence.note
    assert bool(sequence.note) == bool(said)


def test_a_name_in_the_alphabet_has_no_note():
    assert tasks.get("names").encode(" Maria ").note == ""


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | LATIN, st.sampled_from([ALPHABET + " ", "01", "abcXY .'\"", "éa\u0301b"]))
def test_folding_twice_is_folding_once_and_keeps_what_is_known(text, known):
    folded = fold(text, known)
    assert set(folded.text) <= set(known)
    again = fold(folded.text, known)
    assert (again.text, again.changes, again.unknown) == (folded.text, (), ())
    if set(text) <= set(known):
        assert folded.text == text
    assert not set(folded.unknown) & set(known)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("aceinosuyzACENOSZ"), min_size=1, max_size=10), st.sampled_from("\u0301\u0308\u030c\u0327")
)
def test_marks_on_letters_of_the_alphabet_change_nothing_but_the_word_on_them(name, mark):
    task = tasks.get("names")
    marked = unicodedata.normalize("NFC", mark.join(name) + mark)
    assert task.encode(marked).labels == task.encode(name).labels


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(tasks.TASKS)), st.text(max_size=30) | LATIN)
def test_the_nearest_that_is_offered_can_be_read(name, text):
    task = tasks.get(name)
    nearest = None
    try:
        task.encode(text)
    except TaskInputError as error:
        nearest = error.nearest
    assert nearest is None or task.encode(nearest).labels


def test_a_text_task_folds_what_its_text_lacks_and_keeps_what_it_has():
    task = tasks.get("own text", text="the café says 'yes' - " * 20)
    assert task.encode("café").note == ""
    sequence = task.encode("‘Thé’")
    assert "".join(sequence.labels) + sequence.target_labels[-1] == "'thé'"
    assert sequence.note == "Read as “'thé'”: ‘ as ', T as t, ’ as '."
    assert "never seen “q”" in str(_refusal(task, "q yes"))
    assert _refusal(task, "q yes").nearest == " yes"


def _refusal(task, text):
    with pytest.raises(TaskInputError) as raised:
        task.encode(text)
    return raised.value


def test_other_scripts_are_learned_from_as_they_are():
    text = "שלום עולם. привет, мир! こんにちは 🎉 " * 20
    task = tasks.get("own text", text=text)
    assert task.encode("мир 🎉").labels == list("мир␣")
