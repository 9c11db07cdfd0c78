"""Terms of what can be pressed and chosen, by what stands on it or what a screen reader calls it."""

from dashboard.shell.terms import Term

CONTROLS = (
    # a run, on Train and Compare
    Term("new run", "Choose what is to be learned by which cell; it starts at once.", labels=("create and start",)),
    Term("manage", "Train to a chosen step, change settings in mid-run, fork, rename, annotate."),
    Term("delete", "Take a run away, for everyone. It can be brought back within a day."),
    Term("start", "Train, from where the run stands.", labels=("resume", "take up again", "try again")),
    Term("pause", "Stop training after the present step; Resume goes on from there."),
    Term("+1", "Train one step more, then pause.", labels=("+10", "+100")),
    Term("stop", "End the run here. It can be taken up again later."),
    Term("run to step", "Train up to that step, then pause.", "steps"),
    Term(
        "fork",
        "A new run that begins with the weights of one of this run's checkpoints and then goes its own way.",
        labels=("name of the new run", "fork and start"),
    ),
    Term("for how many more steps", "How far the fork trains beyond the checkpoint that it begins with.", "steps"),
    Term("name", "What the run is called in every list."),
    Term("note", "A few words of yours on the run, which everyone sees."),
    Term("tags", "Words to find runs by.", labels=("tags, with spaces between",)),
    Term("three cells on the same task", "Trains three cells with equal settings: only the cell differs."),
    Term("cells", "Which three, and what is seen by them."),
    # who looks, where not everybody may do everything
    Term("visitor", "Looks at every run, steps it, and begins a few short runs of their own."),
    Term("administrator", "May start, change and delete every run of this server."),
    Term(
        "administrator’s key",
        "What the server's secrets file names so. Who shows it is the administrator until they leave, or half a day.",
        labels=("sign in", "leave"),
    ),
    # Start
    Term(
        "play and pause",
        "Let the cell read on by itself, or hold it still.",
        labels=("let the cell read", "hold the cell still"),
    ),
    # the step view's transport
    Term(
        "play",
        "Goes on by itself, as fast as chosen beside it: so many timesteps, or operations, a second.",
        labels=("pause stepping", "playing speed"),
    ),
    Term("back", "Back by a timestep, or by an operation."),
    Term("forward", "On by a timestep, or by an operation."),
    Term(
        "move",
        "Whether the arrows go on by a whole timestep or by a single operation inside it.",
        labels=("by timestep", "by operation", "stepping"),
    ),
    Term("undo", "Take back what you changed last; the cursor's place does not count.", labels=("redo",)),
    Term("present", "Everything large, for a projector; the same button or the key p leaves again."),
    Term(
        "share or exercise",
        "A link to just this view, one that hides parts of it and sets a task, or a frame for a course page.",
    ),
    Term("keys and help", "All keys, and what to look at first."),
    # the step view's panels
    Term(
        "why",
        "Where the selected number comes from: its equation with the numbers in it, and what contributed most.",
        labels=("why this number", "questions"),
    ),
    Term(
        "what if",
        "Hold a value where you like, and see what the network then says, drawn over the original.",
        labels=("clamp", "quantity to clamp", "units to clamp", "value to clamp at", "hold at", "reset", "all"),
    ),
    Term(
        "from timestep",
        "The stretch of the sequence in which the value is held.",
        "timesteps",
        labels=("to timestep", "here"),
    ),
    Term(
        "backward",
        "How the loss at one timestep reaches back: its gradient with respect to every value before it.",
        labels=(
            "loss here",
            "train a plain rnn beside it",
            "see where they differ most",
            "show where they differ most",
        ),
    ),
    Term(
        "compare",
        "Another checkpoint or another sequence beside this one, and the difference.",
        labels=("other text", "this one alone"),
    ),
    Term(
        "two cells",
        "Two networks read one sequence, stepped together: each shows its own numbers, and what both have shares its "
        "colour scale.",
        labels=("beside", "beside this", "beside, at training step"),
    ),
    Term(
        "ask about the other",
        "Of two cells the panels, the equation to clamp in and the curves tell of one at a time.",
    ),
    Term(
        "save",
        "Pictures (SVG, PNG), numbers (CSV, Parquet, npz), a link, and code that computes the same.",
        labels=(
            "copy link",
            "copy code",
            "code for a notebook",
            "trace as csv",
            "trace as parquet",
            "trace as npz",
            "weights as safetensors",
            "pictures with a dark background",
        ),
    ),
    Term("decimals", "How many digits after the point are shown."),
    Term(
        "temperature",
        "How boldly a continuation is drawn: 0 takes the likeliest symbol, 1 draws as the network thinks, above 1 the "
        "unlikely gets likelier.",
        "without unit; scores are divided by it before the softmax",
        "lstm_engine/tasks/beginning.py",
    ),
    Term("continue from here", "The network goes on with the sequence by itself, from the present timestep."),
    # the step view's heatmaps and curves
    Term(
        "heatmap",
        "One quantity over the whole sequence: timesteps run to the right, units downward, and colour is the value.",
        labels=("heatmaps", "timesteps by units"),
    ),
    Term(
        "order of units",
        "By index, by likeness, by mean or by saturation. Units have no order of their own.",
    ),
    Term("zoom in", "Fewer timesteps, each wider.", labels=("zoom out",)),
    Term("pin", "Keep a unit's curves in sight below the heatmaps.", labels=("unpin",)),
    Term(
        "difference",
        "This value minus that of what stands beside, at the same timestep and unit.",
        labels=("this",),
    ),
    Term(
        "arrives",
        "The gradient that comes to this quantity, times the factor by which the equation passes it on, is what goes "
        "on to the quantities before it.",
        computed="lstm_engine/cell/kernel.py",
        labels=("× factor", "= goes on"),
    ),
)
