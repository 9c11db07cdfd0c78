import numpy as np
import pytest

from lstm_engine import LSTMModel, SettingsError
from lstm_engine.formats.onnx import export_onnx

RNG = np.random.default_rng(2)


@pytest.mark.parametrize(("layers", "bias"), [(1, True), (2, True), (3, False)])
def test_onnxruntime_computes_what_the_model_computes(tmp_path, layers, bias):
    import onnxruntime

    model = LSTMModel(3, 5, 4, layers, seed=8, bias=bias)
    export_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for T, B in ((1, 1), (7, 3)):
        inputs = RNG.normal(size=(T, B, 3)).astype(np.float32)
        (outputs,) = session.run(None, {"inputs": inputs})
        np.testing.assert_allclose(outputs, model.forward(inputs)[0], rtol=1e-5, atol=1e-5)


def test_a_variant_that_onnx_lacks_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="no coupled_input_forget cell"):
        export_onnx(LSTMModel(3, 5, 4, variant="coupled_input_forget"), tmp_path / "model.onnx")
