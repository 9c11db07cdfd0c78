"""The same training step, and the same timestep, in PyTorch and JAX; None where a peer is not installed.

Each is measured alone in a process of its own, see ``alone.py``.
"""

from collections.abc import Callable

import numpy as np

Action = Callable[[], object]


def pytorch_step(I: int, H: int, O: int, T: int, B: int) -> Action | None:
    """Forward, BPTT, clipping and fused Adam of PyTorch's CPU build."""
    try:
        import torch
    except ImportError:
        return None
    lstm, readout = torch.nn.LSTM(I, H), torch.nn.Linear(H, O)
    parameters = [*lstm.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(parameters, fused=True)
    inputs, targets = torch.randn(T, B, I), torch.randint(O, (T, B))

    def step() -> None:
        adam.zero_grad()
        outputs = readout(lstm(inputs)[0])
        torch.nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()

    return step


def jax_step(I: int, H: int, O: int, T: int, B: int) -> Action | None:
    """The same as one jitted JAX function: a scan over timesteps, and Adam with clipping from optax."""
    try:
        import jax
        import optax
        from jax import numpy as jnp
    except ImportError:
        return None
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> object:
        return jnp.asarray(rng.uniform(-1, 1, shape) / np.sqrt(H), jnp.float32)

    weights = {"x": draw(I, 4 * H), "h": draw(H, 4 * H), "b": draw(4 * H), "read": draw(H, O), "read_b": draw(O)}
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-3))
    inputs = jnp.asarray(rng.normal(size=(T, B, I)), jnp.float32)
    targets = jnp.asarray(rng.integers(O, size=(T, B)))

    def loss(w: dict) -> object:
        def cell(carry: tuple, z: object) -> tuple:
            h, c = carry
            i, f, g, o = jnp.split(z + h @ w["h"], 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((B, H))
        _, hidden = jax.lax.scan(cell, (zeros, zeros), inputs @ w["x"] + w["b"])
        outputs = hidden @ w["read"] + w["read_b"]
        return optax.softmax_cross_entropy_with_integer_labels(outputs, targets).mean()

    @jax.jit
    def update(w: dict, state: object) -> tuple:
        changes, state = optimizer.update(jax.grad(loss)(w), state)
        return optax.apply_updates(w, changes), state

    holder = [weights, optimizer.init(weights)]

    def step() -> None:
        holder[0], holder[1] = update(*holder)
        jax.block_until_ready(holder[0])

    return step


def pytorch_cell(I: int, H: int) -> Action | None:
    """One timestep of ``nn.LSTMCell`` at B = 1, without gradients."""
    try:
        import torch
    except ImportError:
        return None
    cell, x = torch.nn.LSTMCell(I, H), torch.randn(1, I)
    state = torch.zeros(1, H), torch.zeros(1, H)

    def step() -> None:
        with torch.no_grad():
            cell(x, state)

    return step
