"""Your model: what a person does with a file, from upload to run."""

import io
import pickle
import threading

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.serving.problems import Problem
from dashboard.serving.turns import Turns
from dashboard.views.step.messages import trace_message
from lstm_engine import formats
from lstm_engine.runs.checkpoints import restored_with_task
from tests.dashboard.messages import unpack
from tests.dashboard.views.apps import field, read, run, train_page, words
from tests.lstm_engine.formats.foreign import FOREIGN, computed


def bring_page() -> None:
    from dashboard.shell.services import services
    from dashboard.views.bring import page as bring

    bring.show(services())


def uploaded(name: str, content: bytes | None = None) -> AppTest:
    """The page after a file was uploaded."""
    app = run(bring_page)
    content = (FOREIGN / name).read_bytes() if content is None else content
    app.file_uploader[0].upload(name, content, "application/octet-stream").run()
    assert not app.exception
    return app


def keep(app: AppTest) -> None:
    app.button(key="leads_to_0").click().run()
    assert not app.exception


def test_a_model_with_an_embedding_needs_its_file_its_vocabulary_and_one_button(store):
    app = uploaded("tied.safetensors")
    assert "LSTM, 2 layers of 4 units: it reads 7 symbols as vectors of 4 numbers" in " ".join(words(app))
    app.text_area[0].set_value("abcdef").run()
    assert "the vocabulary has 6 symbols, but the model reads 7" in " ".join(words(app)).lower()
    assert app.button(key="leads_to_0").disabled
    app.text_area[0].set_value("abcdefg").run()
    keep(app)
    made = store.list_runs()[0]
    assert (made.name, made.is_trained) == ("tied", False)
    model, task = restored_with_task(made.settings, store.checkpoint(made.id, 0))
    assert task.vocabulary == tuple("abcdefg")
    assert formats.verify(model, *computed("tied.safetensors"), tolerance=1e-5).agrees
    app.run()
    assert app.file_uploader[0].value is None  # begun anew: the file is in nobody's memory


def test_numbers_are_told_as_the_engine_computes_them(store):
    app = uploaded("lstm_float32.safetensors")
    field(app, "Name").set_value("<script>alert(1)</script>").run()
    keep(app)
    made = store.list_runs()[0]
    assert made.name == "<script>alert(1)</script>"
    model, task = restored_with_task(made.settings, store.checkpoint(made.id, 0))
    sequence = task.encode("1 2 3; -0.5 0 0.25")
    header, _ = unpack(trace_message(model, task, sequence))
    outputs = model.forward(sequence.inputs)[0][:, 0]
    order = np.array(header["top"])
    np.testing.assert_array_equal(np.take_along_axis(outputs, order, axis=1), np.float32(header["top_values"]))
    assert (np.diff(np.abs(header["top_values"]), axis=1) <= 0).all()
    assert (header["kind"], header["loss"], header["output_labels"]) == ("numbers", None, ["y 0", "y 1", "y 2"])
    page = run(train_page, run=str(made.id))
    assert "<script>alert(1)</script>" in " ".join(words(page))
    assert [button.key for button in page.button if button.key in ("start", "plus_1", "stop")] == []


def test_a_guess_is_corrected_and_checked_and_nothing_chosen_is_lost_by_a_refusal(store):
    app = uploaded("lstm_float32.safetensors")
    order = next(one for one in app.selectbox if one.label == "Order of gates")
    order.set_value("ONNX").run()
    content = io.BytesIO()
    inputs, outputs = computed("lstm_float32.safetensors")
    np.savez(content, inputs=inputs, outputs=outputs)
    check = app.file_uploader[-1]
    check.upload("check.npz", content.getvalue(), "application/octet-stream").run()
    assert "It differs from the outputs by up to" in read(app.warning[-1].value)
    next(one for one in app.selectbox if one.label == "Order of gates").set_value("PyTorch and Keras").run()
    assert read(app.success[0].value).startswith("It agrees with the outputs: the largest difference is")
    next(one for one in app.toggle if one.label == "Transposed").set_value(True).run()
    assert "fits the other way round: change transposed" in read(app.error[0].value)
    next(one for one in app.toggle if one.label == "Transposed").set_value(False).run()
    field(app, "A sequence to begin with").set_value("1 2").run()
    assert "Row 1 has 2 numbers, but the model reads 3" in read(app.error[0].value)
    field(app, "A sequence to begin with").set_value("1 2 3").run()
    keep(app)
    assert store.list_runs()[0].settings.task_object.examples()[0] == "1 2 3"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("model.safetensors", pickle.dumps({"weights": [1.0, 2.0]}), "it is a pickle"),
        ("model.onnx", b"\x00" * 64, "it is none of the files that can be read"),
        ("<b>.npz", b"", "it is empty"),
    ],
)
def test_what_is_no_model_is_refused_in_a_sentence_below_its_field(store, name, content, said):
    app = uploaded(name, content)
    assert said in read(app.error[0].value)
    assert store.list_runs() == []


def test_arrays_that_nobody_recognises_are_refused_only_once_they_were_chosen_by_hand(store):
    from safetensors.numpy import save

    def hidden(app: AppTest):
        return next(one for one in app.selectbox if one.label == "Weights of the hidden state")

    app = uploaded("mlp.safetensors", save({"a": np.zeros((8, 3), np.float32), "b": np.zeros((2, 8), np.float32)}))
    assert "or choose the arrays by hand" in read(app.warning[0].value)
    assert not app.error
    hidden(app).select("b").run()
    assert len(app.error) == 1
    hidden(app).select("(none)").run()
    assert not app.error


def test_layers_that_are_left_out_are_told(store):
    from safetensors.numpy import save

    weights = {}
    for k in range(14):
        weights |= {f"lstm.{kind}_l{k}": np.zeros((8, 2), np.float32) for kind in ("weight_ih", "weight_hh")}
        weights |= {f"lstm.{kind}_l{k}": np.zeros(8, np.float32) for kind in ("bias_ih", "bias_hh")}
    app = uploaded("deep.safetensors", save(weights))
    assert "The file has 14 layers; at most 12 can be chosen here: the upper 2 are left out." in words(app)
    assert "are left out" not in " ".join(words(uploaded("tied.safetensors")))


def test_a_model_that_the_store_has_no_room_for_is_refused_and_what_was_chosen_stays(store, monkeypatch):
    monkeypatch.setenv("LSTM_RUN_BYTES", "1 KB")
    app = uploaded("tied.safetensors")
    app.text_area[0].set_value("abcdefg").run()
    keep(app)
    assert "a run may have 1,000 bytes" in read(app.error[0].value)
    assert app.text_area[0].value == "abcdefg"
    assert store.list_runs() == []


def test_few_models_are_read_at_a_time_and_whoever_waits_too_long_is_told():
    turns = Turns(at_once=1, waiting=1, patience=0.01)
    with turns.turn():
        refused = []

        def ask() -> None:
            try:
                with turns.turn():
                    pass
            except Problem as problem:
                refused.append(str(problem))

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert refused == ["The server is busy with other people's models. Try again in a minute; what you chose stays."]
    with turns.turn():
        pass
