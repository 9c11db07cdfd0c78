"""Models in and out: safetensors, PyTorch, Keras, ONNX."""
