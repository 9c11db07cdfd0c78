"""What a model of one's own reads and says."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_engine import LSTMModel, SettingsError, TaskInputError, tasks
from lstm_engine.tasks.own_model import OwnModel
from lstm_engine.tasks.own_model_task import OwnModelTask
from lstm_engine.tasks.rows import read_rows, rows_of_table, written_rows

LETTERS = OwnModel(5, 5, ("a", "b", "é", " ", "<pad>"), "next")
WORDS = OwnModel(4, 4, ("the", "cat", "sat", "<unk>"), "next", embedded=True)
ROWS = OwnModel(2, 3)


def task(own: OwnModel) -> OwnModelTask:
    return OwnModelTask(text=own.to_text())


def test_characters_are_read_with_special_symbols_among_them_and_the_next_is_what_is_right():
    found = task(LETTERS).encode("ab<pad>é a")
    assert found.labels == ["a", "b", "<pad>", "é", "␣", "a"]
    assert found.inputs[:, 0].argmax(axis=1).tolist() == [0, 1, 4, 2, 3, 0]
    assert found.targets[:-1, 0].tolist() == [1, 4, 2, 3, 0]
    assert found.mask[:, 0].tolist() == [True] * 5 + [False]


def test_words_are_read_by_their_numbers_and_unknown_ones_as_the_unknown_symbol():
    found = task(WORDS).encode("The cat  flew")
    assert found.inputs[:, 0].argmax(axis=1).tolist() == [0, 1, 3]
    assert found.note == "Read as <unk>: “flew”."


def test_what_the_vocabulary_has_not_is_named():
    with pytest.raises(TaskInputError, match="no “z”") as refused:
        task(LETTERS).encode("abz")
    assert refused.value.nearest == "ab"
    with pytest.raises(TaskInputError, match="no “dog”; write its symbols with spaces between them"):
        task(OwnModel(2, 2, ("the", "cat"), "classes")).encode("the dog")


def test_a_model_that_reads_from_the_end_gets_its_sequences_turned_round():
    assert task(replace(LETTERS, backward=True)).encode("ab").labels == ["b", "a"]
    turned = task(replace(ROWS, backward=True)).encode("1 2; 3 4")
    assert turned.inputs[:, 0].tolist() == [[3, 4], [1, 2]]
    assert turned.note == "Read from its end, as this model reads."


def test_a_model_goes_on_with_its_own_likeliest_symbols():
    model, own = LSTMModel(4, 6, 4, embedding_size=3, seed=3), task(WORDS)
    sequence = own.encode("the cat")
    written = own.continued(model, sequence, 2, 5, 0.0, np.random.default_rng(0)).split()
    codes = [WORDS.symbols.index(word) for word in written]
    outputs, _ = model.forward(np.array(codes)[:, None])
    assert codes[:2] == [0, 1]
    assert codes[2:] == outputs[1:-1, 0].argmax(axis=1).tolist()


def test_where_nobody_knows_what_is_right_no_answer_is_asked_and_nothing_is_trained():
    own = task(ROWS)
    assert not own.encode("1 2; 3 4").mask.any()
    assert own.outputs_named == ("y 0", "y 1", "y 2")
    for attempt in (own.to_train, own.baseline, lambda: own.validation_batch(5)):
        with pytest.raises(SettingsError, match="never trained"):
            attempt()
    assert OwnModelTask.name not in tasks.KINDS


@pytest.mark.parametrize(
    "own", [LETTERS, WORDS, ROWS, replace(ROWS, inputs=1), OwnModel(4096, 2), replace(LETTERS, backward=True)]
)
def test_its_examples_can_be_read(own):
    for example in task(own).examples():
        assert task(own).encode(example).labels


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The sequence is empty"),
        ("1 2; 3", "Row 2 has 1 number, but the model reads 2"),
        ("1 x", "“x”, in row 1, is no number"),
        ("1 nan", "“nan”, in row 1"),
        ("1 1e31", "“1e31”, in row 1"),
        ("1 2;" * 2001, "That is 2,001 rows"),
        ("1 2;" * 5000, "20,000 characters"),
    ],
)
def test_rows_that_cannot_be_read_are_refused_in_a_sentence(text, said):
    with pytest.raises(TaskInputError, match=said):
        read_rows(text, 2)


def test_a_table_becomes_rows_whatever_its_delimiter():
    assert rows_of_table("a;b\n1,5;2\n-3;0,25\n", 2) == "1.5 2; -3 0.25"
    with pytest.raises(TaskInputError, match="The table has 2 columns of numbers"):
        rows_of_table("a,b\n1,2\n3,4\n", 3)
    with pytest.raises(TaskInputError, match="Row 2 of “b” has a gap"):
        rows_of_table("a,b\n1,2\n3,\n5,6\n", 2)
    values = np.random.default_rng(0).normal(size=(9, 4))
    np.testing.assert_allclose(read_rows(written_rows(values), 4), values, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "no JSON"),
        ("[1]", "expected inputs and outputs"),
        ('{"inputs": 0, "outputs": 1}', "inputs is 0"),
        ('{"inputs": 2, "outputs": 1, "symbols": ["a"]}', "there are 1 symbols, but the model reads 2"),
        ('{"inputs": 2, "outputs": 1, "symbols": ["a", "a"]}', "not all different"),
        ('{"inputs": 2, "outputs": 1, "symbols": "ab"}', "expected a list"),
        ('{"inputs": 2, "outputs": 1, "says": "next"}', "says no next symbol"),
        ('{"inputs": 2, "outputs": 1, "symbols": ["a", "b"], "says": "next"}', "choose classes or numbers"),
        ('{"inputs": 2, "outputs": 1, "embedded": true}', "reads symbols"),
        ('{"inputs": 2, "outputs": 1, "says": []}', "expected one of"),
        ('{"inputs": 9999, "outputs": 1}', "one-hot symbols"),
        ('{"inputs": 2, "outputs": 1, "more": 1}', "expected inputs and outputs"),
    ],
)
def test_what_a_run_keeps_of_a_model_is_judged_when_it_is_read(text, said):
    with pytest.raises(TaskInputError, match=said):
        OwnModelTask(text=text)
