"""Models that were trained elsewhere, as runs."""

import pytest

from lstm_engine import LSTMModel, SettingsError, WeightsError, formats
from lstm_engine.runs import RunNotFound, RunSettings, RunStore, Status, StoreError
from lstm_engine.runs.brought import BroughtModel, brought
from lstm_engine.runs.checkpoints import restored_model
from lstm_engine.runs.cli import main
from lstm_engine.runs.training.worker import train_run
from lstm_engine.tasks.own_model import OwnModel
from tests.lstm_engine.formats.foreign import FOREIGN, computed

NUMBERS = "lstm_float32.safetensors"


def made(name: str = NUMBERS, **more) -> BroughtModel:
    found = formats.examine(FOREIGN / name)
    dtype = "float64" if "float64" in found.dtypes.values() else "float32"
    model = formats.assemble(found, dtype=dtype)
    return brought(model, OwnModel(model.architecture.input_size, 1, source=name, **more))


def test_a_brought_model_is_a_finished_run_that_nobody_trains(store, url):
    run = store.add_model(made())
    assert (run.name, run.status, run.is_trained, run.readable) == ("lstm_float32", Status.FINISHED, False, True)
    assert store.checkpoint_steps(run.id) == [0]
    assert len(store.history(run.id).step) == 0
    for attempt in (
        lambda: store.start(run.id),
        lambda: store.advance(run.id, 5),
        lambda: store.set_target(run.id, 1),
        lambda: store.pause(run.id),
        lambda: store.fork(run.id, 0),
        lambda: store.change(run.id, "learning_rate", 0.1),
        lambda: store.create(run.settings),
    ):
        with pytest.raises(SettingsError, match="never trained"):
            attempt()
    train_run(url, run.id)  # as a launcher of another version might
    assert store.get(run.id) == run
    assert store.waiting() == []
    assert len(store.list_runs()) == 1


def test_a_brought_model_is_named_deleted_and_brought_back_and_outlives_its_process(store, url):
    run = store.add_model(made(), "mine")
    store.rename(run.id, "ours")
    store.delete(run.id)
    with pytest.raises(RunNotFound):
        store.get(run.id)
    assert store.undelete(run.id).status is Status.FINISHED
    with RunStore(url) as other:
        again = other.get(run.id)
        assert again.name == "ours"
        assert again.settings == run.settings
        assert other.checkpoint(run.id, 0) == store.checkpoint(run.id, 0)


@pytest.mark.parametrize(
    ("name", "dtype"), [(NUMBERS, "float32"), ("rnn_float64.safetensors", "float64"), ("keras_lstm.npz", "float32")]
)
def test_what_is_kept_computes_what_pytorch_and_keras_computed(store, name, dtype):
    symbols = {"symbols": tuple("abcdefg")} if name != NUMBERS else {}
    run = store.add_model(made(name, **symbols))
    model = restored_model(run.settings, store.checkpoint(run.id, 0))
    inputs, outputs = computed(name)
    assert model.dtype == dtype
    assert formats.verify(model, inputs, outputs, tolerance=1e-5 if dtype == "float32" else 1e-12).agrees


def test_no_two_brought_models_have_the_same_numbers(store):
    first, same = store.add_model(made()), store.add_model(made())
    assert first.settings.same_numbers(same.settings)
    found = formats.examine(FOREIGN / NUMBERS)
    model = formats.assemble(found)
    model.parameters.flat[0] += 1
    other = brought(model, OwnModel(3, 3, source=NUMBERS))
    assert not first.settings.same_numbers(other.settings)


def test_a_model_that_is_larger_than_a_run_may_be_is_refused_in_a_sentence(url, monkeypatch):
    monkeypatch.setenv("LSTM_RUN_BYTES", "1 KB")
    with RunStore(url) as store, pytest.raises(StoreError, match="a run may have 1,000 bytes"):
        store.add_model(made())


def test_nothing_is_drawn_for_weights_that_are_written_over(store, monkeypatch):
    drawn = []
    monkeypatch.setattr("lstm_engine.model.initialise", lambda *_: drawn.append(1))
    run = store.add_model(made())
    restored_model(run.settings, store.checkpoint(run.id, 0))
    assert drawn == []


def test_a_brought_model_may_be_wider_than_one_that_trains_here(store):
    run = store.add_model(brought(LSTMModel(2, 600, 3), OwnModel(2, 3)))
    assert store.get(run.id).settings.hidden_size == 600
    assert RunSettings.from_json(run.settings.to_json()) == run.settings
    with pytest.raises(SettingsError, match="hidden_size is 600"):
        RunSettings(hidden_size=600)


def test_a_model_with_too_many_weights_is_refused_before_memory_is_made_for_it():
    found = formats.examine(FOREIGN / NUMBERS)
    with pytest.raises(WeightsError, match="expected at most 10"):
        formats.assemble(found, most=10)


def test_the_command_line_lists_it_as_what_it_is_and_refuses_to_train_it(store, url, capsys):
    run = store.add_model(made(), "mine")
    assert main(["--database", url, "list"]) == 0
    assert "trained elsewhere" in capsys.readouterr().out
    assert main(["--database", url, "resume", str(run.id)]) == 1
    assert "never trained" in capsys.readouterr().err
