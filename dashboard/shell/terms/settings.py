"""Terms of a run's settings, by the names of ``RunSettings``' fields with spaces for underscores."""

from dashboard.shell.terms import Term

SETTINGS = (
    Term("task", "What is learned from what: names letter by letter, a noisy signal, brackets, a text of your own."),
    Term(
        "column to learn", "Which column of your table becomes the series; one that is numbers throughout is proposed."
    ),
    Term(
        "gaps",
        "What becomes of rows without a number: filled by a straight line between their neighbours, or left out.",
        labels=("gaps of a table",),
    ),
    Term("decimals are written with", "Whether 1,5 means one and a half; mostly the numbers themselves tell."),
    Term(
        "text",
        "Your own text or numbers, for a task that learns from them.",
        labels=("a file", "or pasted here", "leave it out"),
    ),
    Term(
        "preset",
        "Settings to begin with: “classroom” is small, and slow enough to watch; “published” reaches the result of the "
        "task's paper; “notebook” has those of the notebook that this project began from, a model of words. On other "
        "tasks that one reads symbols one-hot, padded to its 100 inputs.",
        computed="lstm_engine/runs/presets.py",
        labels=("begin with",),
    ),
    Term("variant", "Which cell: the LSTM, one of its relatives, a GRU or a plain network.", labels=("kind of cell",)),
    Term(
        "hidden size",
        "How many units each layer has. More can remember more, and take longer to train.",
        "units",
        labels=("hidden_size",),
    ),
    Term(
        "embedding size",
        "How many learned numbers stand for each symbol; 0 lets the cell read which symbol it is and no more.",
        "numbers",
        labels=("embedding",),
    ),
    Term(
        "num layers",
        "How many layers are stacked on each other.",
        "layers",
        labels=("layers",),
    ),
    Term(
        "bias",
        "A number that is added to each weighted sum, whatever is read: it shifts a gate towards open or shut.",
        labels=("biases",),
    ),
    Term(
        "forget bias",
        "Where the forget gates' bias begins. At 1 a fresh cell keeps about three quarters of its memory at each "
        "timestep, so that gradients survive from the start.",
        "before σ, without unit",
    ),
    Term(
        "init std",
        "How widely fresh weights are spread around 0.",
        labels=("spread of fresh weights",),
    ),
    Term("input size", "How many numbers are read at each timestep.", "numbers", labels=("input width",)),
    Term("output size", "How many scores the prediction has.", "scores", labels=("output width",)),
    Term(
        "learning rate",
        "How far each step moves the weights against the gradient. Too small is slow; too large jumps about.",
        "without unit; 0.001 to 0.01 is usual",
        "lstm_engine/learning/optimizers.py",
    ),
    Term(
        "beta1",
        "Adam follows a moving mean of the gradient; this is the share of it that stays at each step. "
        "At 0.9 about ten steps count.",
        "0 to below 1",
        "lstm_engine/learning/optimizers.py",
        ("adam β₁", "β₁"),
    ),
    Term(
        "beta2",
        "Adam divides by the root of a moving mean of the squared gradient; this is the share of it that stays. "
        "At 0.99 about a hundred steps count.",
        "0 to below 1",
        "lstm_engine/learning/optimizers.py",
        ("adam β₂", "β₂"),
    ),
    Term(
        "batch size",
        "How many sequences each step learns from at once. More give a steadier gradient, and cost more.",
        "sequences",
    ),
    Term(
        "sequence length",
        "How many timesteps a sequence has in training: as far back as a gradient can reach.",
        "timesteps",
    ),
    Term(
        "shards",
        "Into how many parts each batch is cut, whose gradients are added in a fixed order: cores that are free "
        "compute them side by side. The number decides the last digits; how many cores compute does not.",
        "parts",
        "lstm_engine/runs/sharding.py",
    ),
    Term(
        "seed",
        "Where the random numbers begin. The same seed gives the same run to the last digit; compare several, since "
        "one may have been lucky.",
        labels=("seeds of each", "runs that differ in their seed alone as median and spread"),
    ),
    Term("end step", "The run is finished after so many steps.", "steps"),
)
