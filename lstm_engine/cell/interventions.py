"""Interventions: what is changed in a cell while it computes. A clamp is the one that holds a quantity at a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from lstm_engine.cell.family import WIDEST_CLAMP
from lstm_engine.cell.parameters import Architecture
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.checks import any_number, instance, outside, shown, whole_number, whole_numbers
from lstm_engine.errors import SettingsError


@dataclass(frozen=True)
class Intervention:
    """A change to a quantity while the cell computes: value <- scale * value + shift.

    Attributes:
        quantity: as in a trace: ``forget_gate``, ``cell``, ``hidden`` and so on.
        timesteps: which; None for all.
        units: which; None for all.
        scale: 0 forgets the value, so that ``shift`` alone remains: the value is clamped to it.
        shift: is added.
        layer: which, the lowest is 0.

    Raises:
        SettingsError: an attribute is of the wrong type. Whether a network has it is told by ``check``.
    """

    quantity: str
    timesteps: Sequence[int] | None = None
    units: Sequence[int] | None = None
    scale: float = 0.0
    shift: float = 0.0
    layer: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.quantity, str):
            raise SettingsError(f"quantity is {shown(self.quantity)}, expected a name such as 'forget_gate'")
        for name in ("timesteps", "units"):
            if (given := getattr(self, name)) is not None:
                object.__setattr__(self, name, whole_numbers(name, given))
        for name in ("scale", "shift"):
            object.__setattr__(self, name, any_number(name, getattr(self, name)))
        object.__setattr__(self, "layer", whole_number("layer", self.layer, least=None))

    @classmethod
    def clamp(
        cls,
        quantity: str,
        value: float,
        timesteps: Sequence[int] | None = None,
        units: Sequence[int] | None = None,
        layer: int = 0,
    ) -> Self:
        """Hold a quantity at a value.

        >>> Intervention.clamp("forget_gate", 1, timesteps=range(3)).is_clamp
        True
        """
        return cls(quantity, timesteps, units, scale=0.0, shift=any_number("the value of a clamp", value), layer=layer)

    @property
    def is_clamp(self) -> bool:
        """Whether what was computed does not matter any more."""
        return self.scale == 0

    def check(self, architecture: Architecture, timesteps: int) -> None:
        """Judge it against a network and a sequence of so many timesteps.

        Raises:
            SettingsError: there is no such quantity, layer, unit or timestep, or a clamp's value lies outside of the
                quantity's range.
        """
        quantities = {quantity.name: quantity for quantity in quantities_of(architecture.variant)}
        if self.quantity not in quantities:
            raise SettingsError(
                f"there is no {shown(self.quantity)} in a {architecture.variant.name} cell; "
                f"choose {', '.join(quantities)}"
            )
        for name, wanted, count in (
            ("timestep", self.timesteps, timesteps),
            ("unit", self.units, architecture.hidden_size),
            ("layer", [self.layer], architecture.num_layers),
        ):
            if absent := outside(wanted or (), count):
                raise SettingsError(f"there is no {name} {shown(absent[0])} to change; expected 0..{count - 1}")
        if not (abs(self.scale) <= WIDEST_CLAMP and abs(self.shift) <= WIDEST_CLAMP):  # as NaN is neither
            raise SettingsError(
                f"scale {self.scale!r} and shift {self.shift!r} must be finite numbers from {-WIDEST_CLAMP:g} to "
                f"{WIDEST_CLAMP:g}"
            )
        low, high = quantities[self.quantity].clamp_limits
        if self.is_clamp and not low <= self.shift <= high:
            raise SettingsError(
                f"{self.quantity} cannot be clamped to {self.shift:g}; expected a number from {low:g} to {high:g}"
            )


def check_interventions(interventions: object, architecture: Architecture, timesteps: int) -> tuple[Intervention, ...]:
    """The interventions, each judged by ``Intervention.check``.

    Raises:
        SettingsError: one does not fit, or is none.
    """
    if not isinstance(interventions, list | tuple):
        raise SettingsError(f"interventions is {shown(interventions)}, expected a list of Intervention")
    for intervention in interventions:
        instance("an intervention", intervention, Intervention).check(architecture, timesteps)
    return tuple(interventions)
