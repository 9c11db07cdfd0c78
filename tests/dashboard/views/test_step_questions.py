import io
from dataclasses import replace

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest

from dashboard.serving.clamps import parse_clamps
from dashboard.serving.problems import Kind, Problem, kind_of
from dashboard.shell.run_picker import landing_first
from dashboard.views.start.live_run import run_to_show
from dashboard.views.step.companion import companion_settings
from dashboard.views.step.questions import Question, Questions
from lstm_engine import LSTMModel, TaskInputError, Trace
from lstm_engine.runs import PRESETS, Run, RunNotFound, RunStore
from lstm_engine.runs.checkpoints import restore
from tests.dashboard.messages import unpack

SETTINGS = replace(PRESETS["classroom"], hidden_size=7, num_layers=2, end_step=50)
MODEL = LSTMModel(28, 7, 28, 2)


@pytest.fixture
def store(some_store: RunStore) -> RunStore:
    return some_store


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(SETTINGS, "asked about", start=False)


@pytest.fixture
def questions(store: RunStore) -> Questions:
    return Questions(lambda: store)


def test_a_trace_is_that_of_the_checkpoint(questions, store, run):
    trainer = run.settings.build_trainer()
    restore(trainer, store.checkpoint(run.id, 0))
    sequence = trainer.task.encode("maria")
    _, arrays = unpack(questions.trace(questions.question(run.id, {"sequence": "maria"})))
    hidden = trainer.model.trace(sequence.inputs).layers[1].hidden[:, 0]
    np.testing.assert_array_equal(arrays["values"][1, 5], hidden)


def test_without_a_sequence_the_first_example_is_read(questions, run):
    header, _ = unpack(questions.trace(questions.question(run.id, {})))
    assert "".join(header["labels"]) == "·alexandra"


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"checkpoint": "7"}, RunNotFound, "no checkpoint at step 7"),
        ({"checkpoint": "soon"}, Problem, "no checkpoint “soon”; expected a step, or “newest”"),
        ({"checkpoint": "9" * 30}, Problem, "expected a step"),
        ({"sequence": "maria1"}, TaskInputError, "never seen “1”"),
        ({"clamps": "f:1:3:2-9=7"}, Problem, "“7” is no value for the forget gate; .* from 0 to 1"),
    ],
)
def test_what_cannot_be_answered_is_explained(questions, run, asked, error, message):
    with pytest.raises(error, match=message):
        questions.trace(questions.question(run.id, asked))


def test_a_checkpoint_that_is_no_more_is_told_from_a_run_that_is_no_more(questions, store, run):
    with pytest.raises(RunNotFound) as checkpoint:
        questions.trace(Question(run.id, 7, "maria"))
    store.delete(run.id)
    with pytest.raises(RunNotFound) as whole:
        questions.trace(Question(run.id, 7, "maria"))
    assert [kind_of(found.value) for found in (checkpoint, whole)] == [Kind.CHECKPOINT_MISSING, Kind.MISSING]


def test_what_was_computed_is_not_taken_for_a_run_of_another_database_with_the_same_number(questions, store, tmp_path):
    run = store.create(SETTINGS, start=False)
    first = questions.trace(questions.question(run.id, {}))
    with RunStore(f"sqlite:///{tmp_path / 'other.sqlite3'}") as other:
        while (put_there := other.create(replace(SETTINGS, seed=99), start=False)).id < run.id:
            pass
        assert put_there.id == run.id
        questions._get_store = lambda: other
        assert questions.trace(questions.question(run.id, {})) != first


def test_a_run_that_is_no_more_is_said(questions):
    with pytest.raises(RunNotFound, match=r"There is no run 77\."):
        questions.question(77, {})


def test_clamps_are_read_as_the_page_counts():
    first, second = parse_clamps("f:1:3:2-9=0.5,c:2:*:1-1=-4", MODEL, 10)
    assert (first.quantity, first.layer, first.units, list(first.timesteps or ())) == (
        "forget_gate",
        0,
        [3],
        [*range(1, 9)],
    )
    assert (first.scale, first.shift) == (0.0, 0.5)
    assert (second.quantity, second.layer, second.units, second.shift) == ("cell", 1, None, -4.0)
    assert parse_clamps("", MODEL, 10) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f:1:3", "cannot be read"),
        ("q:1:3:1-2=0", "names q; this cell has f, i, g, o, c, h"),
        ("f:3:3:1-2=0", "names layer 3; there are 1 to 2"),
        ("f:1:7:1-2=0", "names unit 7; there are 0 to 6"),
        ("f:1:3:0-2=0", "timesteps 0 to 2; there are 1 to 10"),
        ("f:1:3:4-2=0", "timesteps 4 to 2"),
        ("f:1:3:1-11=0", "there are 1 to 10"),
        ("f:1:3:1-2=-0.1", "from 0 to 1"),
        ("g:1:3:1-2=1.5", "candidate; it must be a number from -1 to 1"),
        ("c:1:3:1-2=nan", "from -1e\\+06 to 1e\\+06"),
        ("c:1:3:1-2=inf", "cell state"),
        ("c:1:3:1-2=zero", "“zero” is no value"),
        (",".join(["f:1:1:1-1=0"] * 51), "51 clamps; at most 50"),
    ],
)
def test_clamps_out_of_range_are_explained(text, message):
    with pytest.raises(Problem, match=message):
        parse_clamps(text, MODEL, 10)


def test_a_continuation_keeps_the_beginning_and_can_be_stepped(questions, run):
    question = questions.question(run.id, {"sequence": "maria"})
    for seed in range(20):
        text = questions.continuation(question, 2, 1.0, seed)["sequence"]
        assert text.startswith("ma")
        questions.trace(Question(run.id, 0, text))
    assert len({questions.continuation(question, 0, 5.0, seed)["sequence"] for seed in range(9)}) > 5
    assert len({questions.continuation(question, 0, 0.0, seed)["sequence"] for seed in range(9)}) == 1


def test_a_continuation_is_what_its_own_trace_says_with_what_is_held_in_it(questions, run):
    question = questions.question(run.id, {"sequence": "maria", "clamps": "c:2:*:1-6=3,h:1:2:2-3=1,f:1:0:6-6=0"})
    found = questions.continuation(question, 2, 0.0, 0, beside_clamps="o:1:*:2-6=0")
    last = len(found["sequence"]) + 1
    assert found["clamps"] == f"c:2:*:1-{last}=3,h:1:2:2-3=1,f:1:0:6-{last}=0"
    assert found["beside_clamps"] == f"o:1:*:2-{last}=0"
    header, _ = unpack(questions.trace(Question(run.id, 0, found["sequence"], found["clamps"])))
    said = [header["output_labels"][top[0]] for top in header["top"]]
    assert said[2:-1] == list(found["sequence"][2:])


def test_a_continued_signal_goes_on_with_what_was_predicted(questions, store):
    run = store.create(replace(SETTINGS, task="signal"), start=False)
    question = questions.question(run.id, {"sequence": "0.1 0.25 0.5 0.75"})
    values = [float(word) for word in questions.continuation(question, 1, 1.0, 0)["sequence"].split()]
    header, _ = unpack(questions.trace(Question(run.id, 0, "0.1 0.25 0.5")))
    assert values[:2] == [0.1, 0.25]
    assert values[2] == pytest.approx(header["predicted"][1], rel=1e-4)


def test_timesteps_outside_of_the_sequence_are_explained(questions, run):
    question = questions.question(run.id, {"sequence": "maria"})
    for timestep in (-1, 6):
        with pytest.raises(Problem, match="the sequence has 1 to 6"):
            questions.gradients(question, timestep)


def test_the_companion_is_a_plain_network_with_all_else_equal(questions, store, run):
    question = questions.question(run.id, {"sequence": "maria"})
    assert questions.companion(question, 3) == {"status": "missing"}
    questions.make_companion(run.id)
    questions.make_companion(run.id)  # a second person asks for it too
    (made,) = [other for other in store.list_runs() if other.id != run.id]
    assert made.settings == companion_settings(run.settings)
    assert (made.settings.variant, made.settings.hidden_size) == ("rnn", 7)
    found = questions.companion(question, 3)
    assert found["run"] == made.id
    assert found["step"] == 0
    assert [len(norms) for norms in found["norms"]] == [4, 4]
    beside_itself = Question(made.id, 0, "maria")
    assert questions.companion(beside_itself, 3) == {"status": "itself"}
    with pytest.raises(Problem, match="is a plain network itself"):
        questions.make_companion(made.id)
    header, arrays = unpack(questions.trace(beside_itself))
    assert (header["cell"]["family"], arrays["values"].shape) == ("rnn", (2, 1, 6, 7))


def test_a_run_in_which_gradients_have_far_to_go_is_made_once_and_nobody_lands_on_it(questions, store, run):
    missing = questions.far_run(run.id)
    assert missing["status"] == "missing"
    assert missing["seconds"] > 0
    ready = questions.make_far_run(run.id)
    assert questions.make_far_run(run.id) == ready == questions.far_run(run.id)
    made = store.get(ready["run"])
    assert (made.settings.task, made.settings.variant) == ("temporal order", "standard")
    question = questions.question(made.id, {"sequence": ready["sequence"]})
    plain = questions.companion(question, ready["timestep"] - 1)
    header, arrays = unpack(questions.gradients(question, ready["timestep"] - 1))
    cell = np.linalg.norm(arrays["gradients"][0, header["quantities"].index("cell")], axis=1)
    assert cell[0] / cell[-1] > 0.1  # the memory carries it
    assert plain["norms"][0][0] / plain["norms"][0][-1] < 1e-8  # and without one it is gone
    assert [questions.far_run(number) for number in (made.id, plain["run"])] == [{"status": "here"}] * 2
    assert landing_first(store.list_runs())[0].id == run.id
    assert run_to_show(store.list_runs()).id == run.id


def exported(questions: Questions, question: Question, kind: str) -> io.BytesIO:
    file = io.BytesIO()
    questions.write_export(question, kind, file)
    file.seek(0)
    return file


def test_files_hold_the_trace(questions, run, tmp_path, monkeypatch):
    monkeypatch.setattr("dashboard.views.step.export.BATCH_ROWS", 20)  # so that there are several batches
    question = questions.question(run.id, {"sequence": "maria", "clamps": "o:2:3:2-3=0"})
    path = tmp_path / "trace.npz"
    path.write_bytes(exported(questions, question, "npz").read())
    trace = Trace.load(path)
    assert trace.layers[1].output_gate[1:3, 0, 3].tolist() == [0, 0]
    rows = pyarrow.csv.read_csv(exported(questions, question, "csv")).to_pylist()
    written = pyarrow.parquet.ParquetFile(exported(questions, question, "parquet"))
    table = written.read().to_pylist()
    assert len(rows) == len(table) == 2 * 10 * 6 * 7
    assert [list(row)[:6] for row in rows[:1]] == [["layer", "quantity", "timestep", "sequence", "unit", "value"]]
    for row in (*rows[::17], *table[::17]):
        # timesteps and layers count as on the page
        value = getattr(trace.layers[row["layer"] - 1], row["quantity"])[row["timestep"] - 1, 0, row["unit"]]
        assert row["value"] == pytest.approx(float(value), rel=1e-6)
        assert row["symbol"] == "·maria"[row["timestep"] - 1]
    places = [(row["timestep"], row["unit"]) for row in table[:42]]
    assert places == [(t, unit) for t in range(1, 7) for unit in range(7)]


def test_a_file_of_more_than_can_be_shown_is_refused_before_anything_is_computed(questions, store, monkeypatch):
    run = store.create(replace(SETTINGS, hidden_size=512, num_layers=4, batch_size=1), start=False)
    monkeypatch.setattr(LSTMModel, "trace", lambda *_, **__: pytest.fail("it was computed"))
    for kind in ("csv", "npz"):
        with pytest.raises(TaskInputError, match="at most 341 fit"):
            exported(questions, Question(run.id, 0, "a" * 1_995), kind)
