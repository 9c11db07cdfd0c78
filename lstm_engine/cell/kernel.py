"""The mathematics of ``equations.py`` over a whole sequence, forward and backward, fast.

The one dense file. What makes it fast:

* Arrays are feature-major, (features, B) at each timestep. All four gates are one matrix product: the layer's matrix
  (4H, K) with K = I+H+2 acts on the column [x_t; h_{t-1}; 1; 1], which lies ready in one buffer, since each h is
  written straight to where the next timestep reads it.
* In float32, sigmoid(z) = tanh(z/2)/2 + 1/2, with the inner half folded into the weights: one tanh serves all gates.
  In float64, sigmoid is computed as 1/(1 + exp(-z)), whose small values keep all their digits.
* c_{t-1} is stored behind g, so that [i, f] * [g, c_{t-1}] is one product; the backward pass uses it once more.
* All derivative factors are computed for all timesteps at once, before the backward loop; what is left in the loop is
  five calls. The gradient of all weights is one matrix product.
* Everything that a timestep touches is contiguous. (Stored as (features, T, B), the same loops took up to twice as
  long: each row then lies in another page of memory.)
* Buffers and the views on them are made once for a shape (T, B).

The weights' rows stand in PyTorch's order i, f, g, o, and so do the gradients'. The forward pass keeps the gates in
blocks i, f, o, g, which puts the three sigmoids side by side.
"""

import numpy as np
from numpy.typing import NDArray

INPUT_GATE, FORGET_GATE, OUTPUT_GATE, CANDIDATE, CELL_BEFORE = range(5)  # blocks of a timestep


class LayerKernel:
    """One LSTM layer for sequences of T timesteps in a batch of B.

    Attributes:
        operand: (T+1, K, B), at t the column [x_t; h_{t-1}; 1; 1]; h_{-1} is the initial hidden state.
        blocks: (T+1, 5, H, B), at t the gates i, f, o, the candidate g, and c_{t-1}; c_{-1} is the initial cell state.
        kept: (T, 2, H, B), what was written and what was kept: i*g and f*c_{t-1}.
        tanh_cell: (T, H, B), tanh(c_t).
    """

    def __init__(self, input_size: int, hidden_size: int, timesteps: int, batch_size: int, bias: bool, dtype: np.dtype):
        I, H, T, B = input_size, hidden_size, timesteps, batch_size
        K = I + H + (2 if bias else 0)
        self.input_size, self.hidden_size, self.timesteps, self.batch_size = I, H, T, B
        self.half_trick = dtype == np.float32
        self.operand = np.ones((T + 1, K, B), dtype)  # the last two rows stay 1: they carry the biases
        self.operand[:, : I + H] = 0
        self.blocks = np.zeros((T + 1, 5, H, B), dtype)
        self.kept = np.empty((T, 2, H, B), dtype)
        self.tanh_cell = np.empty((T, H, B), dtype)
        self.columns = np.empty((K, T + 1, B), dtype)  # ``operand`` side by side, for products over all timesteps
        self.hidden = self.operand[1:, I : I + H]  # (T, H, B)
        self.cell = self.blocks[1:, CELL_BEFORE]  # (T, H, B)
        self.initial_hidden = self.operand[0, I : I + H]  # (H, B)
        self.initial_cell = self.blocks[0, CELL_BEFORE]  # (H, B)
        self.ordered_weights = np.empty((4 * H, K), dtype)  # rows i, f, o, g
        self.half = np.array(0.5, dtype)
        self._forward_views = [
            (
                self.operand[t],  # (K, B)
                self.blocks[t, :4].reshape(4 * H, B),
                self.blocks[t, :3],  # i, f, o
                self.blocks[t, CANDIDATE],
                self.blocks[t, :2],  # i, f
                self.blocks[t, CANDIDATE:],  # g, c_{t-1}
                self.kept[t],
                self.kept[t, 0],
                self.kept[t, 1],
                self.blocks[t + 1, CELL_BEFORE],  # c_t
                self.tanh_cell[t],
                self.blocks[t, OUTPUT_GATE],
                self.hidden[t],
            )
            for t in range(T)
        ]
        self._backward_buffers_made = False

    def forward(self, weights: NDArray, _peepholes: NDArray | None = None) -> None:
        """Fill the buffers from the inputs and the initial states in them.

        Args:
            weights: (4H, K), see ``NamedArrays``. (The standard cell has no peepholes; other cells do.)
        """
        self.prepare(weights)
        self.run()
        np.copyto(self.columns, self.operand.transpose(1, 0, 2))

    def prepare(self, weights: NDArray) -> None:
        """Take over the weights with rows i, f, o, g; those of i, f, o are halved where tanh does their work."""
        H, ordered = self.hidden_size, self.ordered_weights
        scale = self.half if self.half_trick else 1
        np.multiply(weights[: 2 * H], scale, out=ordered[: 2 * H])
        np.multiply(weights[3 * H :], scale, out=ordered[2 * H : 3 * H])
        np.copyto(ordered[3 * H :], weights[2 * H : 3 * H])

    def run(self) -> None:
        """All timesteps, with the weights that were prepared."""
        matmul, multiply, add, tanh = np.matmul, np.multiply, np.add, np.tanh
        half_trick, half, W = self.half_trick, self.half, self.ordered_weights
        for column, z, sigmoids, g, i_f, g_c, kept, written, old, c, tanh_c, o, h in self._forward_views:
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

    def operand_columns(self) -> NDArray:
        """[x_t; h_{t-1}; 1; 1] of all timesteps, (K, T*B)."""
        return self.columns[:, :-1].reshape(len(self.columns), -1)

    def state_columns(self, rows: int) -> NDArray:
        """The first ``rows`` of [h_t; 1; 1] of all timesteps, (rows, T*B)."""
        return self.columns[self.input_size : self.input_size + rows, 1:].reshape(rows, -1)

    def _make_backward_buffers(self) -> None:
        H, T, B = self.hidden_size, self.timesteps, self.batch_size
        dtype = self.operand.dtype
        self.from_cell = np.empty((T, 4, H, B), dtype)
        self.from_hidden = np.empty((T, 2, H, B), dtype)
        # blocks at t: dc carried back to c_{t-1}; dz of i, f, g, o; dc that comes through tanh(c_t)
        self.delta = np.empty((T, 6, H, B), dtype)
        self.d_hidden = np.empty((H, B), dtype)
        self.d_cell = np.empty((H, B), dtype)
        self.d_preactivations = np.empty((4 * H, T, B), dtype)
        self._backward_views = [
            (
                self.from_hidden[t],
                self.from_cell[t],
                self.delta[t, 4:6],
                self.delta[t, 5],
                self.delta[t, 0:4],
                self.delta[t, 0],
                self.delta[t, 1:5].reshape(4 * H, B),
                t,
            )
            for t in reversed(range(T))
        ]
        self._backward_buffers_made = True

    def backward(
        self,
        weights: NDArray,
        _peepholes: NDArray | None,
        d_outputs: NDArray,
        d_weights: NDArray,
        _d_peepholes: NDArray | None = None,
    ) -> None:
        """Backpropagation through time; leaves dL/dh_{-1} and dL/dc_{-1} in ``d_hidden`` and ``d_cell``.

        Args:
            weights: (4H, K).
            d_outputs: (T, H, B), gradient of the loss with respect to each h_t from above.
            d_weights: (4H, K), is overwritten with the gradient with respect to the weights.
        """
        if not self._backward_buffers_made:
            self._make_backward_buffers()
        I, H, T, B = self.input_size, self.hidden_size, self.timesteps, self.batch_size
        self._derivative_factors()
        matmul, multiply, add = np.matmul, np.multiply, np.add
        recurrent = np.ascontiguousarray(weights[:, I : I + H].T)  # (H, 4H)
        d_hidden = self.d_hidden
        d_hidden.fill(0)
        d_cell = self.d_cell
        d_cell.fill(0)
        for from_hidden, from_cell, to_o_and_c, through_tanh, to_cell_side, carried, dz, t in self._backward_views:
            add(d_hidden, d_outputs[t], d_hidden)
            multiply(from_hidden, d_hidden, to_o_and_c)
            add(d_cell, through_tanh, d_cell)  # dL/dc_t: carried back from c_{t+1}, and through h_t = o tanh(c_t)
            multiply(from_cell, d_cell, to_cell_side)
            d_cell = carried  # dL/dc_{t-1} = f dL/dc_t, the path along which gradients survive
            matmul(recurrent, dz, d_hidden)  # dL/dh_{t-1}
        self.d_cell[...] = d_cell
        # dL/dW = sum over t and batch of dz_t [x_t; h_{t-1}; 1; 1]^T, as one product of all timesteps side by side
        np.copyto(self.d_preactivations.reshape(4, H, T, B), self.delta[:, 1:5].transpose(1, 2, 0, 3))
        matmul(self.d_preactivations.reshape(4 * H, T * B), self.operand_columns().T, d_weights)

    def _derivative_factors(self) -> None:
        """Each factor that a backward timestep multiplies with, for all timesteps at once.

        With s' = s (1 - s) for a sigmoid s and g' = 1 - g^2 for a tanh g:

            c_t = f c_{t-1} + i g   gives   dz_i = dc g i',  dz_f = dc c_{t-1} f',  dz_g = dc i g',  dc_{t-1} = dc f
            h_t = o tanh(c_t)       gives   dz_o = dh tanh(c_t) o',                 dc_t    += dh o (1 - tanh(c_t)^2)
        """
        T = self.timesteps
        i, f, o, g = (self.blocks[:T, k] for k in range(4))  # each (T, H, B)
        h, tanh_c, written = self.hidden, self.tanh_cell, self.kept[:, 0]
        carried, dz_i_f, dz_g = self.from_cell[:, 0], self.from_cell[:, 1:3], self.from_cell[:, 3]
        dz_o, through_tanh = self.from_hidden[:, 0], self.from_hidden[:, 1]
        np.copyto(carried, f)  # f
        np.subtract(1, self.blocks[:T, :2], out=dz_i_f)
        np.multiply(dz_i_f, self.kept, out=dz_i_f)  # [g i (1 - i), c_{t-1} f (1 - f)] from [i g, f c_{t-1}]
        np.multiply(written, g, out=dz_g)
        np.subtract(i, dz_g, out=dz_g)  # i (1 - g^2) = i - (i g) g
        np.subtract(1, o, out=dz_o)
        np.multiply(dz_o, h, out=dz_o)  # tanh(c) o (1 - o) = h (1 - o)
        np.multiply(h, tanh_c, out=through_tanh)
        np.subtract(o, through_tanh, out=through_tanh)  # o (1 - tanh(c)^2) = o - h tanh(c)

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
