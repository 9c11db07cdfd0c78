"""Optimizers: they turn gradients into new weights, in place, on the model's one flat vector."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.parameters import NamedArrays, fitting
from lstm_engine.checks import as_array, fraction, instance, named_mapping, positive, real_number, shown
from lstm_engine.errors import SettingsError, WeightsError
from lstm_engine.model import LSTMModel

MOST_STEPS = 2**53  # that anybody takes
BLOCK = 16_384  # numbers updated at a time: parameters, gradient and moments of a block stay in the processor's cache


class Optimizer:
    """What all optimizers share: the learning rate, and clipping by the gradient's global norm (Pascanu et al. 2013).

    An optimizer belongs to one thread at a time, and nobody may run the model while it takes a step.

    Args:
        model: whose weights to update.
        learning_rate: step size, above 0.
        clip_norm: gradients with a larger Euclidean norm, over all weights together, are scaled down to it; None never.
        weight_decay: fraction of each weight that a step of size 1 takes away, decoupled from the gradient
            (Loshchilov and Hutter 2019).
    """

    state_names: ClassVar[tuple[str, ...]] = ()  # flat vectors, one number a weight
    squares: ClassVar[tuple[str, ...]] = ()  # those of them that are means of squares, so at least 0

    def __init__(
        self, model: LSTMModel, learning_rate: float, clip_norm: float | None = None, weight_decay: float = 0.0
    ):
        self.model = instance("model", model, LSTMModel)
        self.learning_rate = positive("learning_rate", learning_rate)
        self.clip_norm = None if clip_norm is None else positive("clip_norm", clip_norm)
        expected = "a finite number of at least 0"
        self.weight_decay = real_number("weight_decay", weight_decay, expected)
        if self.weight_decay < 0:
            raise SettingsError(f"weight_decay is {weight_decay!r}, expected {expected}")
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
        architecture, dtype = self.model.architecture, self.model.dtype
        if not (
            isinstance(gradients, NamedArrays)
            and (gradients.architecture is architecture or gradients.architecture == architecture)
            and gradients.flat.dtype == dtype
        ):
            named = NamedArrays(architecture, dtype=dtype)
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
            WeightsError: names, shapes or values do not fit; nothing is then changed.
        """
        self.take_state(*self.fitting_state(state))

    def fitting_state(self, state: Mapping[str, NDArray]) -> tuple[int, dict[str, NDArray]]:
        """The steps taken and the vectors of a ``state_dict()``, judged; errors as in ``load_state_dict``."""
        state = named_mapping("the optimizer's state", state, WeightsError)
        expected = {"steps_taken", *self.state_names}
        if state.keys() != expected:
            raise WeightsError(f"the optimizer's state holds {sorted(state)}, expected {sorted(expected)}")
        vectors = {name: fitting(name, state[name], getattr(self, name)) for name in self.state_names}
        for name in self.squares:
            if (vectors[name] < 0).any():
                raise WeightsError(f"{name} holds negative numbers, expected means of squares, which are at least 0")
        return fitting_steps("the optimizer's steps_taken", state["steps_taken"]), vectors

    def take_state(self, steps_taken: int, vectors: Mapping[str, NDArray]) -> None:
        """Go on from what ``fitting_state`` found good."""
        self.steps_taken = steps_taken
        for name, vector in vectors.items():
            getattr(self, name)[...] = vector


def fitting_steps(name: str, value: ArrayLike) -> int:
    """A number of steps that was stored as an array, or WeightsError unless it is one whole number of at least 0."""
    array = as_array(name, value, WeightsError)
    if array.shape != () or array.dtype.kind not in "iu" or not 0 <= array <= MOST_STEPS:
        found = shown(array if array.shape else array.item())
        raise WeightsError(f"{name} is {found}, expected one whole number from 0 to {MOST_STEPS:,}")
    return int(array)


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
        self.momentum = fraction("momentum", momentum)

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
    squares = ("second_moment",)
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
        self.smoothing = fraction("smoothing", smoothing)
        self.epsilon = positive("epsilon", epsilon)

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
    squares = ("second_moment",)
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
        if not isinstance(betas, list | tuple) or len(betas) != 2:
            raise SettingsError(f"betas is {shown(betas)}, expected a pair of numbers such as (0.9, 0.999)")
        beta1, beta2 = betas
        self.betas = fraction("beta1", beta1), fraction("beta2", beta2)
        self.epsilon = positive("epsilon", epsilon)

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
