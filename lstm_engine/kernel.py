"""The mathematics of ``equations.py`` over a whole sequence, forward and backward, fast.

The one dense file. What makes it fast:

* Arrays are feature-major, (features, T, B). All four gates of a timestep are one matrix product: the layer's matrix
  (4H, K) with K = I+H+2 acts on the column [x_t; h_{t-1}; 1; 1], which lies ready in one buffer, since each h is
  written straight to where the next timestep reads it.
* In float32, sigmoid(z) = tanh(z/2)/2 + 1/2, with the inner half folded into the weights: one tanh serves all gates.
  In float64, sigmoid is computed as 1/(1 + exp(-z)), whose small values keep all their digits.
* c_{t-1} is stored two blocks behind g, so that [i, f] * [g, c_{t-1}] is one strided product.
* All derivative factors are computed for all timesteps at once, before the backward loop; what is left in the loop is
  five calls. The gradient of all weights is one matrix product.
* Buffers and the views on them are made once for a shape (T, B).

Blocks of H rows are numbered as in PyTorch: 0 input gate, 1 forget gate, 2 candidate, 3 output gate; block 4 holds
c_{t-1}.
"""

import numpy as np
from numpy.typing import NDArray

INPUT_GATE, FORGET_GATE, CANDIDATE, OUTPUT_GATE, CELL = range(5)


class LayerKernel:
    """One LSTM layer for sequences of T timesteps in a batch of B.

    Attributes:
        operand: (K, T+1, B), column t is [x_t; h_{t-1}; 1; 1]; h_{-1} is the initial hidden state.
        blocks: (T+1, 5, H, B), the four gates of timestep t, then c_{t-1}.
        tanh_cell: (T, H, B), tanh(c_t).
    """

    def __init__(self, input_size: int, hidden_size: int, timesteps: int, batch_size: int, bias: bool, dtype: np.dtype):
        I, H, T, B = input_size, hidden_size, timesteps, batch_size
        K = I + H + (2 if bias else 0)
        self.input_size, self.hidden_size, self.timesteps, self.batch_size = I, H, T, B
        self.half_trick = dtype == np.float32
        self.operand = np.ones((K, T + 1, B), dtype)  # the last two rows stay 1: they carry the biases
        self.operand[: I + H] = 0
        self.blocks = np.zeros((T + 1, 5, H, B), dtype)
        self.tanh_cell = np.empty((T, H, B), dtype)
        self.written = np.empty((2, H, B), dtype)  # i*g and f*c_{t-1}
        self.scaled_weights = np.empty((4 * H, K), dtype)
        self.hidden = self.operand[I : I + H, 1:]  # (H, T, B)
        # tanh(z/2)/2 + 1/2 for gates, tanh(z) as it is for the candidate
        self.scale = np.array([0.5, 0.5, 1.0, 0.5], dtype)[:, None, None]  # (4, 1, 1)
        self.shift = np.array([0.5, 0.5, 0.0, 0.5], dtype)[:, None, None]
        self.row_scale = np.repeat(self.scale[:, 0], H, axis=0)  # (4H, 1)
        self._forward_views = [
            (
                self.operand[:, t],  # (K, B)
                self.blocks[t, :4].reshape(4 * H, B),
                self.blocks[t, :4],  # (4, H, B)
                self.blocks[t, :2],  # i, f
                self.blocks[t, CANDIDATE],
                self.blocks[t, OUTPUT_GATE],
                self.blocks[t, CANDIDATE::2],  # g, c_{t-1}
                self.blocks[t + 1, CELL],  # c_t
                self.tanh_cell[t],
                self.operand[I : I + H, t + 1],  # h_t
            )
            for t in range(T)
        ]
        self._backward_buffers_made = False

    def forward(self, weights: NDArray) -> None:
        """Fill ``blocks``, ``tanh_cell`` and ``hidden`` from the inputs and the initial states in the buffers.

        Args:
            weights: (4H, K), see ``NamedArrays``.
        """
        multiply, add, tanh, matmul = np.multiply, np.add, np.tanh, np.matmul
        half_trick, scale, shift, written = self.half_trick, self.scale, self.shift, self.written
        input_written, cell_kept = written
        if half_trick:
            weights = multiply(weights, self.row_scale, out=self.scaled_weights)
        with np.errstate(over="ignore", under="ignore"):  # exp(-z) = inf gives the right answer, 1/(1 + inf) = 0
            for column, rows, gates, i_f, g, o, g_c, c, tanh_c, h in self._forward_views:
                matmul(weights, column, out=rows)
                if half_trick:
                    tanh(gates, out=gates)
                    multiply(gates, scale, out=gates)
                    add(gates, shift, out=gates)
                else:
                    exact_sigmoid(i_f)
                    tanh(g, out=g)
                    exact_sigmoid(o)
                multiply(i_f, g_c, out=written)  # [i, f] * [g, c_{t-1}]
                add(input_written, cell_kept, out=c)
                tanh(c, out=tanh_c)
                multiply(o, tanh_c, out=h)

    def _make_backward_buffers(self) -> None:
        _I, H, T, B = self.input_size, self.hidden_size, self.timesteps, self.batch_size
        dtype = self.operand.dtype
        self.from_cell = np.empty((T, 4, H, B), dtype)
        self.from_hidden = np.empty((T, 2, H, B), dtype)
        self.scratch = np.empty((T, H, B), dtype)
        # blocks: dc carried back, then the pre-activations' gradients dz of i, f, g, o, then dc through tanh(c)
        self.delta = np.empty((6, H, T, B), dtype)
        self.pre_activation_gradients = self.delta[1:5].reshape(4 * H, T * B)
        self.d_cell = np.empty((H, B), dtype)
        self.d_hidden = np.empty((H, B), dtype)
        dz = self.delta[1:5].reshape(4 * H, T, B)
        self._backward_views = [
            (
                self.from_hidden[t],
                self.from_cell[t],
                self.delta[4:6, :, t],
                self.delta[5, :, t],
                self.delta[0:4, :, t],
                self.delta[0, :, t],
                dz[:, t],
                t,
            )
            for t in reversed(range(T))
        ]
        self._backward_buffers_made = True

    def backward(self, weights: NDArray, d_outputs: NDArray, d_weights: NDArray) -> None:
        """Backpropagation through time; fills ``pre_activation_gradients``, ``d_hidden`` and ``d_cell``.

        Args:
            weights: (4H, K).
            d_outputs: (H, T, B), gradient of the loss with respect to each h_t from above.
            d_weights: (4H, K), is overwritten with the gradient with respect to the weights.
        """
        if not self._backward_buffers_made:
            self._make_backward_buffers()
        I, H, T, B = self.input_size, self.hidden_size, self.timesteps, self.batch_size
        self._derivative_factors()
        multiply, add, matmul = np.multiply, np.add, np.matmul
        recurrent = weights[:, I : I + H].T  # (H, 4H)
        d_hidden, d_cell = self.d_hidden, self.d_cell
        d_hidden.fill(0)
        d_cell.fill(0)
        for from_hidden, from_cell, to_o_and_c, through_tanh, to_cell_side, carried, dz, t in self._backward_views:
            add(d_hidden, d_outputs[:, t], out=d_hidden)
            multiply(from_hidden, d_hidden, out=to_o_and_c)
            add(d_cell, through_tanh, out=d_cell)  # dL/dc_t: carried back from c_{t+1}, and through h_t = o tanh(c_t)
            multiply(from_cell, d_cell, out=to_cell_side)
            d_cell = carried  # dL/dc_{t-1} = f dL/dc_t, the path along which gradients survive
            matmul(recurrent, dz, out=d_hidden)  # dL/dh_{t-1}
        self.d_cell[...] = d_cell
        # dL/dW = sum over t and batch of dz_t [x_t; h_{t-1}; 1; 1]^T
        columns = self.operand[:, :T].reshape(-1, T * B)
        matmul(self.pre_activation_gradients, columns.T, out=d_weights)

    def _derivative_factors(self) -> None:
        """Each factor that a backward timestep multiplies with, for all timesteps at once.

        With s' = s (1 - s) for a sigmoid s and g' = 1 - g^2 for a tanh g:

            c_t = f c_{t-1} + i g   gives   dz_i = dc g i',  dz_f = dc c_{t-1} f',  dz_g = dc i g',  dc_{t-1} = dc f
            h_t = o tanh(c_t)       gives   dz_o = dh tanh(c_t) o',                 dc_t    += dh o (1 - tanh(c_t)^2)
        """
        T = self.timesteps
        i, f, g, o, c_before = (self.blocks[:T, k] for k in range(5))  # each (T, H, B)
        carried, dz_i, dz_f, dz_g = (self.from_cell[:, k] for k in range(4))
        dz_o, through_tanh = (self.from_hidden[:, k] for k in range(2))
        tanh_c, scratch = self.tanh_cell, self.scratch
        np.copyto(carried, f)  # f
        np.subtract(1, i, out=scratch)
        np.multiply(scratch, i, out=scratch)
        np.multiply(scratch, g, out=dz_i)  # g i (1 - i)
        np.subtract(1, f, out=scratch)
        np.multiply(scratch, f, out=scratch)
        np.multiply(scratch, c_before, out=dz_f)  # c_{t-1} f (1 - f)
        np.multiply(g, g, out=scratch)
        np.subtract(1, scratch, out=scratch)
        np.multiply(scratch, i, out=dz_g)  # i (1 - g^2)
        np.subtract(1, o, out=scratch)
        np.multiply(scratch, o, out=scratch)
        np.multiply(scratch, tanh_c, out=dz_o)  # tanh(c) o (1 - o)
        np.multiply(tanh_c, tanh_c, out=scratch)
        np.subtract(1, scratch, out=scratch)
        np.multiply(scratch, o, out=through_tanh)  # o (1 - tanh(c)^2)

    def input_gradients(self, weights: NDArray) -> NDArray:
        """Gradient with respect to the layer's inputs, (I, T, B); call after ``backward``."""
        shape = (self.input_size, self.timesteps, self.batch_size)
        return (weights[:, : self.input_size].T @ self.pre_activation_gradients).reshape(shape)


def exact_sigmoid(z: NDArray) -> None:
    """1/(1 + exp(-z)) in place; the caller ignores overflow, which ends in the right answer 0."""
    np.negative(z, out=z)
    np.exp(z, out=z)
    np.add(z, 1, out=z)
    np.reciprocal(z, out=z)
