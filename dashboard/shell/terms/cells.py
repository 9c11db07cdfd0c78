"""Terms of the cells: their quantities by the names of a trace, what runs between them, and what is asked of them.

The entry of a quantity is found by its name, and by the label and the letter that the screen shows.
"""

from dashboard.shell.terms import Term

EQUATIONS = "lstm_engine/cell/equations.py"
GATE = "0 (shut) to 1 (open)"

CELLS = (
    Term(
        "forget gate",
        "f: which share of the memory each unit keeps at this timestep. It is badly named, since 1 means keep all and "
        "0 means forget.",
        GATE,
        EQUATIONS,
        ("forget_gate", "f", "forget", "forget σ"),
    ),
    Term(
        "input gate",
        "i: which share of the new content each unit writes into its memory at this timestep.",
        GATE,
        EQUATIONS,
        ("input_gate", "i", "input", "input σ"),
    ),
    Term(
        "candidate",
        "The new content that may be written, before a gate decides how much of it is. "
        "The LSTM's letter is g, the GRU's n.",
        "−1 to 1",
        EQUATIONS,
        ("g", "candidate tanh", "cell input"),
    ),
    Term(
        "normaliser",
        "n of an sLSTM: a running sum of what was let in. The memory is divided by it, since exponential gates know no "
        "upper end.",
        "no unit",
        "lstm_engine/cell/slstm.py",
        ("n", "normaliser before"),
    ),
    Term(
        "stabiliser",
        "m of an sLSTM: the largest exponent so far. It is taken off before the exponential, so that no number "
        "overflows, and changes no result.",
        "no unit",
        "lstm_engine/cell/slstm.py",
        ("m", "stabiliser before"),
    ),
    Term(
        "output gate",
        "o: which share of its memory each unit says at this timestep. A memory can be kept without being said.",
        GATE,
        EQUATIONS,
        ("output_gate", "o", "output", "output σ"),
    ),
    Term(
        "cell state",
        "c: the memory. At each timestep part of it is kept and something is added, so that it can carry a value over "
        "many timesteps; nothing outside of the cell sees it directly.",
        "any number; mostly −3 to 3",
        EQUATIONS,
        ("cell", "c"),
    ),
    Term(
        "hidden state",
        "h: what the cell says of its memory, h = o · tanh(c). The prediction and the next timestep's gates see h, "
        "not c; it is not the prediction either.",
        "−1 to 1",
        EQUATIONS,
        ("hidden", "h"),
    ),
    Term(
        "c′",
        "The memory as the timestep before left it. A dash means: one timestep earlier. At the first timestep it is 0.",
        computed=EQUATIONS,
        labels=("cell before", "c-before"),
    ),
    Term(
        "h′",
        "What the cell said one timestep earlier. Every gate of every unit sees all of h′, each through weights of its "
        "own. At the first timestep it is 0.",
        computed=EQUATIONS,
        labels=("hidden before", "h-before"),
    ),
    Term(
        "x",
        "What is read at this timestep: a symbol as a row of zeros with a single 1 (one-hot), or a number.",
        computed="lstm_engine/tasks",
        labels=("what is read", "read now"),
    ),
    Term(
        "reset gate",
        "r, of a GRU: how much of what was said before takes part in the new content.",
        GATE,
        "lstm_engine/cell/gru.py",
        ("reset_gate", "r"),
    ),
    Term(
        "update gate",
        "z, of a GRU: which share of the old state stays. The rest is replaced by the new content.",
        GATE,
        "lstm_engine/cell/gru.py",
        ("update_gate", "z"),
    ),
    Term(
        "unit",
        "One of the many small memories of a layer, with its own value of every gate and state. "
        "A layer of 64 units has 64 at each timestep; a unit is not a timestep.",
        labels=("units", "hidden unit", "unit over the sequence", "curves of the selected unit"),
    ),
    Term(
        "timestep",
        "One place in the sequence. The same cell with the same weights is used at each of them; "
        "a drawing with many boxes shows one cell many times.",
        labels=("timesteps", "go to timestep or symbol", "first timestep", "last timestep"),
    ),
    Term(
        "layer",
        "Cells stacked on each other at one timestep: the lower one's h is what the upper one reads.",
    ),
    Term(
        "pre-activation",
        "The weighted sum that goes into a gate's σ or tanh: weights times [x, h′], and the bias.",
        computed="lstm_engine/cell/kernel.py",
    ),
    Term(
        "operation",
        "One of the parts of a timestep in the order in which the cell carries them out, such as keep or write.",
        labels=("concatenate", "keep", "write", "predict", "equation"),
    ),
    Term(
        "prediction",
        "What the network expects next, as a probability of each symbol, or as a value. "
        "It is computed from all hidden values at once.",
        "probability, 0 to 1",
        "lstm_engine/model.py",
        ("what comes next?", "which value comes next?", "what is expected"),
    ),
    Term(
        "peephole",
        "A wire by which a gate sees the memory c of its own unit as well, through one weight. "
        "It helps to count and to time exactly.",
        computed="lstm_engine/cell/lstm.py",
        labels=("peepholes",),
    ),
    Term(
        "LSTM",
        "Long short-term memory: a recurrent cell whose memory c is changed by adding, under gates that are learned "
        "(Hochreiter and Schmidhuber 1997; forget gate by Gers 2000).",
        computed="lstm_engine/cell/lstm.py",
        labels=("the lstm cell at this timestep", "diagram of the lstm cell", "the cell", "the cell at this timestep"),
    ),
    Term(
        "GRU",
        "Gated recurrent unit: a smaller cell with two gates and one state (Cho 2014).",
        computed="lstm_engine/cell/gru.py",
    ),
    Term(
        "plain RNN",
        "A cell without gates: h = tanh(W [x, h′] + b). It forgets and its gradients vanish within a few timesteps.",
        computed="lstm_engine/cell/rnn.py",
        labels=("rnn",),
    ),
    Term(
        "contribution",
        "One summand of a gate's input: a weight times what it acts on. The largest ones say most of why the value is "
        "what it is.",
        computed="lstm_engine/tracing/trace.py",
        labels=("what contributed most", "contributions"),
    ),
)
