"""Each cell for somebody who chooses one: what it is called, its idea in a sentence, and where it comes from."""

from dataclasses import dataclass

from lstm_engine.cell.variants import VARIANTS


@dataclass(frozen=True)
class CellWords:
    """A cell in words.

    Attributes:
        name: what people call it, short enough for a list.
        idea: what is special about it, a sentence.
        paper: where it was first described.
    """

    name: str
    idea: str
    paper: str


GREFF = "Greff et al. 2017"
WORDS = {
    "standard": CellWords(
        "LSTM",
        "Three gates decide what a cell state forgets, takes in and says, so that it can remember for long.",
        "Hochreiter and Schmidhuber 1997; Gers et al. 2000",
    ),
    "gru": CellWords(
        "GRU", "Two gates and no cell state of its own: a smaller LSTM, often as good.", "Cho et al. 2014"
    ),
    "rnn": CellWords(
        "plain RNN", "No gates: the state is made anew at each timestep, and is soon forgotten.", "Elman 1990"
    ),
    "slstm": CellWords(
        "sLSTM",
        "Exponential gates with a normaliser, so that a late input can outweigh all before.",
        "Beck et al. 2024",
    ),
    "minlstm": CellWords(
        "minLSTM", "Gates see the input alone, so that all timesteps can be computed at once.", "Feng et al. 2024"
    ),
    "mingru": CellWords(
        "minGRU", "One gate, which sees the input alone: all timesteps can be computed at once.", "Feng et al. 2024"
    ),
    "vanilla": CellWords("LSTM with peepholes", "Its gates see the cell state as well.", "Gers and Schmidhuber 2000"),
    "no_input_gate": CellWords("LSTM without input gate", "With peepholes; all that is proposed is taken in.", GREFF),
    "no_forget_gate": CellWords(
        "LSTM without forget gate", "With peepholes; nothing is ever forgotten, as in 1997.", GREFF
    ),
    "no_output_gate": CellWords("LSTM without output gate", "With peepholes; the whole cell state is said.", GREFF),
    "no_input_activation": CellWords("LSTM without input tanh", "With peepholes; proposals are not squashed.", GREFF),
    "no_output_activation": CellWords(
        "LSTM without output tanh", "With peepholes; the cell state is said unsquashed.", GREFF
    ),
    "coupled_input_forget": CellWords(
        "LSTM with coupled gates", "With peepholes; as much is forgotten as is taken in.", GREFF
    ),
    "no_peepholes": CellWords(
        "LSTM as a variant", "The LSTM itself, as the paper counts it among its variants.", GREFF
    ),
}


def in_words(variant: str) -> CellWords:
    """The words for a cell; its title, where it has no other, and its name as stored, where it is unknown.

    >>> in_words("gru").name
    'GRU'
    """
    if variant in WORDS:
        return WORDS[variant]
    return CellWords(variant, VARIANTS[variant].title if variant in VARIANTS else "", "")
