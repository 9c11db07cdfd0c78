"""Optimizers: they turn gradients into new weights, in place, on the model's one flat vector."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.parameters import NamedArrays
from lstm_engine.errors import SettingsError, WeightsError
from lstm_engine.model import LSTMModel

BLOCK = 16_384  # numbers updated at a time: parameters, gradient and moments of a block stay in the processor's cache


class Optimizer:
    """What all optimizers share: the learning rate, and clipping by the gradient's global norm (Pascanu et al. 2013).

    Args:
        model: whose weights to update.
        learning_rate: step size, above 0.
        clip_norm: gradients with a larger Euclidean norm, over all weights together, are scaled down to it; None never.
        weight_decay: fraction of each weight that a step of size 1 takes away, decoupled from the gradient
            (Loshchilov and Hutter 2019).
    """

    state_names: ClassVar[tuple[str, ...]] = ()  # flat vectors, one number a weight

    def __init__(
        self, model: LSTMModel, learning_rate: float, clip_norm: float | None = None, weight_decay: float = 0.0
    ):
        check_positive("learning_rate", learning_rate)
        if clip_norm is not None:
            check_positive("clip_norm", clip_norm)
        if not (np.isfinite(weight_decay) and weight_decay >= 0):
            raise SettingsError(f"weight_decay is {weight_decay!r}, expected a finite number of at least 0")
        self.model = model
        self.learning_rate = learning_rate
        self.clip_norm = clip_norm
        self.weight_decay = weight_decay
        self.steps_taken = 0
        size, dtype = model.parameters.flat.size, model.dtype
        for name in self.state_names:
            setattr(self, name, np.zeros(size, dtype))
        self._clipped = np.empty(size, dtype)
        self._scratch = np.empty(min(BLOCK, size), dtype)

    def step(self, gradients: Mapping[str, NDArray]) -> float:
        """Update the model's weights once.

        Args:
            gradients: by the names and with the shapes of ``model.state_dict()``.

        Returns:
            the gradient's Euclidean norm before clipping; if it is not finite, nothing was updated.

        Raises:
            WeightsError: names or shapes do not fit.
        """
        if not isinstance(gradients, NamedArrays):
            named = NamedArrays(self.model.architecture, dtype=self.model.dtype)
            named.assign(gradients)
            gradients = named
        gradient = gradients.flat
        norm = float(np.sqrt(np.vdot(gradient, gradient)))
        if not np.isfinite(norm):
            return norm
        if self.clip_norm is not None:
            scale = self.clip_norm / (norm + 1e-6)  # PyTorch's clip_grad_norm_ adds the same small number
            if scale < 1:
                gradient = np.multiply(gradient, scale, out=self._clipped)
        self.steps_taken += 1
        parameters = self.model.parameters.flat
        for start in range(0, parameters.size, BLOCK):
            block = slice(start, min(start + BLOCK, parameters.size))
            if self.weight_decay:
                parameters[block] *= 1 - self.learning_rate * self.weight_decay
            self._update(parameters[block], gradient[block], block, self._scratch[: block.stop - start])
        return norm

    def _update(self, parameters: NDArray, gradient: NDArray, block: slice, scratch: NDArray) -> None:
        raise NotImplementedError

    def state_dict(self) -> dict[str, NDArray]:
        """Copies of all that a later step depends on."""
        state = {name: getattr(self, name).copy() for name in self.state_names}
        return {"steps_taken": np.array(self.steps_taken, np.int64), **state}

    def load_state_dict(self, state: Mapping[str, NDArray]) -> None:
        """Go on from a ``state_dict()``.

        Raises:
            WeightsError: names or shapes do not fit; nothing is then changed.
        """
        expected = {"steps_taken", *self.state_names}
        if state.keys() != expected:
            raise WeightsError(f"the optimizer's state holds {sorted(state)}, expected {sorted(expected)}")
        for name in self.state_names:
            if state[name].shape != getattr(self, name).shape:
                raise WeightsError(f"{name} has shape {state[name].shape}, expected {getattr(self, name).shape}")
        self.steps_taken = int(state["steps_taken"])
        for name in self.state_names:
            getattr(self, name)[...] = state[name]


class SGD(Optimizer):
    """Stochastic gradient descent, with PyTorch's momentum (Sutskever et al. 2013, without their scaled rate).

    The velocity v <- momentum * v + gradient is followed: w <- w - learning_rate * v.

    Args:
        momentum: in [0, 1); 0 follows the gradient itself.
    """

    state_names = ("velocity",)
    velocity: NDArray

    def __init__(
        self,
        model: LSTMModel,
        learning_rate: float,
        clip_norm: float | None = None,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
    ):
        super().__init__(model, learning_rate, clip_norm, weight_decay)
        self.momentum = check_fraction("momentum", momentum)

    def _update(self, parameters: NDArray, gradient: NDArray, block: slice, scratch: NDArray) -> None:
        velocity = self.velocity[block]
        velocity *= self.momentum
        velocity += gradient
        parameters -= np.multiply(velocity, self.learning_rate, out=scratch)


class RMSprop(Optimizer):
    """RMSprop (Tieleman and Hinton 2012): each weight's step is divided by the recent size of its gradient.

    Args:
        smoothing: decay rate of the mean squared gradient, in [0, 1).
        epsilon: added to its root.
    """

    state_names = ("second_moment",)
    second_moment: NDArray

    def __init__(
        self,
        model: LSTMModel,
        learning_rate: float = 1e-2,
        smoothing: float = 0.99,
        epsilon: float = 1e-8,
        clip_norm: float | None = None,
        weight_decay: float = 0.0,
    ):
        super().__init__(model, learning_rate, clip_norm, weight_decay)
        self.smoothing = check_fraction("smoothing", smoothing)
        self.epsilon = check_positive("epsilon", epsilon)

    def _update(self, parameters: NDArray, gradient: NDArray, block: slice, scratch: NDArray) -> None:
        v = self.second_moment[block]
        v *= self.smoothing
        np.multiply(gradient, gradient, out=scratch)
        v += np.multiply(scratch, 1 - self.smoothing, out=scratch)
        denominator = np.sqrt(v, out=scratch)
        denominator += self.epsilon
        update = np.divide(gradient, denominator, out=scratch)
        parameters -= np.multiply(update, self.learning_rate, out=scratch)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015, algorithm 1), with PyTorch's placing of epsilon.

    Args:
        betas: decay rates of the two moments, each in [0, 1).
        epsilon: added to the root of the second moment.
    """

    state_names = ("first_moment", "second_moment")
    first_moment: NDArray
    second_moment: NDArray

    def __init__(
        self,
        model: LSTMModel,
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        clip_norm: float | None = None,
        weight_decay: float = 0.0,
    ):
        super().__init__(model, learning_rate, clip_norm, weight_decay)
        beta1, beta2 = betas
        self.betas = check_fraction("beta1", beta1), check_fraction("beta2", beta2)
        self.epsilon = check_positive("epsilon", epsilon)

    def _update(self, parameters: NDArray, gradient: NDArray, block: slice, scratch: NDArray) -> None:
        beta1, beta2 = self.betas
        correction1 = 1 - beta1**self.steps_taken  # both moments start at 0; this takes out that bias
        correction2 = 1 - beta2**self.steps_taken
        m, v = self.first_moment[block], self.second_moment[block]
        m *= beta1
        m += np.multiply(gradient, 1 - beta1, out=scratch)
        v *= beta2
        np.multiply(gradient, gradient, out=scratch)
        v += np.multiply(scratch, 1 - beta2, out=scratch)
        denominator = np.sqrt(v, out=scratch)
        denominator *= 1 / np.sqrt(correction2).item()
        denominator += self.epsilon
        update = np.divide(m, denominator, out=scratch)
        update *= self.learning_rate / correction1
        parameters -= update


class AdamW(Adam):
    """Adam with weight decay that is decoupled from the gradient (Loshchilov and Hutter 2019)."""

    def __init__(
        self,
        model: LSTMModel,
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        clip_norm: float | None = None,
        weight_decay: float = 1e-2,
    ):
        super().__init__(model, learning_rate, betas, epsilon, clip_norm, weight_decay)


def check_positive(name: str, value: float) -> float:
    """The value, or SettingsError unless it is a finite number above 0."""
    if not (np.isfinite(value) and value > 0):
        raise SettingsError(f"{name} is {value!r}, expected a finite number above 0")
    return value


def check_fraction(name: str, value: float) -> float:
    """The value, or SettingsError unless it lies in [0, 1)."""
    if not 0 <= value < 1:
        raise SettingsError(f"{name} is {value!r}, expected a number from 0 up to, but not including, 1")
    return value
