"""Which runs can stand beside another, and what is said of those that cannot."""

from dataclasses import replace

import pytest

from dashboard.serving.problems import Kind, Problem, kind_of
from dashboard.views.step.beside import difference
from dashboard.views.step.questions import Questions
from lstm_engine.runs import PRESETS, Run, RunNotFound, RunSettings, RunStore

SETTINGS = replace(PRESETS["classroom"], hidden_size=7, end_step=50)
TEXT = "to be or not to be, that is the question " * 60


@pytest.fixture
def store(some_store: RunStore) -> RunStore:
    return some_store


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(SETTINGS, "this one", start=False)


@pytest.fixture
def questions(store: RunStore) -> Questions:
    return Questions(lambda: store)


def make(store: RunStore, name: str, settings: RunSettings = SETTINGS, **changed: object) -> Run:
    return store.create(replace(settings, **changed), name, start=False)


def test_runs_of_the_task_are_offered_and_no_others(questions, store, run):
    gru, twin = make(store, "a GRU", variant="gru"), make(store, "a twin", seed=3)
    make(store, "parity", task="parity")
    store.delete(make(store, "deleted").id)
    offered = questions.beside(run.id, None)["runs"]
    assert [one["run"] for one in offered] == [twin.id, gru.id]
    assert offered[1]["label"].startswith("a GRU · GRU, 7 units · First names")


def test_of_a_run_of_the_task_the_page_is_told_what_it_must_know(questions, store, run):
    gru = make(store, "a GRU", variant="gru")
    assert questions.beside(run.id, str(gru.id)) == {
        "run": gru.id,
        "name": "a GRU",
        "cell": "GRU",
        "task": "names",
        "end_step": 50,
    }


def test_cells_name_the_newest_run_of_the_task_with_them(questions, store, run):
    make(store, "first", variant="gru")
    newest = make(store, "second", variant="gru")
    make(store, "elsewhere", task="parity", variant="gru")
    assert questions.beside(run.id, "gru")["run"] == newest.id
    assert questions.beside(run.id, "gru,standard")["run"] == newest.id
    assert questions.beside(newest.id, "gru,standard")["run"] == run.id  # wherever the GRU is the newest run
    with pytest.raises(Problem, match=r"no other run of this task with the cell LSTM here\. On the Train page"):
        questions.beside(run.id, "standard")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("x", "“x” is not the number of a run. Choose one of the list."),
        ("", "“” is not the number of a run"),
        ("-1", "“-1” is not the number of a run"),
        ("9" * 400, "is not the number of a run"),
        ("1", "Run 1 is the one that is shown. Choose another run of its task, or another checkpoint"),
        ("2", "“parity” (run 2) learns another task, Parity, so it cannot read this one's sequences. Choose a run of"),
    ],
)
def test_what_cannot_stand_beside_is_told_in_a_sentence(questions, store, run, wanted, message):
    make(store, "parity", task="parity")
    with pytest.raises(Problem) as refused:
        questions.beside(run.id, wanted)
    assert message in str(refused.value)
    assert kind_of(refused.value) is Kind.INVALID


def test_a_run_that_is_gone_is_said_to_be(questions, store, run):
    other = make(store, "gone")
    store.delete(other.id)
    with pytest.raises(RunNotFound, match="is no more: it was deleted"):
        questions.beside(run.id, str(other.id))
    with pytest.raises(RunNotFound, match="no run 77"):
        questions.beside(run.id, "77")


def test_a_text_of_other_symbols_cannot_be_read_by_both_and_one_of_the_same_can(questions, store):
    mine = make(store, "mine", task="own text", text=TEXT)
    same = make(store, "same letters", task="own text", text=TEXT[::-1])
    other = make(store, "more letters", task="own text", text=TEXT + "über öde Äcker " * 40)
    assert questions.beside(mine.id, str(same.id))["run"] == same.id
    with pytest.raises(
        Problem, match=r"“more letters” \(run 3\) reads other symbols \(it alone has “.” and \d+ more\)"
    ):
        questions.beside(mine.id, str(other.id))


def test_numbers_of_another_table_are_on_another_scale(questions, store):
    small, large = ("\n".join(str(scale * (k % 7) + k / 50) for k in range(400)) for scale in (1, 9))
    mine, same, other = (make(store, "numbers", task="own series", text=text) for text in (small, small, large))
    assert questions.beside(mine.id, str(same.id))["run"] == same.id
    with pytest.raises(Problem, match="learns other numbers, on a scale of their own"):
        questions.beside(mine.id, str(other.id))


def test_in_what_two_sets_of_symbols_differ_is_said():
    assert difference("abc", "abc") == ""
    assert difference("abc", "bca") == ""
    assert difference("ab", "abx") == " (it alone has “x”)"
    assert difference("abyz", "abx") == " (it alone has “x”, this one alone “y” and 1 more)"
