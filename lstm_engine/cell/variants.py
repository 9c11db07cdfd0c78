"""The cells that a model can be made of, by name, and what distinguishes them.

The eight of 'LSTM: A Search Space Odyssey' (Greff et al. 2017, section 3; full gate recurrence is left out, as it
changes the shape of the recurrence itself and brought nothing there), the GRU (Cho et al. 2014, in PyTorch's
formulation) and the plain tanh network (Elman 1990).
"""

from dataclasses import dataclass, replace

from lstm_engine.errors import SettingsError


@dataclass(frozen=True)
class Variant:
    """One kind of cell.

    Attributes:
        name: as in ``LSTMModel(variant=name)``.
        title: in words.
        family: ``lstm``, ``gru`` or ``rnn``; the prefix of its weights' names.
        blocks: what each H rows of the weights compute, in the order of PyTorch.
        peepholes: the gates that also see the cell state, each through one weight a unit.
        input_activation: whether the candidate goes through tanh.
        output_activation: whether the cell state goes through tanh before it is said.
        coupled: whether the forget gate is one minus the input gate.
    """

    name: str
    title: str
    family: str = "lstm"
    blocks: tuple[str, ...] = ("input_gate", "forget_gate", "candidate", "output_gate")
    peepholes: tuple[str, ...] = ()
    input_activation: bool = True
    output_activation: bool = True
    coupled: bool = False


STANDARD = Variant("standard", "LSTM with forget gate, without peepholes (Gers et al. 2000)")
VANILLA = replace(
    STANDARD,
    name="vanilla",
    title="V: vanilla LSTM with peepholes (Gers and Schmidhuber 2000)",
    peepholes=("input_gate", "forget_gate", "output_gate"),
)


def without(gate: str, name: str, title: str) -> Variant:
    """The vanilla cell without one of its gates."""
    return replace(
        VANILLA,
        name=name,
        title=title,
        blocks=tuple(block for block in VANILLA.blocks if block != gate),
        peepholes=tuple(peephole for peephole in VANILLA.peepholes if peephole != gate),
    )


VARIANTS = {
    variant.name: variant
    for variant in (
        STANDARD,
        VANILLA,
        without("input_gate", "no_input_gate", "NIG: no input gate, i = 1"),
        without("forget_gate", "no_forget_gate", "NFG: no forget gate, f = 1 (as in 1997)"),
        without("output_gate", "no_output_gate", "NOG: no output gate, o = 1"),
        replace(VANILLA, name="no_input_activation", title="NIAF: g = z", input_activation=False),
        replace(VANILLA, name="no_output_activation", title="NOAF: h = o c", output_activation=False),
        replace(without("forget_gate", "coupled_input_forget", "CIFG: coupled gates, f = 1 - i"), coupled=True),
        Variant("no_peepholes", "NP: no peepholes; the standard cell"),
        Variant("gru", "Gated recurrent unit", family="gru", blocks=("reset_gate", "update_gate", "candidate")),
        Variant("rnn", "Plain recurrent network with tanh", family="rnn", blocks=("hidden",)),
    )
}


def get_variant(name: str) -> Variant:
    """The variant of that name.

    Raises:
        SettingsError: there is none.
    """
    if name not in VARIANTS:
        raise SettingsError(f"there is no variant {name!r}; choose one of {', '.join(VARIANTS)}")
    return VARIANTS[name]
