"""The engine's own exceptions. Each message says what was wrong, what was expected, and what to do."""


class EngineError(ValueError):
    """Base of every error that the engine raises on purpose."""


class ShapeError(EngineError):
    """An array has another shape or dtype than its place in the equations demands."""


class SettingsError(EngineError):
    """A setting is out of its range or contradicts another one."""


class TaskInputError(EngineError):
    """A person's text or numbers cannot be turned into a sequence of the task.

    Attributes:
        nearest: the nearest that the task can read, to offer instead; None if there is none.
    """

    def __init__(self, message: str = "", nearest: str | None = None):
        super().__init__(message)
        self.nearest = nearest


class WeightsError(EngineError):
    """Named weights are missing, unexpected, or of another shape than the model's."""


class DivergenceError(EngineError):
    """Training produced a value that is not finite."""
