"""Models in and out: safetensors, PyTorch, Keras, ONNX, and the notebook's five matrices."""
