"""The figure that a task's paper gives."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """How well a model does what its task's paper measured.

    Attributes:
        name: of the figure, with its unit. value: of this model.
        goal: what the paper, or the task's preset, reaches. higher_is_better: which way it lies.
    """

    name: str
    value: float
    goal: float
    higher_is_better: bool = True

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.value >= self.goal if self.higher_is_better else self.value <= self.goal
