"""Terms of the page on which a model of one's own is brought."""

from dashboard.shell.terms import Term

MODELS = (
    Term(
        "model file",
        "safetensors, NumPy's .npz, Keras' .weights.h5 or .keras, or ONNX; its content says which. "
        "A pickle, as torch.save writes it, is never read.",
        computed="lstm_engine/formats/examination.py",
    ),
    Term("network in the file", "Which of several recurrent networks is to be looked at; one at a time can be."),
    Term(
        "vocabulary",
        "Which symbol stands for which number: all characters in one line, a symbol a line, or JSON, a list or "
        "a dictionary. Without one the model reads numbers.",
        computed="lstm_engine/formats/vocabularies.py",
        labels=("or as a file",),
    ),
    Term(
        "what comes out",
        "What the outputs are: scores, which a softmax turns into probabilities of the next symbol or of classes, or "
        "numbers that stand for themselves. The weights do not tell.",
    ),
    Term("a sequence to begin with", "What the Step page shows first; any other can be typed there."),
    Term(
        "inputs and outputs to check it against, if you have them",
        "Arrays named inputs and outputs, in safetensors, .npz or JSON, as the model computed them where it was "
        "trained. The largest difference is told.",
        computed="lstm_engine/formats/verification.py",
    ),
    Term("step it", "Keeps the model as a run and steps through it, gate by gate.", labels=("keep it",)),
    Term("inspect it", "Keeps the model as a run and looks for what its units mean."),
    Term("reads from the end", "Whether the layer read its sequences from their end; they are turned round for it."),
    Term("readout", "What makes outputs of the topmost hidden state; without one that state comes out itself."),
    Term("bias of the readout", "The numbers that the readout adds to its outputs; some have none."),
    Term(
        "transposed",
        "Whether the matrices lie on their side, inputs in rows, as in Keras; the gates are then columns.",
        labels=("readout transposed",),
    ),
    Term("weights of the input", "The array that acts on x, with a block of rows for each gate."),
    Term("weights of the hidden state", "The array that acts on h′, the hidden state before."),
    Term(
        "order of gates",
        "In which order the gates' rows are stacked: PyTorch and Keras have input, forget, candidate, output; "
        "others have them otherwise.",
    ),
    Term(
        "a table",
        "A row a timestep, a column an input: CSV with commas, semicolons or tabs, with or without names.",
        labels=("or rows pasted here",),
    ),
)
