"""The papers' tasks: what is right after each symbol is checked against definitions written differently here."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import LSTMModel, TaskInputError, tasks
from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.tasks import OWN_TASKS, TASKS
from lstm_engine.tasks.symbols import SymbolTask

SYMBOL_TASKS = [name for name, task in TASKS.items() if issubclass(task, SymbolTask)]

# the Reber grammar as a set of edges (state, symbol, next state), read off the figure in the paper once more
REBER_EDGES = {
    (0, "T", 1), (0, "P", 2), (1, "S", 1), (1, "X", 3), (2, "T", 2), (2, "V", 4),
    (3, "X", 2), (3, "S", 5), (4, "P", 3), (4, "V", 5),
}  # fmt: skip


def reber_strings(length: int) -> set[str]:
    """All Reber strings of up to so many inner symbols."""
    found, paths = set(), {("", 0)}
    for _ in range(length):
        paths = {(text + s, b) for text, at in paths for a, s, b in REBER_EDGES if a == at}
        found |= {f"B{text}E" for text, at in paths if at == 5}
    return found


def test_reber_strings_and_their_next_symbols_are_those_of_the_grammar():
    task = tasks.get("reber")
    inner = reber_strings(9)
    language = {f"B{wing}{text}{wing}E" for text in inner for wing in "TP"}
    generator = np.random.default_rng(0)
    drawn = set(task.strings(generator, 3_000, 14))
    assert drawn <= language
    assert {text for text in language if len(text) <= 11} <= drawn
    for string in sorted(drawn)[:200]:
        for place, answers in enumerate(task.answer(string)):
            prefix = string[: place + 1]
            # symbols that continue some string; longer prefixes would need a longer list than is made here
            if len(prefix) > 8:
                continue
            legal = {text[len(prefix)] for text in language if text.startswith(prefix) and len(text) > len(prefix)}
            assert {task.answers[k] for k in answers} == legal
    with pytest.raises(TaskInputError, match="breaks the grammar: after “BTBT” comes S or X"):
        task.encode("BTBTE")


@pytest.mark.parametrize(("name", "letters"), [("a^n b^n", "ab"), ("a^n b^n c^n", "abc")])
def test_counting_languages_ask_for_what_may_legally_follow(name, letters):
    task = tasks.get(name)
    words = {"S" + "".join(letter * n for letter in letters) + "S" for n in range(1, 8)}
    for n in range(1, 6):
        string = "S" + "".join(letter * n for letter in letters)
        for place, answers in enumerate(task.answer(string)):
            prefix = string[: place + 1]
            assert {task.answers[k] for k in answers} == {
                word[len(prefix)] for word in words if word.startswith(prefix)
            }
    with pytest.raises(TaskInputError, match="not in the language"):
        task.encode("Saab" if name == "a^n b^n" else "Saabbc")


@given(st.text("()[]", max_size=10))
@settings(max_examples=300, deadline=None)
def test_brackets_are_accepted_exactly_when_they_cancel(text):
    reduced = text
    while any(pair in reduced for pair in ("()", "[]")):
        reduced = reduced.replace("()", "").replace("[]", "")
    try:
        tasks.get("brackets").encode(text + ".")
        accepted = True
    except TaskInputError:
        accepted = False
    assert accepted == (reduced == "" and bool(text + "."))


def test_every_legal_bracket_leads_to_a_string_of_the_language():
    task = tasks.get("brackets")
    for string in task.strings(np.random.default_rng(1), 60, 20):
        for place, answers in enumerate(task.answer(string)):
            prefix = string[: place + 1]
            for symbol in task.alphabet:
                legal = task.alphabet.index(symbol) in answers
                assert legal == (not prefix.endswith(".") and can_be_finished(task, prefix + symbol))


def can_be_finished(task: SymbolTask, prefix: str) -> bool:
    """Whether closing what is open makes a string of the language."""
    stack = ""
    for symbol in prefix:
        stack = stack + symbol if symbol in "([" else stack[:-1]
    closing = "".join({"(": ")", "[": "]"}[symbol] for symbol in reversed(stack))
    try:
        task.answer(prefix if prefix.endswith(".") else prefix + closing + ".")
    except TaskInputError:
        return False
    return True


def test_temporal_order_names_the_order_and_places_the_symbols_as_the_paper_does():
    task = tasks.get("temporal order")
    seen = set()
    for string in task.strings(np.random.default_rng(2), 400, 100):
        places = [place for place, symbol in enumerate(string) if symbol in "XY"]
        assert 10 <= places[0] <= 20
        assert 50 <= places[1] <= 60
        answers = task.answer(string)
        assert answers[:-1] == [()] * 99
        (right,) = answers[-1]
        assert task.answers[right] == string[places[0]] + string[places[1]]
        seen.add(right)
    assert seen == {0, 1, 2, 3}


def test_parity_counts_ones():
    task = tasks.get("parity")
    for bits in product("01", repeat=6):
        string = "".join(bits)
        for place, (answer,) in enumerate(task.answer(string)):
            assert task.answers[answer] == ("odd" if string[: place + 1].count("1") % 2 else "even")


def test_copying_asks_for_what_was_read_in_order():
    task = tasks.get("copy")
    for string in task.strings(np.random.default_rng(3), 20, 25):
        answers = task.answer(string)
        assert "".join(task.answers[k] for one in answers for k in one) == string[:5]
        assert [bool(one) for one in answers] == [False] * 20 + [True] * 5


def test_sums_are_those_of_the_marked_numbers_and_the_baseline_is_their_variance():
    task = tasks.get("adding")
    batch = task.batch(np.random.default_rng(4), 3_000, 30)
    marked = (batch.inputs[..., 0] * batch.inputs[..., 1]).sum(axis=0)
    np.testing.assert_allclose(batch.targets[-1, :, 0], marked, rtol=1e-6)
    assert (batch.inputs[:15, :, 1].sum(axis=0) == 1).all()
    assert (batch.inputs[15:, :, 1].sum(axis=0) == 1).all()
    assert np.mean((marked - 1) ** 2) == pytest.approx(task.baseline().loss, rel=0.1)
    sequence = task.encode("0.25 0.5* 0.125 0.75*")
    assert sequence.targets[-1, 0, 0] == 1.25
    assert sequence.target_labels == ["", "", "", "1.25"]


@pytest.mark.parametrize("name", SYMBOL_TASKS)
def test_a_string_is_right_when_every_answer_is(name):
    """A model whose outputs are the targets themselves gets everything right, and nothing once one is turned over."""
    task = tasks.get(name)

    class Oracle:
        def __init__(self, spoil: bool):
            self.spoil = spoil

        def forward(self, inputs):
            batch = task.pack(strings)
            np.testing.assert_array_equal(batch.inputs, inputs)
            outputs = np.full((*batch.mask.shape, task.output_size), -5.0, np.float32)
            for b, string in enumerate(strings):
                for t, answers in enumerate(task.answer(string)):
                    outputs[t, b, list(answers)] = 5
                if self.spoil:
                    last = max(t for t, answers in enumerate(task.answer(string)) if answers)
                    outputs[last, b] *= -1
            return outputs, None

    strings = task.strings(np.random.default_rng(5), 8, 25)
    assert task.right(Oracle(False), strings).all()
    assert not task.right(Oracle(True), strings).any()


@pytest.mark.parametrize("name", list(TASKS))
def test_every_task_says_where_it_comes_from_and_brings_a_preset_that_fits(name):
    task = TASKS[name]
    assert task.title
    assert task.description.endswith(".")
    assert name in ("names", "signal") or task.paper
    trainer = preset(PUBLISHED, name).build_trainer()
    assert trainer.step().step == 1
    measure = trainer.task.measure(trainer.model, 25, thorough=False)
    assert measure is None or not measure.reached  # a fresh model cannot do it


def test_source_code_is_the_standard_librarys_own():
    import textwrap
    from pathlib import Path

    task = tasks.get("source code")
    assert task.encode("def wrap(text, width=70):\n    return 1").labels[-1]
    assert "".join(task._symbols[k] for k in task._codes[:400]) == Path(textwrap.__file__).read_text()[:400]
    with pytest.raises(TaskInputError, match="never seen “я”"):
        task.encode("я = 1")


def test_own_texts_are_learned_from_and_their_last_tenth_is_held_out():
    text = "the quick brown fox jumps over the lazy dog. " * 30
    task = tasks.get("own text", text=text)
    assert task.batch(np.random.default_rng(0), 3, 20).inputs.shape == (20, 3, task.input_size)
    model = LSTMModel(task.input_size, 8, task.output_size)
    sequence = task.encode("the lazy")
    continued = task.continued(model, sequence, 3, 10, 1.0, np.random.default_rng(0))
    assert continued.startswith("the")
    assert len(continued) == 13
    assert len(task._codes) - task._held_out_from == len(text) // 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * 1_000, "one symbol alone"),
        ("short", "at least 200 are needed"),
        ("ab" * 200_000, "at most 200,000"),
    ],
)
def test_texts_that_teach_nothing_are_refused(text, message):
    with pytest.raises(TaskInputError, match=message):
        tasks.get("own text", text=text)


def test_rare_symbols_share_one_place():
    text = "".join(chr(0x4E00 + k) for k in range(400)) + "ab" * 200
    task = tasks.get("own text", text=text)
    assert task.output_size == 200
    assert task.encode("ab\u5fff").labels[-1] == "b"


def test_own_series_are_scaled_and_come_back_in_their_own_unit():
    values = 100 + 7 * np.sin(np.arange(300))
    task = tasks.get(
        "own series", text="day,price\n" + "\n".join(f"x{k},{value:.6f}" for k, value in enumerate(values))
    )
    sequence = task.encode("100 107 93")
    assert sequence.labels == ["100", "107"]
    assert sequence.inputs[0, 0, 0] == pytest.approx((100 - task.mean) / task.deviation, abs=1e-5)
    text = task.continued(LSTMModel(1, 4, 1), sequence, 2, 1, 1.0, np.random.default_rng(0))
    assert [float(word) for word in text.split()][:2] == pytest.approx([100, 107], rel=1e-4)
    assert task.baseline().loss > 0


UNITS = [1.0, 1e300, 1e-300, 5e-7, 4e5]


def series(unit: float, offset: float = 0.0) -> str:
    return "\n".join(repr(unit * float(np.sin(k / 3)) + offset) for k in range(300))


@pytest.mark.parametrize("unit", UNITS)
def test_own_series_are_learned_alike_in_whatever_unit(unit):
    """No square is too large or too small, and no power of two changes a digit."""
    plain, task = (tasks.get("own series", text=series(one)) for one in (1.0, unit))
    np.testing.assert_allclose(task._values, plain._values, rtol=1e-5)
    assert task.baseline().loss == pytest.approx(plain.baseline().loss, rel=1e-5)
    assert (task.mean, task.deviation) == pytest.approx((plain.mean * unit, plain.deviation * unit), rel=1e-9)


def test_own_series_have_the_bits_that_they_had():
    values = 100 + 7 * np.sin(np.arange(300))
    training = values[:270]
    expected = ((values - float(training.mean())) / float(training.std())).astype(np.float32)
    text = "\n".join(map(repr, values.tolist()))
    np.testing.assert_array_equal(tasks.get("own series", text=text)._values, expected)


@pytest.mark.parametrize("text", [*[series(unit) for unit in UNITS], series(3.0, 1e6), series(0.001, -5_000)])
def test_own_series_examples_and_continuations_can_be_stepped(text):
    task = tasks.get("own series", text=text)
    for example in task.examples():
        sequence = task.encode(example)
        assert np.ptp(sequence.inputs) > 1  # its ups and downs are still there
        model = LSTMModel(1, 4, 1)
        model.parameters["readout.weight"][...] = 1e6  # it says whatever is farthest
        whole = task.continued(model, sequence, 5, 10, 1.0, np.random.default_rng(0))
        assert len(task.encode(whole).labels) == 14


def test_numbers_far_from_an_own_series_are_refused_in_its_unit():
    task = tasks.get("own series", text=series(3.0, 1e6))
    for number in ("1", "1e7", "-1e300", "1e308"):
        with pytest.raises(TaskInputError, match=r"the 2nd entry, is far.*between 9.98e\+05 and 1e\+06"):
            task.encode(f"1000000 {number}")
    with pytest.raises(TaskInputError, match="out of range"):
        task.encode("1000000 inf")


def test_a_held_out_value_beyond_all_measure_is_refused():
    with pytest.raises(TaskInputError, match=r"Value 301 is 1e\+300, beyond all measure"):
        tasks.get("own series", text=f"{series(1.0)}\n1e300")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=100, max_size=120))
@settings(max_examples=50, deadline=None)
def test_any_numbers_are_a_series_or_a_clear_error(values):
    try:
        task = tasks.get("own series", text="\n".join(map(repr, values)))
    except TaskInputError:
        return
    assert np.isfinite(task.validation_batch(10).inputs).all()
    for example in task.examples():
        assert np.isfinite(task.encode(example).inputs).all()


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_file_is_a_task_or_a_clear_error(text):
    for name in OWN_TASKS:
        try:
            task = tasks.get(name, text=text)
        except TaskInputError:
            continue  # whatever else is raised fails the test
        assert np.isfinite(task.validation_batch(10).inputs).all()
