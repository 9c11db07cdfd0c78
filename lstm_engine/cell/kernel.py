"""The mathematics of ``equations.py`` over a whole sequence, forward and backward, fast.

The one dense file. What makes it fast:

* Arrays are feature-major, (features, B) at each timestep. All four gates are one matrix product: the layer's matrix
  (4H, K) with K = I+H+2 acts on the column [x_t; h_{t-1}; 1; 1], which lies ready in one buffer, since each h is
  written straight to where the next timestep reads it.
* In float32, sigmoid(z) = tanh(z/2)/2 + 1/2, with the inner half folded into the weights: one tanh serves all gates.
  In float64, sigmoid is computed as 1/(1 + exp(-z)), whose small values keep all their digits.
* c_{t-1} is stored behind g, so that [i, f] * [g, c_{t-1}] is one product.
* The products of a timestep are cut into blocks of rows that OpenBLAS multiplies as they lie, without packing them
  first. Where they fit, that is up to half faster; which block is whose follows from the shape alone.
* A pass that is to learn keeps no gates, but what the way back multiplies with: six arrays a timestep, computed for a
  few timesteps at once, as many as a core's cache holds: on small layers calls cost most, on large ones memory.
* What is left in the backward loop is five calls. The gradient of all weights is one matrix product.
* Everything that a timestep touches is contiguous. (Stored as (features, T, B), the same loops took up to twice as
  long: each row then lies in another page of memory.)
* Buffers and the views on them are made once for a shape (T, B).

The weights' rows stand in PyTorch's order i, f, g, o, and so do the gradients'. The forward pass keeps the gates in
blocks i, f, o, g, which puts the three sigmoids side by side.
"""

import numpy as np
from numpy.typing import NDArray

INPUT_GATE, FORGET_GATE, OUTPUT_GATE, CANDIDATE, CELL_BEFORE = range(5)  # blocks of a timestep
UNPACKED = 1_000_000  # multiply-adds up to which OpenBLAS packs nothing, where a core has AVX-512
MOST_BLOCKS, LEAST_ROWS = 64, 16
WARM_BYTES = 256_000  # of gates at a time, so that they are still in a core's cache when they are read again


class LayerKernel:
    """One LSTM layer for sequences of T timesteps in a batch of B.

    Attributes:
        operand: (T+1, K, B), at t the column [x_t; h_{t-1}; 1; 1]; h_{-1} is the initial hidden state.
        blocks: (T+1, 5, H, B), at t the gates i, f, o, the candidate g, and c_{t-1}; c_{-1} is the initial cell state.
            A pass that is to learn fills only the first and the last cell state.
        d_preactivations: (4H, T, B), dL/dz of i, f, g, o, after ``backward``.
    """

    def __init__(self, input_size: int, hidden_size: int, timesteps: int, batch_size: int, bias: bool, dtype: np.dtype):
        I, H, T, B = input_size, hidden_size, timesteps, batch_size
        K = I + H + (2 if bias else 0)
        self.input_size, self.hidden_size, self.timesteps, self.batch_size = I, H, T, B
        self.half_trick = dtype == np.float32
        self.operand = np.ones((T + 1, K, B), dtype)  # the last two rows stay 1: they carry the biases
        self.operand[:, : I + H] = 0
        self.blocks = np.zeros((T + 1, 5, H, B), dtype)
        # ``operand`` and the states after it side by side, for products over all timesteps; filled when asked for
        self._columns: NDArray = np.empty((0, T, B), dtype)  # (K, T, B)
        self._states = np.ones((K - I, T, B), dtype)
        self._columns_filled = self._states_filled = False
        self.hidden = self.operand[1:, I : I + H]  # (T, H, B)
        self.cell = self.blocks[1:, CELL_BEFORE]  # (T, H, B)
        self.initial_hidden = self.operand[0, I : I + H]  # (H, B)
        self.initial_cell = self.blocks[0, CELL_BEFORE]  # (H, B)
        self.ordered_weights = np.empty((4 * H, K), dtype)  # rows i, f, o, g
        blocks = blocks_of(4 * H, K, B)
        self._weight_blocks = self.ordered_weights.reshape(blocks, -1, K)
        self.half, self.one = np.array(0.5, dtype), np.array(1, dtype)
        gates, kept, tanh_cell = self.blocks, np.empty((2, H, B), dtype), np.empty((H, B), dtype)
        self._forward_views = [self._timestep(gates, t, t, kept, tanh_cell) for t in range(T)]
        self._learning_buffers_made = False

    def _timestep(self, gates: NDArray, k: int, t: int, kept: NDArray, tanh_cell: NDArray) -> tuple[NDArray, ...]:
        """The views of a timestep t whose gates stand at k; ``kept``, (2, H, B), is for i*g and f*c_{t-1}."""
        return (
            self.operand[t],  # (K, B)
            gates[k, :4].reshape(len(self._weight_blocks), -1, self.batch_size),  # (4H, B), in the weights' blocks
            gates[k, :3],  # i, f, o
            gates[k, CANDIDATE],
            gates[k, :2],  # i, f
            gates[k, CANDIDATE:],  # g, c_{t-1}
            kept,
            kept[0],
            kept[1],
            gates[k + 1, CELL_BEFORE],  # c_t
            tanh_cell,
            gates[k, OUTPUT_GATE],
            self.hidden[t],
        )

    def forward(self, weights: NDArray, _peepholes: NDArray | None = None) -> None:
        """Fill the buffers from the inputs and the initial states in them.

        Args:
            weights: (4H, K), see ``NamedArrays``. (The standard cell has no peepholes; other cells do.)
        """
        self.prepare(weights)
        self.run()
        self._columns_filled = self._states_filled = False

    def prepare(self, weights: NDArray) -> None:
        """Take over the weights with rows i, f, o, g; those of i, f, o are halved where tanh does their work."""
        H, ordered = self.hidden_size, self.ordered_weights
        scale = self.half if self.half_trick else 1
        np.multiply(weights[: 2 * H], scale, out=ordered[: 2 * H])
        np.multiply(weights[3 * H :], scale, out=ordered[2 * H : 3 * H])
        np.copyto(ordered[3 * H :], weights[2 * H : 3 * H])

    def run(self) -> None:
        """All timesteps, with the weights that were prepared."""
        self._run(self._forward_views)

    def _run(self, timesteps: list[tuple[NDArray, ...]]) -> None:
        matmul, multiply, add, tanh = np.matmul, np.multiply, np.add, np.tanh
        half_trick, half, W = self.half_trick, self.half, self._weight_blocks
        for column, z, sigmoids, g, i_f, g_c, kept, written, old, c, tanh_c, o, h in timesteps:
            matmul(W, column, z)
            if half_trick:
                tanh(z, z)
                multiply(sigmoids, half, sigmoids)
                add(sigmoids, half, sigmoids)
            else:
                exact_sigmoid(sigmoids)
                tanh(g, g)
            multiply(i_f, g_c, kept)  # [i, f] * [g, c_{t-1}]
            add(written, old, c)
            tanh(c, tanh_c)
            multiply(o, tanh_c, h)

    def forward_to_learn(self, weights: NDArray) -> None:
        """The same, for a ``backward`` after it."""
        if not self._learning_buffers_made:
            self._make_learning_buffers()
        self.prepare(weights)
        self._columns_filled = self._states_filled = False
        before, after = self._gates[0, CELL_BEFORE], self._gates[:, CELL_BEFORE]
        before[...] = self.initial_cell
        for start, timesteps in self._learning_views:
            self._run(timesteps)
            self._keep_factors(start, len(timesteps))
            before[...] = after[len(timesteps)]
        self.cell[-1] = before

    def _keep_factors(self, start: int, count: int) -> None:
        """Each factor that a backward timestep multiplies with, for the timesteps whose gates were just computed.

        With s' = s (1 - s) for a sigmoid s and g' = 1 - g^2 for a tanh g:

            c_t = f c_{t-1} + i g   gives   dz_i = dc g i',  dz_f = dc c_{t-1} f',  dz_g = dc i g',  dc_{t-1} = dc f
            h_t = o tanh(c_t)       gives   dz_o = dh tanh(c_t) o',                 dc_t    += dh o (1 - tanh(c_t)^2)
        """
        gates, kept, tanh_c = self._gates[:count], self._kept[:count], self._tanh_cell[:count]
        i, o, g, h = (
            gates[:, INPUT_GATE],
            gates[:, OUTPUT_GATE],
            gates[:, CANDIDATE],
            self.hidden[start : start + count],
        )
        factors = self._factors[start : start + count]  # (count, 6, H, B)
        carried, dz_i_f, dz_g, dz_o, through_tanh = factors[:, 0], factors[:, 1:3], *(factors[:, k] for k in (3, 4, 5))
        np.copyto(carried, gates[:, FORGET_GATE])
        np.subtract(self.one, gates[:, :2], dz_i_f)
        np.multiply(dz_i_f, kept, dz_i_f)  # [g i (1 - i), c_{t-1} f (1 - f)] from [i g, f c_{t-1}]
        np.multiply(kept[:, 0], g, dz_g)
        np.subtract(i, dz_g, dz_g)  # i (1 - g^2) = i - (i g) g
        np.subtract(self.one, o, dz_o)
        np.multiply(dz_o, h, dz_o)  # tanh(c) o (1 - o) = h (1 - o)
        np.multiply(h, tanh_c, through_tanh)
        np.subtract(o, through_tanh, through_tanh)  # o (1 - tanh(c)^2) = o - h tanh(c)

    def operand_columns(self) -> NDArray:
        """[x_t; h_{t-1}; 1; 1] of all timesteps, (K, T*B)."""
        if not self._columns_filled:
            if not len(self._columns):
                self._columns = np.empty((self.operand.shape[1], self.timesteps, self.batch_size), self.operand.dtype)
            np.copyto(self._columns, self.operand[:-1].transpose(1, 0, 2))
            self._columns_filled = True
        return self._columns.reshape(len(self._columns), -1)

    def state_columns(self, rows: int) -> NDArray:
        """The first ``rows`` of [h_t; 1; 1] of all timesteps, (rows, T*B)."""
        if not self._states_filled:
            np.copyto(self._states[: self.hidden_size], self.hidden.transpose(1, 0, 2))
            self._states_filled = True
        return self._states[:rows].reshape(rows, -1)

    def _make_learning_buffers(self) -> None:
        H, T, B = self.hidden_size, self.timesteps, self.batch_size
        dtype = self.operand.dtype
        warm = min(T, max(2, WARM_BYTES // (8 * H * B * dtype.itemsize)))  # timesteps at a time
        self._gates = gates = np.empty((warm + 1, 5, H, B), dtype)  # as ``blocks``, of those timesteps
        self._kept = kept = np.empty((warm, 2, H, B), dtype)
        self._tanh_cell = tanh_cell = np.empty((warm, H, B), dtype)
        # at t: from dc_t to dc_{t-1} and to dz of i, f, g; from dh_t to dz of o, and to dc_t through tanh
        self._factors = factors = np.empty((T, 6, H, B), dtype)
        # at t: dc carried back to c_{t-1}; dz of i, f, g, o; dc that comes through tanh(c_t)
        self._delta = delta = np.empty((warm, 6, H, B), dtype)
        self.d_hidden = np.empty((H, B), dtype)
        self.d_cell = np.empty((H, B), dtype)
        self.d_preactivations = np.empty((4 * H, T, B), dtype)
        portions = [range(start, min(start + warm, T)) for start in range(0, T, warm)]
        self._learning_views = [
            (times.start, [self._timestep(gates, k, t, kept[k], tanh_cell[k]) for k, t in enumerate(times)])
            for times in portions
        ]
        self._backward_views = [
            (
                times.start,
                [
                    (
                        factors[t, 4:6],
                        factors[t, 0:4],
                        delta[k, 4:6],
                        delta[k, 5],
                        delta[k, 0:4],
                        delta[k, 0],
                        delta[k, 1:5].reshape(4 * H, B),
                        t,
                    )
                    for k, t in reversed(list(enumerate(times)))
                ],
            )
            for times in reversed(portions)
        ]
        self._learning_buffers_made = True

    def backward(
        self,
        weights: NDArray,
        _peepholes: NDArray | None,
        d_outputs: NDArray,
        d_weights: NDArray,
        _d_peepholes: NDArray | None = None,
    ) -> None:
        """Backpropagation through time, after ``forward_to_learn``.

        It leaves dL/dh_{-1} and dL/dc_{-1} in ``d_hidden`` and ``d_cell``.

        Args:
            weights: (4H, K).
            d_outputs: (T, H, B), gradient of the loss with respect to each h_t from above.
            d_weights: (4H, K), is overwritten with the gradient with respect to the weights.
        """
        I, H, T, B = self.input_size, self.hidden_size, self.timesteps, self.batch_size
        matmul, multiply, add = np.matmul, np.multiply, np.add
        blocks = blocks_of(H, 4 * H, B)
        recurrent = np.ascontiguousarray(weights[:, I : I + H].T).reshape(blocks, -1, 4 * H)  # (H, 4H) in blocks
        d_hidden, d_cell = self.d_hidden, self.d_cell
        d_hidden.fill(0)
        d_cell.fill(0)
        d_hidden_blocks = d_hidden.reshape(blocks, -1, B)
        d_gates = self.d_preactivations.reshape(4, H, T, B)
        for start, timesteps in self._backward_views:
            for from_hidden, from_cell, to_o_and_c, through_tanh, to_cell_side, carried, dz, t in timesteps:
                add(d_hidden, d_outputs[t], d_hidden)
                multiply(from_hidden, d_hidden, to_o_and_c)
                add(d_cell, through_tanh, d_cell)  # dL/dc_t: carried back from c_{t+1}, and through h_t = o tanh(c_t)
                multiply(from_cell, d_cell, to_cell_side)
                d_cell = carried  # dL/dc_{t-1} = f dL/dc_t, the path along which gradients survive
                matmul(recurrent, dz, d_hidden_blocks)  # dL/dh_{t-1}
            end = start + len(timesteps)
            np.copyto(d_gates[:, :, start:end], self._delta[: len(timesteps), 1:5].transpose(1, 2, 0, 3))
        self.d_cell[...] = d_cell
        # dL/dW = sum over t and batch of dz_t [x_t; h_{t-1}; 1; 1]^T, as one product of all timesteps side by side
        matmul(self.d_preactivations.reshape(4 * H, T * B), self.operand_columns().T, d_weights)

    def input_gradients(self, weights: NDArray) -> NDArray:
        """Gradient with respect to the layer's inputs, (T, I, B); call after ``backward``."""
        flat = self.d_preactivations.reshape(4 * self.hidden_size, -1)
        d_inputs = weights[:, : self.input_size].T @ flat  # (I, T*B)
        return d_inputs.reshape(self.input_size, self.timesteps, self.batch_size).transpose(1, 0, 2)


def exact_sigmoid(z: NDArray) -> None:
    """1/(1 + exp(-z)) in place; where exp(-z) overflows to infinity, the result is right: 0."""
    with np.errstate(over="ignore"):
        np.negative(z, out=z)
        np.exp(z, out=z)
        np.add(z, 1, out=z)
        np.reciprocal(z, out=z)


def blocks_of(rows: int, width: int, columns: int) -> int:
    """Into how many blocks of rows a product (rows, width) x (width, columns) is cut: 1 where no cut is worth it.

    OpenBLAS packs both matrices before it multiplies, unless rows * width * columns is at most a million
    (``sgemm_small_kernel_permit`` for AVX-512). At (512, 158) x (158, 32) four blocks ran at 184 GFLOP/s, the whole at
    138; at (1024, 358) x (358, 20) eight at 132, the whole at 94. Which sums are formed does not change; in what order
    a processor adds them up may.

    >>> blocks_of(512, 158, 32), blocks_of(128, 62, 32), blocks_of(2048, 642, 64)
    (4, 1, 1)
    """
    blocks = 1
    while rows * width * columns > UNPACKED * blocks and blocks <= MOST_BLOCKS:
        blocks *= 2
    return blocks if rows % blocks == 0 and blocks <= MOST_BLOCKS and rows // blocks >= LEAST_ROWS else 1
