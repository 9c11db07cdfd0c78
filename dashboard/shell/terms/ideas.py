"""Terms of learning, of measuring, and of what a run is."""

from dashboard.shell.terms import Term

TRAINING = "lstm_engine/learning/training.py"
LOSSES = "lstm_engine/learning/losses.py"

IDEAS = (
    Term(
        "loss",
        "One number for how wrong the predictions are: training makes it smaller. Where symbols are predicted it is "
        "the mean surprise at what came; where values are predicted, the mean squared distance from what came.",
        "nats a symbol, or squared units of the value",
        LOSSES,
        ("loss by step", "loss and gradient norm by step"),
    ),
    Term(
        "training loss",
        "The loss on the batch that was just learned from. It wobbles, since each batch is another one.",
        "nats a symbol, or squared units of the value",
        TRAINING,
        ("training batch", "training"),
    ),
    Term(
        "validation loss",
        "The loss on sequences that are never learned from. It says whether the network learned a rule or only "
        "remembers what it has seen: compare runs by this one.",
        "nats a symbol, or squared units of the value",
        TRAINING,
        ("validation", "best validation loss", "held-out loss"),
    ),
    Term(
        "validation perplexity",
        "Among how many equally likely symbols the network seems to choose: e to the power of the validation loss. "
        "28 would be blind guessing among 28 symbols, 1 would be knowing.",
        "symbols",
        "dashboard/views/train/metrics.py",
        ("perplexity",),
    ),
    Term(
        "nats",
        "The unit of surprise with the natural logarithm: what was given probability p surprises by −ln p. "
        "0 nats is certainty, 0.69 a coin's toss, 3.33 one symbol of 28; divide by 0.69 for bits.",
        labels=("nats per character", "nats per letter", "nat", "nats per symbol"),
    ),
    Term(
        "surprise",
        "How unexpected the symbol was that came: −ln of the probability that the network had given it. "
        "The bar under each symbol of the strip is as tall as its surprise.",
        "nats",
        LOSSES,
        ("symbols, with the model's surprise at each",),
    ),
    Term(
        "held out",
        "Sequences that are kept away from training, a tenth of the names for instance. "
        "Only there can one see whether what was learned holds for what is new.",
        labels=("held-out",),
    ),
    Term(
        "baseline",
        "What a guesser without memory reaches on the same held-out sequences. "
        "A network that does not get below that line has not learned to remember.",
        "the loss's unit",
        "lstm_engine/tasks",
    ),
    Term(
        "bigram table",
        "A table that counts which letter followed which, and so predicts from the last letter alone. "
        "On the names it reaches 2.57 nats a character: what lies below that needs memory.",
        "nats per character",
        "lstm_engine/tasks/names.py",
        ("bigram table, add-one smoothing",),
    ),
    Term(
        "gradient",
        "For every weight, how much the loss would change if that weight were a little larger. "
        "Training moves each weight a small way against it.",
        computed="lstm_engine/model.py",
    ),
    Term(
        "gradient norm",
        "The length of the gradient over all weights at once. Peaks say that a batch pulls hard, "
        "values near 0 that nothing is learned any more.",
        "the loss's unit, for each unit of weight",
        TRAINING,
        ("gradient norm over distance from the loss",),
    ),
    Term(
        "clipping",
        "A gradient that is longer than a bound is shortened to it before the weights move, so that one odd batch "
        "cannot throw the network off.",
        computed="lstm_engine/learning/optimizers.py",
        labels=("clip the gradient", "at a norm of", "clip norm", "gradient clipped at"),
    ),
    Term(
        "vanishing gradient",
        "On its way back through time a gradient is multiplied at each timestep. Factors below 1 make it so small that "
        "what lies far back is not learned; the forget gate keeps an LSTM's factor near 1.",
        computed="lstm_engine/tracing/passes.py",
    ),
    Term(
        "step",
        "One round of learning: read a batch, compute the gradient, move all weights a little. "
        "Not a timestep, which is one place in a sequence.",
        labels=("steps", "training step", "training step + 1", "training steps"),
    ),
    Term(
        "steps per second",
        "How many rounds of learning the run makes each second. The training speed that was chosen limits it.",
        "steps a second",
        "lstm_engine/runs/training/worker.py",
        ("training speed", "pace"),
    ),
    Term(
        "epoch",
        "One pass through all that there is to learn from. Runs here count steps instead, since each batch is drawn "
        "at random.",
    ),
    Term(
        "checkpoint",
        "All weights of a run as they were after some step, kept so that you can go back to them. "
        "Step 0 is before anything was learned.",
        computed="lstm_engine/runs/checkpoints.py",
        labels=(
            "checkpoints",
            "learned",
            "from step 0 to now",
            "newest, live",
            "earlier checkpoint",
            "later checkpoint",
            "other checkpoint",
            "from the checkpoint at step",
            "checkpoint of the samples",
        ),
    ),
    Term(
        "saturation",
        "A value is saturated where it is within 0.1 of an end of its range: a gate that is shut or open, a tanh near "
        "−1 or 1. Hardly any gradient passes there, so such a unit learns slowly.",
        "share of values, 0 to 1",
        "lstm_engine/runs/development.py",
        ("saturated: shut (dotted), open (full)", "shut", "open", "share"),
    ),
    Term(
        "mean and spread of each gate",
        "The mean over all units and timesteps of held-out sequences, with one standard deviation on either side.",
        "0 to 1, of the candidate −1 to 1",
        "lstm_engine/runs/development.py",
        ("gates as they learn", "gates and weights as they learn, over held-out sequences", "mean and spread"),
    ),
    Term(
        "norms",
        "The length of all weights together, and of the last move that training made them. "
        "Their ratio says how fast the network still changes.",
        "of weights, without unit",
        "lstm_engine/runs/development.py",
        ("weights", "last update", "norm"),
    ),
    Term(
        "samples",
        "What the network makes up, or answers, by itself at its newest checkpoint: it draws a symbol from what it "
        "expects, reads it, and goes on.",
        computed="lstm_engine/runs/training/worker.py",
        labels=("names made up", "made up", "the oldest samples", "the newest samples"),
    ),
    Term("new", "The network made it up: it stands neither among what it learned from nor among what was held out."),
    Term("memorised", "It stands among the sequences that the network learned from."),
    Term("right", "Every answer that the task asks for is right.", labels=("right answer",)),
    Term("wrong", "At least one answer that the task asks for is wrong."),
    Term(
        "goal",
        "What the task's paper reaches, measured as the paper measured it.",
        computed="lstm_engine/tasks",
        labels=("measure", "goal reached"),
    ),
    Term(
        "softmax",
        "Turns the scores of all symbols into probabilities: e to each score, divided by the sum over all of them.",
        "probabilities, which add up to 1",
        "lstm_engine/cell/equations.py",
    ),
    Term(
        "sigmoid",
        "σ squeezes any number into 0 to 1: large ones to 1, very negative ones to 0, and 0 to one half. "
        "That makes a gate of it.",
        "0 to 1",
        "lstm_engine/cell/equations.py",
        ("σ", "logistic function"),
    ),
    Term(
        "tanh",
        "Squeezes any number into −1 to 1, and leaves small ones nearly as they are.",
        "−1 to 1",
        "lstm_engine/cell/equations.py",
        ("squash",),
    ),
    Term(
        "state of a run",
        "Training, paused, waiting for a free core, finished after its last step, stopped by somebody, or failed. "
        "Lost means that its process died; it is taken up again from its last checkpoint.",
        labels=("state", "status", "queued", "paused", "stopped", "finished", "lost", "failed", "unreadable"),
    ),
    Term(
        "run",
        "One network on its way through training, with its settings, its curves and its checkpoints. "
        "Everyone who has the page open sees the same runs.",
        labels=("runs", "training progress"),
    ),
    Term(
        "on its way",
        "What was changed while the run trained, and where it began; such a run does not compare with one that was "
        "left alone.",
    ),
    Term(
        "logarithmic steps",
        "Each factor of ten gets the same width, so that the first steps, where most happens, are seen.",
    ),
    Term(
        "logarithmic loss",
        "Each factor of ten gets the same height, so that small improvements late in training are seen.",
    ),
    Term(
        "smoothing of the training loss",
        "A moving average over so many points: the wobble of single batches goes, and the trend stays.",
        labels=("smoothing",),
    ),
)
