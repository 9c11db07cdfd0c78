"""The task on words, and the tables that it is compared with."""

import textwrap
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import LSTMModel, TaskInputError, tasks
from lstm_engine.runs import RunSettings
from lstm_engine.tasks.ngrams import Tables
from lstm_engine.tasks.words import PARAGRAPH, UNKNOWN, text_of, words_of

FABLE = "The fox saw the grapes. The fox could not reach the grapes; the grapes were sour!\n\n" * 20


@given(st.text(alphabet="ab_1 ¶'’.,:;?!()\n‹›é-unkow", max_size=60))
@settings(max_examples=300, deadline=None)
def test_words_are_the_same_after_they_were_written_as_text(text):
    words = words_of(text)
    assert words_of(text_of(words)) == words
    assert words[0] == PARAGRAPH
    assert all(pair != (PARAGRAPH, PARAGRAPH) for pair in pairwise(words))


def test_the_thousand_symbols_are_the_most_common_words_and_one_for_all_others():
    task = tasks.get("words")
    assert (task.input_size, task.output_size, len(task.vocabulary)) == (1000, 1000, 1000)
    assert task.vocabulary[-1] == UNKNOWN
    learned = words_of(textwrap.indent.__doc__)  # a documentation string that is there in every Python
    assert set(learned) & set(task.vocabulary) >= {"the", "text", "lines"}
    training = task._codes[: task._held_out_from]
    counts = np.bincount(training, minlength=1000)
    assert (np.diff(counts[1:-1]) <= 0).all()  # the most common first
    assert counts[-2] >= 2
    sequence = task.encode("Return the frobnicated value")
    assert sequence.labels == [PARAGRAPH, "return", "the", "‹frobnicated›"]
    assert sequence.target_labels == ["return", "the", "‹frobnicated›", "value"]
    assert sequence.targets[2, 0] == sequence.inputs[3, 0].argmax() == 999


def test_a_run_keeps_its_words_and_gets_the_same_task_from_them():
    task = tasks.get("words")
    kept = RunSettings(task="words").pinned().text
    assert len(kept) < 250_000
    again = tasks.get("words", text=kept)
    assert again.vocabulary == task.vocabulary
    np.testing.assert_array_equal(again._codes, task._codes)
    with pytest.raises(TaskInputError, match="cannot be unpacked"):
        tasks.get("words", text="bz2,base64:AAAA")


def test_a_text_of_ones_own_is_learned_from_word_by_word():
    task = tasks.get("own words", text=FABLE)
    assert tasks.get("words", text=FABLE).vocabulary == task.vocabulary
    assert task.vocabulary[:4] == (PARAGRAPH, "the", "grapes", "fox")
    batch = task.batch(np.random.default_rng(0), 3, 12)
    assert batch.inputs.shape == (12, 3, task.input_size)
    shown = [words_of(text) for text in task.show(batch)]
    expected = [task.vocabulary[code] for code in batch.targets[:-1, 0]]
    assert shown[0][-len(expected) :] == expected
    held_out = task.validation_batch(10)
    assert held_out.targets.size < 0.15 * len(task._codes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a b " * 20, "has 40 words; at least 200"),
        (" ".join(f"w{k}" for k in range(900)), "No two words of the text come twice"),
        ("a" * 300_000, "at most 200,000"),
        (None, "no text yet"),
    ],
)
def test_words_that_teach_nothing_are_refused(text, message):
    with pytest.raises(TaskInputError, match=message):
        tasks.get("own words", text=text)


def test_what_holds_no_word_is_no_sequence():
    for text in ("", "¶", "--- ***"):
        with pytest.raises(TaskInputError, match="holds no word"):
            tasks.get("own words", text=FABLE).encode(text)
    with pytest.raises(TaskInputError, match="2,001 words; at most 2,000"):
        tasks.get("own words", text=FABLE).encode("fox " * 2_001)


def test_words_that_are_read_as_the_unknown_one_are_named():
    task = tasks.get("own words", text=FABLE)
    sequence = task.encode("The vixen saw the zebra and the zebra.")
    as_unknown = [label for label in sequence.labels if label.startswith("‹")]
    assert "‹zebra›" in as_unknown
    for label in set(as_unknown):
        assert f"“{label[1:-1]}”" in sequence.note
    assert sequence.note.count("“") == len(set(as_unknown))
    assert task.encode("the grapes").note == ""
    assert task.encode(f"the {UNKNOWN} fox").note == ""  # as the examples have it
    assert "and 5 more" in task.encode(" ".join("zqwertyu")).note


def test_the_perplexity_is_that_of_reading_on():
    task = tasks.get("own words", text=FABLE * 12)
    model = LSTMModel(task.input_size, 8, task.output_size, embedding_size=4)
    held_out = task._codes[task._held_out_from :]
    streams = len(held_out) // 100
    length = (len(held_out) - 1) // streams
    losses = []
    for k in range(streams):
        stream = held_out[k * length : (k + 1) * length + 1, None]
        losses.append(model.loss(stream[:-1], stream[1:]))
    measure = task.measure(model, 25)
    assert streams > 1
    assert measure.value == pytest.approx(np.exp(np.mean(losses)), rel=1e-4)
    assert not measure.reached
    assert measure.goal < 2  # the table of three words knows the fable


def test_a_continuation_goes_on_from_the_words_that_were_read():
    task = tasks.get("own words", text=FABLE)
    model = LSTMModel(task.input_size, 8, task.output_size, embedding_size=4)
    sequence = task.encode("The vixen saw (the grapes).")
    generator = np.random.default_rng(0)
    assert words_of(task.continued(model, sequence, 4, 7, 1.0, generator))[:4] == [PARAGRAPH, "the", "vixen", "saw"]
    assert len(words_of(task.continued(model, sequence, 1, 1, 1.0, generator))) == 2
    texts = task.samples(model, generator, 8)
    assert all(task.encode(sample.text) for sample in texts)


def test_tables_are_distributions_and_know_what_follows():
    generator = np.random.default_rng(0)
    codes = generator.integers(6, size=400)
    codes[codes == 5] = 2  # a symbol that never comes
    tables = Tables(codes, 6)
    every = np.arange(6)
    np.testing.assert_allclose(tables.unigram(every).sum(), 1)
    for two in every:
        np.testing.assert_allclose(tables.bigram(np.full(6, two), every).sum(), 1)
        for one in every:
            chances = tables.trigram(np.full(6, one), np.full(6, two), every)
            np.testing.assert_allclose(chances.sum(), 1)
            assert (chances > 0).all()
    cycle = np.tile([0, 1, 0, 2], 100)  # what follows 0 depends on what came before it
    tables = Tables(cycle, 3)
    assert tables.trigram(np.array([1]), np.array([0]), np.array([2])) > 0.95
    assert 0.4 < tables.bigram(np.array([0]), np.array([2])) < 0.6


def test_kneser_and_neys_estimate_is_theirs():
    """By hand, on "a b a c a b": pairs ab 2, ba 1, ac 1, ca 1, so D = 3 / (3 + 2)."""
    tables = Tables(np.array([0, 1, 0, 2, 0, 1]), 3)
    D, after_others = 3 / 5, np.array([2, 1, 1]) + 1 / 3  # a was seen after b and c; a third is added to each
    base = after_others / after_others.sum()
    expected = [0 + D * 2 / 3 * base[0], (2 - D) / 3 + D * 2 / 3 * base[1], (1 - D) / 3 + D * 2 / 3 * base[2]]
    np.testing.assert_allclose(tables.bigram(np.zeros(3, int), np.arange(3)), expected)


def test_baselines_get_better_the_more_words_they_see():
    task = tasks.get("words")
    losses = [baseline.loss for baseline in task.baselines()]
    assert losses == sorted(losses, reverse=True)
    assert task.baseline() == task.baselines()[1]
    assert losses[0] < np.log(1000)
