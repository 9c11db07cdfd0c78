"""Records what PyTorch computes, in float64, for the tests to hold the engine to.

Run with PyTorch installed:  python tests/golden/make.py
"""

from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent

# layers, T, B, I, H, O, scale of the inputs, loss, biases
CASES = [
    (1, 6, 3, 5, 4, 7, 1.0, "cross_entropy", True),
    (1, 1, 1, 3, 2, 2, 1.0, "cross_entropy", True),
    (1, 9, 2, 4, 6, 3, 20.0, "cross_entropy", True),
    (2, 5, 4, 3, 5, 6, 0.1, "cross_entropy", True),
    (2, 7, 1, 2, 3, 1, 1.0, "squared_error", True),
    (3, 4, 2, 5, 4, 3, 5.0, "squared_error", True),
    (3, 8, 3, 6, 5, 4, 1.0, "cross_entropy", False),
    (1, 12, 5, 2, 8, 2, 0.5, "squared_error", False),
    (2, 6, 3, 4, 5, 3, 1.0, "binary_cross_entropy", True),
]


def build(layers: int, I: int, H: int, O: int, bias: bool) -> tuple[torch.nn.LSTM, torch.nn.Linear]:
    lstm = torch.nn.LSTM(I, H, layers, bias=bias, dtype=torch.float64)
    readout = torch.nn.Linear(H, O, bias=bias, dtype=torch.float64)
    return lstm, readout


def record_other(kind: str, number: int, layers: int, bias: bool) -> None:
    """A GRU or a plain network."""
    torch.manual_seed(100 + number)
    T, B, I, H, O = 6, 3, 4, 5, 3
    network = {"gru": torch.nn.GRU, "rnn": torch.nn.RNN}[kind](I, H, layers, bias=bias, dtype=torch.float64)
    readout = torch.nn.Linear(H, O, bias=bias, dtype=torch.float64)
    inputs = torch.randn(T, B, I, dtype=torch.float64, requires_grad=True)
    hidden = torch.randn(layers, B, H, dtype=torch.float64).tanh().requires_grad_()
    targets = torch.randint(O, (T, B))
    states, last = network(inputs, hidden)
    outputs = readout(states)
    value = loss_of(outputs, targets, "cross_entropy")
    value.backward()
    parameters = {f"{kind}.{name}": p for name, p in network.named_parameters()}
    parameters |= {f"readout.{name}": p for name, p in readout.named_parameters()}
    arrays = {
        "inputs": inputs,
        "hidden": hidden,
        "targets": targets,
        "outputs": outputs,
        "last_hidden": last,
        "loss": value,
        "d_inputs": inputs.grad,
        "d_hidden": hidden.grad,
        **{f"weight/{name}": p for name, p in parameters.items()},
        **{f"gradient/{name}": p.grad for name, p in parameters.items()},
    }
    save(f"{kind}_{number}", arrays)


def named(lstm: torch.nn.LSTM, readout: torch.nn.Linear) -> dict[str, torch.nn.Parameter]:
    return {f"lstm.{name}": p for name, p in lstm.named_parameters()} | {
        f"readout.{name}": p for name, p in readout.named_parameters()
    }


def loss_of(outputs: torch.Tensor, targets: torch.Tensor, loss: str) -> torch.Tensor:
    if loss == "cross_entropy":
        return torch.nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())
    if loss == "binary_cross_entropy":
        return torch.nn.functional.binary_cross_entropy_with_logits(outputs, targets)
    return torch.nn.functional.mse_loss(outputs, targets)


def targets_for(loss: str, T: int, B: int, O: int) -> torch.Tensor:
    if loss == "cross_entropy":
        return torch.randint(O, (T, B))
    real = torch.randn(T, B, O, dtype=torch.float64)
    return real.sigmoid() if loss == "binary_cross_entropy" else real


def record_case(number: int) -> None:
    layers, T, B, I, H, O, scale, loss, bias = CASES[number]
    torch.manual_seed(number)
    lstm, readout = build(layers, I, H, O, bias)
    inputs = scale * torch.randn(T, B, I, dtype=torch.float64)
    hidden = torch.randn(layers, B, H, dtype=torch.float64).tanh()
    cell = torch.randn(layers, B, H, dtype=torch.float64)
    targets = targets_for(loss, T, B, O)
    for leaf in (inputs, hidden, cell):
        leaf.requires_grad_()
    states, (last_hidden, last_cell) = lstm(inputs, (hidden, cell))
    outputs = readout(states)
    value = loss_of(outputs, targets, loss)
    value.backward()
    parameters = named(lstm, readout)
    arrays = {
        "loss_name": np.array(loss),
        "torch_version": np.array(torch.__version__),
        "inputs": inputs,
        "hidden": hidden,
        "cell": cell,
        "targets": targets,
        "outputs": outputs,
        "last_hidden": last_hidden,
        "last_cell": last_cell,
        "loss": value,
        "d_inputs": inputs.grad,
        "d_hidden": hidden.grad,
        "d_cell": cell.grad,
        **{f"weight/{name}": p for name, p in parameters.items()},
        **{f"gradient/{name}": p.grad for name, p in parameters.items()},
    }
    save(f"lstm_{number}", arrays)


def record_optimizer(name: str, steps: int = 6) -> None:
    """A model trained for some steps on one batch, with clipping."""
    torch.manual_seed(7)
    lstm, readout = build(2, 3, 4, 5, True)
    parameters = named(lstm, readout)
    start = {f"start/{key}": p.detach().clone() for key, p in parameters.items()}
    inputs = torch.randn(5, 3, 3, dtype=torch.float64)
    targets = torch.randint(5, (5, 3))
    make = {
        "adam": lambda: torch.optim.Adam(parameters.values(), lr=0.01, betas=(0.9, 0.99)),
        "adamw": lambda: torch.optim.AdamW(parameters.values(), lr=0.01, betas=(0.9, 0.99), weight_decay=0.1),
        "sgd": lambda: torch.optim.SGD(parameters.values(), lr=0.1),
        "momentum": lambda: torch.optim.SGD(parameters.values(), lr=0.1, momentum=0.9),
        "rmsprop": lambda: torch.optim.RMSprop(parameters.values(), lr=0.01, alpha=0.95),
    }
    optimizer = make[name]()
    norms = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(readout(lstm(inputs)[0]), targets, "cross_entropy").backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters.values(), 0.05).item())
        optimizer.step()
    end = {f"end/{key}": p for key, p in parameters.items()}
    save(f"optimizer_{name}", {"inputs": inputs, "targets": targets, "norms": np.array(norms), **start, **end})


def record_embedding(number: int, layers: int, bias: bool, steps: int = 5) -> None:
    """Symbols through an nn.Embedding: values, gradients, and where some steps of Adam with clipping lead."""
    torch.manual_seed(200 + number)
    T, B, V, E, H, O = 7, 3, 11, 4, 5, 6
    embedding = torch.nn.Embedding(V, E, dtype=torch.float64)
    lstm, readout = build(layers, E, H, O, bias)
    symbols, targets = torch.randint(V, (T, B)), torch.randint(O, (T, B))
    parameters = {"embedding.weight": embedding.weight, **named(lstm, readout)}
    start = {f"weight/{name}": p.detach().clone() for name, p in parameters.items()}
    vectors = embedding(symbols)
    vectors.retain_grad()
    outputs = readout(lstm(vectors)[0])
    value = loss_of(outputs, targets, "cross_entropy")
    value.backward()
    gradients = {f"gradient/{name}": p.grad.clone() for name, p in parameters.items()}
    optimizer = torch.optim.Adam(parameters.values(), lr=0.01, betas=(0.9, 0.99))
    norms = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(readout(lstm(embedding(symbols))[0]), targets, "cross_entropy").backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters.values(), 0.05).item())
        optimizer.step()
    arrays = {
        "symbols": symbols,
        "targets": targets,
        "vectors": vectors,
        "outputs": outputs,
        "loss": value,
        "d_vectors": vectors.grad,
        "norms": np.array(norms),
        "torch_version": np.array(torch.__version__),
    }
    save(f"embedding_{number}", arrays | start | gradients | {f"end/{name}": p for name, p in parameters.items()})


def save(name: str, arrays: dict[str, object]) -> None:
    plain = {key: a.detach().numpy() if isinstance(a, torch.Tensor) else a for key, a in arrays.items()}
    np.savez_compressed(HERE / f"{name}.npz", **plain)  # type: ignore[arg-type]


if __name__ == "__main__":
    for case in range(len(CASES)):
        record_case(case)
    for kind in ("gru", "rnn"):
        record_other(kind, 0, 1, True)
        record_other(kind, 1, 2, True)
        record_other(kind, 2, 3, False)
    record_embedding(0, 1, True)
    record_embedding(1, 2, False)
    for optimizer_name in ("adam", "adamw", "sgd", "momentum", "rmsprop"):
        record_optimizer(optimizer_name)
